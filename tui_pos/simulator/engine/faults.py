"""Faults on command: what goes wrong with which requests, and how often."""

import json
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.errors import ApiError, Json


class Fault(StrEnum):
    """What can go wrong; its values are the ``do`` of the control API."""

    ANSWER_LOST = "answer_lost"
    CUT_BEFORE = "cut_before"
    ERROR_500 = "error_500"
    ERROR_500_AFTER = "error_500_after"
    RATE_LIMIT = "rate_limit_429"
    LOCK_TIMEOUT = "lock_timeout_429"
    FORBIDDEN = "forbidden_403"
    UNAVAILABLE = "unavailable_503"
    KEY_EXPIRED = "key_expired_401"
    DELAY = "delay"
    SLOW = "slow"
    NOT_JSON = "not_json"
    REFUSE = "refuse"
    ALTER = "alter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a fault does around the work of a request, in this order."""

    wait_before: bool = False
    cut_before: bool = False
    refuse: Json | None = None
    forbid: bool = False
    work: bool = True
    fail: bool = False
    wait_after: bool = False
    cut_after: bool = False
    garble: bool = False
    alter: Json | None = None


# Those that are not here take something from the fault: see `_effect`.
EFFECTS: dict[Fault, Effect] = {
    Fault.ANSWER_LOST: Effect(cut_after=True),
    Fault.CUT_BEFORE: Effect(cut_before=True),
    Fault.ERROR_500: Effect(work=False, fail=True),
    Fault.ERROR_500_AFTER: Effect(fail=True),
    Fault.LOCK_TIMEOUT: Effect(refuse={"code": "lock_timeout"}),
    Fault.FORBIDDEN: Effect(forbid=True),
    Fault.UNAVAILABLE: Effect(refuse={"status": 503, "kind": "api_error"}),
    Fault.KEY_EXPIRED: Effect(refuse={"code": "api_key_expired", "status": 401}),
    Fault.DELAY: Effect(wait_after=True),
    Fault.SLOW: Effect(wait_before=True),
    Fault.NOT_JSON: Effect(garble=True),
}

RATE_REASONS = (
    "global-rate",
    "global-concurrency",
    "endpoint-rate",
    "endpoint-concurrency",
    "resource-specific",
)
TYPES = {402: "card_error"}
MESSAGES = {
    "rate_limit": "Too many requests: slow down.",
    "lock_timeout": "Another request is using this object: try again in a moment.",
    "api_key_expired": "This API key has been rolled: use the new one.",
    None: "This was ordered to fail.",
}

# The fields of a fault.
DEFAULTS: Json = {
    "on": "*",
    "do": "",
    "times": 1,
    "after": 0,
    "seconds": 1.0,
    "during": 0,
    "status": 400,
    "refusal": {},
    "fields": {},
    "reason": RATE_REASONS[0],
}

NO_EFFECT = Effect()
MOST = 1_000_000


def refusal(effect: Effect) -> ApiError | None:
    """The error with which a fault answers instead of the endpoint."""
    if effect.refuse is None:
        return None
    ordered = dict(effect.refuse)
    code = ordered.pop("code", None)
    message = ordered.pop("message", None) or MESSAGES.get(code, MESSAGES[None])
    return ApiError(message, code, executed=False, **ordered)


def altered(body: str, changes: Json) -> str:
    """An answer with other values in its fields; in a list, with those in each of its objects."""
    record = json.loads(body)
    if record.get("object") in ("list", "search_result"):
        return json.dumps(record | {"data": [one | changes for one in record["data"]]})
    return json.dumps(record | changes)


def add_fault(account: Account, fault: Json) -> Json:
    """Add a fault: ``on`` (a pattern of method and path), ``do``, ``times``, ``after``, ``seconds``.

    With ``during`` it applies for so many seconds of the simulator's clock, however often. ``refuse`` answers
    ``status`` with the error object's fields in ``refusal``, ``alter`` changes ``fields`` of the answer, a
    ``rate_limit_429`` has its ``reason``. Raises ApiError when it is not one.
    """
    full = DEFAULTS | fault
    for name in fault:
        if name not in DEFAULTS:
            message = f"A fault has no '{name[:40]}': it has {', '.join(DEFAULTS)}."
            raise ApiError(message, param=name[:40])
    _check(full)
    fault_id = account.new_id("fault")
    full["until"] = account.precise_now() + full["during"] if full["during"] else None
    account.store.put("fault", fault_id, full | {"id": fault_id})
    return full | {"id": fault_id}


def _check(fault: Json) -> None:
    if fault["do"] not in tuple(Fault):
        raise ApiError(f"No such fault. There are {', '.join(Fault)}.", param="do")
    if not isinstance(fault["on"], str):
        raise ApiError("A fault's 'on' is a pattern: 'POST /v1/payment_intents/*/capture'.", param="on")
    for name in ("refusal", "fields"):
        if not isinstance(fault[name], dict):
            raise ApiError(f"A fault's '{name}' is an object.", param=name)
    if fault["status"] not in range(400, 600):
        raise ApiError("A fault's 'status' is one of an error's, 400 to 599.", param="status")
    if fault["reason"] not in RATE_REASONS:
        raise ApiError(f"A fault's 'reason' is one of {', '.join(RATE_REASONS)}.", param="reason")
    for name in ("times", "after", "seconds", "during"):
        value = fault[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
            raise ApiError(f"A fault's '{name}' is a number from 0 to {MOST}.", param=name)


def next_effect(account: Account, method: str, path: str) -> tuple[Effect, float]:
    """What goes wrong with this request, and its seconds. Uses up one of the fault's times."""
    for fault_id, fault in list(account.store.all("fault").items()):
        if not fnmatchcase(f"{method} {path}", fault["on"]):
            continue
        if fault["after"] > 0:
            account.store.put("fault", fault_id, fault | {"after": fault["after"] - 1})
            continue
        if fault.get("until") is not None:
            if fault["until"] > account.precise_now():
                return _effect(fault), float(fault["seconds"])
            account.store.delete("fault", fault_id)
            continue
        if fault["times"] > 1:
            account.store.put("fault", fault_id, fault | {"times": fault["times"] - 1})
        else:
            account.store.delete("fault", fault_id)
        return _effect(fault), float(fault["seconds"])
    return NO_EFFECT, 0.0


def _effect(fault: Json) -> Effect:
    kind = Fault(fault["do"])
    if kind is Fault.REFUSE:
        status = int(fault["status"])
        return Effect(refuse={"status": status, "kind": TYPES.get(status)} | fault["refusal"])
    if kind is Fault.ALTER:
        return Effect(alter=fault["fields"])
    if kind is Fault.RATE_LIMIT:
        headers = {"Stripe-Rate-Limited-Reason": fault["reason"]}
        return Effect(refuse={"code": "rate_limit", "headers": headers})
    return EFFECTS[kind]
