"""Stripe's ``expand[]``: which ids may be asked for as whole objects, and putting those in place."""

from collections.abc import Iterable, Iterator

from tui_pos.simulator.api.lists import whole_list
from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.errors import ApiError, Json

MAX_DEPTH = 4

# Per object: where an id stands, and what it is the id of.
EXPANDABLE: dict[str, dict[str, str]] = {
    "payment_intent": {
        "latest_charge": "charge",
        "payment_method": "payment_method",
        "customer": "customer",
        "review": "review",
    },
    "charge": {"payment_intent": "payment_intent", "refunds": "refunds", "customer": "customer"},
    "refund": {"charge": "charge", "payment_intent": "payment_intent"},
    "terminal.reader": {
        "location": "terminal.location",
        "action.process_payment_intent.payment_intent": "payment_intent",
        "action.collect_payment_method.payment_intent": "payment_intent",
        "action.confirm_payment_intent.payment_intent": "payment_intent",
        "action.refund_payment.payment_intent": "payment_intent",
        "action.refund_payment.charge": "charge",
        "action.refund_payment.refund": "refund",
    },
}
LISTS = ("list", "search_result")


def check(paths: Iterable[str], returns: str, *, many: bool) -> None:
    """Raises ApiError for a path that leads nowhere in what an endpoint returns."""
    for path in paths:
        inner = path.removeprefix("data.") if many else path
        missing = many and inner == path
        if missing or path.count(".") >= MAX_DEPTH + 2 or not _leads(returns, inner):
            message = f"This property cannot be expanded ({path[:100]})."
            raise ApiError(message, param="expand", executed=False)


def _leads(kind: str, path: str) -> bool:
    place, rest = _step(kind, path)
    return place is not None and (rest == "" or _leads(EXPANDABLE[kind][place], rest))


def _step(kind: str, path: str) -> tuple[str | None, str]:
    for place in EXPANDABLE.get(kind, {}):
        if path == place or path.startswith(place + "."):
            return place, path[len(place) + 1 :]
    return None, ""


def kinds(paths: Iterable[str], returns: str) -> Iterator[str]:
    """The kinds of the objects that the paths lead through. ``paths`` have been checked."""
    for path in paths:
        kind, rest = returns, path.removeprefix("data.")
        while rest:
            place, rest = _step(kind, rest)
            if place is None:
                break
            kind = EXPANDABLE[kind][place]
            yield kind


def expanded(account: Account, record: Json, paths: Iterable[str]) -> Json:
    """The object as a client sees it, with the objects that it asked for. ``paths`` have been checked."""
    if record["object"] in LISTS:
        inner = [path.removeprefix("data.") for path in paths]
        return record | {"data": [expanded(account, one, inner) for one in record["data"]]}
    shown = account.client_view(record)
    for path in paths:
        place, rest = _step(record["object"], path)
        if place is not None:
            shown = _with(account, shown, place.split("."), EXPANDABLE[record["object"]][place], rest)
    return shown


def _with(account: Account, record: Json, place: list[str], kind: str, rest: str) -> Json:
    name, *deeper = place
    value = record.get(name)
    if deeper:
        return (
            record | {name: _with(account, value, deeper, kind, rest)} if isinstance(value, dict) else record
        )
    if kind == "refunds":
        refunds = [one for one in account.store.all("refund").values() if one["charge"] == record["id"]]
        return record | {
            name: whole_list(f"/v1/charges/{record['id']}/refunds", map(account.client_view, refunds[::-1]))
        }
    if isinstance(value, dict):
        return record | {name: expanded(account, value, [rest])} if rest else record
    found = account.store.get(kind, value) if value else None
    return record if found is None else record | {name: expanded(account, found, [rest] if rest else [])}
