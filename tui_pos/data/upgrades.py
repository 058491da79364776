"""Bringing the desk's own tables up to this version, one step after the other.

Each step runs once, in one transaction, under a lock; an SQLite file that was there before is copied first,
once for all steps. PostgreSQL's backups are its operator's.
"""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tui_pos.data import backups
from tui_pos.data.base import database
from tui_pos.data.connection import is_sqlite, on_commit, run_tx
from tui_pos.data.engines import sqlite_file
from tui_pos.data.errors import SchemaMismatch
from tui_pos.data.steps import STEPS, WORDS, ByEngine

log = logging.getLogger(__name__)

ADVISORY_LOCK = 7_468_377_675
"""Any number that no other program uses: one desk upgrades, the others wait."""


@dataclass(frozen=True)
class Upgrade:
    """What this process did: the steps before and after it, and the copy of the file that it made first."""

    before: int
    after: int
    backup: Path | None = None


def upgrade(keep_backups: int = 3) -> Upgrade:
    """Bring the desk's own tables up to this version; of the copies made before, ``keep_backups`` are kept.

    Call with a connection open; inside a transaction all steps are one. Safe in several processes at once:
    one upgrades, others wait. Raises SchemaMismatch when the database is newer than this program, and
    DatabaseUnavailable, with nothing changed, when the copy cannot be made.
    """
    with alone():
        start, ran = version(), 0
        backup: Path | None = None

        def next_step() -> int:
            nonlocal backup
            lock()
            done = version()
            if done < len(STEPS):
                # Under the write lock: nobody else's change comes between the copy and the first step. A step
                # that is repeated makes it again.
                if done == start and is_sqlite() and (start or database.table_exists("django_migrations")):
                    if backup is not None:
                        backup.unlink(missing_ok=True)
                    backup = backups.make(sqlite_file(database.obj), done + 1, keep_backups)
                _apply(done + 1)
                return 1
            return 0

        while version() < len(STEPS):
            ran += run_tx(next_step, sees_others=True)
        if backup is not None:
            before, after = version() - ran, version()
            log.info("copied the database to %s before its upgrade from step %d to %d", backup, before, after)
        return Upgrade(version() - ran, version(), backup)


@contextmanager
def alone() -> Iterator[None]:
    """One process makes or upgrades tables in a SQLite file at a time: its one copy is before all steps.

    None does while ``init`` may still take away the file that it has made.

    The lock is the folder's: closing the file itself once more would drop SQLite's own locks on it. Inside a
    transaction the file is this process's already, and who has the folder may wait for it.
    """
    if not is_sqlite() or database.in_transaction() or version() >= len(STEPS):
        yield
        return
    folder = os.open(sqlite_file(database.obj).resolve().parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def lock() -> None:
    """Let no other process make tables, or who owns and runs this database, until the transaction ends."""
    if not is_sqlite():
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))


def check() -> None:
    """Raises SchemaMismatch when the desk's own tables are not this version's; changes nothing."""
    found = version()
    if found < len(STEPS):
        has = f"are at step {found}, this program's at {len(STEPS)}" if found else "are not there yet"
        raise SchemaMismatch(
            f"The tables of tui-pos in this database {has}: open a desk on it, or run tui-pos upgrade."
        )


def is_current() -> bool:
    """Whether the desk's own tables are this version's. Raises SchemaMismatch for newer ones."""
    return version() == len(STEPS)


def _apply(number: int) -> None:
    words = WORDS["sqlite" if is_sqlite() else "postgresql"]
    if number == 1:
        database.execute_sql(
            f"CREATE TABLE tui_pos_schema_version"
            f" (id {words['id']}, version integer NOT NULL, upgraded_at {words['time']} NOT NULL)"
        )
        database.execute_sql(
            "INSERT INTO tui_pos_schema_version (version, upgraded_at) VALUES (0, CURRENT_TIMESTAMP)"
        )
    for part in STEPS[number - 1]:
        for statement in _statements(part):
            database.execute_sql(statement.format(**words))
    database.execute_sql(
        f"UPDATE tui_pos_schema_version SET version = {number}, upgraded_at = CURRENT_TIMESTAMP"
    )
    on_commit(partial(log.info, "step %d of %d done", number, len(STEPS)))


def _statements(part: str | ByEngine) -> tuple[str, ...]:
    if isinstance(part, str):
        return (part,)
    return part.sqlite if is_sqlite() else part.postgresql


def version() -> int:
    """The step that the open database is at, 0 without any. Raises SchemaMismatch for a newer one."""
    if not database.table_exists("tui_pos_schema_version"):
        return 0
    (version,) = database.execute_sql("SELECT version FROM tui_pos_schema_version").fetchone()
    if version > len(STEPS):
        raise SchemaMismatch(
            f"This database was upgraded by a newer tui-pos (its tables are at step {version}, this program"
            f" knows {len(STEPS)}). Install the newer version."
        )
    return int(version)
