"""What a person is told of a payment, as one code, from its stage, obstacle and requested action."""

from datetime import timedelta
from enum import StrEnum

from tui_pos.core import clock
from tui_pos.data.tables.desk import FINAL_STAGES, Attempt, CaptureMode, Obstacle, RequestedAction, Stage
from tui_pos.desk.tones import Tone

LAST_CALL = timedelta(hours=12)
"""How long before the end of an authorisation people are warned."""


class Notice(StrEnum):
    """What is told of a payment; ``ui.messages.notices`` has the words.

    Most say the stage, or the obstacle while the stage is intent. DECLINED, CANCELLED, FAILED and EXPIRED are
    reached only because Stripe said so.
    """

    CREATED = "created"
    INTENT = "intent"
    SENT = "sent"
    AUTHORIZING = "authorizing"
    AUTHORIZED = "authorized"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    CAPTURED = "captured"
    CANCELLED = "cancelled"
    FAILED = "failed"
    EXPIRED = "expired"

    READER_OFFLINE = "reader_offline"
    READER_BUSY = "reader_busy"
    READER_TAKEN = "reader_taken"
    READER_IDLE = "reader_idle"
    READER_UNKNOWN = "reader_unknown"
    READER_GAVE_UP = "reader_gave_up"
    NOBODY_PAID = "nobody_paid"
    CUSTOMER_CANCELED = "customer_canceled"
    CONNECTION_ERROR = "connection_error"
    RATE_LIMITED = "rate_limited"
    NO_ANSWER = "no_answer"
    REFUSED = "refused"
    MISCONFIGURED = "misconfigured"

    CONFIRM = "confirm"
    """Money is held, in a conference that captures on a key."""
    RUNS_OUT = "runs_out"
    """Money is held, and the authorisation expires within ``LAST_CALL``."""
    STRIPE_REFUSES = "stripe_refuses"
    """Stripe decided against what was asked, and not yet so often that a person is called."""
    WRITTEN_OFF = "written_off"
    """A supervisor ended it without Stripe's word."""
    CANCELLING = "cancelling"
    """A cancel was asked for, and Stripe has not said yet whether it was in time."""
    TOO_LATE = "too_late"
    """A cancel was asked for, and the money was captured."""
    NEEDS_A_PERSON = "needs_a_person"
    """The program cannot end it by itself, or its money does not fit the order."""


NOTICE_TONES: dict[Notice, Tone] = {
    **dict.fromkeys(Notice, Tone.WARN),
    **dict.fromkeys(
        (Notice.CREATED, Notice.INTENT, Notice.SENT, Notice.AUTHORIZING, Notice.AUTHORIZED), Tone.PLAIN
    ),
    **dict.fromkeys((Notice.DECLINED, Notice.FAILED, Notice.RUNS_OUT, Notice.NEEDS_A_PERSON), Tone.BAD),
    **dict.fromkeys((Notice.READER_UNKNOWN, Notice.REFUSED, Notice.MISCONFIGURED), Tone.BAD),
    Notice.CAPTURED: Tone.OK,
    Notice.UNKNOWN: Tone.UNKNOWN,
}
"""The tone in which each notice is shown."""

_IN_THE_WAY = frozenset(Obstacle) & frozenset(Notice)


def notice_for(attempt: Attempt) -> Notice:
    """What is told of a payment."""
    stage = Stage(attempt.stage)
    is_asking = stage not in FINAL_STAGES and stage is not Stage.UNKNOWN
    is_cancel = attempt.requested_action == RequestedAction.CANCEL
    table = (
        (bool(attempt.problem), Notice.NEEDS_A_PERSON),
        (is_asking and attempt.refusals, Notice.STRIPE_REFUSES),
        (is_asking and is_cancel, Notice.CANCELLING),
        (stage is Stage.CANCELLED and attempt.obstacle == Obstacle.WRITTEN_OFF, Notice.WRITTEN_OFF),
        (stage is Stage.CAPTURED and is_cancel, Notice.TOO_LATE),
        (stage is Stage.AUTHORIZED and _runs_out(attempt), Notice.RUNS_OUT),
        (stage is Stage.AUTHORIZED and is_stuck(attempt), Notice.CONFIRM),
    )
    found = next((notice for applies, notice in table if applies), None)
    if found is None and stage is Stage.INTENT and attempt.obstacle in _IN_THE_WAY:
        return Notice(attempt.obstacle)
    return found or Notice(stage)


def is_stuck(attempt: Attempt) -> bool:
    """Whether only a person can bring the payment on: a decline, an obstacle, a hold to confirm."""
    if attempt.requested_action:
        return False
    stage = Stage(attempt.stage)
    return (
        stage is Stage.DECLINED
        or (stage is Stage.INTENT and bool(attempt.obstacle))
        or (stage is Stage.AUTHORIZED and attempt.capture_mode == CaptureMode.CONFIRM)
    )


def _runs_out(attempt: Attempt) -> bool:
    return attempt.capture_before is not None and attempt.capture_before - clock.now() < LAST_CALL
