"""What a person at the desk is told about a payment: per stage, and per thing that stands in the way."""

from dataclasses import dataclass

from tui_pos.data.tables.desk import Obstacle, Stage


@dataclass(frozen=True, slots=True)
class Words:
    """A headline, the one safe next thing to do, and the tone: ok, warn, bad, unknown or plain.

    ``{reader}`` in the advice stands for the reader's label.
    """

    headline: str
    advice: str
    tone: str


STAGES: dict[Stage, Words] = {
    Stage.CREATED: Words("SAVED", "Asking Stripe for the payment.", "plain"),
    Stage.INTENT: Words("READY TO SEND", "Sending it to the reader.", "plain"),
    Stage.SENT: Words("WAITING FOR CARD", "Ask them to tap, insert or swipe on {reader}.", "plain"),
    Stage.AUTHORIZING: Words("AUTHORISING", "The card was read. Wait for the bank.", "plain"),
    Stage.AUTHORIZED: Words("AUTHORISED", "The money is held. Capturing it now.", "plain"),
    Stage.DECLINED: Words("DECLINED", "Nothing was charged. Enter: same or another card", "bad"),
    Stage.UNKNOWN: Words("NO ANSWER from Stripe", "Do not charge again. Checking what happened", "unknown"),
    Stage.CAPTURED: Words("CAPTURED", "Enter: receipt and next person", "ok"),
    Stage.CANCELLED: Words("CANCELLED", "Nothing was charged. Enter: back to the order", "warn"),
    Stage.FAILED: Words("NOT STARTED", "Nothing was charged. Enter: back to the order", "bad"),
    Stage.EXPIRED: Words(
        "EXPIRED", "The hold ran out; nothing was charged. Enter: back to the order", "warn"
    ),
}
"""Every stage; "declined", "cancelled", "failed" and "expired" are reached only because Stripe said so."""

CONFIRM = Words("AUTHORISED", "The money is held. Enter: capture it   Esc: release it", "warn")
"""For a conference that captures on a key."""

RUNS_OUT = Words("HOLD RUNS OUT SOON", "Enter: capture it before it is too late   Esc: release it", "bad")
"""For held money that the bank will let go of within ``state.LAST_CALL``."""

OBSTACLES: dict[Obstacle, Words] = {
    Obstacle.READER_OFFLINE: Words(
        "READER OFFLINE",
        "Nothing was charged. Check its power and network. Enter: send again   F4: other reader",
        "warn",
    ),
    Obstacle.READER_BUSY: Words(
        "READER BUSY",
        "Nothing was charged. Wait or take out a card left in it. Enter: send again   F4: other reader",
        "warn",
    ),
    Obstacle.READER_TAKEN: Words(
        "READER TAKEN", "Another payment is on that reader. Nothing was charged. F4: other reader", "warn"
    ),
    Obstacle.READER_IDLE: Words(
        "READER IS IDLE",
        "The reader does not show the payment. Nothing was charged. Enter: send again",
        "warn",
    ),
    Obstacle.NOBODY_PAID: Words(
        "NO CARD CAME",
        "The prompt was withdrawn; nothing was charged. Enter: send again   Esc: cancel",
        "warn",
    ),
    Obstacle.RATE_LIMITED: Words("STRIPE IS BUSY", "Nothing was charged. Enter: send again", "warn"),
    Obstacle.READER_UNKNOWN: Words(
        "READER NOT KNOWN", "Stripe does not know this reader. Nothing was charged. F4: other reader", "bad"
    ),
    Obstacle.NO_ANSWER: Words(
        "STRIPE IS SILENT", "Nothing was sent, nothing was charged. Enter: send again   Esc: cancel", "warn"
    ),
    Obstacle.REFUSED: Words("NOT SENT", "Nothing was charged. F4: other reader   Esc: cancel", "bad"),
    Obstacle.READER_GAVE_UP: Words(
        "READER GAVE UP", "Nothing was charged. Enter: try again   F4: other reader", "warn"
    ),
    Obstacle.CUSTOMER_CANCELED: Words(
        "CANCELLED ON THE READER", "Nothing was charged. Enter: try again   Esc: cancel", "warn"
    ),
    Obstacle.CONNECTION_ERROR: Words(
        "READER LOST CONTACT",
        "Stripe says nothing was charged. Enter: try again   F4: other reader",
        "warn",
    ),
    Obstacle.MISCONFIGURED: Words("NOT SET UP", "Nothing was charged. Esc: cancel   F9: cash instead", "bad"),
}
"""What keeps a payment that Stripe has from a reader, while the stage is intent."""

REFUSED = Words("STRIPE REFUSES", "Nothing more is charged. It is asked again in a while.", "warn")
"""Stripe decided against what was asked, and not yet so often that a person is called."""

WRITTEN_OFF = Words("WRITTEN OFF", "Nothing was booked for it. Enter: back to the order", "warn")
"""For a payment that a supervisor ended without Stripe's word."""

CANCELLING = Words("CANCELLING", "Asking the reader and Stripe; what they say comes here.", "warn")
"""A cancel was asked for, and nobody knows yet whether it is in time."""

TOO_LATE = Words("TOO LATE to cancel, it was paid", "Enter: receipt   /refund", "warn")
TAKE_THE_REST = "Enter: take the rest"
"""In place of a captured payment's advice while its order is not paid whole: no receipt comes yet."""

NEEDS_A_PERSON = Words("NEEDS A PERSON", "Call the supervisor; do not charge again.", "bad")
