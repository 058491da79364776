"""A conference with very many attendees: copies of one person of the demonstration and of what was bought."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.fixtures.databases import fill
from tui_pos.data.base import Table
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.registration import Attendee, Credit, Order, OrderLine, Payment

Json = dict[str, Any]

STEM = "KIMS"
"""Who is copied: a ticket and an add-on in one order. Each copy gets a credit too."""

FIRST_ID = 10_000_000
BATCH = 10_000


def make_crowd(file: Path, count: int) -> list[str]:
    """Fill the new SQLite ``file`` with the demonstration and ``count`` more people; their access codes."""
    fill(f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as database:
        database.row_factory = sqlite3.Row
        # A crowd that is lost in a power cut is made again.
        database.execute("PRAGMA synchronous = OFF")
        for start in range(0, count, BATCH):
            _add(database, range(start, min(start + BATCH, count)))
            database.commit()
        database.execute("ANALYZE")
    return [code(number) for number in range(count)]


def code(number: int) -> str:
    """The access code of one of the crowd."""
    return f"CROWD{number:07}"


def _add(database: sqlite3.Connection, numbers: range) -> None:
    """Copy the person's rows under new ids; what must differ between persons differs."""
    attendee = _row(database, Attendee, access_code=f"{STEM}2026")
    user = _row(database, User, id=attendee["user_id"])
    order = _row(database, Order, id=attendee["order_id"])
    ids = {FIRST_ID + number: number for number in numbers}
    copies: list[tuple[type[Table], Json, Iterable[Json]]] = [
        (User, user, ({"id": i, "username": f"crowd{n}"} for i, n in ids.items())),
        (Order, order, ({"id": i, "user_id": i, "reference": f"ORD-{n:08}"} for i, n in ids.items())),
        (
            Attendee,
            attendee,
            ({"id": i, "user_id": i, "order_id": i, "access_code": code(n)} for i, n in ids.items()),
        ),
        (Payment, _row(database, Payment, order_id=order["id"]), ({"id": i, "order_id": i} for i in ids)),
        (Credit, _row(database, Credit), ({"id": i, "user_id": i} for i in ids)),
    ]
    for place, line in enumerate(_rows(database, OrderLine, order_id=order["id"])):
        copies.append((OrderLine, line, [{"id": i * 10 + place, "order_id": i} for i in ids]))
    for table, row, changes in copies:
        _copy(database, table, row, changes)


def _rows(database: sqlite3.Connection, table: type[Table], **values: object) -> list[Json]:
    wanted = " AND ".join(f"{name} = :{name}" for name in values) or "1"
    found = database.execute(f"SELECT * FROM {table._meta.table_name} WHERE {wanted} ORDER BY id", values)
    return [dict(row) for row in found]


def _row(database: sqlite3.Connection, table: type[Table], **values: object) -> Json:
    return _rows(database, table, **values)[0]


def _copy(database: sqlite3.Connection, table: type[Table], row: Json, changes: Iterable[Json]) -> None:
    names = ", ".join(f'"{name}"' for name in row)
    marks = ", ".join("?" * len(row))
    values = (tuple((row | change).values()) for change in changes)
    database.executemany(f"INSERT INTO {table._meta.table_name} ({names}) VALUES ({marks})", values)
