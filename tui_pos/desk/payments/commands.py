"""Acting on a payment by its intent, as the commands do; and the training card."""

import time
from contextlib import suppress

from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, RequestedAction, Stage
from tui_pos.desk.access import permissions
from tui_pos.desk.context import Desk, Mode
from tui_pos.desk.errors import InvalidInput, NotFound, Refused
from tui_pos.desk.payments import attempt_log
from tui_pos.desk.payments.control import CommandQueue
from tui_pos.desk.payments.state import PaymentState, payment_state
from tui_pos.desk.payments.watcher import watch

ANSWERED_WITHIN = 25.0
"""Seconds after which a command answers where the payment is, even when it has not ended."""


def capture(desk: Desk, intent_id: str) -> PaymentState:
    """Take the money that a card payment holds; a payment captured before is answered as captured.

    Answers within ``ANSWERED_WITHIN`` and one call to Stripe. Raises NotPermitted, InvalidInput, NotFound and
    Refused when no money is held.
    """
    permissions.require(desk, permissions.Action.CAPTURE)
    now = _find(desk, intent_id)
    if now.stage is Stage.CAPTURED:
        return now
    if now.stage is not Stage.AUTHORIZED:
        raise Refused("not_authorized", intent=intent_id, notice=now.notice)
    control = CommandQueue()
    control.capture()
    return _drive_to_end(desk, now, control, {Stage.AUTHORIZED, Stage.UNKNOWN})


def cancel(desk: Desk, intent_id: str) -> PaymentState:
    """Withdraw the prompt and give up the payment, or release the hold; answers what Stripe says in the end.

    Answers within ``ANSWERED_WITHIN`` and one call to Stripe. Raises NotPermitted, InvalidInput, NotFound and
    Refused when it was paid already.
    """
    permissions.require(desk, permissions.Action.CANCEL)
    now = _find(desk, intent_id)
    if now.stage is Stage.CAPTURED:
        raise Refused("too_late", amount=now.amount, currency=now.currency)
    if not now.live:
        return now
    control = CommandQueue()
    control.cancel()
    try:
        return _drive_to_end(desk, now, control, set(Stage))
    except Refused as refusal:
        if refusal.code != "attempt_held":
            raise
    return _leave_to_its_watcher(desk, now.attempt_id, RequestedAction.CANCEL)


def _find(desk: Desk, intent_id: str) -> PaymentState:
    wanted = intent_id.strip()
    if not wanted:
        raise InvalidInput("payment_intent_required")
    with connected():
        attempt: Attempt | None = Attempt.get_or_none(
            Attempt.conference == desk.conference.id, Attempt.intent_id == wanted
        )
        if attempt is None:
            raise NotFound("payment_not_found")
        return payment_state(attempt)


def _drive_to_end(desk: Desk, now: PaymentState, control: CommandQueue, while_at: set[Stage]) -> PaymentState:
    """Watch until the payment is past the stages that the command acts in, or needs a person."""
    for seen, state in enumerate(watch(desk, now.attempt_id, control, seconds=ANSWERED_WITHIN)):
        now = state
        # The first state is from before the command, the second from before Stripe was asked.
        tried = seen > 1
        if now.stage not in while_at or (tried and now.problem):
            break
    return now


def _leave_to_its_watcher(desk: Desk, attempt_id: int, action: RequestedAction) -> PaymentState:
    """Commit what was asked for; the station that watches the payment acts, and is waited for."""
    deadline = clock.monotonic() + ANSWERED_WITHIN
    while True:
        with connected():
            attempt = attempt_log.load(attempt_id)
            if not attempt.requested_action and attempt.finished_at is None:
                with suppress(attempt_log.StaleAttempt):
                    attempt_log.ask(desk, attempt, action)
            now = payment_state(attempt)
        if not now.live or clock.monotonic() > deadline:
            return now
        time.sleep(desk.poll_seconds)


def present_card(desk: Desk, attempt_id: int, number: str) -> None:
    """In training, tap a test card on the payment's reader. Raises Refused outside training."""
    if desk.mode is not Mode.TRAINING:
        raise Refused("not_training")
    with connected():
        attempt = attempt_log.load(attempt_id)
    desk.terminal.present_card(attempt.reader_id, number)
