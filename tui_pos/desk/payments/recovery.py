"""Recovering payments that nobody watches: read Stripe, then book, capture or release.

Nothing is ever sent to a reader from here: nobody may be standing in front of it.
"""

import logging
import time
from datetime import timedelta

from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import FINAL_STAGES, Attempt, CaptureMode, RequestedAction, Stage
from tui_pos.desk import lease_owners
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused, because
from tui_pos.desk.payments import (
    attempt_log,
    bookkeeping,
    transitions,
)
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.backoff import StripeCall
from tui_pos.desk.payments.call_failures import handle_failure
from tui_pos.desk.payments.intent_status import read
from tui_pos.desk.payments.state import PaymentState, payment_state
from tui_pos.terminal import TerminalError

log = logging.getLogger(__name__)

MOST_STEPS = 30
"""A payment that has not ended after this many steps is left for the next run."""

MOST_SILENCES = 3
"""After so many calls without an answer Stripe is not asked again in this run."""

AT_WORK = (Stage.AUTHORIZING, Stage.UNKNOWN)


def recover(desk: Desk) -> tuple[PaymentState, ...]:
    """Advance every live payment of the conference that nobody holds a lease on; answers where each is now.

    Captured money is booked, a held amount is captured if its order still wants it and released if not; where
    a conference captures on a key it stays held until somebody confirms it or the hold runs out. A
    payment that no card was presented for is given up once it was left alone for ``desk.prompt_seconds``
    longer than a lease; until then any station may go on with it.
    """
    return tuple(state for attempt_id in _abandoned(desk) if (state := _recover_attempt(desk, attempt_id)))


def _abandoned(desk: Desk) -> list[int]:
    now = clock.now()
    with connected():
        query = Attempt.select().where(
            Attempt.conference == desk.conference.id, Attempt.finished_at.is_null()
        )
        return [
            row.id
            for row in query.order_by(Attempt.id)
            if not attempt_log.is_watched(row, now) or lease_owners.is_gone(row.lease_owner)
        ]


def _recover_attempt(desk: Desk, attempt_id: int) -> PaymentState | None:
    """Where the payment is in the end; None when somebody else took it up, or it is not of the key in use."""
    owner = lease_owners.new_owner(desk)
    with connected():
        try:
            worker = AttemptWorker(desk=desk, attempt=attempt_log.load(attempt_id))
            attempt_log.take_lease(desk, worker.attempt, owner)
        except Refused:
            return None
    log.info("attempt %d was left alone and is taken up", attempt_id)
    with attempt_log.given_back(worker.attempt, owner):
        with connected():
            worker.attempt = attempt_log.load(attempt_id)  # whoever had the lease may have ended it
        for _ in range(MOST_STEPS):
            with connected(), attempt_log.one_step():
                pause = _step(worker, owner)
            if pause is None:
                break
            time.sleep(pause)
        with connected():
            return payment_state(attempt_log.load(attempt_id))


def _step(worker: AttemptWorker, owner: str) -> float | None:
    """One step towards an end; the pause before the next one, None when there is none to take."""
    if Stage(worker.attempt.stage) in FINAL_STAGES or transitions.until_retry(worker.attempt):
        return None
    try:
        attempt_log.renew_lease(worker.attempt, owner)
        pause = _advance(worker)
    except attempt_log.StaleAttempt:
        pause = 0.0
    worker.attempt = attempt_log.load(worker.attempt.id)
    ended = Stage(worker.attempt.stage) in FINAL_STAGES or worker.attempt.lease_owner != owner
    later = worker.pace.in_a_row > MOST_SILENCES or transitions.until_retry(worker.attempt) > 0
    return None if ended or later else pause


def _advance(worker: AttemptWorker) -> float | None:
    attempt, stage = worker.attempt, Stage(worker.attempt.stage)
    if attempt.intent_id is None:
        return _look_for_intent(worker)
    if stage is Stage.AUTHORIZED and attempt.requested_action != RequestedAction.CANCEL:
        return (
            _wait_for_a_person(worker)
            if attempt.capture_mode == CaptureMode.CONFIRM and not attempt.requested_action
            else transitions.capture(worker)
        )
    if attempt.requested_action == RequestedAction.CANCEL and transitions.may_cancel(attempt):
        return transitions.cancel(worker)
    before = stage
    pause = read(worker)
    now = Stage(attempt.stage)
    if now in AT_WORK or now is not before or now in FINAL_STAGES:
        return pause
    return _give_up_if_old(worker)


def _wait_for_a_person(worker: AttemptWorker) -> float | None:
    """Leave money that is captured on a key unconfirmed.

    It is only read whether the hold has ended, and released when the order must not be charged any more.
    """
    read(worker)
    if Stage(worker.attempt.stage) is Stage.AUTHORIZED and not transitions.abandon(worker):
        return None
    return 0


def _look_for_intent(worker: AttemptWorker) -> float | None:
    """Stripe may never have been asked, or its answer was lost."""
    if worker.attempt.create_tries:
        try:
            found = worker.find()
        except TerminalError as error:
            return handle_failure(worker, error, StripeCall.FIND)
        if found is not None:
            bookkeeping.record_intent(worker.desk, worker.attempt, found)
            return 0
    if not _is_old(worker):
        return None
    bookkeeping.record_failure(worker.desk, worker.attempt, Stage.CANCELLED, because("event.given_up_unseen"))
    return 0


def _give_up_if_old(worker: AttemptWorker) -> float | None:
    if not _is_old(worker):
        return None
    attempt_log.ask(worker.desk, worker.attempt, RequestedAction.CANCEL, because("payment.given_up"))
    return 0


def _is_old(worker: AttemptWorker) -> bool:
    attempt = worker.attempt
    last = attempt.sent_at or attempt.created_at
    return clock.now() - last > timedelta(seconds=worker.desk.prompt_seconds) + attempt_log.LEASE
