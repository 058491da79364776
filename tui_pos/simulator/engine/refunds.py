"""Refunds: which charge, how much of it can be refunded, and how a refund ends."""

from tui_pos.simulator.engine import objects
from tui_pos.simulator.engine.accounts import Account, Timer
from tui_pos.simulator.engine.cards import BY_NUMBER
from tui_pos.simulator.engine.currencies import check_step
from tui_pos.simulator.engine.errors import ApiError, Json

COUNTED_STATUSES = ("succeeded", "pending", "requires_action")
SETTLES_AFTER = 60


def create(account: Account, params: Json) -> Json:
    """POST /v1/refunds."""
    charge = charge_to_refund(account, params)
    if charge["payment_method_details"]["type"] == "interac_present":
        raise ApiError("Interac payments can only be refunded in person, with the card at the reader.")
    amount = refundable_amount(account, charge, params.get("amount"))
    return refund_charge(account, charge, amount, params)


def charge_to_refund(account: Account, params: Json) -> Json:
    """The charge that a refund names, itself or by its intent."""
    if params.get("charge"):
        charge = account.fetch("charge", params["charge"], "charge", in_path=False)
        if params.get("payment_intent") not in (None, "", charge["payment_intent"]):
            raise ApiError("The charge does not belong to this PaymentIntent.", param="payment_intent")
        return charge
    if not params.get("payment_intent"):
        message = "One of the following params should be provided: payment_intent or charge."
        raise ApiError(message, "parameter_missing", param="payment_intent", executed=False)
    intent = account.fetch("payment_intent", params["payment_intent"], "payment_intent", in_path=False)
    if intent["status"] != "succeeded":
        raise ApiError(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return account.fetch("charge", intent["latest_charge"], "charge")


def refunded_amount(account: Account, charge: Json) -> int:
    """How much of a charge is refunded or about to be, in minor units."""
    refunds = account.store.all("refund").values()
    return sum(
        one["amount"]
        for one in refunds
        if one["charge"] == charge["id"] and one["status"] in COUNTED_STATUSES
    )


def refundable_amount(account: Account, charge: Json, amount: int | None) -> int:
    """The amount to refund, all that is left when None. Raises ApiError when it cannot be refunded."""
    if not charge["captured"]:
        message = f"Charge {charge['id']} has not been captured: cancel its PaymentIntent instead."
        raise ApiError(message, "charge_not_refundable")
    left = charge["amount_captured"] - refunded_amount(account, charge)
    if left == 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    wanted = left if amount is None else amount
    check_step(wanted, charge["currency"])
    if wanted > left:
        message = f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})."
        raise ApiError(message, param="amount")
    return wanted


def refund_charge(account: Account, charge: Json, amount: int, params: Json) -> Json:
    """Make the refund; the test card decides whether it succeeds, is pending or fails later."""
    behaviour = BY_NUMBER[charge["_card"]].refund
    refund = objects.refund(account, charge, amount) | {
        "metadata": objects.merged_metadata({}, params.get("metadata")),
        "reason": params.get("reason"),
        "balance_transaction": account.new_id("txn"),
    }
    if behaviour == "pending":
        refund |= {"status": "pending", "pending_reason": "processing"}
    if behaviour != "succeeded":
        account.start_timer(Timer.REFUND_SETTLES, refund["id"], account.now() + SETTLES_AFTER)
    account.save(refund)
    _update_refunded(account, charge)
    account.emit("refund.created", refund)
    account.emit("charge.refunded", charge)
    return refund


def _update_refunded(account: Account, charge: Json) -> None:
    refunded = refunded_amount(account, charge)
    charge["amount_refunded"] = refunded
    charge["refunded"] = refunded == charge["amount_captured"]
    account.save(charge)


def settle(account: Account, refund_id: str) -> None:
    """How a refund ends: one that is pending succeeds, one to the failing test card fails."""
    refund = account.store.get("refund", refund_id)
    if refund is None:
        return
    charge = account.fetch("charge", refund["charge"], "charge")
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        refund.pop("pending_reason")
        event = "refund.updated"
    else:
        refund |= {
            "status": "failed",
            "failure_reason": "expired_or_canceled_card",
            "failure_balance_transaction": account.new_id("txn"),
        }
        event = "refund.failed"
    account.save(refund)
    _update_refunded(account, charge)
    account.emit(event, refund)


def update(account: Account, refund_id: str, params: Json) -> Json:
    """POST /v1/refunds/{id}."""
    refund = account.fetch("refund", refund_id, "id")
    refund["metadata"] = objects.merged_metadata(refund["metadata"], params.get("metadata"))
    account.save(refund)
    account.emit("refund.updated", refund)
    return refund
