"""Which installation the open database belongs to, and whether it is a copy of that installation's.

The key stands in every intent's metadata at Stripe. A copy has the same key and lies in another place: on
SQLite in another file, on PostgreSQL in another database or cluster. What a copied server (a clone of the
machine, a base backup) holds cannot be told from the original: only the copy's operator can say so.
"""

import hashlib
import os
from dataclasses import dataclass

from peewee import PeeweeException

from tui_pos.core import clock
from tui_pos.data import upgrades
from tui_pos.data.base import database
from tui_pos.data.connection import connected, is_sqlite, run_tx
from tui_pos.data.engines import sqlite_file
from tui_pos.data.tables.desk import Installation


@dataclass(frozen=True, slots=True)
class Identity:
    """The installation that a database belongs to; ``is_copy`` when it lies elsewhere than that one's."""

    key: str
    is_copy: bool


def is_known() -> bool:
    """Whether the open database has an installation's key."""
    with connected():
        return bool(Installation.select(Installation.id).exists())


def ensure() -> None:
    """Make the installation's key unless there is one; safe in several processes at once.

    Call with a connection open.
    """
    if is_known():
        return
    here = place()

    def make() -> None:
        lock()
        if not Installation.select(Installation.id).exists():
            Installation.create(key=clock.new_id(), place=here)

    run_tx(make, sees_others=True)


def identity() -> Identity:
    """Whose database the open, prepared one is."""
    with connected():
        row = Installation.select().order_by(Installation.id).get()
        return Identity(row.key, not _is_same(row.place, place()))


def take_over(*, renew: bool = False) -> Identity:
    """Call the open database the installation's own, where it lies now; with ``renew`` under a new key."""
    with connected():
        here = place()

        def write() -> None:
            lock()
            row = Installation.select().order_by(Installation.id).get()
            key = clock.new_id() if renew else row.key
            Installation.update(key=key, place=here).where(Installation.id == row.id).execute()

        run_tx(write, sees_others=True)
    return identity()


def place() -> str:
    """Where the open database lies; ``_is_same`` compares two of them."""
    if is_sqlite():
        file = sqlite_file(database.obj).resolve()
        found = os.stat(file)
        return f"sqlite:{found.st_dev}:{found.st_ino}:{hashlib.sha256(str(file).encode()).hexdigest()[:16]}"
    number = _value("SELECT oid FROM pg_database WHERE datname = current_database()")
    try:
        with database.atomic():  # in a transaction that is already running only this statement is undone
            cluster = _value("SELECT system_identifier FROM pg_control_system()")
    except PeeweeException:  # no right to ask, or another database that speaks PostgreSQL
        cluster = ""
    return f"postgresql:{cluster}:{number}"


def _is_same(stored: str, here: str) -> bool:
    """A file that was moved keeps its inode; its device's number may change when the machine starts again."""
    kind, first, second, *rest = [*stored.split(":"), "", ""]
    if not here.startswith(f"{kind}:"):
        return False
    _, other_first, other_second, *other_rest = here.split(":")
    if kind == "sqlite":
        return second == other_second and (first == other_first or rest[0] == other_rest[0])
    return second == other_second and (first == other_first or "" in (first, other_first))


lock = upgrades.lock


def _value(sql: str) -> str:
    (value,) = database.execute_sql(sql).fetchone()
    return str(value)
