"""Opening the database, one connection per piece of work, and transactions that may be repeated whole."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from peewee import (
    Database,
    ImproperlyConfigured,
    IntegrityError,
    InterfaceError,
    Model,
    ModelSelect,
    OperationalError,
    PeeweeException,
    SqliteDatabase,
)

from tui_pos import clock
from tui_pos.data.base import database
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.tables import SHOP, conditions

T = TypeVar("T")
M = TypeVar("M", bound=Model)

BUSY_SECONDS = 15
"""How long a write waits for another one, and how long ``run_tx`` keeps repeating."""

POSTGRESQL_SESSION = (
    "-c timezone=UTC -c lock_timeout=5000 -c statement_timeout=15000"
    " -c idle_in_transaction_session_timeout=10000"
)
"""UTC because our times are written without offset; the limits so that a frozen desk blocks nobody."""

REPEATABLE_SQLSTATES = frozenset({"40001", "40P01", "55P03"})
"""Serialisation failure, deadlock, lock not available: nothing was written, the whole may run again."""


def open_database(url: str) -> None:
    """Bind all tables to the database at ``url``; connects once to see that it answers.

    ``sqlite:///path`` (three slashes relative, four absolute; the file is created) or ``postgresql://``
    with one or several hosts. Raises DatabaseUnavailable with one sentence that shows no password.
    """
    engine = _sqlite(url) if url.startswith("sqlite:") else _postgresql(url)
    close_database()
    database.initialize(engine)
    for table in SHOP:
        _name_for_engine(table, postgresql=not isinstance(engine, SqliteDatabase))
    with connected():
        pass


def close_database() -> None:
    """Let go of this thread's connection and of a pool, if there is one."""
    if database.obj is None:
        return
    if hasattr(database.obj, "close_all"):
        database.obj.close_all()
    database.obj.close()


def is_sqlite() -> bool:
    """Whether the open database is SQLite."""
    return isinstance(database.obj, SqliteDatabase)


def _sqlite(url: str) -> Database:
    path = Path(url.removeprefix("sqlite:///")).expanduser()
    if not url.startswith("sqlite:///") or path.name == "":
        raise DatabaseUnavailable(f"[database] url must be sqlite:///path, not {url!r}.")
    if not path.parent.is_dir():
        raise DatabaseUnavailable(f"The folder {path.parent} for the database does not exist.")
    return SqliteDatabase(
        str(path),
        lock_type="IMMEDIATE",
        timeout=BUSY_SECONDS,
        autoconnect=False,
        returning_clause=True,
        field_types={"TIMESTAMPTZ": "datetime"},
        pragmas=[("journal_mode", "wal"), ("synchronous", "FULL"), ("foreign_keys", 1), ("fullfsync", 1)],
    )


def _postgresql(url: str) -> Database:
    if urlsplit(url).scheme not in ("postgresql", "postgres"):
        scheme = url.split(":", 1)[0]
        raise DatabaseUnavailable(
            f"[database] url must begin with sqlite:/// or postgresql://, not {scheme!r}."
        )
    from playhouse.pool import PooledPostgresqlDatabase

    pool: Database = PooledPostgresqlDatabase(
        "postgresql://" + url.split("://", 1)[1],
        max_connections=8,
        stale_timeout=300,
        timeout=BUSY_SECONDS,
        autoconnect=False,
        prefer_psycopg3=True,
        options=POSTGRESQL_SESSION,
        connect_timeout=5,
        application_name="tui-pos",
    )
    return pool


def _name_for_engine(table: Any, *, postgresql: bool) -> None:
    full = {
        f"program_registration_{a}": f"program_registration_{b}"
        for a, b in conditions.POSTGRESQL_NAMES.items()
    }
    names = full if postgresql else {b: a for a, b in full.items()}
    current = table._meta.table_name
    if current in names:
        table._meta.set_table_name(names[current])


@contextmanager
def connected() -> Iterator[None]:
    """A connection for this thread while the block runs; may be nested.

    Raises DatabaseUnavailable when the database does not answer.
    """
    if not database.is_closed():
        yield
        return
    try:
        database.connect()
    except ImproperlyConfigured as error:
        raise DatabaseUnavailable(
            "PostgreSQL needs the extra package: pip install 'tui-pos[postgres]'."
        ) from error
    except (OperationalError, InterfaceError) as error:
        raise DatabaseUnavailable(f"The database does not answer: {_reason(error)}.") from error
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise DatabaseUnavailable(f"The database went away: {_reason(error)}.") from error
    finally:
        database.close()


def _reason(error: PeeweeException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def run_tx(work: Callable[[], T]) -> T:
    """Run ``work`` in one write transaction and return what it returns.

    ``work`` must be database work alone: it is repeated as a whole when the database says that another
    writer was in the way, for up to BUSY_SECONDS. Inside a running transaction it joins that one.
    Raises DatabaseUnavailable when the database stays busy; whatever ``work`` raises undoes everything.
    """
    if database.in_transaction():
        return work()
    with connected():
        deadline = clock.monotonic() + BUSY_SECONDS
        attempt = 0
        while True:
            try:
                with database.atomic():
                    return work()
            except OperationalError as error:
                if not _may_repeat(error):
                    raise
                if clock.monotonic() > deadline:
                    raise DatabaseUnavailable(
                        "The database is busy; nothing was changed. Try again."
                    ) from error
            attempt += 1
            time.sleep(random.uniform(0, min(0.5, 0.01 * 2**attempt)))


def _may_repeat(error: OperationalError) -> bool:
    original = getattr(error, "orig", None)
    if isinstance(original, sqlite3.OperationalError):
        return original.sqlite_errorname.startswith("SQLITE_BUSY")
    return getattr(original, "sqlstate", None) in REPEATABLE_SQLSTATES


def lock(query: "ModelSelect[M]") -> "ModelSelect[M]":
    """The rows of ``query``, locked until the transaction ends; order it by id to avoid deadlocks.

    On SQLite the transaction holds the only write lock already. FOR NO KEY UPDATE, because inserting a
    child row takes a key-share lock on its parent, which plain FOR UPDATE would deadlock with.
    """
    return query if is_sqlite() else query.for_update("FOR NO KEY UPDATE")  # type: ignore[arg-type]  # stubs say bool


def violates(error: IntegrityError, name: str, *columns: str) -> bool:
    """Whether ``error`` is a breach of the unique index or constraint ``name`` over ``columns``.

    PostgreSQL names the index, SQLite the columns as ``table.column``.
    """
    original = getattr(error, "orig", None)
    constraint = getattr(getattr(original, "diag", None), "constraint_name", None)
    if constraint is not None:
        return bool(constraint == name)
    text = str(original or error)
    return name in text or (bool(columns) and text.endswith(", ".join(columns)))
