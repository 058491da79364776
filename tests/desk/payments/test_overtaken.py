"""A desk that hung comes back to a payment that another one ended: it writes and says nothing more."""

from collections.abc import Callable

import pytest

from tests.desk.paying import Watched, begin
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, AttemptEvent, Obstacle, RequestedAction, Stage
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import because
from tui_pos.desk.payments import attempt_log, bookkeeping, call_failures, intent_status
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.backoff import StripeCall
from tui_pos.desk.payments.discrepancy import WrongAnswer
from tui_pos.simulator import Server
from tui_pos.terminal import Fault, UnknownOutcome

WHY = because("payment.reader_idle")

SAYINGS: dict[str, tuple[Stage, Callable[[AttemptWorker], object]]] = {
    "a wrong answer": (
        Stage.UNKNOWN,
        lambda worker: call_failures.mark_unknown(worker, WrongAnswer([]), StripeCall.FIND),
    ),
    "no answer": (
        Stage.SENT,
        lambda worker: call_failures.mark_unknown(worker, UnknownOutcome(Fault.NO_ANSWER), StripeCall.READ),
    ),
    "a refusal": (Stage.SENT, lambda worker: call_failures.count_refusal(worker, WHY, StripeCall.PROCESS)),
    "a call for a person": (Stage.SENT, lambda worker: call_failures.call_person(worker, WHY)),
    "an obstacle": (
        Stage.INTENT,
        lambda worker: call_failures.set_obstacle(worker, Obstacle.READER_OFFLINE, WHY),
    ),
    "a prompt": (Stage.SENT, intent_status.withdraw),
    "what a person asks": (
        Stage.SENT,
        lambda worker: attempt_log.ask(worker.desk, worker.attempt, RequestedAction.CANCEL),
    ),
}


@pytest.mark.parametrize("saying", SAYINGS)
def test_nothing_is_said_of_a_payment_that_ended_elsewhere(
    card_desk: Desk, simulator: Server, saying: str
) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron", email="ada@example.org")
    stage, say = SAYINGS[saying]
    watched = Watched(card_desk, begin(card_desk, order).attempt_id)
    watched._at["sent"] = watched.control.detach
    watched.run()
    with connected():
        attempt_id = watched.seen[-1].attempt_id
        Attempt.update(stage=stage).where(Attempt.id == attempt_id).execute()
        hung = AttemptWorker(desk=card_desk, attempt=attempt_log.load(attempt_id))
        bookkeeping.record_failure(
            card_desk, attempt_log.load(attempt_id), Stage.CANCELLED, "cancelled elsewhere"
        )
        simulator.refuse("cancel_action", 400)
        with pytest.raises(attempt_log.StaleAttempt):
            say(hung)
        last = AttemptEvent.select().where(AttemptEvent.attempt == attempt_id).order_by(AttemptEvent.id)
        assert [event.text for event in last][-1] == "cancelled elsewhere"
        assert attempt_log.load(attempt_id).stage == Stage.CANCELLED
