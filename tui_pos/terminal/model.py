"""What Stripe answers, as frozen dataclasses; and how its JSON becomes them.

Amounts are ints in Stripe's minor units, times aware UTC. A text that Stripe leaves out is "", an id or time
that it leaves out is None. States are Stripe's own words and the set is open: compare with the ones you
know and expect others. What people wrote (labels, messages) arrives without control characters.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Json = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReaderAction:
    """What the reader does or last did: `status` is in_progress, succeeded or failed."""

    type: str
    status: str
    intent_id: str | None = None
    failure_code: str = ""
    failure_message: str = ""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class LastError:
    """Why the last try with a card failed; gone once the payment is changed."""

    code: str
    decline_code: str
    message: str


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Refund:
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
        last_seen_at=EPOCH + timedelta(milliseconds=seen)
        if seen
        else None,  # milliseconds here, unlike elsewhere
    )


def intent_from(data: Json) -> Intent:
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
        card=card_from(card) if card else None,
        last_error=_optional(data, "last_payment_error", _last_error_from),
        capture_before=_time(card, "capture_before"),
        amount_refunded=_refunded(charge),
        client_secret=_text(data, "client_secret"),
        livemode=bool(data.get("livemode")),
        cancellation_reason=_text(data, "cancellation_reason"),
        receipt_url=_text(charge, "receipt_url"),
    )


def _refunded(charge: Json) -> int:
    """What was paid back. Stripe counts a released hold, or its uncaptured part, as refunded too."""
    refunded = int(charge.get("amount_refunded") or 0)
    released = int(charge.get("amount") or 0) - int(charge.get("amount_captured") or 0)
    return max(0, refunded - released)


def card_from(data: Json) -> Card:
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
    )


def refund_from(data: Json) -> Refund:
    return Refund(
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


def connection_token_from(data: Json) -> ConnectionToken:
    return ConnectionToken(secret=_required(data, "secret"), location=_id(data, "location"))


def _action_from(data: Json) -> ReaderAction:
    kind = _text(data, "type")
    return ReaderAction(
        type=kind,
        status=_text(data, "status"),
        intent_id=_id(data.get(kind) or {}, "payment_intent"),
        failure_code=_text(data, "failure_code"),
        failure_message=plain(data.get("failure_message")),
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
