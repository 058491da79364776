"""What a person at the desk is told about a card payment, by ``payments.notices.Notice``."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
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
"""In place of a captured payment's keys while its order is not paid whole: no receipt comes yet."""

WORDS: dict[str, Words] = {
    "created": Words("SAVED", "saved", "Asking Stripe for the payment."),
    "intent": Words("READY TO SEND", "ready to send", "Sending it to the reader."),
    "sent": Words("WAITING FOR CARD", "waiting for card", "Ask them to tap, insert or swipe on {reader}."),
    "authorizing": Words("AUTHORISING", "authorising", "The card was read. Wait for the bank."),
    "authorized": Words("AUTHORISED", "authorised", "The money is held. Capturing it now."),
    "declined": Words("DECLINED", "declined", "Nothing was charged.", "Enter: same or another card"),
    "unknown": Words(
        "NO ANSWER from Stripe", "no answer from Stripe", "Do not charge again. Checking what happened"
    ),
    "captured": Words("CAPTURED", "captured", "", "Enter: receipt and next person"),
    "cancelled": Words("CANCELLED", "cancelled", "Nothing was charged.", BACK),
    "failed": Words("NOT STARTED", "not started", "Nothing was charged.", BACK),
    "expired": Words("EXPIRED", "expired", "The hold ran out; nothing was charged.", BACK),
    "reader_offline": Words(
        "READER OFFLINE",
        "reader offline",
        "Nothing was charged. Check its power and network.",
        f"{AGAIN}   {OTHER_READER}",
    ),
    "reader_busy": Words(
        "READER BUSY",
        "reader busy",
        "Nothing was charged. Wait or take out a card left in it.",
        f"{AGAIN}   {OTHER_READER}",
    ),
    "reader_taken": Words(
        "READER TAKEN",
        "reader taken",
        "Another payment is on that reader. Nothing was charged.",
        OTHER_READER,
    ),
    "reader_idle": Words(
        "READER IS IDLE",
        "reader is idle",
        "The reader does not show the payment. Nothing was charged.",
        AGAIN,
    ),
    "reader_unknown": Words(
        "READER NOT KNOWN",
        "reader not known",
        "Stripe does not know this reader. Nothing was charged.",
        OTHER_READER,
    ),
    "reader_gave_up": Words(
        "READER GAVE UP", "reader gave up", "Nothing was charged.", f"Enter: try again   {OTHER_READER}"
    ),
    "nobody_paid": Words(
        "NO CARD CAME",
        "no card came",
        "The prompt was withdrawn; nothing was charged.",
        f"{AGAIN}   {CANCEL}",
    ),
    "customer_canceled": Words(
        "CANCELLED ON THE READER",
        "cancelled on the reader",
        "Nothing was charged.",
        f"Enter: try again   {CANCEL}",
    ),
    "connection_error": Words(
        "READER LOST CONTACT",
        "reader lost contact",
        "Stripe says nothing was charged.",
        f"Enter: try again   {OTHER_READER}",
    ),
    "rate_limited": Words("STRIPE IS BUSY", "Stripe is busy", "Nothing was charged.", AGAIN),
    "no_answer": Words(
        "STRIPE IS SILENT",
        "Stripe is silent",
        "Nothing was sent, nothing was charged.",
        f"{AGAIN}   {CANCEL}",
    ),
    "refused": Words("NOT SENT", "not sent", "Nothing was charged.", f"{OTHER_READER}   {CANCEL}"),
    "misconfigured": Words(
        "NOT SET UP", "not set up", "Nothing was charged.", f"{CANCEL}   F9: cash instead"
    ),
    "confirm": Words("AUTHORISED", "authorised", "The money is held.", "Enter: capture it   Esc: release it"),
    "runs_out": Words(
        "HOLD RUNS OUT SOON",
        "hold runs out soon",
        "",
        "Enter: capture it before it is too late   Esc: release it",
    ),
    "stripe_refuses": Words(
        "STRIPE REFUSES", "Stripe refuses", "Nothing more is charged. It is asked again in a while."
    ),
    "written_off": Words("WRITTEN OFF", "written off", "Nothing was booked for it.", BACK),
    "cancelling": Words(
        "CANCELLING", "cancelling", "Asking the reader and Stripe; what they say comes here."
    ),
    "too_late": Words(
        "TOO LATE to cancel, it was paid", "too late to cancel, it was paid", "", "Enter: receipt   /refund"
    ),
    "needs_a_person": Words("NEEDS A PERSON", "needs a person", "Call the supervisor; do not charge again."),
}

UNPAID: dict[str, str] = {
    "cancelled": "Cancelled: nothing was charged.",
    "failed": "Not started: nothing was charged.",
    "expired": "Expired: nothing was charged.",
    "written_off": "Written off: nothing was charged.",
}
"""What an order's screen says of a card payment that ended without money, by its notice."""
