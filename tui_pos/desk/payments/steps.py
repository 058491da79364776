"""One step of a payment at a time: ask Stripe for the next thing, then write what became true.

Each step takes the attempt as it is stored, and answers how many seconds to wait before the next one.
"""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta

from peewee import IntegrityError

from tui_pos import clock
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.data.tables.registration import Order
from tui_pos.desk import duties
from tui_pos.desk.context import Desk
from tui_pos.desk.order import orders
from tui_pos.desk.order.balance import balance
from tui_pos.desk.payments import booking, journal
from tui_pos.desk.payments.settle import (
    PICK_UP,
    Drive,
    obstacle,
    read,
    settle,
    taken_by_other,
    unknown,
    withdraw,
)
from tui_pos.desk.payments.state import is_stuck
from tui_pos.terminal import (
    Intent,
    Misconfigured,
    NotFound,
    RateLimited,
    ReaderBusy,
    ReaderOffline,
    Refused,
    TerminalError,
    UnknownOutcome,
)

CLOCK_SKEW = timedelta(hours=1)
"""How wrong this host's clock may be when the intent of a lost answer is looked for by its time."""

OBSTACLES: tuple[tuple[type[TerminalError], str], ...] = (
    (ReaderOffline, "reader_offline"),
    (ReaderBusy, "reader_busy"),
    (RateLimited, "rate_limited"),
    (NotFound, "reader_unknown"),
    (Misconfigured, "misconfigured"),
    (TerminalError, "refused"),
)
"""What kept the payment from the reader, first match; the words are in ``words.OBSTACLES``."""


def step(drive: Drive) -> float:
    """Do what the stage asks for; seconds to wait before the next step."""
    stage = Stage(drive.attempt.stage)
    if drive.attempt.wants == "cancel" and may_cancel(drive.attempt):
        return cancel(drive)
    if is_stuck(drive.attempt):
        return look_again(drive)
    pause = STEPS[stage](drive)
    if Stage(drive.attempt.stage) is not Stage.UNKNOWN:
        drive.silences = 0
    return pause


def may_cancel(attempt: Attempt) -> bool:
    """Whether asking Stripe to cancel makes sense now: not before the outcome of the last call is known, and
    not while the bank is being asked, unless it takes too long to be true."""
    stage = Stage(attempt.stage)
    if stage is Stage.AUTHORIZING:
        return clock.now() - attempt.updated_at > PICK_UP
    return stage is not Stage.UNKNOWN


def create(drive: Drive) -> float:
    """Ask Stripe for the intent; before asking a second time, look whether the first one arrived."""
    attempt = drive.attempt
    try:
        found = find_intent(drive) if attempt.create_tries else None
    except RateLimited:
        return drive.patience()
    except TerminalError as error:
        return unknown(drive, error)
    try:
        intent = found or ask_for_intent(drive)
    except UnknownOutcome as error:
        return unknown(drive, error)
    except RateLimited:
        return drive.patience()
    except TerminalError as error:
        booking.closed(drive.desk, attempt, Stage.FAILED, error.message, message=error.message)
        return 0
    booking.intent_exists(drive.desk, attempt, intent)
    return 0


def ask_for_intent(drive: Drive) -> Intent:
    """Create the intent. Each try has its own key: a stored fault would be replayed under the old one, and an
    intent too many that no reader shows holds no money."""
    attempt = drive.attempt
    journal.update(attempt, create_tries=attempt.create_tries + 1)
    return drive.terminal.create_intent(
        attempt.amount,
        attempt.currency,
        metadata=metadata(attempt, drive.desk),
        description=f"Order {attempt.order.reference} at {attempt.station}",
        key=f"{attempt.key}-create-{attempt.create_tries}",
    )


def find_intent(drive: Drive) -> Intent | None:
    """The attempt's intent at Stripe, by our key in its metadata. Raises TerminalError."""
    since = drive.attempt.created_at - CLOCK_SKEW
    for intent in drive.terminal.intents_created(since, None):
        if intent.metadata.get("attempt") == drive.attempt.key:
            return intent
    return None


def metadata(attempt: Attempt, desk: Desk) -> Mapping[str, str]:
    """Our own keys always; ``order_id`` alone makes the web site's webhook act on the order.

    That webhook marks the order paid whatever the amount and moves the attendee to it, so the key is set only
    where both are right: nothing is due beside this live attempt, and paying registers the buyer.
    """
    order: Order = attempt.order
    keys = {
        "conference": desk.conference.slug,
        "order": order.reference,
        "attempt": attempt.key,
        "station": attempt.station,
        "terminal": "true",
        "installation": desk.installation,
    }
    if balance(order).due <= 0 and orders.registers_buyer(order):
        keys["order_id"] = str(order.id)
    return keys


def send(drive: Drive) -> float:
    """Show the payment on the reader, unless the reader is somebody else's at this moment."""
    attempt = drive.attempt
    assert attempt.intent_id is not None
    if given_up(drive):
        return 0
    try:
        reader = drive.terminal.reader(attempt.reader_id)
    except UnknownOutcome as error:
        return obstacle(drive, "no_answer", error.message)
    except TerminalError as error:
        return obstacle(drive, code_for(error), error.message)
    if taken_by_other(reader, attempt.intent_id):
        return obstacle(drive, "reader_taken", "The reader shows another payment.")
    while duties.is_taken(display_duty(attempt.reader_id)):
        time.sleep(drive.desk.poll_seconds / 10)
    journal.update(attempt, times_sent=attempt.times_sent + 1, sent_at=clock.now())
    try:
        drive.terminal.process(attempt.reader_id, attempt.intent_id)
    except UnknownOutcome as error:
        return unknown(drive, error)
    except Refused as error:
        if error.code == "intent_invalid_state":
            return unknown(drive, error)
        return obstacle(drive, code_for(error), error.message)
    except TerminalError as error:
        return obstacle(drive, code_for(error), error.message)
    shown = f"reader {attempt.reader_label or attempt.reader_id} shows the amount"
    journal.move(drive.desk, attempt, Stage.SENT, shown, decline_code="", message="")
    return 0


def given_up(drive: Drive) -> bool:
    """Whether the order does not want the payment any more; it is then to be cancelled."""
    problem = booking.unwanted(drive.desk, drive.attempt)
    if problem:
        journal.ask(drive.desk, drive.attempt, "cancel", problem)
    return bool(problem)


def switch(drive: Drive, reader_id: str, reader_label: str) -> float:
    """Show the same payment on another reader, unless the first one is reading a card at this moment.

    A dead reader cannot be told to stop; that is safe, because both would take the same payment once.
    """
    attempt = drive.attempt
    if attempt.times_sent and isinstance(withdraw(drive), ReaderBusy):
        return drive.desk.poll_seconds
    label = reader_label or reader_id
    to_reader = {"reader_id": reader_id, "reader_label": reader_label}
    try:
        if Stage(attempt.stage) is Stage.INTENT:
            journal.update(attempt, **to_reader)
        else:
            journal.move(drive.desk, attempt, Stage.INTENT, f"to be shown on {label}", **to_reader)
    except IntegrityError:
        return obstacle(drive, "reader_taken", f"Another payment is live on {label}.")
    return send(drive)


def display_duty(reader_id: str) -> str:
    """The duty under which a cart is written on a reader's display: it would take a payment's place.

    Whoever takes it looks for a live payment afterwards, and a payment is live before it is sent: so one of
    the two always sees the other. It lasts seconds.
    """
    return f"display:{reader_id}"


def code_for(error: TerminalError) -> str:
    """The obstacle that an error of the reader stands for."""
    return next(code for kind, code in OBSTACLES if isinstance(error, kind))


def recheck(drive: Drive) -> float:
    """The outcome of a call is not known: find out where the payment is."""
    if drive.attempt.intent_id is not None:
        return read(drive)
    return give_up_unseen(drive) if drive.attempt.wants == "cancel" else create(drive)


def give_up_unseen(drive: Drive) -> float:
    """A create without answer, and the payment was given up: find the intent to cancel it."""
    try:
        found = find_intent(drive)
    except TerminalError as error:
        return unknown(drive, error)
    if found is not None:
        booking.intent_exists(drive.desk, drive.attempt, found)
    else:
        booking.closed(drive.desk, drive.attempt, Stage.CANCELLED, "cancelled; Stripe never had the payment")
    return 0


def capture(drive: Drive) -> float:
    """Take the held money, if the order still wants it. Stripe captures once only, so a repeat after reading
    that it is not captured has a fresh key: a stored fault would be replayed under the old one."""
    attempt = drive.attempt
    assert attempt.intent_id is not None
    try:
        if attempt.capture_tries:
            intent = drive.terminal.intent(attempt.intent_id)
            if intent.status != "requires_capture":
                return settle(drive, intent)
        if given_up(drive):
            return 0
        journal.update(attempt, capture_tries=attempt.capture_tries + 1)
        key = f"{attempt.key}-capture-{attempt.capture_tries}"
        return settle(drive, drive.terminal.capture(attempt.intent_id, key=key))
    except (RateLimited, Misconfigured) as error:
        journal.update(attempt, message=error.message)
        return drive.patience()
    except TerminalError as error:
        return unknown(drive, error)


def cancel(drive: Drive) -> float:
    """Withdraw the prompt and give up the intent, each whatever became of the other; Stripe decides."""
    attempt = drive.attempt
    if attempt.intent_id is None:
        booking.closed(drive.desk, attempt, Stage.CANCELLED, "cancelled before Stripe was asked")
        return 0
    if attempt.times_sent and Stage(attempt.stage) is not Stage.AUTHORIZED:
        withdraw(drive)
    booking.unlink(attempt.payment_id)
    try:
        intent = drive.terminal.cancel_intent(attempt.intent_id)
    except RateLimited:
        return drive.patience()
    except TerminalError as error:
        return unknown(drive, error)
    return settle(drive, intent)


def look_again(drive: Drive) -> float:
    """While a person decides: a card may have been approved late, or the hold may have run out."""
    if drive.attempt.times_sent:
        read(drive)
    return drive.desk.poll_seconds * 5


STEPS: dict[Stage, Callable[[Drive], float]] = {
    Stage.CREATED: create,
    Stage.INTENT: send,
    Stage.SENT: read,
    Stage.AUTHORIZING: read,
    Stage.AUTHORIZED: capture,
    Stage.UNKNOWN: recheck,
}
"""What a stage asks for while no person has to decide."""
