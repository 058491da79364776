"""Bad days by command: what is to go wrong, with which requests, and how often."""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tui_pos.simulator.api import rights
from tui_pos.simulator.api.errors import ApiError, Json
from tui_pos.simulator.engine.accounts import World


@dataclass(frozen=True, slots=True)
class Effect:
    """What a fault does around the work of a request, in this order."""

    wait_before: bool = False
    cut_before: bool = False
    refuse: Json | None = None
    work: bool = True
    fail: bool = False
    wait_after: bool = False
    cut_after: bool = False
    garble: bool = False
    alter: Json | None = None


# What a fault says itself is put in by `_effect`: refuse, alter and two more.
EFFECTS: dict[str, Effect] = {
    "answer_lost": Effect(cut_after=True),
    "cut_before": Effect(cut_before=True),
    "error_500": Effect(work=False, fail=True),
    "error_500_after": Effect(fail=True),
    "rate_limit_429": Effect(),
    "lock_timeout_429": Effect(refuse={"code": "lock_timeout"}),
    "forbidden_403": Effect(),
    "unavailable_503": Effect(refuse={"status": 503, "kind": "api_error"}),
    "key_expired_401": Effect(refuse={"code": "api_key_expired", "status": 401}),
    "delay": Effect(wait_after=True),
    "slow": Effect(wait_before=True),
    "not_json": Effect(garble=True),
    "refuse": Effect(),
    "alter": Effect(),
}

RATE_REASONS = (
    "global-rate",
    "global-concurrency",
    "endpoint-rate",
    "endpoint-concurrency",
    "resource-specific",
)
KINDS = {402: "card_error"}
REFUSED = {
    "rate_limit": "Too many requests: slow down.",
    "lock_timeout": "Another request is using this object: try again in a moment.",
    "api_key_expired": "This API key has been rolled: use the new one.",
    None: "This was ordered to fail.",
}

NOTHING = Effect()
MOST = 1_000_000


def refusal(effect: Effect) -> ApiError | None:
    """The error with which a fault answers instead of the endpoint."""
    if effect.refuse is None:
        return None
    ordered = dict(effect.refuse)
    code = ordered.pop("code", None)
    message = ordered.pop("message", None) or REFUSED.get(code, REFUSED[None])
    return ApiError(message, code, executed=False, **ordered)


def altered(body: str, changes: Json) -> str:
    """An answer with other values in its fields; in a list, with those in each of its objects."""
    record = json.loads(body)
    if record.get("object") in ("list", "search_result"):
        return json.dumps(record | {"data": [one | changes for one in record["data"]]})
    return json.dumps(record | changes)


def order(world: World, fault: Json) -> Json:
    """Order a fault: ``on`` (a pattern of method and path), ``do``, ``times``, ``after``, ``seconds``.

    With ``during`` it strikes for so many seconds of the simulator's clock, however often. ``refuse`` answers
    ``status`` with the error object's fields in ``refusal``, ``alter`` changes ``fields`` of the answer, a
    ``rate_limit_429`` has its ``reason``. Raises ApiError when it is not one.
    """
    known: Json = {"on": "*", "do": "", "times": 1, "after": 0, "seconds": 1.0, "during": 0}
    known |= {"status": 400, "refusal": {}, "fields": {}, "reason": RATE_REASONS[0]}
    full = known | fault
    for name in fault:
        if name not in known:
            raise ApiError(f"A fault has no '{name[:40]}': it has {', '.join(known)}.", param=name[:40])
    if full["do"] not in tuple(EFFECTS):
        raise ApiError(f"No such fault. There are {', '.join(EFFECTS)}.", param="do")
    if not isinstance(full["on"], str):
        raise ApiError("A fault's 'on' is a pattern: 'POST /v1/payment_intents/*/capture'.", param="on")
    for name in ("refusal", "fields"):
        if not isinstance(full[name], dict):
            raise ApiError(f"A fault's '{name}' is an object.", param=name)
    if full["status"] not in range(400, 600):
        raise ApiError("A fault's 'status' is one of an error's, 400 to 599.", param="status")
    if full["reason"] not in RATE_REASONS:
        raise ApiError(f"A fault's 'reason' is one of {', '.join(RATE_REASONS)}.", param="reason")
    for name in ("times", "after", "seconds", "during"):
        value = full[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
            raise ApiError(f"A fault's '{name}' is a number from 0 to {MOST}.", param=name)
    fault_id = world.new_id("fault")
    full["until"] = world.precise_now() + full["during"] if full["during"] else None
    world.store.put("fault", fault_id, full | {"id": fault_id})
    return full | {"id": fault_id}


def struck(world: World, method: str, path: str) -> tuple[Effect, float]:
    """What goes wrong with this request, and its seconds. Uses up one of the fault's times."""
    for fault_id, fault in list(world.store.all("fault").items()):
        if not fnmatchcase(f"{method} {path}", fault["on"]):
            continue
        if fault["after"] > 0:
            world.store.put("fault", fault_id, fault | {"after": fault["after"] - 1})
            continue
        if fault.get("until") is not None:
            if fault["until"] > world.precise_now():
                return _effect(fault, method, path), float(fault["seconds"])
            world.store.delete("fault", fault_id)
            continue
        if fault["times"] > 1:
            world.store.put("fault", fault_id, fault | {"times": fault["times"] - 1})
        else:
            world.store.delete("fault", fault_id)
        return _effect(fault, method, path), float(fault["seconds"])
    return NOTHING, 0.0


def _effect(fault: Json, method: str, path: str) -> Effect:
    if fault["do"] == "forbidden_403":
        return Effect(refuse={"status": 403, "message": rights.missing(rights.needed(method, path))})
    if fault["do"] == "refuse":
        status = int(fault["status"])
        return Effect(refuse={"status": status, "kind": KINDS.get(status)} | fault["refusal"])
    if fault["do"] == "alter":
        return Effect(alter=fault["fields"])
    if fault["do"] == "rate_limit_429":
        return Effect(
            refuse={"code": "rate_limit", "headers": {"Stripe-Rate-Limited-Reason": fault["reason"]}}
        )
    return EFFECTS[fault["do"]]
