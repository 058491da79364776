"""/simulator: what Stripe has not. Present cards, break readers, order faults, move time, read the books."""

import json
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.engine import cards, dashboard, faults, fixtures, presentment, readers, refunds
from tui_pos.simulator.engine.accounts import DEFAULTS, OFFLINE_AFTER, World
from tui_pos.simulator.engine.readers import REFUSALS
from tui_pos.simulator.engine.timers import catch_up
from tui_pos.simulator.server.request_handling import answer

STATES = ("online", "offline", "dead", *REFUSALS)
NEXT = (
    "ack_lost",
    "timeout_not_delivered",
    "connection_error_after_authorization",
    "connection_error_before_authorization",
    "slow",
)
OUTCOMES = ("approve", "decline", "lost")

Command = Callable[[World, str, Json], Json]


def order_fault(world: World, _: str, sent: Json) -> Json:
    return faults.order(world, sent)


def list_faults(world: World, _: str, __: Json) -> Json:
    return {"faults": list(world.store.all("fault").values())}


def clear_faults(world: World, _: str, __: Json) -> Json:
    for fault_id in list(world.store.all("fault")):
        world.store.delete("fault", fault_id)
    for reader in world.store.all("terminal.reader").values():
        reader["_next"] = {}
        world.save(reader)
    return {"faults": []}


def set_reader(world: World, reader_id: str, sent: Json) -> Json:
    """``state`` is how the reader is from now on; ``next`` what goes wrong once; ``software`` its version."""
    _only(sent, "state", "next", "software")
    reader = world.fetch("terminal.reader", reader_id, "reader")
    coming = sent.get("next") or {}
    if not isinstance(coming, dict):
        raise ApiError(f"'next' is an object with some of {', '.join(NEXT)}.", param="next")
    _only(coming, *NEXT)
    if "state" in sent:
        _set_state(world, reader, _choice(sent["state"], STATES, "state"))
    if "slow" in coming:
        pattern = f"POST /v1/terminal/readers/{reader_id}/*"
        faults.order(world, {"on": pattern, "do": "delay", "seconds": coming["slow"]})
    if "software" in sent:
        reader["device_sw_version"] = _text(sent["software"], "software")
    reader["_next"] |= {name: value for name, value in coming.items() if name != "slow" and value}
    return world.shown(world.save(reader))


def _set_state(world: World, reader: Json, state: str) -> None:
    silent = {"dead": world.precise_now(), "offline": world.precise_now() - OFFLINE_AFTER}
    reader["_silent_since"] = silent.get(state)
    reader["_condition"] = "online" if state in silent else state


def tap(world: World, _: str, sent: Json) -> Json:
    """``reader``, ``card`` (a number or a name), ``tip``, and ``hold``: true or the status to wait in."""
    _only(sent, "reader", "card", "hold", "tip")
    reader = world.fetch("terminal.reader", str(sent.get("reader")), "reader")
    card = (
        cards.find(str(sent["card"]), "card") if sent.get("card") else presentment.usual_card(world, reader)
    )
    hold = sent.get("hold") or None
    status = (
        None
        if hold is None
        else presentment.HELD_AS[0]
        if hold is True
        else _choice(hold, presentment.HELD_AS, "hold")
    )
    tip = None if sent.get("tip") is None else int(_number(sent["tip"], "tip"))
    return world.shown(presentment.tap(world, reader, card, tip=tip, hold=status))


def finish(world: World, reader_id: str, sent: Json) -> Json:
    """``outcome`` of a card that was held: approve, decline (for a ``reason``) or lost."""
    _only(sent, "outcome", "reason")
    outcome = _choice(sent.get("outcome", "approve"), OUTCOMES, "outcome")
    reason = _choice(sent.get("reason", "generic_decline"), tuple(cards.DECLINES), "reason")
    reader = world.fetch("terminal.reader", reader_id, "reader")
    decline = cards.DECLINES[reason] if outcome == "decline" else None
    return world.shown(presentment.finish(world, reader, decline, lost=outcome == "lost"))


def customer_cancel(world: World, reader_id: str, _: Json) -> Json:
    reader = world.fetch("terminal.reader", reader_id, "reader")
    return world.shown(readers.customer_cancels(world, reader))


def move_clock(world: World, _: str, sent: Json) -> Json:
    """``advance``: seconds to move the simulator's clock on."""
    _only(sent, "advance")
    seconds = _number(sent.get("advance", 0), "advance")
    offset = _number(world.setting("clock_offset"), "clock_offset")
    world.set("clock_offset", offset + seconds)
    return {"now": world.now()}


def set_settings(world: World, _: str, sent: Json) -> Json:
    """``tap_after``, ``test_amounts``, ``search_lag``; of the account ``country``, ``default_currency``,
    ``no_cards_in``, the ``rights`` of its restricted keys and the ``webhook_version`` of its events."""
    known = tuple(name for name in DEFAULTS if name != "clock_offset")
    _only(sent, *known)
    for name, value in sent.items():
        if name == "test_amounts":
            world.set(name, value is True)
        elif name == "no_cards_in":
            world.set(name, [_text(one, name).lower() for one in _list(value, name)])
        elif name == "rights":
            world.set(name, _rights(value))
        elif isinstance(DEFAULTS[name], str):
            world.set(name, _text(value, name))
        else:
            world.set(name, None if value is None and name == "tap_after" else _number(value, name))
    return {name: world.setting(name) for name in known}


def _rights(value: object) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        raise ApiError("'rights' is an object: a restricted key, and a list of its rights.", param="rights")
    return {key: [_text(one, "rights") for one in _list(held, "rights")] for key, held in value.items()}


def reset(world: World, _: str, __: Json) -> Json:
    """Forget everything and begin again with the demonstration's readers."""
    world.store.clear()
    world.age += 1
    fixtures.plant(world)
    return {}


def set_intent(world: World, intent_id: str, sent: Json) -> Json:
    """``status``: whatever state Stripe may put a payment into."""
    _only(sent, "status")
    intent = dashboard.payment(world, intent_id)
    return dashboard.set_status(world, intent, _text(sent.get("status"), "status"))


def pay_online(world: World, _: str, sent: Json) -> Json:
    """``amount`` in minor units, ``currency`` and ``metadata``."""
    _only(sent, "amount", "currency", "metadata")
    amount = int(_number(sent.get("amount"), "amount"))
    return dashboard.pay_online(world, amount, _text(sent.get("currency"), "currency"), _metadata(sent))


def dashboard_refund(world: World, intent_id: str, sent: Json) -> Json:
    """``amount`` (all that is left without it) and ``metadata``."""
    _only(sent, "amount", "metadata")
    amount = None if sent.get("amount") is None else int(_number(sent["amount"], "amount"))
    return dashboard.refund(world, dashboard.payment(world, intent_id), amount, _metadata(sent))


def _metadata(sent: Json) -> dict[str, str]:
    return {str(name): str(value) for name, value in (sent.get("metadata") or {}).items()}


def dashboard_cancel(world: World, intent_id: str, _: Json) -> Json:
    return dashboard.cancel(world, dashboard.payment(world, intent_id))


def forget_intent(world: World, intent_id: str, _: Json) -> Json:
    dashboard.forget(world, dashboard.payment(world, intent_id))
    return {}


def wipe(world: World, _: str, __: Json) -> Json:
    """Forget every payment, as a sandbox that is wiped; readers and settings stay."""
    for intent in list(world.store.all("payment_intent").values()):
        dashboard.forget(world, intent)
    return {}


def books(world: World, _: str, __: Json) -> Json:
    """What truly happened to the money, by PaymentIntent."""
    refunded: dict[str, int] = {}
    for refund in world.store.all("refund").values():
        if refund["status"] in refunds.COUNTED:
            intent_id = refund["payment_intent"]
            refunded[intent_id] = refunded.get(intent_id, 0) + refund["amount"]
    return {
        "payment_intents": {
            intent["id"]: {
                "amount": intent["amount"],
                "currency": intent["currency"],
                "status": intent["status"],
                "held": intent["amount_capturable"],
                "captured": intent["amount_received"],
                "refunded": refunded.get(intent["id"], 0),
                "metadata": intent["metadata"],
            }
            for intent in world.store.all("payment_intent").values()
        }
    }


def _only(sent: Json, *known: str) -> None:
    for name in sent:
        if name not in known:
            raise ApiError(f"No such field: '{name[:40]}'. There are {', '.join(known)}.", param=name[:40])


def _choice(value: object, choices: tuple[str, ...], name: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ApiError(f"'{name}' must be one of {', '.join(choices)}.", param=name)
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise ApiError(f"'{name}' must be a text.", param=name)
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise ApiError(f"'{name}' must be a list.", param=name)
    return value


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise ApiError(f"'{name}' must be a number, 0 or more.", param=name)
    return value


COMMANDS: tuple[tuple[str, str, Command], ...] = (
    ("POST", "/simulator/faults", order_fault),
    ("GET", "/simulator/faults", list_faults),
    ("DELETE", "/simulator/faults", clear_faults),
    ("POST", "/simulator/readers/{id}", set_reader),
    ("POST", "/simulator/readers/{id}/customer_cancel", customer_cancel),
    ("POST", "/simulator/readers/{id}/finish", finish),
    ("POST", "/simulator/tap", tap),
    ("POST", "/simulator/payment_intents", pay_online),
    ("POST", "/simulator/payment_intents/{id}", set_intent),
    ("DELETE", "/simulator/payment_intents/{id}", forget_intent),
    ("POST", "/simulator/payment_intents/{id}/refund", dashboard_refund),
    ("POST", "/simulator/payment_intents/{id}/cancel", dashboard_cancel),
    ("POST", "/simulator/wipe", wipe),
    ("POST", "/simulator/clock", move_clock),
    ("POST", "/simulator/settings", set_settings),
    ("POST", "/simulator/reset", reset),
    ("GET", "/simulator/books", books),
)


def routes(world: World) -> list[Route]:
    """The routes of all commands."""
    return [_route(world, *command) for command in COMMANDS]


def _route(world: World, method: str, path: str, command: Command) -> Route:
    async def serve(request: Request) -> Response:
        try:
            sent = await _sent(request)
            catch_up(world)
            result = command(world, request.path_params.get("id", ""), sent)
            catch_up(world)
        except ApiError as error:
            return answer(error.status, json.dumps(error.body("req_simulator")), {})
        finally:
            world.store.commit()
        return answer(200, json.dumps(result), {})

    return Route(path, serve, methods=[method])


async def _sent(request: Request) -> Json:
    body = await request.body()
    try:
        sent = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise ApiError("Send the command as a JSON object.") from error
    if not isinstance(sent, dict):
        raise ApiError("Send the command as a JSON object.")
    return sent
