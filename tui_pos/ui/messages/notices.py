"""What a person at the desk is told about a card payment, by ``payments.notices.Notice``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """A ``headline``, how a sentence names the state (``spoken``), and what to do.

    That is the one safe next thing to do or to know (``advice``, where ``{reader}`` stands for the reader's
    label), and the keys that do it.
    """

    headline: str
    spoken: str
    advice: str
    keys: str = ""


AGAIN = "Enter: send again"
OTHER_READER = "F4: other reader"
CANCEL = "Esc: cancel"
BACK = "Enter: back to the order"
TAKE_THE_REST = "Enter: take the rest"
"""Shown instead of a captured payment's keys while its order is not fully paid."""

NOTICE_WORDS: dict[str, NoticeWords] = {
    "created": NoticeWords("SAVED", "saved", "Asking Stripe for the payment."),
    "intent": NoticeWords("READY TO SEND", "ready to send", "Sending it to the reader."),
    "sent": NoticeWords(
        "WAITING FOR CARD", "waiting for card", "Ask them to tap, insert or swipe on {reader}."
    ),
    "authorizing": NoticeWords("AUTHORISING", "authorising", "The card was read. Wait for the bank."),
    "authorized": NoticeWords("AUTHORISED", "authorised", "The money is held. Capturing it now."),
    "declined": NoticeWords("DECLINED", "declined", "Nothing was charged.", "Enter: same or another card"),
    "unknown": NoticeWords(
        "NO ANSWER from Stripe", "no answer from Stripe", "Do not charge again. Checking what happened"
    ),
    "captured": NoticeWords("CAPTURED", "captured", "", "Enter: receipt and next person"),
    "cancelled": NoticeWords("CANCELLED", "cancelled", "Nothing was charged.", BACK),
    "failed": NoticeWords("NOT STARTED", "not started", "Nothing was charged.", BACK),
    "expired": NoticeWords("EXPIRED", "expired", "The hold ran out; nothing was charged.", BACK),
    "reader_offline": NoticeWords(
        "READER OFFLINE",
        "reader offline",
        "Nothing was charged. Check its power and network.",
        f"{AGAIN}   {OTHER_READER}",
    ),
    "reader_busy": NoticeWords(
        "READER BUSY",
        "reader busy",
        "Nothing was charged. Wait or take out a card left in it.",
        f"{AGAIN}   {OTHER_READER}",
    ),
    "reader_taken": NoticeWords(
        "READER TAKEN",
        "reader taken",
        "Another payment is on that reader. Nothing was charged.",
        OTHER_READER,
    ),
    "reader_idle": NoticeWords(
        "READER IS IDLE",
        "reader is idle",
        "The reader does not show the payment. Nothing was charged.",
        AGAIN,
    ),
    "reader_unknown": NoticeWords(
        "READER NOT KNOWN",
        "reader not known",
        "Stripe does not know this reader. Nothing was charged.",
        OTHER_READER,
    ),
    "reader_gave_up": NoticeWords(
        "READER GAVE UP", "reader gave up", "Nothing was charged.", f"Enter: try again   {OTHER_READER}"
    ),
    "nobody_paid": NoticeWords(
        "NO CARD CAME",
        "no card came",
        "The prompt was withdrawn; nothing was charged.",
        f"{AGAIN}   {CANCEL}",
    ),
    "customer_canceled": NoticeWords(
        "CANCELLED ON THE READER",
        "cancelled on the reader",
        "Nothing was charged.",
        f"Enter: try again   {CANCEL}",
    ),
    "connection_error": NoticeWords(
        "READER LOST CONTACT",
        "reader lost contact",
        "Stripe says nothing was charged.",
        f"Enter: try again   {OTHER_READER}",
    ),
    "rate_limited": NoticeWords("STRIPE IS BUSY", "Stripe is busy", "Nothing was charged.", AGAIN),
    "no_answer": NoticeWords(
        "NO ANSWER from Stripe",
        "no answer from Stripe",
        "Nothing was sent, nothing was charged.",
        f"{AGAIN}   {CANCEL}",
    ),
    "refused": NoticeWords("NOT SENT", "not sent", "Nothing was charged.", f"{OTHER_READER}   {CANCEL}"),
    "misconfigured": NoticeWords(
        "NOT SET UP", "not set up", "Nothing was charged.", f"{CANCEL}   F9: cash instead"
    ),
    "confirm": NoticeWords(
        "AUTHORISED", "authorised", "The money is held.", "Enter: capture it   Esc: release it"
    ),
    "runs_out": NoticeWords(
        "HOLD RUNS OUT SOON",
        "hold runs out soon",
        "",
        "Enter: capture it before it is too late   Esc: release it",
    ),
    "stripe_refuses": NoticeWords(
        "STRIPE REFUSES", "Stripe refuses", "Nothing more is charged. It is asked again in a while."
    ),
    "written_off": NoticeWords("WRITTEN OFF", "written off", "Nothing was booked for it.", BACK),
    "cancelling": NoticeWords(
        "CANCELLING", "cancelling", "Asking the reader and Stripe; what they say comes here."
    ),
    "too_late": NoticeWords(
        "TOO LATE to cancel, it was paid", "too late to cancel, it was paid", "", "Enter: receipt   /refund"
    ),
    "needs_a_person": NoticeWords(
        "NEEDS A PERSON", "needs a person", "Call the supervisor; do not charge again."
    ),
}

UNPAID: dict[str, str] = {
    "cancelled": "Cancelled: nothing was charged.",
    "failed": "Not started: nothing was charged.",
    "expired": "Expired: nothing was charged.",
    "written_off": "Written off: nothing was charged.",
}
"""What an order's screen says of a card payment that ended without money, by its notice."""
