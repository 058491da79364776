"""Refunds of card money: full, partial, pending, failed, unanswered; never more than is left."""

from decimal import Decimal

import pytest

from tests.desk.paying import READER, Watched, begin, paid, rows
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Refund, RefundStage, Stage
from tui_pos.data.tables.registration import Attendee, Credit, Order, OrderStatus
from tui_pos.desk import payments
from tui_pos.desk.access.audit_log import REASON_LENGTH
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.refunds import card_refunds, refunds
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.simulator import Server


@pytest.fixture
def order(lead: Desk) -> OrderView:
    """Two shirts, 50.00."""
    return checkout.sell(lead, [("t-shirt", 2)], name="Ada Byron")


def refunded_at_stripe(simulator: Server) -> int:
    return sum(book["refunded"] for book in simulator.books().values())


def test_all_of_it(lead: Desk, order: OrderView, simulator: Server) -> None:
    paid(lead, order, simulator)
    with connected():
        credits_before = [row.id for row in Credit.select()]
    (done,) = refunds.refund(lead, order.reference, reason="wrong size")
    assert (done.stage, done.amount) == (RefundStage.SUCCEEDED, Decimal("50.00"))
    row, (payment,), (terminal,) = rows(order)
    assert (row.status, payment.status, terminal.capture_status) == ("refunded", "refunded", "captured")
    assert refunded_at_stripe(simulator) == 5000
    with connected():
        (record,) = Credit.select().where(Credit.id.not_in(credits_before))
    # django-program's record of the refund, with nothing on it to spend: the value is given back once.
    assert (record.amount, record.remaining_amount) == (Decimal("50.00"), Decimal("0.00"))
    assert record.status == "applied"
    assert record.source_order_id == order.id
    with pytest.raises(Refused, match=r"^nothing_to_refund "):
        refunds.refund(lead, order.reference)


def test_a_reason_is_kept_as_text_alone(lead: Desk, order: OrderView, simulator: Server) -> None:
    paid(lead, order, simulator)
    refunds.refund(lead, order.reference, reason="wrong\x1b[31m size\n" + "x" * 5000)
    with connected():
        reason = Refund.get().reason
    assert reason.startswith("wrong")
    assert reason.isprintable()
    assert len(reason) <= REASON_LENGTH


def test_two_equal_parts_are_two_refunds(lead: Desk, order: OrderView, simulator: Server) -> None:
    paid(lead, order, simulator)
    for _ in range(2):
        (done,) = refunds.refund(lead, order.reference, Decimal("20.00"), reason="late")
        assert done.stage is RefundStage.SUCCEEDED
    row, found, _ = rows(order)
    assert (row.status, row.total) == (OrderStatus.PARTIALLY_REFUNDED, Decimal("10.00"))
    assert [(each.status, each.amount) for each in found] == [
        ("succeeded", Decimal("10.00")),
        ("refunded", Decimal("20.00")),
        ("refunded", Decimal("20.00")),
    ]
    assert refunded_at_stripe(simulator) == 4000
    assert refunds.refundable(lead, order.reference).amount == Decimal("10.00")
    with pytest.raises(InvalidInput, match=r"^amount_too_high\.refund left=10\.00 currency=USD "):
        refunds.refund(lead, order.reference, Decimal("10.01"), reason="late")
    assert refunded_at_stripe(simulator) == 4000


@pytest.mark.parametrize("fault", ["answer_lost", "error_500_after", "cut_before"])
def test_an_unanswered_refund_is_found_or_asked_for_again_once(
    fault: str, lead: Desk, order: OrderView, simulator: Server, frozen_clock: FrozenClock
) -> None:
    paid(lead, order, simulator)
    simulator.fault(fault, "POST /v1/refunds", times=3)
    (done,) = refunds.refund(lead, order.reference, Decimal("20.00"), reason="late")
    assert done.stage is RefundStage.UNKNOWN
    assert rows(order)[0].status == OrderStatus.PAID
    frozen_clock.advance(1)
    (done,) = card_refunds.follow_up(lead)
    assert done.stage is RefundStage.SUCCEEDED
    assert refunded_at_stripe(simulator) == 2000
    assert card_refunds.follow_up(lead) == ()


def test_a_stored_fault_is_not_replayed_for_ever(
    lead: Desk, order: OrderView, simulator: Server, frozen_clock: FrozenClock
) -> None:
    paid(lead, order, simulator)
    simulator.fault("error_500", "POST /v1/refunds", times=1)
    (done,) = refunds.refund(lead, order.reference)
    assert done.stage is RefundStage.UNKNOWN
    (done,) = card_refunds.follow_up(lead)
    assert done.stage is RefundStage.UNKNOWN
    frozen_clock.advance(121)
    (done,) = card_refunds.follow_up(lead)
    assert done.stage is RefundStage.SUCCEEDED
    assert refunded_at_stripe(simulator) == 5000


def test_a_pending_refund_counts_and_is_followed(lead: Desk, order: OrderView, simulator: Server) -> None:
    begun = begin(lead, order)
    Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER, "4000000000007726")).run()
    (done,) = refunds.refund(lead, order.reference)
    assert done.stage is RefundStage.PENDING
    assert rows(order)[0].status == OrderStatus.REFUNDED
    simulator.advance(3600)
    (done,) = card_refunds.follow_up(lead)
    assert done.stage is RefundStage.SUCCEEDED


def test_money_that_is_only_held_is_released(lead: Desk, order: OrderView, simulator: Server) -> None:
    begun = begin(lead, order)
    watched = Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER))
    watched._at["authorized"] = watched.control.detach
    assert watched.run().stage is Stage.AUTHORIZED
    assert refunds.refundable(lead, order.reference).amount == 0
    assert refunds.refund(lead, order.reference) == ()
    assert payments.state(lead, begun.attempt_id).stage is Stage.CANCELLED
    assert refunded_at_stripe(simulator) == 0


def test_money_on_a_cancelled_order_goes_back_and_needs_nobody_any_more(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(lead, order)
    watched = Watched(lead, begun.attempt_id)

    def captured_then_cancelled() -> None:
        simulator.tap(READER)
        lead.terminal.capture(watched.seen[-1].intent_id, key="somebody-else")
        with connected():
            Order.update(status=OrderStatus.CANCELLED).where(Order.id == order.id).execute()

    watched._at = {"sent": captured_then_cancelled}
    assert watched.run().problem
    refunds.refund(lead, order.reference)
    assert payments.state(lead, begun.attempt_id).problem == ""
    row, (payment,), _ = rows(order)
    assert (row.status, payment.status) == ("cancelled", "refunded")


def test_who_may_and_what_is_refused(
    card_desk: Desk, lead: Desk, order: OrderView, simulator: Server
) -> None:
    with pytest.raises(NotPermitted):
        refunds.refund(card_desk, order.reference)
    with pytest.raises(NotFound):
        refunds.refund(lead, "ORD-NONE")
    with pytest.raises(Refused, match=r"^nothing_to_refund "):
        refunds.refund(lead, order.reference)
    with pytest.raises(Refused, match=r"^nothing_to_refund "):
        refunds.refundable(lead, order.reference)
    paid(lead, order, simulator)
    with pytest.raises(NotPermitted):
        refunds.refundable(card_desk, order.reference)
    with pytest.raises(InvalidInput, match=r"^invalid_amount\.zero$"):
        refunds.refund(lead, order.reference, Decimal(0), reason="late")
    assert refunded_at_stripe(simulator) == 0


def test_a_ticket_of_which_only_a_part_of_the_price_went_back_still_admits(
    lead: Desk, simulator: Server
) -> None:
    placed = checkout.sell(lead, [("day-pass", 1)], name="Ada Byron")
    take_cash(lead, placed.reference, Decimal(100), Decimal(70))
    last = paid(lead, placed, simulator)
    simulator.dashboard_refund(last.intent_id)
    made = refunds.refund(lead, placed.reference, lines=[Piece("day-pass")])
    assert [(each.tender, each.stage) for each in made] == [("card", "failed"), ("cash", "succeeded")]
    with connected():
        assert Attendee.get(Attendee.user == Order.get_by_id(placed.id).user_id).order_id is not None
