"""Stripe's lists: newest first, filtered, and paged by the id of the last one seen."""

import operator
from collections.abc import Iterable
from itertools import islice

from tui_pos.simulator.api.params import Field, number
from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.errors import ApiError, Json, no_such

DEFAULT_LIMIT = 10
PAGING: dict[str, Field] = {"limit": number(1, 100), "starting_after": Field(), "ending_before": Field()}
COMPARE = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def page(account: Account, kind: str, path: str, params: Json) -> Json:
    """The part of a list that was asked for; every other parameter is a filter on the field of its name."""
    filters = dict(params)
    limit = int(filters.pop("limit", DEFAULT_LIMIT))
    after, before = filters.pop("starting_after", None), filters.pop("ending_before", None)
    filters.pop("expand", None)
    if after and before:
        raise ApiError("You cannot use both starting_after and ending_before.", param="starting_after")
    every = account.store.all(kind).values()
    records: Iterable[Json] = every if before else reversed(every)
    records = filter(account.visible, records)
    if after:
        records = _beyond(kind, after, "starting_after", list(records))
    elif before:
        records = _beyond(kind, before, "ending_before", list(records))
    # A reader's status is computed when it is shown, so the filters apply to what a client sees.
    found = (record for record in records if _matches(account.client_view(record), filters))
    chosen = list(islice(found, limit + 1))
    data = chosen[:limit]
    return {
        "object": "list",
        "url": path,
        "has_more": len(chosen) > limit,
        "data": data[::-1] if before else data,
    }


def _beyond(kind: str, cursor: str, param: str, records: list[Json]) -> list[Json]:
    for place, record in enumerate(records):
        if record["id"] == cursor:
            return records[place + 1 :]
    raise no_such(kind.removeprefix("terminal."), cursor, param, in_path=False)


def _matches(record: Json, filters: Json) -> bool:
    return all(_holds(record.get(FIELDS.get(name, name)), wanted) for name, wanted in filters.items())


FIELDS = {"types": "type"}


def _holds(value: object, wanted: object) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, int) and all(COMPARE[sign](value, bound) for sign, bound in wanted.items())
    if isinstance(wanted, list):
        return any(_holds(value, one) for one in wanted)
    if isinstance(wanted, str) and wanted.endswith(".*"):
        return isinstance(value, str) and value.startswith(wanted[:-1])
    return value == wanted


def whole_list(url: str, records: Iterable[Json]) -> Json:
    """A list that is short enough to be shown inside another object."""
    return {"object": "list", "url": url, "has_more": False, "data": list(records)}
