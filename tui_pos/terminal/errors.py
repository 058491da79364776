"""What can go wrong with Stripe: which fault it is, and what it says about the money.

Each error has a ``fault``, its ``reason`` (the fault with values, for ``ui.messages``), Stripe's code for
programs, and a class that says what may be done next. Only `UnknownOutcome` (and its subclass) leaves open
whether Stripe acted: read the payment back before saying or doing anything. After every other class nothing
was done. `answer` says the same for programs that repeat: a definite answer stays until something changes.

`error_for` chooses class and fault from tables.
"""

import re
from enum import Enum, StrEnum
from http import HTTPStatus
from typing import ClassVar

from tui_pos.core.reasons import Reason, because
from tui_pos.terminal.model import Intent, plain

MAX_FOREIGN_TEXT = 200

# From this HTTP status on the fault is the server's.
SERVER_FAULTS = 500


class Answer(Enum):
    """What a failed call says about what was asked."""

    DEFINITE = "definite"  # decided (400, 401, 402, 403, 404), or refused here: asking again changes nothing
    NONE = "none"  # no answer, a cut line, 409 in use, 5xx, lock_timeout: Stripe may have acted or not
    RATE_LIMITED = "rate_limited"  # 429: not looked at; wait longer each time


class Fault(StrEnum):
    """What went wrong; ``ui.messages.stripe`` has a sentence for each."""

    ALREADY_CAPTURED = "already_captured"
    ALREADY_REFUNDED = "already_refunded"
    AMOUNT_TOO_LARGE = "amount_too_large"
    AMOUNT_TOO_SMALL = "amount_too_small"
    BAD_BASE = "bad_base"
    BAD_CERTIFICATE = "bad_certificate"
    DECLINED = "declined"
    DISPUTED = "disputed"
    EXPIRED_HOLD = "expired_hold"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    KEY_EXPIRED = "key_expired"
    KEY_REFUSED = "key_refused"
    NOT_AN_ID = "not_an_id"
    NOT_A_KEY = "not_a_key"
    NOT_REFUNDABLE = "not_refundable"
    NO_ANSWER = "no_answer"
    NO_CONNECTION = "no_connection"
    NO_KEY = "no_key"
    NO_RIGHT = "no_right"
    NO_RIGHTS = "no_rights"
    NO_SUCH_INTENT = "no_such_intent"
    NO_SUCH_OBJECT = "no_such_object"
    NO_TEST_CARDS = "no_test_cards"
    READER_BROKEN = "reader_broken"
    READER_BUSY = "reader_busy"
    READER_OFFLINE = "reader_offline"
    READER_TAKES_PAYMENT = "reader_takes_payment"
    READER_TIMEOUT = "reader_timeout"
    REFUSED = "refused"
    SERVER_ERROR = "server_error"
    STILL_AT_WORK = "still_at_work"
    TOO_MANY_REQUESTS = "too_many_requests"
    UNREADABLE = "unreadable"
    WANTS_SECRET_KEY = "wants_secret_key"
    WRONG_LOCATION = "wrong_location"
    WRONG_MODE = "wrong_mode"
    WRONG_STATE = "wrong_state"


class TerminalError(Exception):
    """Base of all of them. `intent` is the payment as Stripe sent it along with the refusal, if it did.

    `param` is the parameter that Stripe names, `missing_right` the right that a restricted key lacks (403) in
    Stripe's own name for it, such as rak_terminal_reader_write.
    """

    answer: ClassVar[Answer] = Answer.DEFINITE

    def __init__(
        self,
        fault: Fault | Reason,
        *,
        said: str = "",
        code: str = "",
        decline_code: str = "",
        request_id: str = "",
        intent: Intent | None = None,
        param: str = "",
        missing_right: str = "",
    ) -> None:
        """Take a reason of the caller's own in place of a fault; ``said`` is what Stripe wrote for people."""
        self.reason = _reason(fault, said, missing_right) if isinstance(fault, Fault) else fault
        super().__init__(str(self.reason))
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
    """The card was declined; `decline_code` says why."""


class Refused(TerminalError):
    """Stripe said no: a wrong state or a wrong request."""


class NotFound(Refused):
    """Stripe knows no such object in this account and mode; `param` says which of those that were named."""


class IntentNotFound(NotFound):
    """Stripe knows no such payment in this account and mode; a reader that is missing is a NotFound."""


class AmountRefused(Refused):
    """The amount is below or above what Stripe takes."""


Kind = tuple[type[TerminalError], Fault]

# "Having the 'rak_terminal_reader_write' permission would allow this request to continue."
RIGHT = re.compile(r"\brak_[a-z]+(?:_[a-z]+)*_(?:read|write)\b")
# How Stripe names a payment that it does not know: in the path, and in a body.
INTENT_PARAMS = frozenset({"intent", "payment_intent"})

BY_CODE: dict[str, Kind] = {
    "terminal_reader_offline": (ReaderOffline, Fault.READER_OFFLINE),
    "terminal_reader_hardware_fault": (ReaderOffline, Fault.READER_BROKEN),
    "terminal_reader_busy": (ReaderBusy, Fault.READER_BUSY),
    "terminal_reader_timeout": (ReaderTimeout, Fault.READER_TIMEOUT),
    "terminal_reader_invalid_location_for_payment": (Refused, Fault.WRONG_LOCATION),
    "terminal_reader_invalid_location_for_activation": (Refused, Fault.WRONG_LOCATION),
    "intent_invalid_state": (Refused, Fault.WRONG_STATE),
    "payment_intent_unexpected_state": (Refused, Fault.WRONG_STATE),
    "charge_already_captured": (Refused, Fault.ALREADY_CAPTURED),
    "charge_expired_for_capture": (Refused, Fault.EXPIRED_HOLD),
    "capture_charge_authorization_expired": (Refused, Fault.EXPIRED_HOLD),
    "charge_already_refunded": (Refused, Fault.ALREADY_REFUNDED),
    "charge_disputed": (Refused, Fault.DISPUTED),
    "refund_disputed_payment": (Refused, Fault.DISPUTED),
    "charge_not_refundable": (Refused, Fault.NOT_REFUNDABLE),
    "amount_too_small": (AmountRefused, Fault.AMOUNT_TOO_SMALL),
    "amount_too_large": (AmountRefused, Fault.AMOUNT_TOO_LARGE),
    "resource_missing": (NotFound, Fault.NO_SUCH_OBJECT),
    "lock_timeout": (UnknownOutcome, Fault.STILL_AT_WORK),
    "idempotency_key_in_use": (UnknownOutcome, Fault.STILL_AT_WORK),
    "api_key_expired": (Misconfigured, Fault.KEY_EXPIRED),
    "platform_api_key_expired": (Misconfigured, Fault.KEY_EXPIRED),
    "secret_key_required": (Misconfigured, Fault.WANTS_SECRET_KEY),
    "livemode_mismatch": (Misconfigured, Fault.WRONG_MODE),
}

# For what has no code, or a code that the table above does not know.
BY_STATUS: dict[int, Kind] = {
    400: (Refused, Fault.REFUSED),
    401: (Misconfigured, Fault.KEY_REFUSED),
    402: (Declined, Fault.DECLINED),
    403: (Misconfigured, Fault.NO_RIGHTS),
    404: (NotFound, Fault.NO_SUCH_OBJECT),
    409: (UnknownOutcome, Fault.STILL_AT_WORK),
    424: (UnknownOutcome, Fault.SERVER_ERROR),
    429: (RateLimited, Fault.TOO_MANY_REQUESTS),
}


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
    rights = RIGHT.findall(message) if status == HTTPStatus.FORBIDDEN else []
    kind, fault = _kind(status, error_type, code, param)
    return kind(
        Fault.NO_RIGHT if rights else fault,
        said=plain(message)[:MAX_FOREIGN_TEXT],
        code=code,
        decline_code=decline_code,
        request_id=request_id,
        intent=intent,
        param=plain(param),
        missing_right=rights[0] if rights else "",
    )


def _kind(status: int, error_type: str, code: str, param: str) -> Kind:
    if status >= SERVER_FAULTS:
        return UnknownOutcome, Fault.SERVER_ERROR
    if error_type == "idempotency_error":
        return Refused, Fault.IDEMPOTENCY_CONFLICT
    if code == "resource_missing" and param in INTENT_PARAMS:
        return IntentNotFound, Fault.NO_SUCH_INTENT
    return BY_CODE.get(code) or BY_STATUS.get(status) or (UnknownOutcome, Fault.UNREADABLE)


def _reason(fault: Fault, said: str, right: str) -> Reason:
    """The fault with the values that its sentence names."""
    values = {Fault.REFUSED: {"said": said}, Fault.NO_RIGHT: {"right": right}}.get(fault, {})
    return because(f"stripe.{fault}", **values)
