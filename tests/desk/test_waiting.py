"""Who is waited for, since when, and what is said of it from 5 seconds on."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.paying import READER, begin, left_at, paid
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, AttemptEvent, Refund, RefundStage
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import CommandQueue
from tui_pos.desk.payments.readers import readers
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.waiting import Act, Awaited, Waiting, of_call
from tui_pos.simulator import Server
from tui_pos.terminal import Terminal, Timeouts
from tui_pos.ui.messages import sentence


def said(waiting: Waiting | None) -> str:
    reason = waiting.no_answer() if waiting is not None else None
    return sentence(reason) if reason is not None else ""


@pytest.mark.parametrize(
    ("of", "act", "words"),
    [
        (Awaited.STRIPE, Act.CHARGE, "NO ANSWER from Stripe for 9 s: do not charge again"),
        (Awaited.STRIPE, Act.REFUND, "NO ANSWER from Stripe for 9 s: do not refund again"),
        (Awaited.STRIPE, Act.LOOK, "NO ANSWER from Stripe for 9 s: wait"),
        (Awaited.DATABASE, Act.LOOK, "NO ANSWER from the database for 9 s: wait"),
    ],
)
def test_one_sentence_from_five_seconds_on(
    frozen_clock: FrozenClock, of: Awaited, act: Act, words: str
) -> None:
    waiting = Waiting(of, clock.now(), act)
    frozen_clock.advance(4.9)
    assert said(waiting) == ""
    frozen_clock.advance(4.2)
    assert said(waiting) == words


def test_a_call_waits_for_whom_it_asked(
    card_desk: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    frozen_clock.advance(1)
    began = clock.now()
    assert of_call(card_desk, began) == Waiting(Awaited.DATABASE, began)
    assert of_call(replace(card_desk, account=None), began) == Waiting(Awaited.DATABASE, began)
    account = Terminal("sk_test_simulator", api_base=simulator.url, timeouts=Timeouts(2, 9, 9, 9))
    asks = replace(card_desk, account=account)
    frozen_clock.advance(1)
    simulator.fault("slow", "GET /v1/terminal/readers", seconds=2.0)
    call = threading.Thread(target=readers, args=(asks,))
    call.start()
    while account.waiting_since is None:
        assert call.is_alive()
    assert of_call(asks, began, Act.REFUND) == Waiting(Awaited.STRIPE, clock.now(), Act.REFUND)
    call.join()
    assert account.waiting_since is None
    assert of_call(asks, began) is None
    assert of_call(asks, clock.now() + timedelta(seconds=1)) is not None


def test_a_payment_waits_for_stripe_but_not_for_a_card_or_a_person(
    card_desk: Desk, simulator: Server
) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)])
    begun = begin(card_desk, order)
    assert begun.waiting == Waiting(Awaited.STRIPE, begun.events[0].at, Act.CHARGE)
    control = CommandQueue()
    seen: dict[str, Waiting | None] = {}
    for state in payments.watch(card_desk, begun.attempt_id, control):
        seen.setdefault(state.stage, state.waiting)
        if state.stage == "sent":
            simulator.tap(READER)
    assert seen["intent"] is not None
    assert (seen["sent"], seen["captured"]) == (None, None)
    refused = begin(card_desk, checkout.sell(card_desk, [("t-shirt", 1)]))
    simulator.set_reader(READER, "offline")
    for state in payments.watch(card_desk, refused.attempt_id, control):
        if state.stuck:
            assert state.waiting is None
            control.cancel()
    assert state.waiting is None


@pytest.mark.parametrize(
    ("stage", "from_before"), [("intent", True), ("sent", False), ("authorizing", False)]
)
def test_what_is_unknown_has_been_asked_since_the_call(
    card_desk: Desk, frozen_clock: FrozenClock, stage: str, from_before: bool
) -> None:
    """A card may have been waited for much longer than Stripe has been silent."""
    left = left_at(card_desk, checkout.sell(card_desk, [("t-shirt", 1)]), "sent")
    with connected():
        AttemptEvent.delete().where(AttemptEvent.attempt == left.attempt_id).execute()
        for each, after in ((stage, 0), ("unknown", 30), ("unknown", 10)):
            frozen_clock.advance(after)
            AttemptEvent.create(
                attempt=left.attempt_id, at=clock.now(), station="desk-3", stage=each, text=""
            )
        Attempt.update(stage="unknown", sent_at=None).execute()
    waiting = payments.state(card_desk, left.attempt_id).waiting
    assert waiting is not None
    assert clock.now() - waiting.since == timedelta(seconds=40 if from_before else 10)
    with connected():
        Attempt.update(sent_at=clock.now() - timedelta(seconds=7)).execute()
    waiting = payments.state(card_desk, left.attempt_id).waiting
    assert said(waiting) == "NO ANSWER from Stripe for 7 s: do not charge again"


def test_a_refund_without_an_answer(lead: Desk, simulator: Server, frozen_clock: FrozenClock) -> None:
    order = checkout.sell(lead, [("t-shirt", 1)])
    paid(lead, order, simulator)
    refunds.refund(lead, order.reference)
    (made,) = receipt(lead, order.reference).refunds
    assert made.waiting is None
    with connected():
        Refund.update(stage=RefundStage.UNKNOWN).execute()
    frozen_clock.advance(6)
    (made,) = receipt(lead, order.reference).refunds
    assert said(made.waiting) == "NO ANSWER from Stripe for 6 s: do not refund again"
