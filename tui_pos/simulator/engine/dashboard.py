"""What happens to payments without a desk: in Stripe's dashboard, in a web shop, or inside Stripe."""

from tui_pos.simulator.engine import intents, payments, refunds
from tui_pos.simulator.engine.accounts import Account, Timer
from tui_pos.simulator.engine.currencies import check_amount, check_currency
from tui_pos.simulator.engine.errors import ApiError, Json


def payment(account: Account, intent_id: str) -> Json:
    """The payment with this id. Raises ApiError when there is none."""
    return account.fetch("payment_intent", intent_id, "intent")


def pay_online(account: Account, amount: int, currency: str, metadata: dict[str, str]) -> Json:
    """A card pays in a web shop of the account: the captured payment. Raises ApiError as the API does."""
    currency = check_currency(currency)
    check_amount(amount, currency)
    return account.client_view(payments.charge_online(account, amount, currency, dict(metadata)))


def refund(account: Account, intent: Json, amount: int | None, metadata: dict[str, str]) -> Json:
    """Refund a part of a captured payment, or all that is left. Raises ApiError as the API does."""
    charge = refunds.charge_to_refund(account, {"payment_intent": intent["id"]})
    refunded = refunds.refund_charge(
        account, charge, refunds.refundable_amount(account, charge, amount), {"metadata": metadata}
    )
    return account.client_view(refunded)


def cancel(account: Account, intent: Json) -> Json:
    """Cancel a payment that is not captured, and release its hold."""
    if intent["status"] not in intents.CANCELABLE:
        raise ApiError(f"This PaymentIntent cannot be canceled: its status is {intent['status']}.")
    payments.cancel(account, intent, "requested_by_customer")
    return account.client_view(intent)


def set_status(account: Account, intent: Json, status: str) -> Json:
    """Put a payment into any status, even one that Stripe does not have yet. Its amounts stay as they are."""
    intent["status"] = status
    return account.client_view(account.save(intent))


def delete_payment(account: Account, intent: Json) -> None:
    """Remove a payment from Stripe, with its charges, refunds and stored answers."""
    account.cancel_timer(Timer.HOLD_EXPIRES, intent["id"])
    for kind in ("charge", "refund"):
        for record in list(account.store.all(kind).values()):
            if record["payment_intent"] == intent["id"]:
                account.cancel_timer(Timer.REFUND_SETTLES, record["id"])
                account.store.delete(kind, record["id"])
    for slot, answer in list(account.store.all("answer").items()):
        if intent["id"] in answer["body"]:
            account.store.delete("answer", slot)
    account.store.delete("payment_intent", intent["id"])


def books(account: Account) -> dict[str, Json]:
    """What happened to the money of each payment, by the id of its PaymentIntent; amounts in minor units."""
    refunded: dict[str, int] = {}
    for refund in account.store.all("refund").values():
        if refund["status"] in refunds.COUNTED_STATUSES:
            intent_id = refund["payment_intent"]
            refunded[intent_id] = refunded.get(intent_id, 0) + refund["amount"]
    return {
        intent["id"]: {
            "amount": intent["amount"],
            "currency": intent["currency"],
            "status": intent["status"],
            "held": intent["amount_capturable"],
            "captured": intent["amount_received"],
            "refunded": refunded.get(intent["id"], 0),
            "metadata": intent["metadata"],
        }
        for intent in account.store.all("payment_intent").values()
    }
