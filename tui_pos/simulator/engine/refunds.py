"""/v1/refunds and /v1/charges: money given back, and the charges it came from."""

from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.api.lists import page
from tui_pos.simulator.api.params import merged_metadata
from tui_pos.simulator.engine import objects
from tui_pos.simulator.engine.accounts import Call, World
from tui_pos.simulator.engine.cards import BY_NUMBER
from tui_pos.simulator.engine.currencies import check_step

COUNTED = ("succeeded", "pending", "requires_action")
SETTLES = "refund settles"
SETTLES_AFTER = 60


def create(world: World, call: Call) -> Json:
    charge = target(world, call.params)
    if charge["payment_method_details"]["type"] == "interac_present":
        raise ApiError("Interac payments can only be refunded in person, with the card at the reader.")
    amount = refundable(world, charge, call.params.get("amount"))
    return give_back(world, charge, amount, call.params)


def target(world: World, sent: Json) -> Json:
    """The charge that a refund names, itself or by its intent."""
    if sent.get("charge"):
        charge = world.fetch("charge", sent["charge"], "charge", in_path=False)
        if sent.get("payment_intent") not in (None, "", charge["payment_intent"]):
            raise ApiError("The charge does not belong to this PaymentIntent.", param="payment_intent")
        return charge
    if not sent.get("payment_intent"):
        message = "One of the following params should be provided: payment_intent or charge."
        raise ApiError(message, "parameter_missing", param="payment_intent", executed=False)
    intent = world.fetch("payment_intent", sent["payment_intent"], "payment_intent", in_path=False)
    if intent["status"] != "succeeded":
        raise ApiError(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    return world.fetch("charge", intent["latest_charge"], "charge")


def given_back(world: World, charge: Json) -> int:
    """How much of a charge is refunded or about to be."""
    refunds = world.store.all("refund").values()
    return sum(one["amount"] for one in refunds if one["charge"] == charge["id"] and one["status"] in COUNTED)


def refundable(world: World, charge: Json, amount: int | None) -> int:
    """The amount to refund, all that is left when None. Raises ApiError when it cannot be given back."""
    if not charge["captured"]:
        message = f"Charge {charge['id']} has not been captured: cancel its PaymentIntent instead."
        raise ApiError(message, "charge_not_refundable")
    left = charge["amount_captured"] - given_back(world, charge)
    if left == 0:
        raise ApiError(f"Charge {charge['id']} has already been refunded.", "charge_already_refunded")
    wanted = left if amount is None else amount
    check_step(wanted, charge["currency"])
    if wanted > left:
        message = f"Refund amount ({wanted}) is greater than unrefunded amount on charge ({left})."
        raise ApiError(message, param="amount")
    return wanted


def give_back(world: World, charge: Json, amount: int, sent: Json) -> Json:
    """Make the refund; the test card decides whether it stands, waits or fails later."""
    behaviour = BY_NUMBER[charge["_card"]].refund
    refund = objects.refund(world, charge, amount) | {
        "metadata": merged_metadata({}, sent.get("metadata")),
        "reason": sent.get("reason"),
        "balance_transaction": world.new_id("txn"),
    }
    if behaviour == "pending":
        refund |= {"status": "pending", "pending_reason": "processing"}
    if behaviour != "succeeded":
        world.remind(SETTLES, refund["id"], world.now() + SETTLES_AFTER)
    world.save(refund)
    _recount(world, charge)
    world.emit("refund.created", refund)
    world.emit("charge.refunded", charge)
    return refund


def _recount(world: World, charge: Json) -> None:
    returned = given_back(world, charge)
    charge["amount_refunded"] = returned
    charge["refunded"] = returned == charge["amount_captured"]
    world.save(charge)


def settle(world: World, refund_id: str) -> None:
    """What becomes of a refund later: one waiting succeeds, one to the failing test card fails."""
    refund = world.store.get("refund", refund_id)
    if refund is None:
        return
    charge = world.fetch("charge", refund["charge"], "charge")
    if refund["status"] == "pending":
        refund["status"] = "succeeded"
        refund.pop("pending_reason")
        event = "refund.updated"
    else:
        refund |= {
            "status": "failed",
            "failure_reason": "expired_or_canceled_card",
            "failure_balance_transaction": world.new_id("txn"),
        }
        event = "refund.failed"
    world.save(refund)
    _recount(world, charge)
    world.emit(event, refund)


def retrieve(world: World, call: Call) -> Json:
    return world.fetch("refund", call.ids["id"], "id")


def list_all(world: World, call: Call) -> Json:
    return page(world, "refund", call)


def update(world: World, call: Call) -> Json:
    refund = retrieve(world, call)
    refund["metadata"] = merged_metadata(refund["metadata"], call.params.get("metadata"))
    world.save(refund)
    world.emit("refund.updated", refund)
    return refund


def retrieve_charge(world: World, call: Call) -> Json:
    return world.fetch("charge", call.ids["id"], "id")


def list_charges(world: World, call: Call) -> Json:
    return page(world, "charge", call)
