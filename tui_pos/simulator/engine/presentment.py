"""What happens at the counter: a card meets a reader, the bank answers, and the reader reports."""

from typing import cast

from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.engine import cards, objects, payments, refunds
from tui_pos.simulator.engine.accounts import Call, World
from tui_pos.simulator.engine.cards import Card, Decline

KINDS = ("card_present", "interac_present", "card")
# The status of an intent while the bank has not answered; the first is what Stripe documents.
HELD_AS = ("requires_confirmation", "processing")
COLLECTED = "collected card lapses"
COLLECTED_FOR = 30
CONNECTION_ERROR = (
    "connection_error",
    "The reader lost its connection while authorizing the payment.",
)


def helper(world: World, call: Call) -> Json:
    """Stripe's test helper: present_payment_method."""
    sent = call.params
    reader = world.fetch("terminal.reader", call.ids["id"], "reader")
    kind = sent.get("type") or next((name for name in KINDS if name in sent), "card_present")
    number = (sent.get(kind) or {}).get("number")
    card = cards.find(number, f"{kind}[number]") if number else usual_card(world, reader)
    return tap(world, reader, card, tip=sent.get("amount_tip"))


def usual_card(world: World, reader: Json) -> Card:
    """The card that Stripe presents when none is named."""
    intent = _intent(world, reader)
    only_interac = intent is not None and intent["payment_method_types"] == ["interac_present"]
    refunding = reader["action"] is not None and reader["action"]["type"] == "refund_payment"
    return cards.INTERAC if only_interac or refunding else cards.GOOD


def present_later(world: World, reader: Json) -> None:
    """With tap_after set, a good card comes by itself; with 0 seconds it is already there."""
    seconds = cast("float | None", world.setting("tap_after"))
    if seconds is None or reader["_paying"] is not None:
        return
    if seconds <= 0:
        tap(world, reader, usual_card(world, reader))
        return
    turn = world.new_id("turn")
    reader["_turn"] = turn
    world.save(reader)
    world.tap_later(turn, seconds)


def come_by_itself(world: World, turn: str) -> None:
    """Present the card that was announced, unless the reader does something else by now."""
    for reader in world.store.all("terminal.reader").values():
        waits = reader["_phase"] == "waiting" and reader["_paying"] is None
        if reader["_turn"] == turn and waits and reader["_silent_since"] is None:
            tap(world, reader, usual_card(world, reader))


def _intent(world: World, reader: Json) -> Json | None:
    action = reader["action"]
    job = action[action["type"]] if action is not None else {}
    return world.store.get("payment_intent", job.get("payment_intent") or "")


def tap(world: World, reader: Json, card: Card, *, tip: int | None = None, hold: str | None = None) -> Json:
    """Present a card to a reader that waits for one.

    With ``hold`` the bank does not answer yet: the intent takes that status until ``finish``.
    """
    if reader["_phase"] != "waiting":
        raise ApiError("This reader is not waiting for a card.")
    if reader["_silent_since"] is not None:
        raise ApiError("This reader is off or disconnected: it reads no card.", "terminal_reader_offline")
    if reader["_paying"] is not None:
        raise ApiError("A card that was held at this reader is not finished yet.")
    reader["_turn"] = None
    kind = reader["action"]["type"]
    if kind == "refund_payment":
        _refund(world, reader, card)
    elif kind == "collect_payment_method":
        _collect(world, reader, card, tip)
    else:
        _begin(world, reader, card, tip, hold)
        if hold is None:
            authorise_and_report(world, reader)
    return world.save(reader)


def _begin(world: World, reader: Json, card: Card, tip: int | None, hold: str | None) -> None:
    intent = _intent(world, reader)
    assert intent is not None, "a waiting payment has its intent"
    _add_tip(world, reader, intent, tip)
    reader["_phase"] = "authorising"
    reader["_paying"] = {"intent": intent["id"], "card": card.number}
    if hold is not None and intent["status"] == "requires_payment_method":
        intent |= {"status": hold, "_authorising": True}
        world.save(intent)


def _add_tip(world: World, reader: Json, intent: Json, tip: int | None) -> None:
    action = reader["action"]
    job = action[action["type"]]
    config = job.get("process_config") or job.get("collect_config") or {}
    if tip is not None and not config.get("skip_tipping"):
        intent["amount"] += tip
        intent["amount_details"] = {"tip": {"amount": tip}}
        world.save(intent)


def authorise_and_report(
    world: World, reader: Json, decline: Decline | None = None, *, lost: bool = False
) -> None:
    """Let the bank answer, and the reader tell it.

    ``lost`` means that the bank was never reached. A reader whose action was cleared meanwhile tells nothing.
    """
    paying, reader["_paying"] = reader["_paying"], None
    intent = world.fetch("payment_intent", paying["intent"], "payment_intent")
    intent.pop("_authorising", None)
    tells = reader["_phase"] == "authorising"
    if tells:
        reader["_phase"] = "idle"
    lost = reader["_next"].pop("connection_error_before_authorization", None) is not None or lost
    cut_off = reader["_next"].pop("connection_error_after_authorization", None) is not None or lost
    if lost:
        if intent["status"] in HELD_AS:
            intent["status"] = "requires_payment_method"
        world.save(intent)
    else:
        decline = payments.authorise(world, intent, reader, cards.BY_NUMBER[paying["card"]], decline)
    if not tells:
        world.save(reader)
    elif cut_off:
        report(world, reader, *CONNECTION_ERROR)
    elif decline is not None:
        error = payments.error_object(decline, intent["latest_charge"])
        report(world, reader, decline.code, decline.message, error)
    else:
        report(world, reader)


def report(
    world: World, reader: Json, code: str | None = None, message: str | None = None, error: Json | None = None
) -> None:
    """Close the reader's action as succeeded, or failed with a code; a silent reader reports nothing."""
    if reader["_silent_since"] is None:
        status = "succeeded" if code is None else "failed"
        error = error if _tells_api_errors(reader) else None
        outcome = {"status": status, "failure_code": code, "failure_message": message, "api_error": error}
        reader["action"] |= outcome
        world.emit(f"terminal.reader.action_{status}", reader)
    world.save(reader)


def _tells_api_errors(reader: Json) -> bool:
    """Reader software 2.42 is the first that does."""
    version = [int(part) for part in reader["device_sw_version"].split(".") if part.isdecimal()]
    return version >= [2, 42]


def _collect(world: World, reader: Json, card: Card, tip: int | None) -> None:
    intent = _intent(world, reader)
    assert intent is not None, "a waiting payment has its intent"
    _add_tip(world, reader, intent, tip)
    method = world.save(objects.payment_method(world, intent, card))
    reader |= {"_phase": "idle", "_collected": {"payment_intent": intent["id"], "card": card.number}}
    reader["action"]["status"] = "succeeded"
    reader["action"]["collect_payment_method"]["payment_method"] = world.shown(method)
    world.remind(COLLECTED, reader["id"], world.now() + COLLECTED_FOR)
    world.emit("terminal.reader.action_updated", reader)
    world.emit("terminal.reader.action_succeeded", reader)


def _refund(world: World, reader: Json, card: Card) -> None:
    job = reader["action"]["refund_payment"]
    charge = world.fetch("charge", job["charge"], "charge")
    reader["_phase"] = "idle"
    if card.number != charge["_card"]:
        report(world, reader, "card_declined", "This is not the card that paid.")
        return
    decline = cards.decline_for_amount(job["amount"]) if world.setting("test_amounts") else None
    if decline is not None:
        error = payments.error_object(decline, charge["id"])
        report(world, reader, decline.code, decline.message, error)
        return
    refund = refunds.give_back(world, charge, job["amount"], job)
    job["refund"] = refund["id"]
    report(world, reader)


def finish(world: World, reader: Json, decline: Decline | None, *, lost: bool = False) -> Json:
    """Let the bank answer for a card that ``tap`` held: approved unless declined or ``lost``."""
    if reader["_paying"] is None:
        raise ApiError("No card is being authorised at this reader.")
    authorise_and_report(world, reader, decline, lost=lost)
    return reader


def resume(world: World) -> None:
    """After a restart: cards that were to come by themselves still come."""
    for reader in list(world.store.all("terminal.reader").values()):
        if reader["_phase"] == "waiting":
            present_later(world, reader)
