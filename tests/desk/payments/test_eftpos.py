"""eftpos takes money at once: from the charge to the receipt and the refund, which needs no card."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, Watched, begin, rows
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.desk import payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused, because
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import PaymentState, recovery
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search import find_orders
from tui_pos.desk.search.receipts import receipt
from tui_pos.simulator import Server

CARDS = ("eftpos_au_debit", "eftpos_au_visa_debit", "eftpos_au_mastercard_debit")


def in_australia(desk: Desk, capture: str) -> Desk:
    return replace(desk, conference=replace(desk.conference, currency="AUD", capture=capture))


@pytest.fixture(params=["automatic", "confirm"])
def lead(request: pytest.FixtureRequest, card_desk: Desk, as_staff: AsStaff) -> Desk:
    return as_staff(in_australia(card_desk, request.param), "lead")


@pytest.fixture
def order(lead: Desk) -> OrderView:
    return checkout.sell(lead, [("t-shirt", 2)], attendee_code="NOOR2026")


def charged(desk: Desk, order: OrderView, simulator: Server, card: str = CARDS[0]) -> PaymentState:
    watched = Watched(desk, begin(desk, order).attempt_id, sent=lambda: simulator.tap(READER, card))
    last = watched.run()
    assert "authorized" not in watched.stages()
    return last


@pytest.mark.parametrize("card", CARDS)
def test_it_is_captured_at_once_and_told_on_the_receipt(
    lead: Desk, order: OrderView, simulator: Server, card: str
) -> None:
    last = charged(lead, order, simulator, card)
    assert (last.stage, last.captured, last.problem) == (Stage.CAPTURED, order.total, "")
    confirmed_late = last.detail == because("payment.unconfirmed")
    assert confirmed_late is (lead.conference.capture == "confirm")
    row, (payment,), (terminal,) = rows(order)
    assert (row.status, payment.status, payment.amount) == ("paid", "succeeded", order.total)
    assert terminal.card_brand == "eftpos_au"
    found = receipt(lead, order.reference)
    (line,) = found.payments
    assert line.label.startswith("eftpos")
    assert dict(line.card)["application_name"] == "eftpos"
    (listed,) = find_orders.orders(lead, text=order.reference)
    assert listed.paid_by.startswith("eftpos")
    with connected():
        assert Attempt.get_by_id(last.attempt_id).capture_tries == 0
    assert reconciliation.run(lead).clean


def test_it_goes_back_without_the_card_a_part_and_the_rest(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    charged(lead, order, simulator)
    (first,) = refunds.refund(lead, order.reference, Decimal(10), reason="scratched")
    assert (first.stage, first.tender) == ("succeeded", "card")
    assert [book["refunded"] for book in simulator.books().values()] == [1000]
    (rest,) = refunds.refund(lead, order.reference)
    assert (rest.stage, rest.amount) == ("succeeded", order.total - 10)
    assert [book["refunded"] for book in simulator.books().values()] == [5000]
    assert rows(order)[0].status == "refunded"
    action = lead.terminal.reader(READER).action
    assert action is not None
    assert action.type == "process_payment_intent", "no reader asked for the card"
    assert receipt(lead, order.reference).given_back == order.total
    assert reconciliation.run(lead).clean


def test_a_cancel_that_comes_after_the_card_is_too_late(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    watched = Watched(lead, begin(lead, order).attempt_id)

    def act() -> None:
        simulator.tap(READER, CARDS[0])
        watched.control.cancel()

    watched._at = {"sent": act}
    last = watched.run()
    assert (last.stage, last.notice) == (Stage.CAPTURED, Notice.TOO_LATE)
    with pytest.raises(Refused) as caught:
        payments.cancel(lead, last.intent_id)
    assert caught.value.code == "too_late"
    assert payments.capture(lead, last.intent_id).stage is Stage.CAPTURED
    assert [book["captured"] for book in simulator.books().values()] == [5000]


def test_a_desk_that_died_while_the_card_was_read_finds_it_paid(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    watched = Watched(lead, begin(lead, order).attempt_id)
    watched._at = {"sent": watched.control.detach}
    watched.run()
    simulator.tap(READER, CARDS[0])
    (state,) = recovery.recover(lead)
    assert (state.stage, state.captured) == (Stage.CAPTURED, order.total)
    assert rows(order)[0].status == "paid"


def test_a_card_for_an_order_that_was_cancelled_meanwhile_is_told_and_goes_back(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    """There is no hold that could be released."""
    watched = Watched(lead, begin(lead, order).attempt_id)

    def act() -> None:
        with connected():
            row = rows(order)[0]
            row.status = "cancelled"
            row.save()
        simulator.tap(READER, CARDS[0])

    watched._at = {"sent": act}
    last = watched.run()
    assert (last.stage, last.notice) == (Stage.CAPTURED, Notice.NEEDS_A_PERSON)
    assert last.problem == because("payment.order_ended", status="cancelled")
    (made,) = refunds.refund(lead, order.reference)
    assert (made.stage, made.amount) == ("succeeded", order.total)
    assert payments.state(lead, last.attempt_id).problem == ""
