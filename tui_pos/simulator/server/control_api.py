"""The paths under /simulator: present cards, break readers, add faults, move the clock, read the books."""

import json
from collections.abc import Callable
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui_pos.simulator.api.errors import error_answer
from tui_pos.simulator.engine import cards, dashboard, faults, fixtures, presentment, readers
from tui_pos.simulator.engine.accounts import DEFAULTS, Account
from tui_pos.simulator.engine.errors import ApiError, Json
from tui_pos.simulator.engine.reader_state import OFFLINE_AFTER, Condition, ReaderFault
from tui_pos.simulator.engine.timers import run_due_timers
from tui_pos.simulator.server.request_handling import json_response

# What a reader may be beside its conditions: silent from now on, or for long enough to be offline.
DEAD, OFFLINE = "dead", "offline"
STATES = (DEAD, OFFLINE, *Condition)
# What may go wrong next at a reader; ``slow`` is a number of seconds, and a fault of the request.
SLOW = "slow"
NEXT = (*ReaderFault, SLOW)
MAX_TEXT = 100
MAX_NUMBER = 1e12


class Outcome(StrEnum):
    """How a card that was held at the reader ends."""

    APPROVE = "approve"
    DECLINE = "decline"
    LOST = "lost"


Command = Callable[[Account, str, Json], Json]


def add_fault(account: Account, _: str, sent: Json) -> Json:
    """The fields of ``faults.add_fault``."""
    return faults.add_fault(account, sent)


def list_faults(account: Account, _: str, __: Json) -> Json:
    """The faults that are not used up."""
    return {"faults": list(account.store.all("fault").values())}


def clear_faults(account: Account, _: str, __: Json) -> Json:
    """Nothing goes wrong any more, at no reader either."""
    for fault_id in list(account.store.all("fault")):
        account.store.delete("fault", fault_id)
    for reader in account.store.all("terminal.reader").values():
        reader["_next"] = {}
        account.save(reader)
    return {"faults": []}


def set_reader(account: Account, reader_id: str, sent: Json) -> Json:
    """``state`` is how the reader is from now on; ``next`` what goes wrong once; ``software`` its version."""
    _only(sent, "state", "next", "software")
    reader = account.fetch("terminal.reader", reader_id, "reader")
    coming = sent.get("next") or {}
    if not isinstance(coming, dict):
        raise ApiError(f"'next' is an object with some of {', '.join(NEXT)}.", param="next")
    _only(coming, *NEXT)
    if "state" in sent:
        _set_state(account, reader, _choice(sent["state"], STATES, "state"))
    if SLOW in coming:
        pattern = f"POST /v1/terminal/readers/{reader_id}/*"
        faults.add_fault(account, {"on": pattern, "do": "delay", "seconds": coming[SLOW]})
    if "software" in sent:
        reader["device_sw_version"] = _text(sent["software"], "software")
    reader["_next"] |= {name: value for name, value in coming.items() if name != SLOW and value}
    return account.client_view(account.save(reader))


def _set_state(account: Account, reader: Json, state: str) -> None:
    silent = {DEAD: account.precise_now(), OFFLINE: account.precise_now() - OFFLINE_AFTER}
    reader["_silent_since"] = silent.get(state)
    reader["_condition"] = Condition.ONLINE if state in silent else state


def tap(account: Account, _: str, sent: Json) -> Json:
    """``reader``, ``card`` (a number or a name), ``tip``, and ``hold``: true or the status to wait in."""
    _only(sent, "reader", "card", "hold", "tip")
    reader = account.fetch("terminal.reader", str(sent.get("reader")), "reader")
    name = sent.get("card")
    card = cards.find(str(name), "card") if name else presentment.default_card(account, reader)
    hold = sent.get("hold") or None
    if hold is not None:
        hold = presentment.HELD_AS[0] if hold is True else _choice(hold, presentment.HELD_AS, "hold")
    tip = None if sent.get("tip") is None else int(_number(sent["tip"], "tip"))
    return account.client_view(presentment.present_card(account, reader, card, tip=tip, hold=hold))


def finish(account: Account, reader_id: str, sent: Json) -> Json:
    """``outcome`` of a card that was held: approve, decline (for a ``reason``) or lost."""
    _only(sent, "outcome", "reason")
    outcome = Outcome(_choice(sent.get("outcome", Outcome.APPROVE), tuple(Outcome), "outcome"))
    reason = _choice(sent.get("reason", "generic_decline"), tuple(cards.DECLINES), "reason")
    reader = account.fetch("terminal.reader", reader_id, "reader")
    decline = cards.DECLINES[reason] if outcome is Outcome.DECLINE else None
    return account.client_view(
        presentment.finish_authorization(account, reader, decline, lost=outcome is Outcome.LOST)
    )


def customer_cancel(account: Account, reader_id: str, _: Json) -> Json:
    """The customer presses the reader's cancel key."""
    reader = account.fetch("terminal.reader", reader_id, "reader")
    return account.client_view(readers.cancel_by_customer(account, reader))


def move_clock(account: Account, _: str, sent: Json) -> Json:
    """``advance``: seconds to move the simulator's clock on."""
    _only(sent, "advance")
    seconds = _number(sent.get("advance", 0), "advance")
    offset = _number(account.setting("clock_offset"), "clock_offset")
    account.set_setting("clock_offset", offset + seconds)
    return {"now": account.now()}


def set_settings(account: Account, _: str, sent: Json) -> Json:
    """Change settings.

    ``tap_after``, ``test_amounts``, ``search_lag``; of the account ``country``, ``default_currency``,
    ``no_cards_in``, the ``rights`` of its restricted keys and the ``webhook_version`` of its events.
    """
    known = tuple(name for name in DEFAULTS if name != "clock_offset")
    _only(sent, *known)
    for name, value in sent.items():
        if name == "test_amounts":
            account.set_setting(name, value is True)
        elif name == "no_cards_in":
            account.set_setting(name, [_text(one, name).lower() for one in _list(value, name)])
        elif name == "rights":
            account.set_setting(name, _rights(value))
        elif isinstance(DEFAULTS[name], str):
            account.set_setting(name, _text(value, name))
        else:
            account.set_setting(name, None if value is None and name == "tap_after" else _number(value, name))
    return {name: account.setting(name) for name in known}


def _rights(value: object) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        raise ApiError("'rights' is an object: a restricted key, and a list of its rights.", param="rights")
    return {key: [_text(one, "rights") for one in _list(held, "rights")] for key, held in value.items()}


def reset(account: Account, _: str, __: Json) -> Json:
    """Forget everything and begin again with the demonstration's readers."""
    account.store.clear()
    account.generation += 1
    fixtures.create_demo_readers(account)
    return {}


def set_intent(account: Account, intent_id: str, sent: Json) -> Json:
    """``status``: whatever state Stripe may put a payment into."""
    _only(sent, "status")
    intent = dashboard.payment(account, intent_id)
    return dashboard.set_status(account, intent, _text(sent.get("status"), "status"))


def pay_online(account: Account, _: str, sent: Json) -> Json:
    """``amount`` in minor units, ``currency`` and ``metadata``."""
    _only(sent, "amount", "currency", "metadata")
    amount = int(_number(sent.get("amount"), "amount"))
    return dashboard.pay_online(account, amount, _text(sent.get("currency"), "currency"), _metadata(sent))


def dashboard_refund(account: Account, intent_id: str, sent: Json) -> Json:
    """``amount`` (all that is left without it) and ``metadata``."""
    _only(sent, "amount", "metadata")
    amount = None if sent.get("amount") is None else int(_number(sent["amount"], "amount"))
    return dashboard.refund(account, dashboard.payment(account, intent_id), amount, _metadata(sent))


def _metadata(sent: Json) -> dict[str, str]:
    return {str(name): str(value) for name, value in (sent.get("metadata") or {}).items()}


def dashboard_cancel(account: Account, intent_id: str, _: Json) -> Json:
    """The treasurer cancels a payment."""
    return dashboard.cancel(account, dashboard.payment(account, intent_id))


def forget_intent(account: Account, intent_id: str, _: Json) -> Json:
    """Stripe knows no such payment any more."""
    dashboard.delete_payment(account, dashboard.payment(account, intent_id))
    return {}


def wipe(account: Account, _: str, __: Json) -> Json:
    """Forget every payment, as a sandbox that is wiped; readers and settings stay."""
    for intent in list(account.store.all("payment_intent").values()):
        dashboard.delete_payment(account, intent)
    return {}


def books(account: Account, _: str, __: Json) -> Json:
    """What happened to the money of each payment, by the id of its PaymentIntent."""
    return {"payment_intents": dashboard.books(account)}


def _only(sent: Json, *known: str) -> None:
    for name in sent:
        if name not in known:
            raise ApiError(f"No such field: '{name[:40]}'. There are {', '.join(known)}.", param=name[:40])


def _choice(value: object, choices: tuple[str, ...], name: str) -> str:
    if not isinstance(value, str) or value not in choices:
        raise ApiError(f"'{name}' must be one of {', '.join(choices)}.", param=name)
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEXT:
        raise ApiError(f"'{name}' must be a text.", param=name)
    return value


def _list(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise ApiError(f"'{name}' must be a list.", param=name)
    return value


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MAX_NUMBER:
        raise ApiError(f"'{name}' must be a number, 0 or more.", param=name)
    return value


COMMANDS: tuple[tuple[str, str, Command], ...] = (
    ("POST", "/simulator/faults", add_fault),
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


def routes(account: Account) -> list[Route]:
    """The routes of all commands."""
    return [_route(account, *command) for command in COMMANDS]


def _route(account: Account, method: str, path: str, command: Command) -> Route:
    async def serve(request: Request) -> Response:
        try:
            sent = await _sent(request)
            run_due_timers(account)
            result = command(account, request.path_params.get("id", ""), sent)
            run_due_timers(account)
        except ApiError as error:
            answer = error_answer(error, "req_simulator")
            return json_response(answer.status, answer.body, {})
        finally:
            account.store.commit()
        return json_response(200, json.dumps(result), {})

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
