"""The commands that a card reader takes, and the rules of its one action slot."""

from tui_pos.simulator.engine import refunds
from tui_pos.simulator.engine.accounts import Account, Timer
from tui_pos.simulator.engine.errors import ApiError, Json
from tui_pos.simulator.engine.presentment import COLLECTED_FOR, authorise_and_report, report, schedule_card
from tui_pos.simulator.engine.reader_state import Condition, Phase, ReaderFault, is_offline, take_fault

OFFLINE = "This reader is offline: check its power and its network."
TIMEOUT = "The reader did not answer in time: try again."
BUSY = "This reader is busy with something else: try again in a moment."

# Why a reader in this condition takes no command.
REFUSALS: dict[Condition, tuple[str, str]] = {
    Condition.BUSY: ("terminal_reader_busy", BUSY),
    Condition.UPDATING: ("terminal_reader_busy", "This reader is installing an update."),
    Condition.CARD_LEFT_IN: ("terminal_reader_busy", "A card is still inserted in this reader: take it out."),
    Condition.HARDWARE_FAULT: (
        "terminal_reader_hardware_fault",
        "This reader is damaged and must be replaced.",
    ),
    Condition.WRONG_LOCATION: (
        "terminal_reader_invalid_location_for_payment",
        "This reader's location does not allow this payment.",
    ),
}


def process_payment_intent(account: Account, reader_id: str, params: Json) -> Json:
    """POST /v1/terminal/readers/{id}/process_payment_intent."""
    return _ask_for_card(account, reader_id, params, "process_payment_intent", "process_config")


def collect_payment_method(account: Account, reader_id: str, params: Json) -> Json:
    """POST /v1/terminal/readers/{id}/collect_payment_method."""
    return _ask_for_card(account, reader_id, params, "collect_payment_method", "collect_config")


def _ask_for_card(account: Account, reader_id: str, params: Json, kind: str, config: str) -> Json:
    reader = _reachable(account, reader_id)
    intent = _payable(account, params["payment_intent"])
    settings = dict(params.get(config) or {})
    settings.pop("allow_redisplay", None)
    job: Json = {"payment_intent": intent["id"]}
    if settings:
        job[config] = settings
    return _acknowledged(account, _start(account, reader, kind, job))


def _payable(account: Account, intent_id: str) -> Json:
    intent = account.fetch("payment_intent", intent_id, "payment_intent", in_path=False)
    if intent["status"] != "requires_payment_method":
        message = (
            f"This PaymentIntent has a status of {intent['status']}: a reader needs requires_payment_method."
        )
        raise ApiError(message, "intent_invalid_state", payment_intent=account.client_view(intent))
    if not {"card_present", "interac_present"} & set(intent["payment_method_types"]):
        message = "This PaymentIntent's payment_method_types must include card_present."
        raise ApiError(message, param="payment_intent")
    return intent


def _reachable(account: Account, reader_id: str) -> Json:
    """The reader, if it can take a command now. Raises ApiError as Stripe does."""
    reader = account.fetch("terminal.reader", reader_id, "reader")
    if is_offline(reader, account.precise_now()):
        raise ApiError(OFFLINE, "terminal_reader_offline")
    condition = Condition(reader["_condition"])
    if condition in REFUSALS:
        code, message = REFUSALS[condition]
        raise ApiError(message, code)
    if reader["_phase"] == Phase.AUTHORISING:
        raise ApiError(BUSY, "terminal_reader_busy")
    if reader["_silent_since"] is not None or _fails(account, reader, ReaderFault.NOT_DELIVERED):
        raise ApiError(TIMEOUT, "terminal_reader_timeout")
    return reader


def _fails(account: Account, reader: Json, fault: ReaderFault) -> bool:
    if not take_fault(reader, fault):
        return False
    account.save(reader)
    return True


def _start(account: Account, reader: Json, kind: str, job: Json, phase: Phase = Phase.WAITING) -> Json:
    """Put a new action into the reader's slot, in place of whatever was there."""
    account.cancel_timer(Timer.COLLECTED_CARD_EXPIRES, reader["id"])
    reader |= {"_phase": phase, "_collected": None, "_turn": None}
    reader["action"] = {
        "type": kind,
        "status": "in_progress",
        "failure_code": None,
        "failure_message": None,
        "api_error": None,
        kind: job,
    }
    account.save(reader)
    if phase is Phase.WAITING:
        schedule_card(account, reader)
    return reader


def _acknowledged(account: Account, reader: Json) -> Json:
    """The reader, after its command. Raises ApiError when a fault loses its acknowledgement."""
    if _fails(account, reader, ReaderFault.ACK_LOST):
        raise ApiError(TIMEOUT, "terminal_reader_timeout")
    return reader


def confirm_payment_intent(account: Account, reader_id: str, params: Json) -> Json:
    """POST /v1/terminal/readers/{id}/confirm_payment_intent."""
    reader = _reachable(account, reader_id)
    intent = _payable(account, params["payment_intent"])
    collected = reader["_collected"]
    if collected is None or collected["payment_intent"] != intent["id"]:
        message = f"No card was collected for this PaymentIntent in the last {COLLECTED_FOR} seconds."
        raise ApiError(message, "intent_invalid_state", payment_intent=account.client_view(intent))
    job: Json = {"payment_intent": intent["id"]}
    if params.get("confirm_config"):
        job["confirm_config"] = params["confirm_config"]
    reader = _start(account, reader, "confirm_payment_intent", job, Phase.AUTHORISING)
    reader["_paying"] = {"intent": intent["id"], "card": collected["card"]}
    authorise_and_report(account, reader)
    return _acknowledged(account, reader)


def expire_collected_card(account: Account, reader_id: str) -> None:
    """A card that was read but not confirmed in time is forgotten."""
    reader = account.store.get("terminal.reader", reader_id)
    if reader is not None:
        reader["_collected"] = None
        account.save(reader)


def refund_payment(account: Account, reader_id: str, params: Json) -> Json:
    """POST /v1/terminal/readers/{id}/refund_payment."""
    reader = _reachable(account, reader_id)
    charge = refunds.charge_to_refund(account, params)
    if charge["payment_method_details"]["type"] != "interac_present":
        raise ApiError("Only Interac payments are refunded at a reader: create a Refund instead.")
    job: Json = {
        "amount": refunds.refundable_amount(account, charge, params.get("amount")),
        "charge": charge["id"],
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": None,
        "refund": None,
    }
    if params.get("refund_payment_config"):
        job["refund_payment_config"] = params["refund_payment_config"]
    return _acknowledged(account, _start(account, reader, "refund_payment", job))


def set_reader_display(account: Account, reader_id: str, params: Json) -> Json:
    """Show a cart. As at Stripe this silently replaces a payment that waits for its card."""
    if not params.get("cart"):
        raise ApiError("Missing required param: cart.", "parameter_missing", param="cart", executed=False)
    reader = _reachable(account, reader_id)
    cart = {"tax": None} | params["cart"]
    shown = _start(account, reader, "set_reader_display", {"type": "cart", "cart": cart}, Phase.IDLE)
    return _acknowledged(account, shown)


def cancel_action(account: Account, reader_id: str, _: Json) -> Json:
    """Clear the slot. A silent reader cannot object, so a dead one is cleared whatever it was doing."""
    reader = account.fetch("terminal.reader", reader_id, "reader")
    if reader["_silent_since"] is None:
        reader = _reachable(account, reader_id)
    reader |= {"action": None, "_phase": Phase.IDLE, "_collected": None}
    return _acknowledged(account, account.save(reader))


def cancel_by_customer(account: Account, reader: Json) -> Json:
    """The customer presses the reader's cancel key. Raises ApiError when the reader does not offer one."""
    action = reader["action"]
    job = action[action["type"]] if action is not None and reader["_phase"] == Phase.WAITING else {}
    configs = [value for name, value in job.items() if name.endswith("_config")]
    if not any(config.get("enable_customer_cancellation") for config in configs):
        raise ApiError("This reader shows no cancel key: enable_customer_cancellation was not set.")
    reader["_phase"] = Phase.IDLE
    report(account, reader, "customer_canceled", "The customer canceled the payment at the reader.")
    return reader
