from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.desk.conftest import statements
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.registration import AddOn, Order, OrderLine, OrderStatus, TicketType
from tui_pos.desk.catalogue import stock
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind
from tui_pos.desk.context import Desk

ZERO = Decimal("0.00")
Sell = Callable[..., None]


@pytest.fixture
def sell(desk: Desk) -> Sell:
    """Writes an order of ``quantity`` pieces in a given state."""
    numbers = iter(range(1000))

    def write(quantity: int, product: TicketType | AddOn | None, status: str, **columns: Any) -> None:
        with connected():
            order = Order.create(
                conference=desk.conference.id,
                user=User.get(),
                status=status,
                reference=f"ORD-STOCK{next(numbers)}",
                **columns,
            )
            OrderLine.create(
                order=order,
                ticket_type=product if isinstance(product, TicketType) else None,
                addon=product if isinstance(product, AddOn) else None,
                description="x",
                quantity=quantity,
                unit_price=ZERO,
                line_total=ZERO,
            )

    return write


def counts(desk: Desk) -> dict[ProductKey, int]:
    with connected():
        return stock.sold(desk.conference.id, clock.now())


def ticket(slug: str) -> TicketType:
    with connected():
        found: TicketType = TicketType.get(TicketType.slug == slug)
    return found


def test_paid_and_held_orders_count_and_no_others(desk: Desk, sell: Sell) -> None:
    online = ticket("online")
    before = counts(desk)[ProductKind.TICKET, online.id]
    for power, status in enumerate(OrderStatus):
        sell(10**power, online, status)  # pending without hold: reserves nothing
    hold = clock.now() + timedelta(seconds=1)
    sell(100_000, online, "pending", hold_expires_at=hold)
    sell(1_000_000, online, "pending", hold_expires_at=clock.now())
    assert list(OrderStatus)[1] == "paid"
    assert list(OrderStatus)[3] == "partially_refunded"
    assert counts(desk)[ProductKind.TICKET, online.id] - before == 10 + 1000 + 100_000


def test_a_hold_ends_at_its_time(desk: Desk, sell: Sell, frozen_clock: FrozenClock) -> None:
    patron = ticket("patron")
    sell(3, patron, "pending", hold_expires_at=clock.now() + timedelta(seconds=60, microseconds=500_000))
    frozen_clock.advance(60)
    assert counts(desk)[ProductKind.TICKET, patron.id] == 3
    frozen_clock.advance(0.5)
    assert (ProductKind.TICKET, patron.id) not in counts(desk)


def test_a_ticket_and_an_addon_of_one_id_are_counted_apart(desk: Desk, sell: Sell) -> None:
    with connected():
        addon = AddOn.get(AddOn.slug == "t-shirt")
        twin = TicketType.get_by_id(addon.id)
    before = counts(desk)
    sell(5, addon, "paid")
    sell(7, twin, "paid")
    after = counts(desk)
    assert after[ProductKind.ADDON, addon.id] - before.get((ProductKind.ADDON, addon.id), 0) == 5
    assert after[ProductKind.TICKET, twin.id] - before.get((ProductKind.TICKET, twin.id), 0) == 7


def test_lines_without_product_take_a_seat(desk: Desk, sell: Sell) -> None:
    before = stock.seats_taken(counts(desk))
    sell(2, None, "paid")
    with connected():
        sell(4, AddOn.get(AddOn.slug == "t-shirt"), "paid")
    after = counts(desk)
    assert after[stock.GONE] == 2
    assert stock.seats_taken(after) - before == 2


def test_one_statement_and_nothing_of_other_conferences(desk2077: Desk) -> None:
    with statements() as seen:
        found = stock.sold(desk2077.conference.id, clock.now())
    assert len(seen) == 1
    with connected():
        lines = (
            OrderLine.select()
            .join(Order)
            .where(
                Order.conference == desk2077.conference.id, Order.status.in_(["paid", "partially_refunded"])
            )
        )
        assert sum(found.values()) == sum(line.quantity for line in lines)


def test_what_is_left() -> None:
    assert stock.remaining(0, 10_000) is None
    assert stock.remaining(10, 0) == 10
    assert stock.remaining(10, 10) == 0
    assert stock.remaining(10, 12) == 0
