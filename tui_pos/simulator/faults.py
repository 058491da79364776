"""Bad days by command: what is to go wrong, with which requests, and how often."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from tui_pos.simulator.errors import ApiError, Json
from tui_pos.simulator.world import World


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


EFFECTS: dict[str, Effect] = {
    "answer_lost": Effect(cut_after=True),
    "cut_before": Effect(cut_before=True),
    "error_500": Effect(work=False, fail=True),
    "error_500_after": Effect(fail=True),
    "rate_limit_429": Effect(
        refuse={"code": "rate_limit", "headers": {"Stripe-Rate-Limited-Reason": "global-rate"}}
    ),
    "lock_timeout_429": Effect(refuse={"code": "lock_timeout"}),
    "forbidden_403": Effect(refuse={"status": 403}),
    "unavailable_503": Effect(refuse={"status": 503, "kind": "api_error"}),
    "key_expired_401": Effect(refuse={"code": "api_key_expired", "status": 401}),
    "delay": Effect(wait_after=True),
    "slow": Effect(wait_before=True),
    "not_json": Effect(garble=True),
}

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
    return ApiError(REFUSED[code], code, executed=False, **ordered)


def order(world: World, fault: Json) -> Json:
    """Order a fault: ``on`` (a pattern of method and path), ``do``, ``times``, ``after``, ``seconds``.

    Raises ApiError when it is not one.
    """
    known: Json = {"on": "*", "do": "", "times": 1, "after": 0, "seconds": 1.0}
    full = known | fault
    for name in fault:
        if name not in known:
            raise ApiError(f"A fault has no '{name[:40]}': it has {', '.join(known)}.", param=name[:40])
    if full["do"] not in tuple(EFFECTS):
        raise ApiError(f"No such fault. There are {', '.join(EFFECTS)}.", param="do")
    if not isinstance(full["on"], str):
        raise ApiError("A fault's 'on' is a pattern: 'POST /v1/payment_intents/*/capture'.", param="on")
    for name in ("times", "after", "seconds"):
        value = full[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < MOST:
            raise ApiError(f"A fault's '{name}' is a number from 0 to {MOST}.", param=name)
    fault_id = world.new_id("fault")
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
        if fault["times"] > 1:
            world.store.put("fault", fault_id, fault | {"times": fault["times"] - 1})
        else:
            world.store.delete("fault", fault_id)
        return EFFECTS[fault["do"]], float(fault["seconds"])
    return NOTHING, 0.0
