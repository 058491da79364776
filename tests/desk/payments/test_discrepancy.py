"""An answer about something else is no answer: nothing is booked by it, and in the end a person looks."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, Watched, begin, paid, rows
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, AttemptEvent, Refund, Stage
from tui_pos.data.tables.registration import OrderStatus
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import PaymentState, discrepancy, recovery
from tui_pos.desk.payments.discrepancy import Discrepancy
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.refunds import card_refunds, refunds
from tui_pos.desk.search.receipts import receipt
from tui_pos.simulator import Server

FOR_GOOD = 1000

OTHERS: dict[Discrepancy, dict[str, Any]] = {
    Discrepancy.ID: {"id": "pi_of_somebody_else"},
    Discrepancy.AMOUNT: {"amount": 2400},
    Discrepancy.CURRENCY: {"currency": "eur"},
    Discrepancy.MODE: {"livemode": True},
    Discrepancy.ATTEMPT: {"metadata": {"conference": "demo", "attempt": "of-another-sale"}},
    Discrepancy.CONFERENCE: {"metadata": {}},
    Discrepancy.ORDER: {"metadata": {"conference": "demo", "order": "ORD-OTHER"}},
    Discrepancy.INSTALLATION: {"metadata": {"conference": "demo", "installation": "of-another-database"}},
    Discrepancy.RECEIVED: {"amount_received": -2500},
}
"""An answer that differs in one thing, by what it is."""


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron", email="ada@example.org")


def events_of(attempt_id: int) -> str:
    with connected():
        found = AttemptEvent.select().where(AttemptEvent.attempt == attempt_id).order_by(AttemptEvent.id)
        return "\n".join(event.text for event in found)


def to_the_problem(watched: Watched) -> PaymentState:
    """Watch until the payment has ended or needs a person."""
    for state in watched._states:
        watched.seen.append(state)
        act = watched._at.pop(state.stage, None)
        if act:
            act()
        if state.problem:
            break
    return watched.seen[-1]


def test_an_intent_of_our_own_differs_in_nothing(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    last = Watched(card_desk, begin(card_desk, order).attempt_id, sent=lambda: simulator.tap(READER)).run()
    with connected():
        attempt = Attempt.get_by_id(last.attempt_id)
        intent = card_desk.terminal.intent(last.intent_id)
        ours = {"conference": "demo", "installation": card_desk.installation}
        assert discrepancy.differences(attempt, intent, **ours, live=False) == []
        others = {"conference": "x", "installation": "y"}
        found = discrepancy.differences(attempt, intent, **others, live=True)
        assert [each.what for each in found] == [
            Discrepancy.MODE,
            Discrepancy.CONFERENCE,
            Discrepancy.INSTALLATION,
        ]
        attempt.order.reference = "ORD-OTHER"
        found = discrepancy.differences(attempt, intent, **ours, live=False)
        assert [each.what for each in found] == [Discrepancy.ORDER]


@pytest.mark.thorough
@pytest.mark.parametrize("call", ["retrieve", "capture", "cancel"])
@pytest.mark.parametrize("what", list(OTHERS))
def test_a_wrong_answer_is_read_again_and_the_truth_is_booked(
    what: Discrepancy, call: str, card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)

    def act() -> None:
        simulator.alter(call, times=1, **OTHERS[what])
        if call == "cancel":
            watched.control.cancel()
        else:
            simulator.tap(READER)

    watched._at = {"sent": act}
    last = watched.run()
    told = events_of(begun.attempt_id)
    assert '"payment.wrong_answer"' in told
    assert f'["{what}",' in told
    assert "pi_of_somebody_else" not in last.intent_id
    row, (payment,), _ = rows(order)
    if call == "cancel":
        assert (last.stage, payment.status, row.status) == (Stage.CANCELLED, "failed", OrderStatus.PENDING)
    else:
        assert (last.stage, last.problem, last.captured) == (Stage.CAPTURED, "", Decimal("25.00"))
        assert (payment.status, payment.amount, row.status) == ("succeeded", Decimal("25.00"), "paid")


@pytest.mark.parametrize("what", list(OTHERS))
def test_wrong_answers_for_good_book_nothing_and_call_a_person(
    what: Discrepancy, card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)

    def act() -> None:
        simulator.tap(READER)
        for call in ("retrieve", "capture"):
            simulator.alter(
                call, times=FOR_GOOD, status="succeeded", **({"amount_received": 2500} | OTHERS[what])
            )

    last = to_the_problem(Watched(card_desk, begun.attempt_id, sent=act))
    assert (last.notice, last.live, last.stuck) == (Notice.NEEDS_A_PERSON, True, True)
    assert isinstance(last.problem, Reason)
    assert last.problem.key == "payment.wrong_answer"
    assert f"'{what}'" in str(last.problem)
    assert last.card == ""
    row, (payment,), (terminal,) = rows(order)
    assert (row.status, payment.status, terminal.card_last4) == ("pending", "pending", "")
    assert receipt(card_desk, order.reference).payments == ()

    simulator.clear_faults()
    with connected():
        Attempt.update(retry_at=None).execute()
    (home,) = recovery.recover(card_desk)
    assert (home.stage, home.problem) == (Stage.CAPTURED, "")


@pytest.mark.thorough
@pytest.mark.parametrize("what", list(OTHERS))
def test_a_create_that_is_answered_with_something_else_is_looked_for(
    what: Discrepancy, card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    simulator.alter("create", times=1, **OTHERS[what])
    last = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert (last.stage, last.problem) == (Stage.CAPTURED, "")
    assert [book["captured"] for book in simulator.books().values()] == [2500]


@pytest.mark.parametrize("received", [1, 100, 0])
def test_less_captured_than_asked_is_booked_as_it_is_and_needs_a_person(
    received: int, card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)

    def act() -> None:
        simulator.alter("capture", times=1, amount_received=received)
        simulator.tap(READER)

    last = Watched(card_desk, begun.attempt_id, sent=act).run()
    true = Decimal(received) / 100
    assert (last.stage, last.notice, last.captured) == (Stage.CAPTURED, Notice.NEEDS_A_PERSON, true)
    assert isinstance(last.problem, Reason)
    assert last.problem.key == "payment.captured_less"
    assert last.problem.values == {"captured": true, "asked": Decimal("25.00"), "currency": "USD"}
    row, (payment,), _ = rows(order)
    assert (row.status, payment.status, payment.amount) == ("pending", "succeeded", true)
    assert [line.amount for line in receipt(card_desk, order.reference).payments] == [true]
    assert payments.unfinished(card_desk) == ()


def test_one_wrong_row_does_not_stop_the_others(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    begun = [begin(card_desk, order)]
    other = checkout.sell(card_desk, [("t-shirt", 1)], name="Bo")
    begun.append(payments.begin(card_desk, other.reference, "tmr_front_2"))
    for each, reader in zip(begun, (READER, "tmr_front_2"), strict=True):
        watched = Watched(card_desk, each.attempt_id)
        watched._at = {"sent": watched.control.detach}
        watched.run()
        simulator.tap(reader)
    simulator.alter("retrieve", times=4, amount_received=-1)
    first, second = recovery.recover(card_desk)
    assert (first.live, second.stage) == (True, Stage.CAPTURED)


def test_a_new_payment_is_not_one_that_another_attempt_has(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    first = begin(card_desk, order)
    Watched(card_desk, first.attempt_id, sent=lambda: simulator.tap(READER)).run()
    with connected():
        known = Attempt.get_by_id(first.attempt_id).intent_id
    other = checkout.sell(card_desk, [("t-shirt", 1)], name="Ben Byron", email="ben@example.org")
    simulator.alter("create", times=1, id=known)
    second = begin(card_desk, other)
    last = Watched(card_desk, second.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert '["id",""' in events_of(second.attempt_id)
    assert (last.stage, last.intent_id != known) == (Stage.CAPTURED, True)


REFUNDS_OF_OTHERS: tuple[dict[str, Any], ...] = (
    {"id": "re_of_somebody_else"},
    {"amount": 2400},
    {"currency": "eur"},
    {"payment_intent": "pi_of_somebody_else"},
    {"charge": "ch_of_somebody_else"},
    {"metadata": {}},
)
"""An answer to a refund that differs in one thing."""


@pytest.mark.thorough
@pytest.mark.parametrize("calls", [("refund",), ("refund", "refund_status")])
@pytest.mark.parametrize("other", REFUNDS_OF_OTHERS, ids=lambda other: next(iter(other)))
def test_a_refund_that_is_answered_with_something_else_is_looked_for(
    other: dict[str, Any],
    calls: tuple[str, ...],
    card_desk: Desk,
    order: OrderView,
    simulator: Server,
    as_staff: AsStaff,
) -> None:
    lead = as_staff(card_desk, "lead")
    paid(lead, order, simulator)
    for call in calls:
        simulator.alter(call, times=1, **other)
    refunds.refund(lead, order.reference, reason="too small")
    card_refunds.follow_up(lead)
    with connected():
        row = Refund.select().get()
        (made,) = lead.terminal.refunds(str(row.attempt.intent_id))
    assert (row.refund_id, row.stage, row.amount) == (made.id, "succeeded", 2500)


def test_a_refund_is_not_one_that_another_refund_has(
    card_desk: Desk, order: OrderView, simulator: Server, as_staff: AsStaff
) -> None:
    lead = as_staff(card_desk, "lead")
    other = checkout.sell(lead, [("t-shirt", 1)], name="Ben Byron", email="ben@example.org")
    for each in (order, other):
        paid(lead, each, simulator)
    refunds.refund(lead, order.reference)
    with connected():
        known = str(Refund.select().get().refund_id)
    simulator.alter("refund", times=1, id=known)
    refunds.refund(lead, other.reference)
    card_refunds.follow_up(lead)
    with connected():
        found = [row.refund_id for row in Refund.select().order_by(Refund.id)]
    assert found[0] == known
    assert found[1] not in (None, known)
    assert [book["refunded"] for book in simulator.books().values()] == [2500, 2500]


@pytest.mark.parametrize("name", ["conference", "order", "attempt", "refund", "installation"])
def test_a_refund_with_other_metadata_is_not_ours(
    name: str, card_desk: Desk, order: OrderView, simulator: Server, as_staff: AsStaff
) -> None:
    lead = as_staff(card_desk, "lead")
    paid(lead, order, simulator)
    refunds.refund(lead, order.reference)
    with connected():
        row = Refund.select().get()
        said = lead.terminal.refund_status(str(row.refund_id))
        assert card_refunds._is_about(lead, row, said)
        other = replace(said, metadata={**said.metadata, name: "of-somebody-else"})
        assert not card_refunds._is_about(lead, row, other)
