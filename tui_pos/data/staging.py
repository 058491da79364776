"""A place beside the database for a list that is being read: rows in groups, and what is alike among them.

A file of SQLite's own without a name, so that a list of any length takes no memory, and however the program
ends nobody finds what is in it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from typing import NamedTuple

_TABLE = """
    CREATE TABLE row (
        number integer PRIMARY KEY, grp text NOT NULL, code text NOT NULL, key text NOT NULL,
        address text NOT NULL, who text NOT NULL, data blob NOT NULL)
"""
_GROUPS = """
    SELECT number, data, nth, others, grp FROM (
        SELECT number, data, grp, MIN(number) OVER (PARTITION BY grp) AS first,
            ROW_NUMBER() OVER (PARTITION BY who ORDER BY number) AS nth,
            COUNT(*) OVER (PARTITION BY address) AS others
        FROM row)
    ORDER BY first, number
"""
ALIKE = ("code", "key")
"""What no two rows may share."""
MOST_NAMED = 4


class Staged(NamedTuple):
    """A row as it was put in; it is the ``nth`` with its ``who``, ``others`` have its ``address``."""

    number: int
    data: bytes
    nth: int
    others: int


class Waiting(NamedTuple):
    """A row to put in: the group that it belongs to, and by what it may be like another; '' for nothing."""

    number: int
    group: str
    code: str
    key: str
    address: str
    who: str
    data: bytes


class Staging:
    """Rows that wait to be looked at."""

    def __init__(self, file: sqlite3.Connection) -> None:
        self._file = file

    def add(self, rows: Iterable[Waiting]) -> None:
        """Put these rows in."""
        self._file.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def take_alike(self) -> Iterator[tuple[str, str, list[int], int]]:
        """Take out what shares a code or a key: which of them, its value, first numbers and the count."""
        for what in ALIKE:
            sql = f"SELECT {what}, COUNT(*) FROM row WHERE {what} <> '' GROUP BY 1 HAVING COUNT(*) > 1"
            for value, count in self._file.execute(sql).fetchall():
                found = self._file.execute(
                    f"SELECT number FROM row WHERE {what} = ? ORDER BY number LIMIT ?", (value, MOST_NAMED)
                )
                yield what, value, [number for (number,) in found], count
                self._file.execute(f"DELETE FROM row WHERE {what} = ?", (value,))

    def listed(self, codes: list[str]) -> set[str]:
        """Which of these codes stand in a row."""
        sql = "SELECT code FROM row WHERE code <> '' AND code IN (SELECT value FROM json_each(?))"
        return {code for (code,) in self._file.execute(sql, (json.dumps(codes),))}

    def count(self) -> int:
        """How many rows there are."""
        return int(self._file.execute("SELECT COUNT(*) FROM row").fetchone()[0])

    def groups(self) -> Iterator[list[Staged]]:
        """The rows of each group, groups and rows in the order of the list."""
        for _, rows in groupby(self._file.execute(_GROUPS), key=lambda row: row[4]):
            yield [Staged(*row[:4]) for row in rows]


@contextmanager
def opened() -> Iterator[Staging]:
    """An empty place, gone after the block."""
    with closing(sqlite3.connect("", isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode = OFF")
        file.execute("PRAGMA synchronous = OFF")
        file.execute(_TABLE)
        for column in ALIKE:
            file.execute(f"CREATE INDEX row_{column} ON row ({column}) WHERE {column} <> ''")
        yield Staging(file)
