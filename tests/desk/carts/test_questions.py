"""A second ticket for somebody who has one is asked about, and sold."""

from decimal import Decimal

import pytest

from tests.desk.carts.test_holders import filled
from tests.desk.checkin.test_corrections import badge_of
from tests.desk.checkin.test_guest_tickets import bought
from tests.desk.conftest import statements
from tests.desk.rows import order_of
from tests.desk.selling import items
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Order, Payment
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.carts.questions import before_selling
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound
from tui_pos.desk.tenders.cash import take_cash

D = Decimal


def asked(desk: Desk, sale: int) -> list[tuple[str, object, object]]:
    return [
        (each.key, each.values["product"], each.values["order"]) for each in cart.view(desk, sale).questions
    ]


def test_a_second_regular_asks_and_is_sold(desk: Desk) -> None:
    sale = filled(desk, "t-shirt regular", "NOOR2026")
    (question,) = cart.view(desk, sale).questions
    with connected():
        made = Order.get(Order.reference == "ORD-DEMO0001").created_at
    assert (question.key, question.values) == (
        "already_has",
        {"product": "Regular", "order": "ORD-DEMO0001", "at": desk.moment(made)},
    )
    assert before_selling(desk, ["regular", "t-shirt"], "demo:noor2026") == (question,)
    assert checkout.place(desk, sale).reference


def test_another_ticket_a_shirt_and_a_stranger_are_not_asked_about(desk: Desk) -> None:
    assert asked(desk, filled(desk, "day-pass t-shirt*2", "NOOR2026")) == []
    assert asked(desk, filled(desk, "regular*2")) == []
    assert asked(desk, filled(desk, "regular", "ZARA2026")) == []
    assert before_selling(desk, ["regular"], None) == ()


@pytest.mark.parametrize("status", ["pending", "cancelled", "refunded"])
def test_what_admits_nobody_is_not_had(desk: Desk, status: str) -> None:
    order_of(desk, "ZARA2026", "349.00", "regular", status=status)
    assert asked(desk, filled(desk, "regular", "ZARA2026")) == []


def test_what_was_given_back_on_the_web_site_is_not_had(desk: Desk) -> None:
    """Its order is still called paid."""
    reference = bought(desk, "day-pass")
    sale = filled(desk, "day-pass", badge_of(reference))
    assert asked(desk, sale) == [("already_has", "Day Pass", reference)]
    with connected():
        order = Order.get(Order.reference == reference)
        Payment.update(status="refunded").where(Payment.order == order).execute()
    assert asked(desk, sale) == []


def test_a_companion_has_the_ticket_that_somebody_else_bought(desk: Desk) -> None:
    reference = bought(desk, "day-pass*2 online")
    mary = register_companion(desk, reference, "Mary")
    assert asked(desk, filled(desk, "day-pass", mary.access_code)) == [("already_has", "Day Pass", reference)]


def test_who_handed_theirs_over_has_none(desk: Desk) -> None:
    reference = bought(desk, "day-pass")
    transfer(desk, badge_of(reference), "Mary", reason="she is ill")
    assert asked(desk, filled(desk, "day-pass", badge_of(reference))) == []


def test_each_kind_of_ticket_is_asked_about_once(desk: Desk) -> None:
    for _ in range(2):
        placed = checkout.sell(desk, items("day-pass"), attendee_code="NOOR2026")
        take_cash(desk, placed.reference, placed.total)
    sale = filled(desk, "regular day-pass", "NOOR2026")
    assert asked(desk, sale) == [
        ("already_has", "Day Pass", placed.reference),
        ("already_has", "Regular", "ORD-DEMO0001"),
    ]


def test_an_unknown_product_is_named(desk: Desk) -> None:
    with pytest.raises(NotFound, match=r"^product_not_found "):
        before_selling(desk, ["nothing"], "NOOR2026")


def test_it_is_asked_in_as_many_statements_whatever_they_bought(desk: Desk) -> None:
    sale = filled(desk, "regular", "NOOR2026")
    cart.view(desk, sale)
    with statements() as few:
        cart.view(desk, sale)
    for _ in range(20):
        order_of(desk, "NOOR2026", "349.00", "regular", status="paid")
    with statements() as many:
        cart.view(desk, sale)
    assert len(many) == len(few)
