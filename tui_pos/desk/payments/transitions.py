"""One step of a payment at a time: ask Stripe for the next thing, then write what became true.

Each step takes the attempt as it is stored, and answers how many seconds to wait before the next one.
"""

import time
from collections.abc import Callable, Mapping

from peewee import IntegrityError

from tui_pos.core import clock
from tui_pos.data.tables.desk import Attempt, Obstacle, RequestedAction, Stage
from tui_pos.desk import leases
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.leases import has_lapsed
from tui_pos.desk.payments import attempt_log, bookkeeping
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.backoff import LONGEST_PAUSE, StripeCall
from tui_pos.desk.payments.call_failures import handle_failure, is_missing, set_obstacle
from tui_pos.desk.payments.intent_status import (
    ENDED,
    PICK_UP,
    PROCESS,
    follow,
    handle_refusal,
    read,
    taken_by_other,
    unless_paid,
    waiting,
    withdraw,
)
from tui_pos.desk.payments.notices import is_stuck
from tui_pos.desk.stored_reasons import pack
from tui_pos.terminal import (
    Answer,
    Intent,
    Misconfigured,
    NotFound,
    RateLimited,
    ReaderBusy,
    ReaderOffline,
    TerminalError,
    UnknownOutcome,
)

EVERY_LOOKS = 5
"""While a card is waited for, the payment itself is read at every so many polls of the reader."""

OBSTACLES: tuple[tuple[type[TerminalError], Obstacle], ...] = (
    (ReaderOffline, Obstacle.READER_OFFLINE),
    (ReaderBusy, Obstacle.READER_BUSY),
    (RateLimited, Obstacle.RATE_LIMITED),
    (NotFound, Obstacle.READER_UNKNOWN),
    (Misconfigured, Obstacle.MISCONFIGURED),
    (TerminalError, Obstacle.REFUSED),
)
"""The obstacle for each error of the reader, the first match counts."""


def step(worker: AttemptWorker) -> float:
    """Do what the stage asks for; seconds to wait before the next step."""
    attempt = worker.attempt
    if wait := until_retry(attempt):
        return wait
    if attempt.requested_action == RequestedAction.CANCEL and may_cancel(attempt):
        return cancel(worker)
    if is_stuck(attempt):
        return look_again(worker)
    return STEPS[Stage(attempt.stage)](worker)


def until_retry(attempt: Attempt) -> float:
    """Seconds until Stripe may be asked again after it refused; 0 when now."""
    now = clock.now()
    if attempt.retry_at is None or has_lapsed(attempt.retry_at, LONGEST_PAUSE, now):
        return 0.0
    return float((attempt.retry_at - now).total_seconds())


def may_cancel(attempt: Attempt) -> bool:
    """Whether asking Stripe to cancel makes sense now.

    Not before the outcome of the last call is known, and not while the bank is being asked, unless that takes
    longer than ``PICK_UP``.
    """
    stage = Stage(attempt.stage)
    if stage is Stage.AUTHORIZING:
        return clock.now() - attempt.updated_at > PICK_UP
    return stage is not Stage.UNKNOWN


def create(worker: AttemptWorker) -> float:
    """Ask Stripe for the intent; before asking a second time, look whether the first one arrived."""
    attempt = worker.attempt
    if pause := max(worker.pace.left(StripeCall.FIND), worker.pace.left(StripeCall.CREATE)):
        return pause
    try:
        found = worker.find() if attempt.create_tries else None
    except TerminalError as error:
        return handle_failure(worker, error, StripeCall.FIND)
    try:
        intent = found or ask_for_intent(worker)
    except TerminalError as error:
        if not error.is_definite:
            return handle_failure(worker, error, StripeCall.CREATE)
        bookkeeping.record_failure(worker.desk, attempt, Stage.FAILED, error.reason, message=error.reason)
        return 0
    bookkeeping.record_intent(worker.desk, attempt, intent)
    if not intent.takes_cards_in_person:
        why = because("payment.no_cards_in_person", currency=attempt.currency)
        attempt_log.update(attempt, obstacle=Obstacle.NO_CARDS_IN_PERSON)
        attempt_log.ask(worker.desk, attempt, RequestedAction.CANCEL, why)
    return 0


def ask_for_intent(worker: AttemptWorker) -> Intent:
    """Create the intent.

    Each try has its own key: a stored fault would be replayed under the old one, and an intent too many that
    no reader shows holds no money.
    """
    attempt = worker.attempt
    attempt_log.update(attempt, create_tries=attempt.create_tries + 1)
    return worker.create(metadata(attempt, worker.desk), f"{attempt.key}-create-{attempt.create_tries}")


def metadata(attempt: Attempt, desk: Desk) -> Mapping[str, str]:
    """Our own keys alone.

    ``order_id`` would make the web site's webhook act on the order: it marks it paid whatever the amount, and
    revives one that was refunded.
    """
    return {
        "conference": desk.conference.slug,
        "order": attempt.order.reference,
        "attempt": attempt.key,
        "station": attempt.station,
        "terminal": "true",
        "installation": desk.installation,
    }


def send(worker: AttemptWorker) -> float:
    """Show the payment on the reader, unless the reader is somebody else's at this moment."""
    attempt = worker.attempt
    if abandon(worker):
        return 0
    try:
        reader = worker.reader()
    except UnknownOutcome as error:
        return kept_away(worker, Obstacle.NO_ANSWER, error.reason)
    except TerminalError as error:
        return kept_away(worker, obstacle_for(error), error.reason)
    if taken_by_other(reader, worker.intent_id):
        return kept_away(worker, Obstacle.READER_TAKEN, because("payment.reader_taken"))
    while leases.is_taken(display_lease(attempt.reader_id)):
        time.sleep(worker.desk.poll_seconds / 10)
    attempt_log.update(attempt, times_sent=attempt.times_sent + 1, sent_at=clock.now())
    try:
        worker.process()
    except TerminalError as error:
        return not_sent(worker, error)
    shown = because("event.shown", reader=attempt.reader_label or attempt.reader_id)
    worker.withdrawn = False
    attempt_log.move(worker.desk, attempt, Stage.SENT, shown, **attempt_log.CLEARED)
    return 0


def not_sent(worker: AttemptWorker, error: TerminalError) -> float:
    """The reader was not made to show it; a refusal may mean that a card has paid it already."""
    if error.answer is Answer.RATE_LIMITED and worker.attempt.times_sent == 1:
        return set_obstacle(worker, obstacle_for(error), error.reason)
    if error.answer is Answer.NONE or is_missing(error, StripeCall.PROCESS):
        return handle_failure(worker, error, StripeCall.PROCESS)
    return unless_paid(worker, lambda _: set_obstacle(worker, obstacle_for(error), error.reason))


def kept_away(worker: AttemptWorker, found: Obstacle, why: Reason) -> float:
    """The reader was not asked to show it; where one was asked before, a card may have paid it since."""
    if not worker.attempt.times_sent:
        return set_obstacle(worker, found, why)
    return unless_paid(worker, lambda _: set_obstacle(worker, found, why))


def abandon(worker: AttemptWorker) -> bool:
    """Whether the order does not want the payment any more; it is then to be cancelled."""
    why = bookkeeping.recheck_order(worker.desk, worker.attempt)
    if why is not None:
        attempt_log.ask(worker.desk, worker.attempt, RequestedAction.CANCEL, why)
    return why is not None


def switch(worker: AttemptWorker, reader_id: str, reader_label: str) -> float:
    """Show the same payment on another reader, unless the first one is reading a card at this moment.

    A dead reader cannot be told to stop; that is safe, because both would take the same payment once.
    """
    attempt = worker.attempt
    if attempt.times_sent and isinstance(withdraw(worker), ReaderBusy):
        return worker.desk.poll_seconds
    label = reader_label or reader_id
    to_reader = {"reader_id": reader_id, "reader_label": reader_label}
    try:
        if Stage(attempt.stage) is Stage.INTENT:
            attempt_log.update(attempt, **to_reader)
        else:
            said = because("event.switched", reader=label)
            attempt_log.move(worker.desk, attempt, Stage.INTENT, said, **to_reader)
    except IntegrityError:
        return kept_away(worker, Obstacle.READER_TAKEN, because("payment.reader_taken_by", reader=label))
    return send(worker)


def display_lease(reader_id: str) -> str:
    """The name of the lease under which a cart is written on a reader's display.

    The cart would take a payment's place. Whoever takes the lease looks for a live payment afterwards, and a
    payment is live before it is sent: so one of the two always sees the other. It lasts seconds.
    """
    return f"display:{reader_id}"


def obstacle_for(error: TerminalError) -> Obstacle:
    """The obstacle that an error of the reader stands for."""
    return next(found for kind, found in OBSTACLES if isinstance(error, kind))


def recheck(worker: AttemptWorker) -> float:
    """The outcome of a call is not known: find out where the payment is."""
    if worker.attempt.intent_id is not None:
        return read(worker)
    return (
        give_up_unseen(worker)
        if worker.attempt.requested_action == RequestedAction.CANCEL
        else create(worker)
    )


def give_up_unseen(worker: AttemptWorker) -> float:
    """A create without answer, and the payment was given up: find the intent to cancel it."""
    if pause := worker.pace.left(StripeCall.FIND):
        return pause
    try:
        found = worker.find()
    except TerminalError as error:
        return handle_failure(worker, error, StripeCall.FIND)
    if found is not None:
        bookkeeping.record_intent(worker.desk, worker.attempt, found)
    else:
        bookkeeping.record_failure(
            worker.desk, worker.attempt, Stage.CANCELLED, because("event.cancelled_unseen")
        )
    return 0


def capture(worker: AttemptWorker) -> float:
    """Take the held money, if the order may still be charged; a repeat reads first whether it is held."""
    if pause := max(worker.pace.left(StripeCall.CAPTURE), worker.pace.left(StripeCall.READ)):
        return pause
    if worker.attempt.capture_tries:
        try:
            intent = worker.read()
        except TerminalError as error:
            return handle_failure(worker, error, StripeCall.READ)
        if intent.status != "requires_capture":
            return follow(worker, intent)
    return 0 if abandon(worker) else ask_for_capture(worker)


def ask_for_capture(worker: AttemptWorker) -> float:
    """Capture under a key of this try's own.

    Stripe captures once only whatever the key, and would replay a stored fault under the old one.
    """
    attempt = worker.attempt
    attempt_log.update(attempt, capture_tries=attempt.capture_tries + 1)
    try:
        intent = worker.capture(f"{attempt.key}-capture-{attempt.capture_tries}")
    except TerminalError as error:
        return handle_call_failure(worker, error, StripeCall.CAPTURE)
    if intent.status == "requires_capture":
        return handle_refusal(worker, because("payment.still_held"), StripeCall.CAPTURE)
    return follow(worker, intent)


def cancel(worker: AttemptWorker) -> float:
    """Withdraw the prompt and give up the intent, each whatever became of the other; Stripe decides."""
    attempt = worker.attempt
    if attempt.intent_id is None:
        if attempt.create_tries:
            return give_up_unseen(worker)
        bookkeeping.record_failure(
            worker.desk, attempt, Stage.CANCELLED, because("event.cancelled_before_asking")
        )
        return 0
    if pause := worker.pace.left(StripeCall.CANCEL):
        return pause
    if attempt.times_sent and Stage(attempt.stage) is not Stage.AUTHORIZED:
        withdraw(worker)
    bookkeeping.detach_intent(attempt.payment_id)
    try:
        intent = worker.cancel()
    except TerminalError as error:
        return handle_call_failure(worker, error, StripeCall.CANCEL)
    if intent.status not in ENDED:
        return handle_refusal(worker, because("payment.status", status=intent.status), StripeCall.CANCEL)
    return follow(worker, intent)


def handle_call_failure(worker: AttemptWorker, error: TerminalError, call: StripeCall) -> float:
    """A capture or a cancel failed: a refusal is handled as one, any other error as for every call."""
    if error.is_definite and not is_missing(error, call):
        return handle_refusal(worker, error.reason, call)
    if error.answer is Answer.RATE_LIMITED and worker.attempt.message != pack(error.reason):
        attempt_log.update(worker.attempt, message=error.reason)
    return handle_failure(worker, error, call)


def look_again(worker: AttemptWorker) -> float:
    """While a person decides: a card may have been approved late, or the hold may have run out."""
    pause = read(worker) if worker.attempt.times_sent else 0
    return max(pause, worker.desk.poll_seconds * 5)


def look_at_reader(worker: AttemptWorker) -> float:
    """While a card is waited for, poll the reader, and read the payment once the reader does not show it.

    The payment is also read at every ``EVERY_LOOKS``th poll, for changes that the reader does not report.
    """
    if pause := worker.pace.left(StripeCall.READER):
        return pause
    worker.looks += 1
    if worker.looks % EVERY_LOOKS == 0:
        return read(worker)
    try:
        reader = worker.reader()
    except TerminalError:
        return read(worker)
    action = reader.action
    shown = action is not None and action.type == PROCESS and action.intent_id == worker.intent_id
    if shown and action is not None and action.status == "in_progress":
        return waiting(worker)
    return read(worker)


STEPS: dict[Stage, Callable[[AttemptWorker], float]] = {
    Stage.CREATED: create,
    Stage.INTENT: send,
    Stage.SENT: look_at_reader,
    Stage.AUTHORIZING: read,
    Stage.AUTHORIZED: capture,
    Stage.UNKNOWN: recheck,
}
"""What a stage asks for while no person has to decide."""
