"""Stripe's search: the part of its language that finds payments by status, metadata, amount and time."""

import operator
import re
from collections.abc import Callable
from typing import cast

from tui_pos.simulator.api.lists import DEFAULT_LIMIT
from tui_pos.simulator.engine.accounts import Account
from tui_pos.simulator.engine.errors import ApiError, Json

CLAUSE = re.compile(
    r"""\s*(?P<no>-)?(?P<field>[a-z_]+)(?:\[(?P<mq>["'])(?P<key>[^"']{1,40})(?P=mq)\])?"""
    r"""\s*(?P<sign>:|~|>=|<=|>|<)\s*(?:(?P<q>["'])(?P<text>[^"']*)(?P=q)|(?P<number>\d{1,15}|null))\s*"""
)
FIELDS = ("amount", "created", "currency", "customer", "status", "metadata")
NUMBERS: dict[str, Callable[[int, int], bool]] = {
    ":": operator.eq,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
MAX_PAGE_DIGITS = 9
Test = Callable[[Json], bool]


def search_page(account: Account, kind: str, path: str, params: Json) -> Json:
    """The records that a query finds. As at Stripe, a new one is found only after a while (search_lag)."""
    tests, every = _parsed(params["query"])
    newest = account.now() - cast(int, account.setting("search_lag"))
    join = all if every else any
    found = [
        record
        for record in reversed(account.store.all(kind).values())
        if account.visible(record) and record["created"] <= newest and join(test(record) for test in tests)
    ]
    limit = int(params.get("limit", DEFAULT_LIMIT))
    start = _start(params.get("page", ""))
    more = len(found) > start + limit
    return {
        "object": "search_result",
        "url": path,
        "has_more": more,
        "next_page": f"page_{start + limit}" if more else None,
        "data": found[start : start + limit],
    }


def _start(cursor: str) -> int:
    number = cursor.removeprefix("page_") or "0"
    if not (number.isascii() and number.isdigit() and len(number) <= MAX_PAGE_DIGITS):
        raise ApiError(f"Invalid page: {cursor[:40]}", param="page")
    return int(number)


def _parsed(query: str) -> tuple[list[Test], bool]:
    """The clauses and whether all of them must hold."""
    tests: list[Test] = []
    joins: set[str] = set()
    at = 0
    while True:
        found = CLAUSE.match(query, at)
        if found is None or found["field"] not in FIELDS:
            raise _unreadable(query)
        if (found["key"] is not None) != (found["field"] == "metadata"):
            raise _unreadable(query)
        tests.append(_test(found))
        at = found.end()
        if at == len(query):
            break
        join = re.compile(r"(AND|OR)\b", re.IGNORECASE).match(query, at)
        if join is None:
            raise _unreadable(query)
        joins.add(join[1].upper())
        at = join.end()
    if len(joins) > 1:
        raise ApiError("A search query cannot mix AND with OR.", param="query")
    return tests, joins != {"OR"}


def _unreadable(query: str) -> ApiError:
    return ApiError(f"We were unable to parse your search query: {query[:200]}", param="query")


def _test(found: re.Match[str]) -> Test:
    name, key, sign, number = found["field"], found["key"], found["sign"], found["number"]
    wanted = None if number == "null" else (number if found["text"] is None else found["text"])

    def holds(record: Json) -> bool:
        value = record["metadata"].get(key) if key else record.get(name)
        if sign == "~":
            return str(wanted) in str(value)
        if isinstance(value, int) and wanted is not None and wanted.isdecimal():
            return NUMBERS[sign](value, int(wanted))
        return sign == ":" and value == wanted

    return (lambda record: not holds(record)) if found["no"] else holds
