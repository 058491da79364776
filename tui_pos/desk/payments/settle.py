"""Where a payment truly is: read the intent, and where that is not enough the reader; write what they say.

Every function answers how many seconds to wait before the next step. Moves that another process made
meanwhile surface as ``journal.Overtaken``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tui_pos import clock
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import booking, journal
from tui_pos.desk.payments.state import is_stuck
from tui_pos.terminal import Intent, RateLimited, Reader, Terminal, TerminalError, decline_text

PICK_UP = timedelta(seconds=15)
"""A reader that does not show the payment this long after it acknowledged has swallowed it."""

PROCESS = "process_payment_intent"
LAPSED = ("automatic", "expired")


@dataclass(slots=True)
class Drive:
    """One watcher of one attempt: the desk, the account, and how often Stripe was silent in a row."""

    desk: Desk
    attempt: Attempt
    terminal: Terminal = field(init=False)
    silences: int = 0

    def __post_init__(self) -> None:
        self.terminal = self.desk.terminal

    def patience(self) -> float:
        """Seconds to wait after silence: longer each time, ten polls at the most."""
        self.silences += 1
        return self.desk.poll_seconds * min(1 << (self.silences - 1), 10)


def read(drive: Drive) -> float:
    """Read the intent back and go where it truly is."""
    assert drive.attempt.intent_id is not None
    try:
        intent = drive.terminal.intent(drive.attempt.intent_id)
    except RateLimited:
        return drive.patience()
    except TerminalError as error:
        return unknown(drive, error)
    return settle(drive, intent)


def settle(drive: Drive, intent: Intent) -> float:
    """Go where the intent says the payment is."""
    attempt, stage = drive.attempt, Stage(drive.attempt.stage)
    if intent.status == "requires_payment_method":
        return settle_unpaid(drive, intent)
    if intent.status == "requires_capture":
        if stage is not Stage.AUTHORIZED:
            booking.authorized(drive.desk, attempt, intent)
        return drive.desk.poll_seconds if attempt.capture_tries else 0  # a refused capture is not hurried
    if intent.status == "succeeded":
        booking.captured(drive.desk, attempt, intent)
        return 0
    if intent.status == "canceled":
        lapsed = intent.cancellation_reason in LAPSED
        end, text = (
            (Stage.EXPIRED, "the hold ran out") if lapsed else (Stage.CANCELLED, "Stripe says cancelled")
        )
        booking.closed(drive.desk, attempt, end, text)
        return 0
    if stage is not Stage.AUTHORIZING:
        journal.move(drive.desk, attempt, Stage.AUTHORIZING, "the card was read", decline_code="", message="")
    return drive.desk.poll_seconds


def settle_unpaid(drive: Drive, intent: Intent) -> float:
    """No money yet: the reader says whether it waits for a card, was declined, or shows something else."""
    attempt = drive.attempt
    if not attempt.times_sent:
        if Stage(attempt.stage) is not Stage.INTENT:
            journal.move(drive.desk, attempt, Stage.INTENT, "Stripe has the payment; no reader shows it")
        return 0
    try:
        reader = drive.terminal.reader(attempt.reader_id)
    except RateLimited:
        return drive.patience()
    except TerminalError as error:
        return unknown(drive, error)
    action = reader.action
    if action is None or action.type != PROCESS or action.intent_id != intent.id:
        return not_shown(drive, reader, intent)
    if action.status == "failed":
        return declined(drive, action.failure_code)
    if action.status == "in_progress":
        return waiting(drive)
    return drive.desk.poll_seconds / 10  # succeeded after the intent was read: read it again


def waiting(drive: Drive) -> float:
    """The reader waits for a card; the prompt is withdrawn when nobody came for too long."""
    attempt = drive.attempt
    if Stage(attempt.stage) is not Stage.SENT:
        journal.move(
            drive.desk, attempt, Stage.SENT, "the reader waits for a card", decline_code="", message=""
        )
    since = attempt.sent_at or attempt.updated_at
    too_long = clock.now() - since > timedelta(seconds=drive.desk.prompt_seconds)
    if too_long and withdraw(drive) is None:
        text = f"No card for {drive.desk.prompt_seconds} s; the prompt was withdrawn."
        return unless_paid(drive, lambda _: obstacle(drive, "nobody_paid", text))
    return drive.desk.poll_seconds


def not_shown(drive: Drive, reader: Reader, intent: Intent) -> float:
    """The reader shows something else or nothing; a prompt just sent gets time to appear."""
    attempt = drive.attempt
    if is_stuck(attempt):
        return drive.desk.poll_seconds
    if taken_by_other(reader, intent.id):
        return obstacle(drive, "reader_taken", "Another payment took over the reader.")
    fresh = attempt.sent_at is not None and clock.now() - attempt.sent_at < PICK_UP
    if fresh and Stage(attempt.stage) is Stage.SENT:
        return drive.desk.poll_seconds
    return obstacle(drive, "reader_idle", "The reader does not show the payment.")


def taken_by_other(reader: Reader, intent_id: str) -> bool:
    """Whether the reader is at work on something that is not this payment."""
    action = reader.action
    if action is None or action.status != "in_progress" or action.type == "set_reader_display":
        return False
    return action.type != PROCESS or action.intent_id != intent_id


def declined(drive: Drive, failure: str) -> float:
    """The reader gave up on a card."""
    if Stage(drive.attempt.stage) is Stage.DECLINED:
        return drive.desk.poll_seconds

    def say(intent: Intent) -> float:
        reason = intent.last_error
        code = (reason.decline_code or reason.code) if reason else failure
        text = decline_text(code or failure)
        journal.move(
            drive.desk, drive.attempt, Stage.DECLINED, f"declined: {text}", decline_code=code, message=text
        )
        return 0

    return unless_paid(drive, say)


def unless_paid(drive: Drive, then: Callable[[Intent], float]) -> float:
    """Before saying that nothing was charged, read once more: it may have been approved after all."""
    assert drive.attempt.intent_id is not None
    try:
        intent = drive.terminal.intent(drive.attempt.intent_id)
    except RateLimited:
        return drive.patience()
    except TerminalError as error:
        return unknown(drive, error)
    return then(intent) if intent.status == "requires_payment_method" else settle(drive, intent)


def unknown(drive: Drive, error: TerminalError) -> float:
    """Stripe may or may not have acted: say so, and read."""
    if Stage(drive.attempt.stage) is not Stage.UNKNOWN:
        journal.move(drive.desk, drive.attempt, Stage.UNKNOWN, error.message, message=error.message)
        return 0
    return drive.patience()


def obstacle(drive: Drive, code: str, text: str) -> float:
    """The payment is at Stripe but on no reader; a person decides how to go on."""
    attempt = drive.attempt
    if Stage(attempt.stage) is Stage.INTENT:
        if (attempt.decline_code, attempt.message) != (code, text):
            journal.update(attempt, decline_code=code, message=text)
            journal.note(drive.desk, attempt.id, Stage.INTENT, text)
    else:
        journal.move(drive.desk, attempt, Stage.INTENT, text, decline_code=code, message=text)
    return 0


def withdraw(drive: Drive) -> TerminalError | None:
    """Take our prompt off the reader; answers why the reader would not, as while it authorises a card."""
    attempt = drive.attempt
    assert attempt.intent_id is not None
    try:
        drive.terminal.cancel_reader_action(attempt.reader_id, attempt.intent_id)
    except TerminalError as error:
        journal.note(drive.desk, attempt.id, attempt.stage, f"prompt not withdrawn: {error.message}")
        return error
    return None
