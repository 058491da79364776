"""What each status of the intent leads to, read with the reader where that is not enough, and written down.

Every function answers how many seconds to wait before the next step. Moves that another process made
meanwhile surface as ``attempt_log.StaleAttempt``.
"""

from collections.abc import Callable
from datetime import timedelta

from tui_pos.core import clock
from tui_pos.data.tables.desk import Obstacle, Stage
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.payments import attempt_log, bookkeeping
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.backoff import StripeCall
from tui_pos.desk.payments.call_failures import (
    call_person,
    count_refusal,
    handle_failure,
    is_missing,
    set_obstacle,
)
from tui_pos.desk.payments.notices import is_stuck
from tui_pos.desk.payments.reader_failures import on_reader_failure
from tui_pos.desk.stored_reasons import pack
from tui_pos.terminal import Intent, NotFound, Reader, TerminalError

PICK_UP = timedelta(seconds=15)
"""A reader that does not show the payment this long after it acknowledged has lost it."""

AT_WORK_FOR = timedelta(seconds=60)
"""A bank that is still being asked after so long needs a person."""

PROCESS = "process_payment_intent"
LAPSED = ("automatic", "expired")


def read(worker: AttemptWorker) -> float:
    """Read the intent and move the attempt to the stage that its status means."""
    if pause := worker.pace.left(StripeCall.READ):
        return pause
    try:
        intent = worker.read()
    except TerminalError as error:
        return handle_failure(worker, error, StripeCall.READ)
    return follow(worker, intent)


def follow(worker: AttemptWorker, intent: Intent) -> float:
    """Move the attempt to the stage that the intent's status means; an unknown status is handled too."""
    return HANDLING.get(intent.status, handle_at_work)(worker, intent)


def handle_held(worker: AttemptWorker, intent: Intent) -> float:
    """A card was approved and its money is held."""
    if Stage(worker.attempt.stage) is not Stage.AUTHORIZED:
        bookkeeping.authorized(worker.desk, worker.attempt, intent)
    # A capture that was refused is not repeated at once.
    return worker.desk.poll_seconds if worker.attempt.capture_tries else 0


def handle_captured(worker: AttemptWorker, intent: Intent) -> float:
    """The money was captured, by us or at once, as single-message networks (Interac, eftpos) do."""
    bookkeeping.captured(worker.desk, worker.attempt, intent)
    return 0


def handle_canceled(worker: AttemptWorker, intent: Intent) -> float:
    """The payment was given up, or its hold ran out."""
    desk, attempt = worker.desk, worker.attempt
    if intent.cancellation_reason in LAPSED:
        bookkeeping.record_failure(desk, attempt, Stage.EXPIRED, because("event.hold_ran_out"))
    elif attempt.obstacle == Obstacle.NO_CARDS_IN_PERSON:
        bookkeeping.record_failure(desk, attempt, Stage.FAILED, attempt.message)
    else:
        bookkeeping.record_failure(desk, attempt, Stage.CANCELLED, because("event.cancelled"))
    return 0


def handle_at_work(worker: AttemptWorker, intent: Intent) -> float:
    """Neither paid nor unpaid: the bank is being asked, or the status is one that this program does not know.

    Money that was held stays AUTHORIZED until Stripe says what became of it. After ``AT_WORK_FOR`` a person
    is called; until then and afterwards the payment is read on.
    """
    desk, attempt, status = worker.desk, worker.attempt, intent.status
    stage = Stage(attempt.stage)
    if stage is Stage.AUTHORIZED:
        found = because("payment.held_money_is", status=status)
        if attempt.message != pack(found):
            attempt_log.tell(desk, attempt, found, message=found)
    elif stage is not Stage.AUTHORIZING:
        read_card = status in CARD_READ
        said = because("event.card_read") if read_card else because("event.status", status=status)
        attempt_log.move(desk, attempt, Stage.AUTHORIZING, said, **attempt_log.CLEARED)
    if attempt.problem:
        return desk.poll_seconds * 10
    if clock.now() - attempt.updated_at > AT_WORK_FOR:
        return call_person(worker, because("payment.at_work_too_long", status=status))
    return desk.poll_seconds


def handle_unpaid(worker: AttemptWorker, intent: Intent) -> float:
    """No money yet: the reader says whether it waits for a card, gave up, or shows something else."""
    attempt = worker.attempt
    if Stage(attempt.stage) is Stage.AUTHORIZED:
        return handle_at_work(worker, intent)
    if not attempt.times_sent:
        if Stage(attempt.stage) is not Stage.INTENT:
            attempt_log.move(worker.desk, attempt, Stage.INTENT, because("event.not_shown"))
        return 0
    if pause := worker.pace.left(StripeCall.READER):
        return pause
    try:
        reader = worker.reader()
    except NotFound as error:
        return (
            worker.desk.poll_seconds
            if is_stuck(attempt)
            else set_obstacle(worker, Obstacle.READER_UNKNOWN, error.reason)
        )
    except TerminalError as error:
        return handle_failure(worker, error, StripeCall.READER)
    return by_reader(worker, reader, intent.id)


def by_reader(worker: AttemptWorker, reader: Reader, intent_id: str) -> float:
    """What the reader does with a payment that holds no money."""
    action = reader.action
    if action is None or action.type != PROCESS or action.intent_id != intent_id:
        return not_shown(worker, reader)
    if action.status == "failed":
        if is_stuck(worker.attempt):
            return worker.desk.poll_seconds  # told already
        return unless_paid(worker, lambda intent: on_reader_failure(worker, action, intent))
    if action.status == "in_progress":
        return waiting(worker)
    return worker.desk.poll_seconds / 10  # succeeded after the intent was read: read it again


def waiting(worker: AttemptWorker) -> float:
    """The reader waits for a card; the prompt is withdrawn after ``desk.prompt_seconds`` without one."""
    attempt = worker.attempt
    if Stage(attempt.stage) is not Stage.SENT:
        attempt_log.move(worker.desk, attempt, Stage.SENT, because("event.waiting"), **attempt_log.CLEARED)
    since = attempt.sent_at or attempt.updated_at
    too_long = clock.now() - since > timedelta(seconds=worker.desk.prompt_seconds)
    if too_long and not worker.pace.left(StripeCall.WITHDRAW) and withdraw(worker) is None:
        why = because("payment.nobody_paid", seconds=worker.desk.prompt_seconds)
        return unless_paid(worker, lambda _: set_obstacle(worker, Obstacle.NOBODY_PAID, why))
    return worker.desk.poll_seconds


def not_shown(worker: AttemptWorker, reader: Reader) -> float:
    """The reader shows something else or nothing; a prompt just sent gets time to appear."""
    attempt = worker.attempt
    if is_stuck(attempt):
        return worker.desk.poll_seconds
    if taken_by_other(reader, worker.intent_id):
        return set_obstacle(worker, Obstacle.READER_TAKEN, because("payment.reader_taken_over"))
    sent_at = None if worker.withdrawn else attempt.sent_at
    fresh = sent_at is not None and clock.now() - sent_at < PICK_UP
    if fresh and Stage(attempt.stage) is Stage.SENT:
        return worker.desk.poll_seconds
    return set_obstacle(worker, Obstacle.READER_IDLE, because("payment.reader_idle"))


def taken_by_other(reader: Reader, intent_id: str) -> bool:
    """Whether the reader is at work on something that is not this payment."""
    action = reader.action
    if action is None or action.status != "in_progress" or action.type == "set_reader_display":
        return False
    return action.type != PROCESS or action.intent_id != intent_id


def unless_paid(worker: AttemptWorker, then: Callable[[Intent], float]) -> float:
    """Before saying that nothing was charged, read once more: it may have been approved after all."""
    try:
        intent = worker.read()
    except TerminalError as error:
        return handle_failure(worker, error, StripeCall.READ)
    return then(intent) if intent.status == "requires_payment_method" else follow(worker, intent)


def handle_refusal(worker: AttemptWorker, why: Reason, call: StripeCall) -> float:
    """Stripe decided against a capture or a cancel: look once whether the payment is over, then wait.

    The stage stays; each refusal in a row is waited for longer, and some of them call for a person.
    """
    attempt = worker.attempt
    pause = count_refusal(worker, why, call)
    try:
        intent = worker.read()
    except TerminalError as error:
        return (
            pause
            if error.is_definite and not is_missing(error, StripeCall.READ)
            else handle_failure(worker, error, StripeCall.READ)
        )
    newly_held = intent.status == "requires_capture" and Stage(attempt.stage) is not Stage.AUTHORIZED
    return follow(worker, intent) if newly_held or intent.status in ENDED else pause


def withdraw(worker: AttemptWorker) -> TerminalError | None:
    """Take our prompt off the reader; answers why the reader would not, as while it authorises a card."""
    attempt = worker.attempt
    try:
        worker.withdraw()
    except TerminalError as error:
        attempt_log.tell(worker.desk, attempt, because("event.not_withdrawn", why=error.reason))
        return error
    return None


CARD_READ = ("requires_confirmation", "processing")
"""The statuses of a payment whose card was read and whose bank has not answered."""

ENDED = ("succeeded", "canceled")

HANDLING: dict[str, Callable[[AttemptWorker, Intent], float]] = {
    "requires_payment_method": handle_unpaid,
    "requires_confirmation": handle_at_work,
    "requires_action": handle_at_work,
    "requires_reauthorization": handle_at_work,
    "processing": handle_at_work,
    "requires_capture": handle_held,
    "succeeded": handle_captured,
    "canceled": handle_canceled,
}
"""What each of Stripe's statuses leads to; one that is not here is handled as ``handle_at_work``."""
