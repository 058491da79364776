"""What happens to the money of a payment: it is authorised, captured, released, or its hold expires."""

from dataclasses import replace

from tui_pos.simulator.engine import objects
from tui_pos.simulator.engine.accounts import Account, Timer
from tui_pos.simulator.engine.cards import DECLINES, GOOD, Card, Decline, decline_for_amount
from tui_pos.simulator.engine.errors import Json, doc_url

AUTHORISABLE = ("requires_payment_method", "requires_confirmation", "processing")


def authorise(
    account: Account, intent: Json, reader: Json, card: Card, decline: Decline | None
) -> Decline | None:
    """Charge a card for an intent: approved (None) or declined. The intent and its charge are changed."""
    if intent["status"] not in AUTHORISABLE:
        message = f"This PaymentIntent's status is {intent['status']}, so it cannot be paid."
        return Decline("payment_intent_unexpected_state", "", message)
    decline = decline or _decline_reason(account, intent, card)
    method = account.save(objects.payment_method(account, intent, card))
    charge = objects.charge(account, intent, method)
    incremental = bool(_card_options(intent).get("request_incremental_authorization_support"))
    charge["payment_method_details"] = objects.method_details(intent, reader, card, incremental=incremental)
    charge["_card"] = card.number
    intent["latest_charge"] = charge["id"]
    if decline is None:
        _approve(account, intent, charge, method, card)
    else:
        _decline(account, intent, charge, method, decline)
    return decline


def charge_online(account: Account, amount: int, currency: str, metadata: Json) -> Json:
    """A card was typed into a web shop's form and charged: the intent, captured."""
    intent = objects.payment_intent(account) | {
        "amount": amount,
        "capture_method": "automatic_async",
        "currency": currency,
        "metadata": metadata,
        "payment_method_types": ["card"],
    }
    method = account.save(objects.payment_method(account, intent, GOOD, online=True))
    charge = objects.charge(account, intent, method)
    charge |= {"payment_method_details": objects.online_details(intent, GOOD), "_card": GOOD.number}
    intent["latest_charge"] = charge["id"]
    _approve(account, intent, charge, method, GOOD)
    return intent


def _decline_reason(account: Account, intent: Json, card: Card) -> Decline | None:
    if card.decline is not None:
        return DECLINES[card.decline]
    if card.method_type not in intent["payment_method_types"]:
        return replace(DECLINES["generic_decline"], message="This card is not accepted for this payment.")
    if card.single_message and _capture_method(intent) == "manual":
        return replace(DECLINES["generic_decline"], message="This card cannot be held, only charged at once.")
    return decline_for_amount(intent["amount"]) if account.setting("test_amounts") else None


def _card_options(intent: Json) -> Json:
    options: Json = intent["payment_method_options"].get("card_present") or {}
    return options


def _capture_method(intent: Json) -> str:
    return str(_card_options(intent).get("capture_method") or intent["capture_method"])


def _is_held(intent: Json, card: Card) -> bool:
    """Whether an approval only holds the money."""
    method = _capture_method(intent)
    return method == "manual" or (method == "manual_preferred" and not card.single_message)


def _approve(account: Account, intent: Json, charge: Json, method: Json, card: Card) -> None:
    amount = intent["amount"]
    charge |= {"status": "succeeded", "paid": True, "outcome": objects.approved_outcome()}
    intent |= {"payment_method": method["id"], "last_payment_error": None}
    if _is_held(intent, card):
        intent |= {"status": "requires_capture", "amount_capturable": amount}
        expires = account.now() + card.network.window
        card_details(charge)["capture_before"] = expires
        account.start_timer(Timer.HOLD_EXPIRES, intent["id"], expires)
        event = "payment_intent.amount_capturable_updated"
    else:
        intent |= {"status": "succeeded", "amount_received": amount}
        mark_captured(account, charge, amount)
        event = "payment_intent.succeeded"
    account.save(charge)
    account.save(intent)
    account.emit("charge.succeeded", charge)
    account.emit(event, intent)


def _decline(account: Account, intent: Json, charge: Json, method: Json, decline: Decline) -> None:
    charge |= {
        "status": "failed",
        "failure_code": decline.code,
        "failure_message": decline.message,
        "outcome": objects.declined_outcome(decline),
    }
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": decline_error(decline, charge["id"])
        | {"payment_method": account.client_view(method)},
    }
    account.save(charge)
    account.save(intent)
    account.emit("charge.failed", charge)
    account.emit("payment_intent.payment_failed", intent)


def decline_error(decline: Decline, charge_id: str | None) -> Json:
    """A decline as Stripe writes it into an intent or an answer."""
    kind = "card_error" if decline.decline_code else "invalid_request_error"
    error: Json = {"type": kind, "code": decline.code, "message": decline.message}
    error["doc_url"] = doc_url(decline.code)
    if decline.decline_code:
        error |= {"decline_code": decline.decline_code, "charge": charge_id}
    return error


def card_details(charge: Json) -> Json:
    """The part of a charge that describes its card."""
    method = charge["payment_method_details"]
    details: Json = method[method["type"]]
    return details


def mark_captured(account: Account, charge: Json, amount: int) -> None:
    """Mark a charge as captured; what was held beyond ``amount`` is released, which is no refund."""
    charge |= {
        "captured": True,
        "amount_captured": amount,
        "_released": charge["amount"] - amount,
        "balance_transaction": account.new_id("txn"),
    }


def cancel(account: Account, intent: Json, reason: str | None, *, event: str | None = None) -> None:
    """Cancel an intent and release its hold; ``event`` is what its charge emits, if not the usual."""
    account.cancel_timer(Timer.HOLD_EXPIRES, intent["id"])
    had_hold = intent["status"] == "requires_capture"
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": account.now(),
        "cancellation_reason": reason,
    }
    account.save(intent)
    if had_hold:
        charge = account.fetch("charge", intent["latest_charge"], "charge")
        charge["_released"] = charge["amount"]
        account.save(charge)
        if event is None and account.releases_are_refunds:
            event = "charge.refunded"
        if event is not None:
            account.emit(event, charge)
    account.emit("payment_intent.canceled", intent)


def expire_hold(account: Account, intent_id: str) -> None:
    """What Stripe does by itself when nobody captured in time."""
    intent = account.store.get("payment_intent", intent_id)
    if intent is not None and intent["status"] == "requires_capture":
        cancel(account, intent, "expired", event="charge.expired")
