"""Eight processes sell the last 50 of a ticket: 50 are sold, and everybody else reads which one ran out."""

from collections.abc import Iterator

import pytest

from tests.desk.conftest import make_desk
from tests.fixtures.databases import opened
from tests.fixtures.processes import run_together
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Order, OrderLine, TicketType
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import stock
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.errors import Refused

RIVALS = 8
LEFT = 50


@pytest.fixture
def shop_url(engine_url: str) -> Iterator[str]:
    with opened(engine_url) as url:
        yield url


def leave_fifty(slug: str) -> tuple[tuple[ProductKind, int], int]:
    """Leave 50 of a ticket to sell; its key in the stock, and how many there will be sold of it then."""
    with connected():
        ticket = TicketType.get(TicketType.slug == slug)
        key = (ProductKind.TICKET, ticket.id)
        total = stock.sold(ticket.conference_id, clock.now())[key] + LEFT
        TicketType.update(total_quantity=total).where(TicketType.id == ticket.id).execute()
    return key, total


def test_eight_processes_sell_exactly_the_last_fifty(shop_url: str) -> None:
    key, total = leave_fifty("corporate")
    with connected():
        conference = TicketType.get_by_id(key[1]).conference_id
        orders_before = Order.select().count()

    answers = run_together(shop_url, lambda number: sell_out(f"desk-{number}", "corporate"), RIVALS)

    assert sum(sold for sold, _ in answers) == LEFT
    assert {reason for _, reason in answers} == {"sold_out product=Corporate"}
    with connected():
        assert stock.sold(conference, clock.now())[key] == total
        assert Order.select().count() == orders_before + LEFT
        new = (
            OrderLine.select()
            .where(OrderLine.ticket_type == key[1])
            .order_by(OrderLine.id.desc())
            .limit(LEFT)
        )
        assert [line.quantity for line in new] == [1] * LEFT


def sell_out(station: str, slug: str) -> tuple[int, str]:
    """Sell one after the other, each with a shirt, until it is refused: how many, and why no more."""
    desk = make_desk("demo", "trainee", station)
    sold = 0
    while True:
        try:
            checkout.sell(desk, [("t-shirt", 1), (slug, 1)], name=station)
        except Refused as refusal:
            return sold, str(refusal)
        sold += 1
