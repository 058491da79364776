"""What a person at the desk is told about a card payment, by ``payments.notices.Notice``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A ``headline``, how a sentence names the state (``spoken``), and the one thing to do or to know.

    That is the ``advice``, where ``{reader}`` stands for the reader's label. ``about`` stands beside the
    headline; for a decline it follows the reason.
    """

    headline: str
    spoken: str
    advice: str
    about: str = ""


NOTHING = "nothing charged"

NOTICE_WORDS: dict[str, NoticeWords] = {
    "created": NoticeWords("SAVED", "saved", "Asking Stripe for the payment."),
    "intent": NoticeWords("READY TO SEND", "ready to send", "Sending it to the reader."),
    "sent": NoticeWords(
        "WAITING FOR CARD", "waiting for card", "Ask them to tap, insert or swipe on {reader}."
    ),
    "authorizing": NoticeWords("AUTHORISING", "authorising", "The card was read. Wait for the bank."),
    "authorized": NoticeWords("AUTHORISED", "authorised", "The money is held. Capturing it now."),
    "declined": NoticeWords("DECLINED", "declined", "Nothing was charged.", NOTHING),
    "unknown": NoticeWords(
        "NO ANSWER from Stripe",
        "no answer from Stripe",
        "Do not charge again. Checking what happened; what Stripe says comes here.",
    ),
    "captured": NoticeWords("CAPTURED", "captured", "Go on to the receipt, or scan the next person."),
    "cancelled": NoticeWords("CANCELLED", "cancelled", "Nothing was charged.", NOTHING),
    "failed": NoticeWords("NOT STARTED", "not started", "Nothing was charged.", NOTHING),
    "expired": NoticeWords("EXPIRED", "expired", "The hold ran out; nothing was charged.", NOTHING),
    "reader_offline": NoticeWords(
        "READER OFFLINE",
        "reader offline",
        "Nothing was charged. Check its power and network, or take another reader.",
        NOTHING,
    ),
    "reader_busy": NoticeWords(
        "READER BUSY", "reader busy", "Nothing was charged. Wait or take out a card left in it.", NOTHING
    ),
    "reader_taken": NoticeWords(
        "READER TAKEN",
        "reader taken",
        "Another payment is on that reader; take another reader. Nothing was charged.",
        NOTHING,
    ),
    "reader_idle": NoticeWords(
        "READER IS IDLE",
        "reader is idle",
        "The reader does not show the payment. Nothing was charged.",
        NOTHING,
    ),
    "reader_unknown": NoticeWords(
        "READER NOT KNOWN",
        "reader not known",
        "Stripe does not know this reader; take another. Nothing was charged.",
        NOTHING,
    ),
    "reader_gave_up": NoticeWords("READER GAVE UP", "reader gave up", "Nothing was charged.", NOTHING),
    "nobody_paid": NoticeWords(
        "NO CARD CAME", "no card came", "The prompt was withdrawn; nothing was charged.", NOTHING
    ),
    "customer_canceled": NoticeWords(
        "CANCELLED ON THE READER", "cancelled on the reader", "Nothing was charged.", NOTHING
    ),
    "connection_error": NoticeWords(
        "READER LOST CONTACT", "reader lost contact", "Stripe says nothing was charged.", NOTHING
    ),
    "rate_limited": NoticeWords("STRIPE IS BUSY", "Stripe is busy", "Nothing was charged.", NOTHING),
    "no_answer": NoticeWords(
        "NO ANSWER from Stripe", "no answer from Stripe", "Nothing was sent, nothing was charged.", NOTHING
    ),
    "refused": NoticeWords("NOT SENT", "not sent", "Nothing was charged.", NOTHING),
    "misconfigured": NoticeWords("NOT SET UP", "not set up", "Nothing was charged.", NOTHING),
    "confirm": NoticeWords("AUTHORISED", "authorised", "The money is held: capture it or release it."),
    "runs_out": NoticeWords(
        "HOLD RUNS OUT SOON",
        "hold runs out soon",
        "The money is held: capture it before it is too late, or release it.",
    ),
    "stripe_refuses": NoticeWords(
        "STRIPE REFUSES", "Stripe refuses", "Nothing more is charged. It is asked again in a while."
    ),
    "written_off": NoticeWords("WRITTEN OFF", "written off", "Nothing was booked for it.", "nothing booked"),
    "cancelling": NoticeWords(
        "CANCELLING", "cancelling", "Asking the reader and Stripe; what they say comes here."
    ),
    "too_late": NoticeWords(
        "TOO LATE TO CANCEL", "too late to cancel", "It was paid. What is not wanted can be refunded."
    ),
    "needs_a_person": NoticeWords(
        "NEEDS A PERSON", "needs a person", "Call the supervisor; do not charge again."
    ),
}

TAKE_THE_REST = "The order is not fully paid yet."
"""The advice for a captured payment while its order waits for more."""

UNPAID: dict[str, str] = {
    "cancelled": "Cancelled: nothing was charged.",
    "failed": "Not started: nothing was charged.",
    "expired": "Expired: nothing was charged.",
    "written_off": "Written off: nothing was charged.",
}
"""What an order's screen says of a card payment that ended without money, by its notice."""
