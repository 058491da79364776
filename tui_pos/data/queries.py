"""Running queries as plain rows: typed, and on the hot path with their SQL rendered once."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar, cast

from peewee import SQL, Expression, NodeList, Query, Value

from tui_pos.data.base import database
from tui_pos.data.connection import is_sqlite

Row = tuple[Any, ...]
T = TypeVar("T")

BATCH = 500
"""So many values go into one statement: SQLite takes 32,766 of them at most, PostgreSQL 65,535."""


def rows(query: Query) -> Iterable[Row]:
    """The query's rows as tuples of Python values; Peewee's stubs promise model instances even then."""
    return cast(Iterable[Row], query.tuples())


def batches(values: Iterable[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """The values in groups small enough for an ``in_`` each; none for no values.

    For every list that grows with the database; one that belongs to an order or a page needs none.
    """
    every = list(values)
    for start in range(0, len(every), size):
        yield every[start : start + size]


def among(column: Any, values: Iterable[str | int]) -> Expression:
    """The condition that a column holds one of any number of values, as one value of the statement."""
    wanted = list(values)
    sql = "IN (SELECT value FROM json_each(?))" if is_sqlite() else "= ANY(%s)"
    value: object = json.dumps(wanted) if is_sqlite() else wanted
    return NodeList((column, SQL(sql, (value,))))  # type: ignore[return-value]  # used as one


class _Parameter:
    """Marks the place of a value that is not known when the SQL is rendered."""

    def __init__(self, name: str) -> None:
        self.name = name


def parameter(name: str) -> Value:
    """A place in a ``Compiled`` query for the value of this name."""
    return Value(_Parameter(name), converter=False)


class Compiled:
    """A query whose SQL is rendered once per engine: rendering costs more than everything else of a look-up.

    Nothing is converted: rows hold what the driver gives (read money and times with ``fields.money`` and
    ``fields.utc``), and values must be text, integers or None.
    """

    def __init__(self, build: Callable[[], Query]) -> None:
        self._build = build
        self._rendered: dict[bool, tuple[str, list[Any]]] = {}

    def rows(self, **values: str | int | None) -> list[Row]:
        """Run it with a value for each ``parameter``; None equals nothing."""
        sql, places = self._sql()
        params = [values[place.name] if isinstance(place, _Parameter) else place for place in places]
        return cast(list[Row], database.execute_sql(sql, params).fetchall())

    def _sql(self) -> tuple[str, list[Any]]:
        engine = is_sqlite()
        if engine not in self._rendered:
            self._rendered[engine] = self._build().sql()
        return self._rendered[engine]
