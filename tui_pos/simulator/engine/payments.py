"""What happens to money: a card is authorised, captured, released, or its hold lapses."""

from dataclasses import replace

from tui_pos.simulator.api.errors import Json
from tui_pos.simulator.engine import objects
from tui_pos.simulator.engine.accounts import World
from tui_pos.simulator.engine.cards import DECLINES, GOOD, Card, Decline, decline_for_amount

AUTHORISABLE = ("requires_payment_method", "requires_confirmation", "processing")
HOLD = "hold lapses"


def authorise(
    world: World, intent: Json, reader: Json, card: Card, decline: Decline | None
) -> Decline | None:
    """Charge a card for an intent: approved (None) or declined. The intent and its charge are changed."""
    if intent["status"] not in AUTHORISABLE:
        message = f"This PaymentIntent's status is {intent['status']}, so it cannot be paid."
        return Decline("payment_intent_unexpected_state", "", message)
    decline = decline or _refusal(world, intent, card)
    method = world.save(objects.payment_method(world, intent, card))
    charge = objects.charge(world, intent, method)
    incremental = bool(_card_options(intent).get("request_incremental_authorization_support"))
    charge["payment_method_details"] = objects.method_details(intent, reader, card, incremental=incremental)
    charge["_card"] = card.number
    intent["latest_charge"] = charge["id"]
    if decline is None:
        _approve(world, intent, charge, method, card)
    else:
        _decline(world, intent, charge, method, decline)
    return decline


def charge_online(world: World, amount: int, currency: str, metadata: Json) -> Json:
    """A card was typed into a web shop's form and charged: the intent, captured."""
    intent = objects.payment_intent(world) | {
        "amount": amount,
        "capture_method": "automatic_async",
        "currency": currency,
        "metadata": metadata,
        "payment_method_types": ["card"],
    }
    method = world.save(objects.payment_method(world, intent, GOOD, online=True))
    charge = objects.charge(world, intent, method)
    charge |= {"payment_method_details": objects.online_details(intent, GOOD), "_card": GOOD.number}
    intent["latest_charge"] = charge["id"]
    _approve(world, intent, charge, method, GOOD)
    return intent


def _refusal(world: World, intent: Json, card: Card) -> Decline | None:
    if card.decline is not None:
        return DECLINES[card.decline]
    kind = "interac_present" if card.brand == "interac" else "card_present"
    if kind not in intent["payment_method_types"]:
        return replace(DECLINES["generic_decline"], message="This card is not accepted for this payment.")
    if card.single_message and _capture_wish(intent) == "manual":
        return replace(DECLINES["generic_decline"], message="This card cannot be held, only charged at once.")
    return decline_for_amount(intent["amount"]) if world.setting("test_amounts") else None


def _card_options(intent: Json) -> Json:
    options: Json = intent["payment_method_options"].get("card_present") or {}
    return options


def _capture_wish(intent: Json) -> str:
    return str(_card_options(intent).get("capture_method") or intent["capture_method"])


def held(intent: Json, card: Card) -> bool:
    """Whether an approval only holds the money."""
    wish = _capture_wish(intent)
    return wish == "manual" or (wish == "manual_preferred" and not card.single_message)


def _approve(world: World, intent: Json, charge: Json, method: Json, card: Card) -> None:
    hold = held(intent, card)
    amount = intent["amount"]
    charge |= {"status": "succeeded", "paid": True, "outcome": objects.approved_outcome()}
    intent |= {"payment_method": method["id"], "last_payment_error": None}
    if hold:
        intent |= {"status": "requires_capture", "amount_capturable": amount}
        lapses = world.now() + card.network.window
        details(charge)["capture_before"] = lapses
        world.remind(HOLD, intent["id"], lapses)
        event = "payment_intent.amount_capturable_updated"
    else:
        intent |= {"status": "succeeded", "amount_received": amount}
        take(world, charge, amount)
        event = "payment_intent.succeeded"
    world.save(charge)
    world.save(intent)
    world.emit("charge.succeeded", charge)
    world.emit(event, intent)


def _decline(world: World, intent: Json, charge: Json, method: Json, decline: Decline) -> None:
    charge |= {
        "status": "failed",
        "failure_code": decline.code,
        "failure_message": decline.message,
        "outcome": objects.declined_outcome(decline),
    }
    intent |= {
        "status": "requires_payment_method",
        "payment_method": None,
        "last_payment_error": error_object(decline, charge["id"]) | {"payment_method": world.shown(method)},
    }
    world.save(charge)
    world.save(intent)
    world.emit("charge.failed", charge)
    world.emit("payment_intent.payment_failed", intent)


def error_object(decline: Decline, charge_id: str | None) -> Json:
    """A decline as Stripe writes it into an intent or an answer."""
    kind = "card_error" if decline.decline_code else "invalid_request_error"
    error: Json = {"type": kind, "code": decline.code, "message": decline.message}
    error["doc_url"] = f"https://stripe.com/docs/error-codes/{decline.code.replace('_', '-')}"
    if decline.decline_code:
        error |= {"decline_code": decline.decline_code, "charge": charge_id}
    return error


def details(charge: Json) -> Json:
    """The part of a charge that tells of its card."""
    method = charge["payment_method_details"]
    facts: Json = method[method["type"]]
    return facts


def take(world: World, charge: Json, amount: int) -> None:
    """Mark a charge as captured; what was held beyond ``amount`` is released, which is no refund."""
    charge |= {
        "captured": True,
        "amount_captured": amount,
        "_released": charge["amount"] - amount,
        "balance_transaction": world.new_id("txn"),
    }


def release(world: World, intent: Json, reason: str | None, *, event: str | None = None) -> None:
    """Cancel an intent; held money goes back to the card, with an ``event`` if Stripe has one for it."""
    world.forget(HOLD, intent["id"])
    had_hold = intent["status"] == "requires_capture"
    intent |= {
        "status": "canceled",
        "amount_capturable": 0,
        "canceled_at": world.now(),
        "cancellation_reason": reason,
    }
    world.save(intent)
    if had_hold:
        charge = world.fetch("charge", intent["latest_charge"], "charge")
        charge["_released"] = charge["amount"]
        world.save(charge)
        if event is not None:
            world.emit(event, charge)
    world.emit("payment_intent.canceled", intent)


def hold_lapses(world: World, intent_id: str) -> None:
    """What Stripe does by itself when nobody captured in time."""
    intent = world.store.get("payment_intent", intent_id)
    if intent is not None and intent["status"] == "requires_capture":
        release(world, intent, "expired", event="charge.expired")
