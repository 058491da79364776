"""What a caller may do with a PaymentIntent, and in which of its statuses."""

from typing import cast

from tui_pos.simulator.engine import objects, payments
from tui_pos.simulator.engine.accounts import Account, Timer
from tui_pos.simulator.engine.cards import decline_for_amount
from tui_pos.simulator.engine.currencies import check_amount, check_currency
from tui_pos.simulator.engine.errors import ApiError, Json
from tui_pos.simulator.engine.objects import merged_metadata

CANCELABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")
AMOUNT_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
AMOUNT_FIELDS = (
    "amount",
    "currency",
    "capture_method",
    "allowed_payment_method_types",
    "payment_method_types",
    "payment_method_options",
)
# What an account takes in any currency when the request leaves it to Stripe.
DEFAULT_TYPES = ["card", "link"]
TEXT_FIELDS = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
MAX_INCREMENTS = 10


def create(account: Account, params: Json) -> Json:
    """POST /v1/payment_intents."""
    currency = check_currency(params["currency"])
    check_amount(params["amount"], currency)
    allowed, types = _payment_method_types(account, params, currency)
    intent = objects.payment_intent(account) | {
        "amount": params["amount"],
        "capture_method": params.get("capture_method", "automatic_async"),
        "currency": currency,
        "metadata": merged_metadata({}, params.get("metadata")),
        "payment_method_options": _options({}, params),
        "allowed_payment_method_types": allowed,
        "payment_method_types": types,
    }
    if "payment_method_types" not in params and allowed is None:
        intent["automatic_payment_methods"] = {"allow_redirects": "always", "enabled": True}
    _set_texts(intent, params)
    account.save(intent)
    account.emit("payment_intent.created", intent)
    return intent


def _payment_method_types(
    account: Account, params: Json, currency: str
) -> tuple[list[str] | None, list[str]]:
    """The types that the request allows, and those of them that the account takes in this currency.

    ``payment_method_types`` comes only from clients of a version that still had it.
    """
    allowed = params.get("allowed_payment_method_types")
    wanted = params.get("payment_method_types") or allowed or DEFAULT_TYPES
    return allowed, [kind for kind in wanted if _accepts(account, kind, currency)]


def _options(known: Json, params: Json) -> Json:
    """The options by payment method type; what is sent empty is cleared."""
    changed = known | params.get("payment_method_options", {})
    return {kind: options for kind, options in changed.items() if options != ""}


def _accepts(account: Account, kind: str, currency: str) -> bool:
    if kind == "interac_present":
        return currency == "cad"
    closed = cast("list[str]", account.setting("no_cards_in"))
    return kind != "card_present" or currency not in closed


def _set_texts(intent: Json, params: Json) -> None:
    for name in TEXT_FIELDS:
        if name in params:
            intent[name] = params[name] or None


def _unlocked(account: Account, intent_id: str) -> Json:
    """The intent. Raises ApiError while a card is being authorised for it: Stripe locks it then."""
    intent = account.fetch("payment_intent", intent_id, "intent")
    if intent["status"] == "processing" or intent.get("_authorising"):
        message = "Another request or a Stripe process is using this PaymentIntent: try again in a moment."
        raise ApiError(message, "lock_timeout")
    return intent


def _unexpected_state(account: Account, intent: Json, doing: str) -> ApiError:
    message = f"This PaymentIntent could not be {doing} because it has a status of {intent['status']}."
    return ApiError(message, "payment_intent_unexpected_state", payment_intent=account.client_view(intent))


def update(account: Account, intent_id: str, params: Json) -> Json:
    """POST /v1/payment_intents/{id}."""
    intent = _unlocked(account, intent_id)
    if intent["status"] not in AMOUNT_OPEN and any(name in params for name in AMOUNT_FIELDS):
        raise _unexpected_state(account, intent, "updated")
    amended = intent | {name: params[name] for name in AMOUNT_FIELDS if name in params}
    amended["currency"] = check_currency(amended["currency"])
    amended["payment_method_options"] = _options(intent["payment_method_options"], params)
    if {"currency", "allowed_payment_method_types", "payment_method_types"} & params.keys():
        requested = {"allowed_payment_method_types": amended.get("allowed_payment_method_types")} | params
        _, amended["payment_method_types"] = _payment_method_types(account, requested, amended["currency"])
    if "amount" in params or "currency" in params:
        check_amount(amended["amount"], amended["currency"])
    metadata = merged_metadata(intent["metadata"], params.get("metadata"))
    intent |= amended | {"metadata": metadata, "last_payment_error": None}
    _set_texts(intent, params)
    return account.save(intent)


def cancel(account: Account, intent_id: str, params: Json) -> Json:
    """POST /v1/payment_intents/{id}/cancel."""
    intent = _unlocked(account, intent_id)
    if intent["status"] not in CANCELABLE:
        raise _unexpected_state(account, intent, "canceled")
    payments.cancel(account, intent, params.get("cancellation_reason"))
    return intent


def capture(account: Account, intent_id: str, params: Json) -> Json:
    """POST /v1/payment_intents/{id}/capture."""
    intent = _unlocked(account, intent_id)
    if intent["status"] != "requires_capture":
        raise _unexpected_state(account, intent, "captured")
    amount: int = (
        params["amount_to_capture"] if "amount_to_capture" in params else intent["amount_capturable"]
    )
    if amount > intent["amount_capturable"]:
        message = f"At most {intent['amount_capturable']} of this PaymentIntent can be captured."
        raise ApiError(message, "amount_too_large", param="amount_to_capture")
    if params.get("final_capture") is False:
        raise ApiError("This PaymentIntent can be captured only once.", param="final_capture")
    metadata = merged_metadata(intent["metadata"], params.get("metadata"))
    account.cancel_timer(Timer.HOLD_EXPIRES, intent["id"])
    charge = account.fetch("charge", intent["latest_charge"], "charge")
    payments.mark_captured(account, charge, amount)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount, "metadata": metadata}
    account.save(charge)
    account.save(intent)
    account.emit("charge.captured", charge)
    account.emit("payment_intent.succeeded", intent)
    return intent


def increment_authorization(account: Account, intent_id: str, params: Json) -> Json:
    """POST /v1/payment_intents/{id}/increment_authorization."""
    intent = _unlocked(account, intent_id)
    amount = params["amount"]
    if intent["status"] != "requires_capture":
        raise _unexpected_state(account, intent, "incremented")
    charge = account.fetch("charge", intent["latest_charge"], "charge")
    if not payments.card_details(charge)["incremental_authorization_supported"]:
        raise ApiError("This PaymentIntent does not support incremental authorization.")
    if amount <= intent["amount"]:
        raise ApiError("The amount must be greater than the amount authorized now.", param="amount")
    if intent.get("_increments", 0) >= MAX_INCREMENTS:
        raise ApiError(f"An authorization can be raised at most {MAX_INCREMENTS} times.")
    check_amount(amount, intent["currency"])
    decline = decline_for_amount(amount) if account.setting("test_amounts") else None
    if decline is not None:
        error = payments.decline_error(decline, charge["id"])
        raise ApiError(
            decline.message, decline.code, status=402, kind="card_error",
            decline_code=error["decline_code"], charge=error["charge"],
            payment_intent=account.client_view(intent),
        )  # fmt: skip
    intent |= {"amount": amount, "amount_capturable": amount, "_increments": intent.get("_increments", 0) + 1}
    intent["metadata"] = merged_metadata(intent["metadata"], params.get("metadata"))
    charge["amount"] = amount
    payments.card_details(charge)["amount_authorized"] = amount
    account.save(charge)
    account.save(intent)
    account.emit("payment_intent.amount_capturable_updated", intent)
    return intent
