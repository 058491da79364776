"""The commands that reach a card reader, and the rules of its one action slot."""

from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.engine import refunds
from tui_pos.simulator.engine.accounts import Call, World
from tui_pos.simulator.engine.presentment import (
    COLLECTED,
    COLLECTED_FOR,
    authorise_and_report,
    present_later,
    report,
)

OFFLINE = "This reader is offline: check its power and its network."
TIMEOUT = "The reader did not answer in time: try again."
BUSY = "This reader is busy with something else: try again in a moment."

# Why a reader in this condition takes no command.
REFUSALS: dict[str, tuple[str, str]] = {
    "busy": ("terminal_reader_busy", BUSY),
    "updating": ("terminal_reader_busy", "This reader is installing an update."),
    "card_left_in": ("terminal_reader_busy", "A card is still inserted in this reader: take it out."),
    "hardware_fault": ("terminal_reader_hardware_fault", "This reader is damaged and must be replaced."),
    "wrong_location": (
        "terminal_reader_invalid_location_for_payment",
        "This reader's location does not allow this payment.",
    ),
}


def process_payment_intent(world: World, call: Call) -> Json:
    return _ask_for_card(world, call, "process_payment_intent", "process_config")


def collect_payment_method(world: World, call: Call) -> Json:
    return _ask_for_card(world, call, "collect_payment_method", "collect_config")


def _ask_for_card(world: World, call: Call, kind: str, config: str) -> Json:
    reader = _reachable(world, call)
    intent = _payable(world, call.params["payment_intent"])
    sent = dict(call.params.get(config) or {})
    sent.pop("allow_redisplay", None)
    job: Json = {"payment_intent": intent["id"]}
    if sent:
        job[config] = sent
    return _acknowledged(world, _start(world, reader, kind, job))


def _payable(world: World, intent_id: str) -> Json:
    intent = world.fetch("payment_intent", intent_id, "payment_intent", in_path=False)
    if intent["status"] != "requires_payment_method":
        message = (
            f"This PaymentIntent has a status of {intent['status']}: a reader needs requires_payment_method."
        )
        raise ApiError(message, "intent_invalid_state", payment_intent=world.shown(intent))
    if not {"card_present", "interac_present"} & set(intent["payment_method_types"]):
        message = "This PaymentIntent's payment_method_types must include card_present."
        raise ApiError(message, param="payment_intent")
    return intent


def _reachable(world: World, call: Call) -> Json:
    """The reader, if it can take a command now. Raises ApiError as Stripe does."""
    reader = world.fetch("terminal.reader", call.ids["id"], "reader")
    if world.offline(reader):
        raise ApiError(OFFLINE, "terminal_reader_offline")
    condition = reader["_condition"]
    if condition in REFUSALS:
        code, message = REFUSALS[condition]
        raise ApiError(message, code)
    if reader["_phase"] == "authorising":
        raise ApiError(BUSY, "terminal_reader_busy")
    if reader["_silent_since"] is not None or _next(world, reader, "timeout_not_delivered"):
        raise ApiError(TIMEOUT, "terminal_reader_timeout")
    return reader


def _next(world: World, reader: Json, fault: str) -> bool:
    """Whether this was ordered to happen once, now."""
    if reader["_next"].pop(fault, None) is None:
        return False
    world.save(reader)
    return True


def _start(world: World, reader: Json, kind: str, job: Json, phase: str = "waiting") -> Json:
    """Put a new action into the reader's slot, in place of whatever was there."""
    world.forget(COLLECTED, reader["id"])
    reader |= {"_phase": phase, "_collected": None, "_turn": None}
    reader["action"] = {
        "type": kind,
        "status": "in_progress",
        "failure_code": None,
        "failure_message": None,
        "api_error": None,
        kind: job,
    }
    world.save(reader)
    if phase == "waiting":
        present_later(world, reader)
    return reader


def _acknowledged(world: World, reader: Json) -> Json:
    """The reader did what it was told, and says so unless its word was ordered to be lost."""
    if _next(world, reader, "ack_lost"):
        raise ApiError(TIMEOUT, "terminal_reader_timeout")
    return reader


def confirm_payment_intent(world: World, call: Call) -> Json:
    reader = _reachable(world, call)
    intent = _payable(world, call.params["payment_intent"])
    collected = reader["_collected"]
    if collected is None or collected["payment_intent"] != intent["id"]:
        message = f"No card was collected for this PaymentIntent in the last {COLLECTED_FOR} seconds."
        raise ApiError(message, "intent_invalid_state", payment_intent=world.shown(intent))
    job: Json = {"payment_intent": intent["id"]}
    if call.params.get("confirm_config"):
        job["confirm_config"] = call.params["confirm_config"]
    reader = _start(world, reader, "confirm_payment_intent", job, "authorising")
    reader["_paying"] = {"intent": intent["id"], "card": collected["card"]}
    authorise_and_report(world, reader)
    return _acknowledged(world, reader)


def collected_lapses(world: World, reader_id: str) -> None:
    """A card that was read but not confirmed in time is forgotten."""
    reader = world.store.get("terminal.reader", reader_id)
    if reader is not None:
        reader["_collected"] = None
        world.save(reader)


def refund_payment(world: World, call: Call) -> Json:
    reader = _reachable(world, call)
    sent = call.params
    charge = refunds.target(world, sent)
    if charge["payment_method_details"]["type"] != "interac_present":
        raise ApiError("Only Interac payments are refunded at a reader: create a Refund instead.")
    job: Json = {
        "amount": refunds.refundable(world, charge, sent.get("amount")),
        "charge": charge["id"],
        "metadata": sent.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": None,
        "refund": None,
    }
    if sent.get("refund_payment_config"):
        job["refund_payment_config"] = sent["refund_payment_config"]
    return _acknowledged(world, _start(world, reader, "refund_payment", job))


def set_reader_display(world: World, call: Call) -> Json:
    """Show a cart. As at Stripe this silently replaces a payment that waits for its card."""
    if not call.params.get("cart"):
        raise ApiError("Missing required param: cart.", "parameter_missing", param="cart", executed=False)
    reader = _reachable(world, call)
    cart = {"tax": None} | call.params["cart"]
    shown = _start(world, reader, "set_reader_display", {"type": "cart", "cart": cart}, "idle")
    return _acknowledged(world, shown)


def cancel_action(world: World, call: Call) -> Json:
    """Clear the slot. A silent reader cannot object, so a dead one is cleared whatever it was doing."""
    reader = world.fetch("terminal.reader", call.ids["id"], "reader")
    if reader["_silent_since"] is None:
        reader = _reachable(world, call)
    reader |= {"action": None, "_phase": "idle", "_collected": None}
    return _acknowledged(world, world.save(reader))


def customer_cancels(world: World, reader: Json) -> Json:
    """The customer presses the reader's cancel key. Raises ApiError when the reader does not offer one."""
    action = reader["action"]
    job = action[action["type"]] if action is not None and reader["_phase"] == "waiting" else {}
    configs = [value for name, value in job.items() if name.endswith("_config")]
    if not any(config.get("enable_customer_cancellation") for config in configs):
        raise ApiError("This reader shows no cancel key: enable_customer_cancellation was not set.")
    reader["_phase"] = "idle"
    report(world, reader, "customer_canceled", "The customer canceled the payment at the reader.")
    return reader
