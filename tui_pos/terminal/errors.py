"""What can go wrong with Stripe, in plain words, and what it says about the money.

Each error is one sentence or two for the person at the desk (`message`), Stripe's code for programs, and a
class that says what may be done next. Only `UnknownOutcome` (and its subclass) leaves open whether Stripe
acted: read the payment back before saying or doing anything. After every other class nothing was done.
`answer` says the same for programs that repeat: a definite answer stays what it is until something changes.

`error_for` chooses the class and the words from tables; nothing else in the package words an error.
"""

import re
from enum import Enum
from typing import ClassVar

from tui_pos.terminal.model import Intent, plain

MAX_FOREIGN_TEXT = 200


class Answer(Enum):
    """What a failed call says about what was asked."""

    DEFINITE = "definite"  # decided (400, 401, 402, 403, 404), or refused here: asking again changes nothing
    NONE = "none"  # no answer, a cut line, 409 in use, 5xx, lock_timeout: Stripe may have acted or not
    RATE_LIMITED = "rate_limited"  # 429: not looked at; wait longer each time


class TerminalError(Exception):
    """Base of all of them. `intent` is the payment as Stripe sent it along with the refusal, if it did.

    `param` is the parameter that Stripe names, `missing_right` the right that a restricted key lacks (403) in
    Stripe's own name for it, such as rak_terminal_reader_write.
    """

    answer: ClassVar[Answer] = Answer.DEFINITE

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        decline_code: str = "",
        request_id: str = "",
        intent: Intent | None = None,
        param: str = "",
        missing_right: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.decline_code = decline_code
        self.request_id = request_id
        self.intent = intent
        self.param = param
        self.missing_right = missing_right

    @property
    def is_definite(self) -> bool:
        """Whether this is Stripe's last word on what was asked: see `Answer`."""
        return self.answer is Answer.DEFINITE


class UnknownOutcome(TerminalError):
    """Stripe may have acted or not: no answer, a server error, or another request is still at work."""

    answer = Answer.NONE

    @property
    def is_stored(self) -> bool:
        """Whether Stripe answered with a fault of its own, which it repeats under the same key for a day."""
        return bool(self.request_id) and not self.code


class ReaderTimeout(UnknownOutcome):
    """The reader did not confirm in time; it may have got the command all the same."""


class ReaderOffline(TerminalError):
    """This reader cannot take commands; the payment is untouched."""


class ReaderBusy(TerminalError):
    """The reader is at work, perhaps for another desk; the payment is untouched."""


class RateLimited(TerminalError):
    """Stripe had too many requests and did not look at this one."""

    answer = Answer.RATE_LIMITED


class Misconfigured(TerminalError):
    """The key or the address in the config cannot work; somebody has to change it."""


class Declined(TerminalError):
    """The card was declined; `decline_code` is for `decline_text`."""


class Refused(TerminalError):
    """Stripe said no: a wrong state or a wrong request."""


class NotFound(Refused):
    """Stripe knows no such object in this account and mode; `param` says which of those that were named."""


class IntentNotFound(NotFound):
    """Stripe knows no such payment in this account and mode; a reader that is missing is a NotFound."""


class AmountRefused(Refused):
    """The amount is below or above what Stripe takes."""


Words = tuple[type[TerminalError], str]

# "Having the 'rak_terminal_reader_write' permission would allow this request to continue."
RIGHT = re.compile(r"\brak_[a-z]+(?:_[a-z]+)*_(?:read|write)\b")
# How Stripe names a payment that it does not know: in the path, and in a body.
INTENT_PARAMS = frozenset({"intent", "payment_intent"})

CHECK = "Check what happened before trying again."
NO_KEY = "No Stripe key is configured. Put the key where the config says."
NOT_A_KEY = "This is not a Stripe secret key: one begins with sk_test_, sk_live_, rk_test_ or rk_live_."
BAD_BASE = "stripe.api_base must be https://host, or http://127.0.0.1:port for a simulator on this machine."
NO_TEST_CARDS = "A test card cannot be presented with a live key."
NOT_AN_ID = "This is not an id of Stripe's. Check what was typed or scanned."
READER_TAKES_PAYMENT = "The reader is taking a payment, so it cannot show a cart now."
NO_CONNECTION = f"The connection to Stripe failed. Check the network. {CHECK}"
NO_ANSWER = f"Stripe did not answer in time. {CHECK}"
BAD_CERTIFICATE = (
    f"Stripe's certificate could not be verified. Check this machine's clock and network. {CHECK}"
)
UNREADABLE = f"What answered is not Stripe, or cannot be read. Check the network and stripe.api_base. {CHECK}"
SERVER_ERROR = f"Stripe had an error of its own, so it is not known what happened. {CHECK}"
STILL_AT_WORK = f"An earlier request for this payment is still at work at Stripe. {CHECK}"
NO_CARDS_IN_PERSON = "This Stripe account takes no cards in person in {currency}. Choose another tender."
NO_SUCH_INTENT = (
    "Stripe knows no such payment under this key: it belongs to another account or mode, or was wiped."
)
NO_RIGHT = "The Stripe key lacks a right: {right}. Give it to the key in the Stripe dashboard."
NO_SUCH_OBJECT = "Stripe knows no such object. Check the id, and whether it belongs to test or to live mode."
KEY_REFUSED = "Stripe does not accept the key. Check the conference's Stripe key."
WRONG_STATE = "The payment is no longer in a state that allows this. Read it again."
EXPIRED_HOLD = "The card's authorisation has expired and cannot be captured. Take the payment again."
WRONG_LOCATION = "This reader is registered at another location. Choose a reader of this conference."
NOT_REFUNDABLE = "Stripe cannot refund this payment because it is disputed. See the Stripe dashboard."

BY_CODE: dict[str, Words] = {
    "terminal_reader_offline": (
        ReaderOffline,
        "The reader is not connected. Check its power and network, or choose another reader.",
    ),
    "terminal_reader_hardware_fault": (
        ReaderOffline,
        "The reader has a hardware fault and must be replaced. Choose another reader.",
    ),
    "terminal_reader_busy": (
        ReaderBusy,
        "The reader is busy: a card may be in it, or another desk uses it. Wait a moment, then try again.",
    ),
    "terminal_reader_timeout": (
        ReaderTimeout,
        f"The reader did not confirm in time and may show the payment all the same. {CHECK}",
    ),
    "terminal_reader_invalid_location_for_payment": (Refused, WRONG_LOCATION),
    "terminal_reader_invalid_location_for_activation": (Refused, WRONG_LOCATION),
    "intent_invalid_state": (Refused, WRONG_STATE),
    "payment_intent_unexpected_state": (Refused, WRONG_STATE),
    "charge_already_captured": (Refused, "This payment was captured already."),
    "charge_expired_for_capture": (Refused, EXPIRED_HOLD),
    "capture_charge_authorization_expired": (Refused, EXPIRED_HOLD),
    "charge_already_refunded": (Refused, "This payment was refunded already."),
    "charge_disputed": (Refused, NOT_REFUNDABLE),
    "refund_disputed_payment": (Refused, NOT_REFUNDABLE),
    "charge_not_refundable": (Refused, "Stripe cannot refund this payment. See the Stripe dashboard."),
    "amount_too_small": (AmountRefused, "The amount is below what Stripe takes. Choose another tender."),
    "amount_too_large": (AmountRefused, "The amount is above what Stripe takes. Split the payment."),
    "resource_missing": (NotFound, NO_SUCH_OBJECT),
    "lock_timeout": (UnknownOutcome, STILL_AT_WORK),
    "idempotency_key_in_use": (UnknownOutcome, STILL_AT_WORK),
    "api_key_expired": (Misconfigured, "The Stripe key has expired. Put the new key in place."),
    "platform_api_key_expired": (Misconfigured, "The Stripe key has expired. Put the new key in place."),
    "secret_key_required": (
        Misconfigured,
        "Stripe wants a secret key (sk_ or rk_). Check the conference's key.",
    ),
    "livemode_mismatch": (
        Misconfigured,
        "The key and the payment differ in test and live mode. Check the conference's Stripe key.",
    ),
}

# For what has no code, or a code that the table above does not know.
BY_STATUS: dict[int, Words] = {
    400: (Refused, "Stripe refused this: {message}"),
    401: (Misconfigured, KEY_REFUSED),
    402: (Declined, "The card was declined. Ask for another card."),
    403: (
        Misconfigured,
        "The Stripe key has no permission for this. Give it Terminal, payments and refunds.",
    ),
    404: (NotFound, NO_SUCH_OBJECT),
    409: (UnknownOutcome, STILL_AT_WORK),
    424: (UnknownOutcome, SERVER_ERROR),
    429: (RateLimited, "Stripe has too many requests at the moment. Wait a few seconds, then try again."),
}

IDEMPOTENCY_CONFLICT = (
    "This was asked of Stripe before with other details, so nothing new was done. Read it again."
)


def error_for(
    status: int,
    *,
    error_type: str = "",
    code: str = "",
    decline_code: str = "",
    message: str = "",
    param: str = "",
    request_id: str = "",
    intent: Intent | None = None,
) -> TerminalError:
    """The error for what Stripe answered: its HTTP status and the fields of its error object."""
    rights = RIGHT.findall(message) if status == 403 else []
    kind, words = _words(status, error_type, code, param)
    said = plain(message)[:MAX_FOREIGN_TEXT] or "it gave no reason."
    return kind(
        NO_RIGHT.format(right=right_in_words(rights[0])) if rights else words.format(message=said),
        code=code,
        decline_code=decline_code,
        request_id=request_id,
        intent=intent,
        param=plain(param),
        missing_right=rights[0] if rights else "",
    )


def right_in_words(right: str) -> str:
    """Stripe's name of a restricted key's right as its dashboard's list says it, with the name itself."""
    *what, kind = right.removeprefix("rak_").split("_")
    return f"{kind} access to {' '.join(what)} ({right})"


def _words(status: int, error_type: str, code: str, param: str) -> Words:
    if status >= 500:
        return UnknownOutcome, SERVER_ERROR
    if error_type == "idempotency_error":
        return Refused, IDEMPOTENCY_CONFLICT
    if code == "resource_missing" and param in INTENT_PARAMS:
        return IntentNotFound, NO_SUCH_INTENT
    return BY_CODE.get(code) or BY_STATUS.get(status) or (UnknownOutcome, UNREADABLE)
