"""Reading a whole list from one moment of the database, in little memory and while desks sell.

A list is first put aside as the driver gives it, in a file without a name, and made readable afterwards: the
longer a reader stays, the more PostgreSQL has to keep for it, and a SQLite file of django-program's, without
a write-ahead log, takes no sale before its readers are gone.
"""

import pickle
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO

from peewee import Query

from tui_pos.core import clock
from tui_pos.data.base import database
from tui_pos.data.connection import connected, is_sqlite
from tui_pos.data.queries import Row
from tui_pos.data.sessions import Isolation

FETCH = 1_000
"""Rows that come at once."""


@contextmanager
def snapshot() -> Iterator[None]:
    """Let all that the block reads be of one moment, and nobody wait for it. Raises as ``connected``."""
    with connected(), database.atomic("DEFERRED" if is_sqlite() else Isolation.SNAPSHOT):
        yield


def stream(query: Query) -> Iterator[Row]:
    """The rows of a query as the driver gives them (see `queries.Compiled`); call inside a ``snapshot``."""
    sql, values = query.sql()
    if is_sqlite():
        yield from database.execute_sql(sql, values)
        return
    with database.connection().cursor(f"tui_pos_{clock.new_id()}") as cursor:  # kept by the server
        cursor.itersize = FETCH
        cursor.execute(sql, values)
        yield from cursor


def put_aside(rows: Iterable[Row]) -> tuple[int, Iterator[Row]]:
    """Take all of ``rows``; how many, and all of them again. Raises OSError on a full disk."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (whoever reads it to its end closes it)
    count, rows = 0, iter(rows)
    while some := list(islice(rows, FETCH)):
        pickle.dump(some, file, pickle.HIGHEST_PROTOCOL)
        count += len(some)
    file.seek(0)
    return count, _taken_back(file, count)


def _taken_back(file: IO[bytes], count: int) -> Iterator[Row]:
    with file:
        while count > 0:
            some: list[Row] = pickle.load(file)
            count -= len(some)
            yield from some
