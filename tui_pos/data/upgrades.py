"""Bringing the desk's own tables up to this version, one step after the other.

Each step runs once, in one transaction, under a lock, after a backup of an SQLite file that holds desk
data. PostgreSQL's backups are its operator's.
"""

import os
import sqlite3
from contextlib import closing

from tui_pos.data.base import database
from tui_pos.data.connection import is_sqlite, run_tx
from tui_pos.data.engines import sqlite_file
from tui_pos.data.errors import SchemaMismatch
from tui_pos.data.steps import STEPS, WORDS

ADVISORY_LOCK = 7_468_377_675
"""Any number that no other program uses: one desk upgrades, the others wait."""


def upgrade() -> int:
    """Bring the desk's own tables up to this version; answers how many steps ran.

    Call with a connection open and no transaction. Safe in several processes at once: each step reads the
    version again under the lock. Raises SchemaMismatch when the database is newer than this program.
    """
    ran = 0
    while _version() < len(STEPS):
        ran += run_tx(_next_step)
    return ran


def check() -> None:
    """Raises SchemaMismatch when the desk's own tables are not this version's; changes nothing."""
    found = _version()
    if found < len(STEPS):
        has = f"are at step {found}, this program's at {len(STEPS)}" if found else "are not there yet"
        raise SchemaMismatch(
            f"The tables of tui-pos in this database {has}: open a desk on it, or run tui-pos upgrade."
        )


def _next_step() -> int:
    if not is_sqlite():
        database.execute_sql("SELECT pg_advisory_xact_lock(%s)", (ADVISORY_LOCK,))
    version = _version()
    if version == len(STEPS):
        return 0
    if version > 0 and is_sqlite():
        _backup(version + 1)
    _apply(version + 1)
    return 1


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
    for statement in STEPS[number - 1]:
        database.execute_sql(statement.format(**words))
    database.execute_sql(
        f"UPDATE tui_pos_schema_version SET version = {number}, upgraded_at = CURRENT_TIMESTAMP"
    )


def _version() -> int:
    if not database.table_exists("tui_pos_schema_version"):
        return 0
    (version,) = database.execute_sql("SELECT version FROM tui_pos_schema_version").fetchone()
    if version > len(STEPS):
        raise SchemaMismatch(
            f"This database was upgraded by a newer tui-pos (its tables are at step {version}, this program"
            f" knows {len(STEPS)}). Install the newer version."
        )
    return int(version)


def _backup(step: int) -> None:
    """Copy the SQLite file beside itself, complete and on the disk before the step begins.

    Read through a connection of its own: the one that holds the write lock would copy its own changes too.
    """
    source = sqlite_file(database.obj)
    target = source.with_name(f"{source.name}.before-step-{step}")
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(unfinished)) as copy:
        original.backup(copy)
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    if verdict != "ok":
        raise SchemaMismatch(f"{source} is damaged ({verdict}); it was not upgraded. Restore a backup.")
    with unfinished.open("rb") as written:
        os.fsync(written.fileno())
    unfinished.replace(target)
