"""A parked sale is recalled or discarded; what it held is free again, and the audit log keeps what it was."""

from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import begin
from tests.desk.selling import at, everything, order_row, uses
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import AuditEntry, SaleStatus
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.carts.put_away import discard
from tui_pos.desk.catalogue import inventory
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound, NotPermitted, Refused
from tui_pos.desk.search.activity import recent
from tui_pos.desk.search.attention import attention
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.ui.messages.views import phrase


def filled(desk: Desk, name: str = "Ravi Chen", **buyer: str) -> int:
    sale = cart.start(desk, name=name, **buyer).sale_id
    cart.add(desk, sale, "t-shirt", 2)
    cart.add(desk, sale, "lunch")
    return sale


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(line.title, phrase(line.detail)) for line in recent(desk, 5)]  # type: ignore[arg-type]


def test_a_parked_sale_is_discarded_at_any_station(desk: Desk) -> None:
    sale = filled(desk)
    cart.park(desk, sale)
    other = at(desk, "desk-1")
    assert discard(other, sale).status is SaleStatus.ABANDONED
    assert attention(desk) == ()
    assert told(other) == [("Ravi Chen", "discarded 2 x T-Shirt, 1 x Lunch")]
    with connected():
        (entry,) = AuditEntry.select()
    assert (entry.what, entry.station, entry.staff_id, entry.amount) == (
        "discard",
        "desk-1",
        desk.staff.id,
        6500,
    )


def test_a_discarded_sale_shows_no_address_to_who_may_see_none(desk: Desk, as_staff: AsStaff) -> None:
    discard(desk, filled(desk, "ravi@example.org"))
    with connected():
        AuditEntry.update(text="ravi@example.org: \x1b[31m1 x Lunch").execute()  # as earlier ones are
    assert told(desk) == [("ravi@example.org", "discarded 1 x Lunch")]
    assert told(as_staff(desk, "scanner")) == [("(e-mail)", "discarded 1 x Lunch")]


def test_an_order_that_was_not_paid_frees_its_stock_and_its_voucher(desk: Desk) -> None:
    sale = filled(desk, attendee_code="ZARA2026", name="")
    left = {each.slug: each for each in inventory.inventory(desk)}
    before = uses(desk, "TENOFF")
    cart.set_voucher(desk, sale, "TENOFF")
    reference = checkout.place(desk, sale).reference
    assert uses(desk, "TENOFF") == before + 1
    assert discard(desk, sale).status is SaleStatus.ABANDONED
    assert (uses(desk, "TENOFF"), order_row(reference).status) == (before, "cancelled")
    assert {each.slug: each for each in inventory.inventory(desk)} == left
    assert "Zara" in told(desk)[0][0]
    assert told(desk)[0][1] == "discarded 2 x T-Shirt, 1 x Lunch"


def test_an_empty_one_leaves_no_trace(desk: Desk) -> None:
    discard(desk, cart.start(desk).sale_id)
    assert told(desk) == []


def test_what_is_over_or_elsewhere_is_left_alone(card_desk: Desk, as_staff: AsStaff) -> None:
    paid, recalled, charged = filled(card_desk), filled(card_desk), filled(card_desk)
    take_cash(card_desk, checkout.place(card_desk, paid).reference, Decimal(100))
    cart.park(card_desk, recalled)
    cart.recall(at(card_desk, "desk-1"), recalled)
    begin(card_desk, checkout.place(card_desk, charged))
    before = everything()
    for sale, refusal in ((paid, "sale_closed"), (recalled, "sale_elsewhere"), (charged, "payment_live")):
        with pytest.raises(Refused) as refused:
            discard(card_desk, sale)
        assert refused.value.code == refusal
    with pytest.raises(NotFound):
        discard(card_desk, 10**6)
    with pytest.raises(NotPermitted):
        discard(as_staff(card_desk, "scanner"), recalled)
    assert everything() == before
