"""Stripe refuses for good, or says what no stage stands for: every payment has an end all the same."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.desk.paying import READER, Watched, begin, left_at, rows
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, RequestedAction, Stage
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import PaymentState, backoff, commands, intent_status, recovery, resolve
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.payments.resolve import Option, StripeReading
from tui_pos.simulator import Server


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron", email="ada@example.org")


def rounds(desk: Desk, frozen: FrozenClock, times: int) -> PaymentState:
    """Recovery, every half minute."""
    for _ in range(times):
        frozen.advance(30)
        (state,) = recovery.recover(desk)
    return state


def test_pauses_grow_and_end() -> None:
    assert [backoff.after_refusals(n).total_seconds() for n in range(1, 8)] == [2, 4, 8, 16, 300, 300, 300]
    assert [backoff.after_failures(n, 1.0, limited=False) for n in (1, 2, 3, 4, 5, 60)] == [
        1,
        2,
        4,
        8,
        10,
        10,
    ]
    assert [backoff.after_failures(n, 1.0, limited=True) for n in (1, 6, 7, 60)] == [1, 32, 60, 60]


@pytest.mark.parametrize("status", [400, 401, 402, 403])
@pytest.mark.parametrize("operation", ["capture", "cancel"])
def test_a_refusal_for_good_keeps_the_stage_and_calls_a_person(
    operation: str,
    status: int,
    card_desk: Desk,
    order: OrderView,
    simulator: Server,
    frozen_clock: FrozenClock,
) -> None:
    simulator.refuse(operation, status)
    if operation == "capture":
        state = left_at(card_desk, order, "authorized", lambda: simulator.tap(READER))
    else:
        state = left_at(card_desk, order, "sent", lambda: None)
        with connected():
            Attempt.update(requested_action=RequestedAction.CANCEL).execute()
    state = rounds(card_desk, frozen_clock, 1)
    assert (state.notice, state.live) == (Notice.STRIPE_REFUSES, True)
    assert state.stage is (Stage.AUTHORIZED if operation == "capture" else Stage.SENT)
    state = rounds(card_desk, frozen_clock, 4)
    assert (state.notice, state.stuck) == (Notice.NEEDS_A_PERSON, True)
    with connected():
        refused = Attempt.get_by_id(state.attempt_id).refusals
    assert refused == 5
    rounds(card_desk, frozen_clock, 9)
    with connected():
        assert Attempt.get_by_id(state.attempt_id).refusals == refused
    simulator.clear_faults()
    state = rounds(card_desk, frozen_clock, 1)
    assert (state.live, state.problem) == (False, "")


def test_a_payment_that_stripe_does_not_know_needs_a_person_and_is_written_off(
    card_desk: Desk, order: OrderView, simulator: Server, as_lead: Desk, frozen_clock: FrozenClock
) -> None:
    state = left_at(card_desk, order, "sent", simulator.wipe)
    state = rounds(card_desk, frozen_clock, 1)
    assert (state.notice, state.live) == (Notice.NEEDS_A_PERSON, True)
    assert state.problem == because("payment.not_known")
    found = resolve.inspect(as_lead, state.intent_id)
    assert (found.stripe.reading, found.options) == (
        StripeReading.NOT_KNOWN,
        (Option.WRITE_OFF, Option.KEEP),
    )
    done = resolve.resolve(as_lead, order.reference, Option.WRITE_OFF, "sandbox was wiped")
    assert (done.payment.live, done.payment.notice, done.payment.problem) == (False, Notice.WRITTEN_OFF, "")
    event = done.payment.events[-1].said
    assert isinstance(event, Reason)
    assert (event.key, event.values["why"]) == ("event.resolved", "sandbox was wiped")
    assert [payment.status for payment in rows(order)[1]] == ["failed"]
    assert begin(card_desk, order).live


@pytest.fixture
def as_lead(card_desk: Desk, as_staff: Callable[[Desk, str], Desk]) -> Desk:
    return as_staff(card_desk, "lead")


@pytest.mark.thorough
@pytest.mark.parametrize("status", ["processing", "requires_action"])
@pytest.mark.parametrize("stage", ["sent", "authorized"])
def test_a_status_not_foreseen_is_told_and_calls_a_person_in_the_end(
    stage: str,
    status: str,
    card_desk: Desk,
    order: OrderView,
    simulator: Server,
    as_lead: Desk,
    frozen_clock: FrozenClock,
) -> None:
    act = (lambda: simulator.tap(READER)) if stage == "authorized" else (lambda: None)
    state = left_at(card_desk, order, stage, act)
    simulator.set_status(state.intent_id, status)
    state = rounds(card_desk, frozen_clock, 5)
    assert (state.notice, state.live) == (Notice.NEEDS_A_PERSON, True)
    assert isinstance(state.problem, Reason)
    assert state.problem.values["status"] == status
    found = resolve.inspect(as_lead, state.intent_id)
    assert Option.WRITE_OFF in found.options
    assert not resolve.resolve(as_lead, state.intent_id, Option.WRITE_OFF, "ends here").payment.live


def test_cancel_returns_in_bounded_time_and_asks_seldom(
    card_desk: Desk, order: OrderView, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commands, "ANSWERED_WITHIN", 2.5)
    state = left_at(card_desk, order, "sent", lambda: None)
    simulator.refuse("cancel", 403)
    last = payments.cancel(card_desk, state.intent_id)
    assert (last.live, last.notice) == (True, Notice.STRIPE_REFUSES)
    refused = [event for event in last.events if str(event.said).startswith("event.refused call=cancel")]
    assert 1 <= len(refused) <= 2


@pytest.mark.thorough
def test_too_many_requests_are_waited_for_longer_each_time(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    simulator.fault("rate_limit_429", "POST /v1/payment_intents/*/capture", times=9)
    last = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert last.stage is Stage.CAPTURED
    with connected():
        assert Attempt.get_by_id(begun.attempt_id).refusals == 0


def test_an_account_that_takes_no_cards_in_person_says_so(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    simulator.configure(no_cards_in=["usd"])
    last = Watched(card_desk, begin(card_desk, order).attempt_id).run()
    assert (last.stage, last.live) == (Stage.FAILED, False)
    assert last.detail == because("payment.no_cards_in_person", currency="USD")
    assert [book["status"] for book in simulator.books().values()] == ["canceled"]


@pytest.mark.parametrize("status", ["requires_reauthorization", "not_invented"])
@pytest.mark.parametrize("stage", ["sent", "authorized"])
def test_every_word_of_stripes_leads_somewhere(
    stage: str, status: str, card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    """Stripe's own types have no such words yet, so no answer of the simulator may."""
    desk = replace(card_desk, conference=replace(card_desk.conference, capture="confirm"))
    act = (lambda: simulator.tap(READER)) if stage == "authorized" else (lambda: None)
    state = left_at(desk, order, stage, act)
    intent = replace(desk.terminal.intent(state.intent_id), status=status)
    with connected():
        worker = AttemptWorker(desk=desk, attempt=Attempt.get_by_id(state.attempt_id))
        assert intent_status.follow(worker, intent) > 0
    now = payments.state(desk, state.attempt_id)
    assert now.stage is (Stage.AUTHORIZED if stage == "authorized" else Stage.AUTHORIZING)
    event = now.events[-1].said
    assert isinstance(event, Reason)
    assert event.values == {"status": status}
