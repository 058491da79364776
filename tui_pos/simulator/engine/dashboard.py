"""What happens past every desk: in Stripe's dashboard, in a web shop, and what Stripe alone brings about."""

from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.engine import intents, payments, refunds
from tui_pos.simulator.engine.accounts import World
from tui_pos.simulator.engine.currencies import check_amount, check_currency


def payment(world: World, intent_id: str) -> Json:
    """The payment with this id. Raises ApiError when there is none."""
    return world.fetch("payment_intent", intent_id, "intent")


def pay_online(world: World, amount: int, currency: str, metadata: dict[str, str]) -> Json:
    """A card pays in a web shop of the account: the captured payment. Raises ApiError as the API does."""
    currency = check_currency(currency)
    check_amount(amount, currency)
    return world.shown(payments.charge_online(world, amount, currency, dict(metadata)))


def refund(world: World, intent: Json, amount: int | None, metadata: dict[str, str]) -> Json:
    """Give back a part of a captured payment, or all that is left. Raises ApiError as the API does."""
    charge = refunds.target(world, {"payment_intent": intent["id"]})
    given = refunds.give_back(
        world, charge, refunds.refundable(world, charge, amount), {"metadata": metadata}
    )
    return world.shown(given)


def cancel(world: World, intent: Json) -> Json:
    """Cancel a payment that is not captured, and release its hold."""
    if intent["status"] not in intents.CANCELABLE:
        raise ApiError(f"This PaymentIntent cannot be canceled: its status is {intent['status']}.")
    event = "charge.refunded" if world.releases_are_refunds else None
    payments.release(world, intent, "requested_by_customer", event=event)
    return world.shown(intent)


def set_status(world: World, intent: Json, status: str) -> Json:
    """Put a payment into any state, also one that Stripe has not invented yet. Its money stays as it is."""
    intent["status"] = status
    return world.shown(world.save(intent))


def forget(world: World, intent: Json) -> None:
    """Stripe knows no such payment any more, nor its charges, refunds and stored answers."""
    world.forget(payments.HOLD, intent["id"])
    for kind in ("charge", "refund"):
        for record in list(world.store.all(kind).values()):
            if record["payment_intent"] == intent["id"]:
                world.forget(refunds.SETTLES, record["id"])
                world.store.delete(kind, record["id"])
    for slot, answer in list(world.store.all("answer").items()):
        if intent["id"] in answer["body"]:
            world.store.delete("answer", slot)
    world.store.delete("payment_intent", intent["id"])
