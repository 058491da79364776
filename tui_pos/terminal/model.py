"""What Stripe answers, as frozen dataclasses; and how its JSON becomes them.

Amounts are ints in Stripe's minor units, times aware UTC. A text that Stripe leaves out is "", an id or time
that it leaves out is None. States are Stripe's own words and the set is open: compare with the ones you
know and expect others. What people wrote (labels, messages) arrives without control characters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from tui_pos.terminal.declines import CARD_CODES

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Json = Mapping[str, Any]
T = TypeVar("T")


CANCEL_CODES = frozenset({"customer_canceled", "canceled"})


class FailureKind(Enum):
    """Why a reader's action failed. Only DECLINED is the bank's word; after the others, read the payment."""

    DECLINED = "declined"
    READER = "reader"  # the reader gave up: its connection, its hardware, its own time limit
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


SHOWS_CART = "set_reader_display"
"""The type of a reader's action that shows a cart."""


@dataclass(frozen=True, slots=True)
class ApiFailure:
    """Stripe's error inside a failed action; `type` card_error is what may be told to the cardholder."""

    type: str
    code: str
    decline_code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderAction:
    """What the reader does or last did: `status` is in_progress, succeeded or failed.

    `api_error` is None when the reader itself failed, and always on reader software before 2.42.
    """

    type: str
    status: str
    intent_id: str | None = None
    failure_code: str = ""
    failure_message: str = ""
    api_error: ApiFailure | None = None
    refund_id: str | None = None

    @property
    def failure(self) -> FailureKind | None:
        """Why it failed, None when it did not.

        The list of codes is open, so a code that is not known to come from a card is never called a decline.
        """
        if self.status != "failed":
            return None
        if self.failure_code in CANCEL_CODES:
            return FailureKind.CANCELLED
        if self.api_error is not None:
            is_card = self.api_error.type == "card_error"
            return FailureKind.DECLINED if is_card else FailureKind.UNKNOWN
        return FailureKind.DECLINED if self.failure_code in CARD_CODES else FailureKind.READER

    @property
    def decline_code(self) -> str:
        """The best code of why; the payment's `last_error` knows more on old reader software."""
        found = self.api_error
        return (found.decline_code or found.code if found else "") or self.failure_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A card reader. `status` is a hint only: Stripe itself advises not to block payments on it."""

    id: str
    label: str
    status: str
    device_type: str
    serial_number: str
    location: str | None
    action: ReaderAction | None
    livemode: bool
    last_seen_at: datetime | None

    @property
    def is_busy(self) -> bool:
        """Whether what it does keeps it from a payment; a cart on its display does not."""
        action = self.action
        return action is not None and action.status == "in_progress" and action.type != SHOWS_CART


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The card, and what a receipt must or may print: see each field's name at Stripe in `card_from`."""

    brand: str
    last4: str
    funding: str
    read_method: str
    wallet: str
    application_name: str
    aid: str
    account_type: str
    authorization_code: str
    authorization_response_code: str
    cardholder_verification: str
    cryptogram: str
    tvr: str
    tsi: str
    location: str | None
    reader: str | None
    kind: str = "card_present"


@dataclass(frozen=True, slots=True)
class LastError:
    """Why a try with a card failed.

    It stays until the payment is changed: after a second try that ended otherwise it is that of the first.
    """

    code: str
    decline_code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A payment. `card`, `capture_before` and `amount_refunded` come from its latest charge.

    They are known only where that charge was expanded, which every method of Terminal asks for; an intent
    inside an error, or on a just created payment, has them empty. The card of a declined try shows as well.
    `amount_refunded` is captured money paid back; a released hold is not in it.
    """

    id: str
    status: str
    amount: int
    amount_capturable: int
    amount_received: int
    currency: str
    metadata: Mapping[str, str]
    created: datetime | None
    latest_charge_id: str | None
    card: Card | None
    last_error: LastError | None
    capture_before: datetime | None
    amount_refunded: int
    client_secret: str = field(repr=False)
    livemode: bool
    cancellation_reason: str
    receipt_url: str = ""
    payment_method_types: tuple[str, ...] = ()

    @property
    def takes_cards_in_person(self) -> bool:
        """Whether a reader can take it.

        Stripe leaves a way to pay out without a word when the account does not offer it in the currency: such
        a payment is to be cancelled.
        """
        return "card_present" in self.payment_method_types


@dataclass(frozen=True, slots=True, kw_only=True)
class StripeRefund:
    """A refund. `status` can turn to failed later, even after succeeded."""

    id: str
    status: str
    amount: int
    currency: str
    intent_id: str | None
    charge_id: str | None
    metadata: Mapping[str, str]
    failure_reason: str
    created: datetime | None


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a key belongs to: its id, country (ISO 3166, upper case) and currency (lower case)."""

    id: str
    country: str
    default_currency: str


@dataclass(frozen=True, slots=True)
class Location:
    """A place where readers stand, with its country (ISO 3166, upper case)."""

    id: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class ConnectionToken:
    """A short-lived secret with which a reader SDK connects; never store it."""

    secret: str = field(repr=False)
    location: str | None = None


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line on the reader's display; `amount` is the line's total in minor units."""

    description: str
    amount: int
    quantity: int = 1


def plain(text: object) -> str:
    """Text from outside without control characters or line breaks; "" for anything that is no text."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def reader_from(data: Json) -> Reader:
    """A reader, with its current or last action."""
    seen = data.get("last_seen_at")
    return Reader(
        id=_required(data, "id"),
        label=plain(data.get("label")),
        status=_text(data, "status"),
        device_type=_text(data, "device_type"),
        serial_number=plain(data.get("serial_number")),
        location=_id(data, "location"),
        action=_optional(data, "action", _action_from),
        livemode=bool(data.get("livemode")),
        last_seen_at=EPOCH + timedelta(milliseconds=seen) if seen else None,  # elsewhere Stripe has seconds
    )


def intent_from(data: Json) -> Intent:
    """A payment; its card is that of the latest charge, where that is expanded."""
    charge: Json = data["latest_charge"] if isinstance(data.get("latest_charge"), Mapping) else {}
    details: Json = charge.get("payment_method_details") or {}
    card: Json = details.get(_text(details, "type")) or {}
    return Intent(
        id=_required(data, "id"),
        status=_required(data, "status"),
        amount=int(data["amount"]),
        amount_capturable=int(data.get("amount_capturable") or 0),
        amount_received=int(data.get("amount_received") or 0),
        currency=_required(data, "currency"),
        metadata=_metadata(data),
        created=_time(data, "created"),
        latest_charge_id=_id(data, "latest_charge"),
        card=card_from(card, _text(details, "type")) if card else None,
        last_error=_optional(data, "last_payment_error", _last_error_from),
        capture_before=_time(card, "capture_before"),
        amount_refunded=int(charge.get("amount_refunded") or 0),
        client_secret=_text(data, "client_secret"),
        livemode=bool(data.get("livemode")),
        cancellation_reason=_text(data, "cancellation_reason"),
        receipt_url=_text(charge, "receipt_url"),
        payment_method_types=tuple(plain(each) for each in data.get("payment_method_types") or ()),
    )


def card_from(data: Json, kind: str) -> Card:
    """From the charge's `card_present` or `interac_present` details; `receipt` is null for non-EMV cards."""
    receipt: Json = data.get("receipt") or {}
    return Card(
        brand=_text(data, "brand"),
        last4=_text(data, "last4"),
        funding=_text(data, "funding"),
        read_method=_text(data, "read_method"),
        wallet=_text(data.get("wallet") or {}, "type"),
        application_name=plain(receipt.get("application_preferred_name")),
        aid=_text(receipt, "dedicated_file_name"),
        account_type=_text(receipt, "account_type"),
        authorization_code=_text(receipt, "authorization_code"),
        authorization_response_code=_text(receipt, "authorization_response_code"),
        cardholder_verification=_text(receipt, "cardholder_verification_method"),
        cryptogram=_text(receipt, "application_cryptogram"),
        tvr=_text(receipt, "terminal_verification_results"),
        tsi=_text(receipt, "transaction_status_information"),
        location=_id(data, "location"),
        reader=_id(data, "reader"),
        kind=kind,
    )


def refund_from(data: Json) -> StripeRefund:
    """A refund."""
    return StripeRefund(
        id=_required(data, "id"),
        status=_text(data, "status"),
        amount=int(data["amount"]),
        currency=_required(data, "currency"),
        intent_id=_id(data, "payment_intent"),
        charge_id=_id(data, "charge"),
        metadata=_metadata(data),
        failure_reason=_text(data, "failure_reason"),
        created=_time(data, "created"),
    )


def account_from(data: Json) -> Account:
    """An account; its country is empty where the key may not read it."""
    return Account(_required(data, "id"), _text(data, "country"), _text(data, "default_currency"))


def location_from(data: Json) -> Location:
    """A place of readers, with its country in capitals."""
    address: Json = data.get("address") or {}
    return Location(_required(data, "id"), _text(data, "display_name"), _text(address, "country").upper())


def connection_token_from(data: Json) -> ConnectionToken:
    """A secret for a reader SDK."""
    return ConnectionToken(secret=_required(data, "secret"), location=_id(data, "location"))


def _action_from(data: Json) -> ReaderAction:
    kind = _text(data, "type")
    job: Json = data.get(kind) or {}
    return ReaderAction(
        type=kind,
        status=_text(data, "status"),
        intent_id=_id(job, "payment_intent"),
        failure_code=_text(data, "failure_code"),
        failure_message=plain(data.get("failure_message")),
        api_error=_optional(data, "api_error", _api_failure_from),
        refund_id=_id(job, "refund"),
    )


def _api_failure_from(data: Json) -> ApiFailure:
    return ApiFailure(
        _text(data, "type"), _text(data, "code"), _text(data, "decline_code"), plain(data.get("message"))
    )


def _last_error_from(data: Json) -> LastError:
    return LastError(_text(data, "code"), _text(data, "decline_code"), plain(data.get("message")))


def _required(data: Json, key: str) -> str:
    value = data[key]
    if not isinstance(value, str) or not value:
        raise ValueError(f"{key} is missing")
    return value


def _text(data: Json, key: str) -> str:
    return plain(data.get(key))


def _id(data: Json, key: str) -> str | None:
    """The id under `key`, whether Stripe sent the id alone or the object expanded."""
    value = data.get(key)
    return plain(value.get("id") if isinstance(value, Mapping) else value) or None


def _time(data: Json, key: str) -> datetime | None:
    seconds = data.get(key)
    return EPOCH + timedelta(seconds=seconds) if seconds else None


def _metadata(data: Json) -> dict[str, str]:
    return {str(key): str(value) for key, value in (data.get("metadata") or {}).items()}


def _optional(data: Json, key: str, parse: Callable[[Json], T]) -> T | None:
    value = data.get(key)
    return parse(value) if value else None
