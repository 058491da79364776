"""A card is presented to a reader: it is read, the bank answers, and the reader reports the outcome."""

from typing import cast

from tui_pos.simulator.engine import cards, objects, payments, refunds
from tui_pos.simulator.engine.accounts import Account, Timer
from tui_pos.simulator.engine.cards import Card, Decline
from tui_pos.simulator.engine.errors import ApiError, Json
from tui_pos.simulator.engine.reader_state import Phase, ReaderFault, take_fault

KINDS = ("card_present", "interac_present", "card")
# The status of an intent while the bank has not answered; the first is what Stripe documents.
HELD_AS = ("requires_confirmation", "processing")
# Seconds in which a collected card may be confirmed.
COLLECTED_FOR = 30
CONNECTION_ERROR = ("connection_error", "The reader lost its connection while authorizing the payment.")


def present_payment_method(account: Account, reader_id: str, params: Json) -> Json:
    """Stripe's test helper: POST /v1/test_helpers/terminal/readers/{id}/present_payment_method."""
    reader = account.fetch("terminal.reader", reader_id, "reader")
    kind = params.get("type") or next((name for name in KINDS if name in params), "card_present")
    number = (params.get(kind) or {}).get("number")
    card = cards.find(number, f"{kind}[number]") if number else default_card(account, reader)
    return present_card(account, reader, card, tip=params.get("amount_tip"))


def default_card(account: Account, reader: Json) -> Card:
    """The card that Stripe presents when none is named."""
    intent = _intent(account, reader)
    only_interac = intent is not None and intent["payment_method_types"] == ["interac_present"]
    refunding = reader["action"] is not None and reader["action"]["type"] == "refund_payment"
    return cards.INTERAC if only_interac or refunding else cards.GOOD


def schedule_card(account: Account, reader: Json) -> None:
    """With the setting ``tap_after`` a good card is presented by itself after so many seconds; at 0 now."""
    seconds = cast("float | None", account.setting("tap_after"))
    if seconds is None or reader["_paying"] is not None:
        return
    if seconds <= 0:
        present_card(account, reader, default_card(account, reader))
        return
    turn = account.new_id("turn")
    reader["_turn"] = turn
    account.save(reader)
    account.schedule_card(turn, seconds)


def present_scheduled_card(account: Account, turn: str) -> None:
    """Present the card that was scheduled, unless the reader does something else by now."""
    for reader in account.store.all("terminal.reader").values():
        waits = reader["_phase"] == Phase.WAITING and reader["_paying"] is None
        if reader["_turn"] == turn and waits and reader["_silent_since"] is None:
            present_card(account, reader, default_card(account, reader))


def _intent(account: Account, reader: Json) -> Json | None:
    action = reader["action"]
    job = action[action["type"]] if action is not None else {}
    return account.store.get("payment_intent", job.get("payment_intent") or "")


def present_card(
    account: Account, reader: Json, card: Card, *, tip: int | None = None, hold: str | None = None
) -> Json:
    """Present a card to a reader that waits for one; ``tip`` in minor units is added to the amount.

    With ``hold`` the bank does not answer yet: the intent has that status until ``finish_authorization``.
    Raises ApiError when the reader waits for no card.
    """
    if reader["_phase"] != Phase.WAITING:
        raise ApiError("This reader is not waiting for a card.")
    if reader["_silent_since"] is not None:
        raise ApiError("This reader is off or disconnected: it reads no card.", "terminal_reader_offline")
    if reader["_paying"] is not None:
        raise ApiError("A card that was held at this reader is not finished yet.")
    reader["_turn"] = None
    kind = reader["action"]["type"]
    if kind == "refund_payment":
        _refund(account, reader, card)
    elif kind == "collect_payment_method":
        _collect(account, reader, card, tip)
    else:
        _start_authorization(account, reader, card, tip, hold)
        if hold is None:
            authorise_and_report(account, reader)
    return account.save(reader)


def _start_authorization(
    account: Account, reader: Json, card: Card, tip: int | None, hold: str | None
) -> None:
    intent = _intent(account, reader)
    assert intent is not None, "a waiting payment has its intent"
    _add_tip(account, reader, intent, tip)
    reader["_phase"] = Phase.AUTHORISING
    reader["_paying"] = {"intent": intent["id"], "card": card.number}
    if hold is not None and intent["status"] == "requires_payment_method":
        intent |= {"status": hold, "_authorising": True}
        account.save(intent)


def _add_tip(account: Account, reader: Json, intent: Json, tip: int | None) -> None:
    action = reader["action"]
    job = action[action["type"]]
    config = job.get("process_config") or job.get("collect_config") or {}
    if tip is not None and not config.get("skip_tipping"):
        intent["amount"] += tip
        intent["amount_details"] = {"tip": {"amount": tip}}
        account.save(intent)


def authorise_and_report(
    account: Account, reader: Json, decline: Decline | None = None, *, lost: bool = False
) -> None:
    """Let the bank answer, and the reader report it.

    ``lost`` means that the bank was never reached. A reader whose action was cleared reports nothing.
    """
    paying, reader["_paying"] = reader["_paying"], None
    intent = account.fetch("payment_intent", paying["intent"], "payment_intent")
    intent.pop("_authorising", None)
    reports = reader["_phase"] == Phase.AUTHORISING
    if reports:
        reader["_phase"] = Phase.IDLE
    lost = take_fault(reader, ReaderFault.CUT_BEFORE_AUTHORIZATION) or lost
    cut_off = take_fault(reader, ReaderFault.CUT_AFTER_AUTHORIZATION) or lost
    if lost:
        if intent["status"] in HELD_AS:
            intent["status"] = "requires_payment_method"
        account.save(intent)
    else:
        decline = payments.authorise(account, intent, reader, cards.BY_NUMBER[paying["card"]], decline)
    if not reports:
        account.save(reader)
    elif cut_off:
        report(account, reader, *CONNECTION_ERROR)
    elif decline is not None:
        error = payments.decline_error(decline, intent["latest_charge"])
        report(account, reader, decline.code, decline.message, error)
    else:
        report(account, reader)


def report(
    account: Account,
    reader: Json,
    code: str | None = None,
    message: str | None = None,
    error: Json | None = None,
) -> None:
    """Close the reader's action as succeeded, or failed with a code; a silent reader reports nothing."""
    if reader["_silent_since"] is None:
        status = "succeeded" if code is None else "failed"
        error = error if _reports_api_errors(reader) else None
        outcome = {"status": status, "failure_code": code, "failure_message": message, "api_error": error}
        reader["action"] |= outcome
        account.emit(f"terminal.reader.action_{status}", reader)
    account.save(reader)


def _reports_api_errors(reader: Json) -> bool:
    """Whether a failed action carries ``api_error``: reader software 2.42 is the first that does."""
    version = [int(part) for part in reader["device_sw_version"].split(".") if part.isdecimal()]
    return version >= [2, 42]


def _collect(account: Account, reader: Json, card: Card, tip: int | None) -> None:
    intent = _intent(account, reader)
    assert intent is not None, "a waiting payment has its intent"
    _add_tip(account, reader, intent, tip)
    method = account.save(objects.payment_method(account, intent, card))
    reader |= {"_phase": Phase.IDLE, "_collected": {"payment_intent": intent["id"], "card": card.number}}
    reader["action"]["status"] = "succeeded"
    reader["action"]["collect_payment_method"]["payment_method"] = account.client_view(method)
    account.start_timer(Timer.COLLECTED_CARD_EXPIRES, reader["id"], account.now() + COLLECTED_FOR)
    account.emit("terminal.reader.action_updated", reader)
    account.emit("terminal.reader.action_succeeded", reader)


def _refund(account: Account, reader: Json, card: Card) -> None:
    job = reader["action"]["refund_payment"]
    charge = account.fetch("charge", job["charge"], "charge")
    reader["_phase"] = Phase.IDLE
    if card.number != charge["_card"]:
        report(account, reader, "card_declined", "This is not the card that paid.")
        return
    decline = cards.decline_for_amount(job["amount"]) if account.setting("test_amounts") else None
    if decline is not None:
        error = payments.decline_error(decline, charge["id"])
        report(account, reader, decline.code, decline.message, error)
        return
    refund = refunds.refund_charge(account, charge, job["amount"], job)
    job["refund"] = refund["id"]
    report(account, reader)


def finish_authorization(
    account: Account, reader: Json, decline: Decline | None, *, lost: bool = False
) -> Json:
    """Let the bank answer for a card that was held: approved unless declined or ``lost``."""
    if reader["_paying"] is None:
        raise ApiError("No card is being authorised at this reader.")
    authorise_and_report(account, reader, decline, lost=lost)
    return reader


def resume_scheduled_cards(account: Account) -> None:
    """After a restart: schedule again the cards that waiting readers were to get."""
    for reader in list(account.store.all("terminal.reader").values()):
        if reader["_phase"] == Phase.WAITING:
            schedule_card(account, reader)
