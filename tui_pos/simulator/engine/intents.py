"""/v1/payment_intents: what a caller may do with a PaymentIntent."""

from typing import cast

from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.api.lists import page
from tui_pos.simulator.api.params import merged_metadata
from tui_pos.simulator.api.search import search_page
from tui_pos.simulator.engine import objects, payments
from tui_pos.simulator.engine.accounts import Call, World
from tui_pos.simulator.engine.cards import decline_for_amount
from tui_pos.simulator.engine.currencies import check_amount, check_currency

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
# What an account pays with in whichever currency when the request leaves it to Stripe.
DYNAMIC = ["card", "link"]
PLAIN_FIELDS = (
    "description",
    "receipt_email",
    "setup_future_usage",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)
MAX_INCREMENTS = 10


def create(world: World, call: Call) -> Json:
    sent = call.params
    currency = check_currency(sent["currency"])
    check_amount(sent["amount"], currency)
    allowed, types = _ways_to_pay(world, sent, currency)
    intent = objects.payment_intent(world) | {
        "amount": sent["amount"],
        "capture_method": sent.get("capture_method", "automatic_async"),
        "currency": currency,
        "metadata": merged_metadata({}, sent.get("metadata")),
        "payment_method_options": _options({}, sent),
        "allowed_payment_method_types": allowed,
        "payment_method_types": types,
    }
    if "payment_method_types" not in sent and allowed is None:
        intent["automatic_payment_methods"] = {"allow_redirects": "always", "enabled": True}
    _set_plain(intent, sent)
    world.save(intent)
    world.emit("payment_intent.created", intent)
    return intent


def _ways_to_pay(world: World, sent: Json, currency: str) -> tuple[list[str] | None, list[str]]:
    """What the request allows, and what of it fits: Stripe leaves the rest out without a word.

    ``payment_method_types`` comes only from clients of a version that still had it.
    """
    allowed = sent.get("allowed_payment_method_types")
    wanted = sent.get("payment_method_types") or allowed or DYNAMIC
    return allowed, [kind for kind in wanted if _fits(world, kind, currency)]


def _options(known: Json, sent: Json) -> Json:
    """The options by way to pay; one that is sent empty is cleared."""
    changed = known | sent.get("payment_method_options", {})
    return {kind: options for kind, options in changed.items() if options != ""}


def _fits(world: World, kind: str, currency: str) -> bool:
    if kind == "interac_present":
        return currency == "cad"
    closed = cast("list[str]", world.setting("no_cards_in"))
    return kind != "card_present" or currency not in closed


def _set_plain(intent: Json, sent: Json) -> None:
    for name in PLAIN_FIELDS:
        if name in sent:
            intent[name] = sent[name] or None


def _fetch(world: World, call: Call) -> Json:
    return world.fetch("payment_intent", call.ids["id"], "intent")


def retrieve(world: World, call: Call) -> Json:
    return _fetch(world, call)


def list_all(world: World, call: Call) -> Json:
    return page(world, "payment_intent", call)


def search(world: World, call: Call) -> Json:
    return search_page(world, "payment_intent", call)


def _changeable(world: World, call: Call) -> Json:
    """The intent, unless a card is being authorised for it at this moment: Stripe locks it then."""
    intent = _fetch(world, call)
    if intent["status"] == "processing" or intent.get("_authorising"):
        message = "Another request or a Stripe process is using this PaymentIntent: try again in a moment."
        raise ApiError(message, "lock_timeout")
    return intent


def _unexpected(world: World, intent: Json, doing: str) -> ApiError:
    message = f"This PaymentIntent could not be {doing} because it has a status of {intent['status']}."
    return ApiError(message, "payment_intent_unexpected_state", payment_intent=world.shown(intent))


def update(world: World, call: Call) -> Json:
    intent = _changeable(world, call)
    sent = call.params
    if intent["status"] not in AMOUNT_OPEN and any(name in sent for name in AMOUNT_FIELDS):
        raise _unexpected(world, intent, "updated")
    amended = intent | {name: sent[name] for name in AMOUNT_FIELDS if name in sent}
    amended["currency"] = check_currency(amended["currency"])
    amended["payment_method_options"] = _options(intent["payment_method_options"], sent)
    if {"currency", "allowed_payment_method_types", "payment_method_types"} & sent.keys():
        wish = {"allowed_payment_method_types": amended.get("allowed_payment_method_types")} | sent
        _, amended["payment_method_types"] = _ways_to_pay(world, wish, amended["currency"])
    if "amount" in sent or "currency" in sent:
        check_amount(amended["amount"], amended["currency"])
    metadata = merged_metadata(intent["metadata"], sent.get("metadata"))
    intent |= amended | {"metadata": metadata, "last_payment_error": None}
    _set_plain(intent, sent)
    return world.save(intent)


def cancel(world: World, call: Call) -> Json:
    intent = _changeable(world, call)
    if intent["status"] not in CANCELABLE:
        raise _unexpected(world, intent, "canceled")
    event = "charge.refunded" if world.releases_are_refunds else None
    payments.release(world, intent, call.params.get("cancellation_reason"), event=event)
    return intent


def capture(world: World, call: Call) -> Json:
    intent = _changeable(world, call)
    if intent["status"] != "requires_capture":
        raise _unexpected(world, intent, "captured")
    sent = call.params
    amount: int = sent["amount_to_capture"] if "amount_to_capture" in sent else intent["amount_capturable"]
    if amount > intent["amount_capturable"]:
        message = f"At most {intent['amount_capturable']} of this PaymentIntent can be captured."
        raise ApiError(message, "amount_too_large", param="amount_to_capture")
    if call.params.get("final_capture") is False:
        raise ApiError("This PaymentIntent can be captured only once.", param="final_capture")
    metadata = merged_metadata(intent["metadata"], call.params.get("metadata"))
    world.forget(payments.HOLD, intent["id"])
    charge = world.fetch("charge", intent["latest_charge"], "charge")
    payments.take(world, charge, amount)
    intent |= {"status": "succeeded", "amount_capturable": 0, "amount_received": amount, "metadata": metadata}
    world.save(charge)
    world.save(intent)
    world.emit("charge.captured", charge)
    world.emit("payment_intent.succeeded", intent)
    return intent


def increment_authorization(world: World, call: Call) -> Json:
    intent = _changeable(world, call)
    amount = call.params["amount"]
    if intent["status"] != "requires_capture":
        raise _unexpected(world, intent, "incremented")
    charge = world.fetch("charge", intent["latest_charge"], "charge")
    if not payments.details(charge)["incremental_authorization_supported"]:
        raise ApiError("This PaymentIntent does not support incremental authorization.")
    if amount <= intent["amount"]:
        raise ApiError("The amount must be greater than the amount authorized now.", param="amount")
    if intent.get("_increments", 0) >= MAX_INCREMENTS:
        raise ApiError(f"An authorization can be raised at most {MAX_INCREMENTS} times.")
    check_amount(amount, intent["currency"])
    decline = decline_for_amount(amount) if world.setting("test_amounts") else None
    if decline is not None:
        error = payments.error_object(decline, charge["id"])
        raise ApiError(
            decline.message, decline.code, status=402, kind="card_error",
            decline_code=error["decline_code"], charge=error["charge"], payment_intent=world.shown(intent),
        )  # fmt: skip
    intent |= {"amount": amount, "amount_capturable": amount, "_increments": intent.get("_increments", 0) + 1}
    intent["metadata"] = merged_metadata(intent["metadata"], call.params.get("metadata"))
    charge["amount"] = amount
    payments.details(charge)["amount_authorized"] = amount
    world.save(charge)
    world.save(intent)
    world.emit("payment_intent.amount_capturable_updated", intent)
    return intent
