"""Opening the database, one connection per piece of work, and transactions that may be repeated whole."""

import itertools
import logging
import os
import random
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from peewee import (
    DatabaseError,
    InterfaceError,
    InternalError,
    Model,
    ModelSelect,
    OperationalError,
    PeeweeException,
    SqliteDatabase,
)
from playhouse.pool import MaxConnectionsExceeded

from tui_pos.core import clock
from tui_pos.data import causes, engines
from tui_pos.data.base import database
from tui_pos.data.engines import BUSY_SECONDS
from tui_pos.data.errors import CommitUnknown, DatabaseUnavailable, ReadOnlyDatabase
from tui_pos.data.postgresql import DeskPostgresql
from tui_pos.data.sessions import Isolation, TransactionMode
from tui_pos.data.shared_time import ClockOffset
from tui_pos.data.tables import SHOP, conditions

log = logging.getLogger(__name__)

T = TypeVar("T")
M = TypeVar("M", bound=Model)

FAILURES = (OperationalError, InterfaceError, InternalError)
"""What Peewee raises when the database, not the statement, is at fault."""

REPEATABLE_SQLSTATES = frozenset({"40001", "40P01", "55P03"})
"""Serialisation failure, deadlock, lock not available: nothing was written, the whole may run again."""

READ_ONLY = "25006"
"""Read-only transaction: the server led and does not lead any more, so another one may; or it was told to."""


NOTHING_CHANGED = "; nothing was changed"
"""How the sentence of a transaction ends that stored nothing."""


@dataclass
class _Opened:
    """What is known of the open database beside its engine."""

    password: str = ""
    file: tuple[int, int] | None = None
    read_only: str = ""
    looks_only: bool = False


_opened = _Opened()


class _AfterCommit(threading.local):
    """What waits for this thread's transaction to be stored; None outside of one."""

    calls: list[Callable[[], object]] | None = None


_after_commit = _AfterCommit()


def open_database(url: str, *, wal: bool = False, keep: bool = False) -> None:
    """Bind all tables to the database at ``url``; connects once to see that it answers.

    ``sqlite:///path`` (three slashes relative, four absolute; the file is created) or ``postgresql://``
    with one or several hosts. ``wal``, ``keep``: see `engines.engine_for`. Raises
    DatabaseUnavailable with one sentence that shows no password.
    """
    engine = engines.engine_for(url, wal=wal, keep=keep)
    close_database()
    database.initialize(engine)
    clock.follow(engine.now if isinstance(engine, DeskPostgresql) else None)
    _opened.password = engines.password_in(url)
    _opened.file = None
    _opened.looks_only = keep
    _opened.read_only = engines.why_read_only(engine)
    conditions.name_tables(SHOP, postgresql=not is_sqlite())
    with connected():
        _opened.file = _file_identity()
    log.info("open: %s", "SQLite" if is_sqlite() else "PostgreSQL")


def looks_only() -> bool:
    """Whether the database was opened by what changes nothing in it, such as a command that lists."""
    return _opened.looks_only


def changes() -> None:
    """Say that what opened the database changes it after all: then copies of it are kept up to date too."""
    _opened.looks_only = False


def why_read_only() -> str:
    """Why the open SQLite file is only read, in a sentence that says what to do; "" when it is not."""
    return _opened.read_only


def close_database() -> None:
    """Let go of every connection that no other thread is using.

    SQLite's library crashes the process when a connection is closed under a thread that works on it.
    """
    if database.obj is not None:
        database.close()
        database.obj.close_idle()


def is_sqlite() -> bool:
    """Whether the open database is SQLite."""
    return isinstance(database.obj, SqliteDatabase)


def transaction_mode() -> TransactionMode | None:
    """How transactions begin on the open PostgreSQL, whose settings were read back; None for a file."""
    return database.obj.transaction_mode if isinstance(database.obj, DeskPostgresql) else None


def host_ahead() -> ClockOffset | None:
    """How far this host's clock is ahead of the open database's, as last seen; None for a file."""
    return database.obj.time.ahead() if isinstance(database.obj, DeskPostgresql) else None


@contextmanager
def connected() -> Iterator[None]:
    """A connection for this thread while the block runs; may be nested.

    Raises DatabaseUnavailable when the database does not answer, or fails inside the block.
    """
    if not database.is_closed():
        yield
        return
    try:
        _connect()
    except PeeweeException as error:
        log.warning("no connection: %s", causes.code(error))
        _check_file()
        raise (
            _known(error) or DatabaseUnavailable(f"The database does not answer: {_reason(error)}.")
        ) from error
    try:
        _check_file()
        yield
    except _engine_errors() as error:
        log.warning("failed: %s", causes.code(error))
        _leave_standby(error)
        failure = _known(error)
        if failure is None and isinstance(error, DatabaseError) and not isinstance(error, FAILURES):
            raise
        raise failure or DatabaseUnavailable(f"The database failed: {_reason(error)}.") from error
    finally:
        database.close()


def _connect() -> None:
    """Connect this thread; SQLite refuses at once while another process makes a file a WAL one: try again."""
    deadline = clock.monotonic() + BUSY_SECONDS
    for attempt in itertools.count(1):
        try:
            database.connect()
        except MaxConnectionsExceeded as error:
            raise DatabaseUnavailable("Too many things at once use the database. Try again.") from error
        except OperationalError as error:
            if not _was_in_the_way(error) or clock.monotonic() > deadline:
                raise
            _pause(attempt)
        else:
            return


def _pause(attempt: int) -> None:
    """A random wait, longer after each attempt, so that those who collided do not collide again."""
    time.sleep(random.uniform(0, min(0.5, 0.01 * 2**attempt)))


def _file_identity() -> tuple[int, int] | None:
    """Which file SQLite works in; None for PostgreSQL."""
    if not is_sqlite():
        return None
    found = os.stat(engines.sqlite_file(database.obj))
    return found.st_dev, found.st_ino


def _check_file() -> None:
    """Raise DatabaseUnavailable when the SQLite file is not the one that was opened.

    A pooled connection would go on writing into a file that is gone, a new one into what took its place.
    """
    if _opened.file is None:
        return
    try:
        if _file_identity() == _opened.file:
            return
    except FileNotFoundError:
        pass
    database.obj.manual_close()
    path = engines.sqlite_file(database.obj)
    raise DatabaseUnavailable(
        f"The database file {path} was removed or replaced while the program ran."
        " Put it back, then start the program again."
    )


def _engine_errors() -> tuple[type[Exception], ...]:
    """What may be raised in a block when the database is at fault.

    The driver's own errors too: Peewee translates none that comes up only while rows are read (a damaged
    page, a value that the driver cannot load).
    """
    if is_sqlite():
        return (DatabaseError, sqlite3.Error)
    from psycopg import Error

    return (DatabaseError, Error)


def _known(error: Exception, then: str = "") -> DatabaseUnavailable | None:
    if _opened.read_only and causes.sqlite_error(error).startswith("SQLITE_READONLY"):
        return ReadOnlyDatabase(_opened.read_only)
    return causes.known(error, _reason(error), then)


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    first = lines[0].rstrip(".")
    return first.replace(_opened.password, "***") if _opened.password else first


def run_tx(work: Callable[[], T], *, sees_others: bool = False) -> T:
    """Run ``work`` in one write transaction and return what it returns.

    ``work`` must be database work alone: it is repeated as a whole when another writer was in the way, or
    when the connection was lost before the commit was sent, for up to BUSY_SECONDS. Inside a running
    transaction it joins that one. Whatever ``work`` raises undoes everything. With ``sees_others`` each of
    its statements sees what others committed meanwhile, however the server isolates transactions: for what
    waits for an advisory lock and then looks what its last holder did.

    Raises DatabaseUnavailable when nothing was stored because the database stays busy or away, and
    CommitUnknown when the answer to the commit itself was lost.
    """
    if database.in_transaction():
        return work()
    with connected():
        deadline = clock.monotonic() + BUSY_SECONDS
        for attempt in itertools.count(1):
            try:
                return _transaction(work, sees_others)
            except FAILURES as error:
                if not (_was_in_the_way(error) or _is_lost()):
                    log.error("transaction failed: %s", causes.code(error))
                    raise _known(error, NOTHING_CHANGED) or DatabaseUnavailable(
                        f"The database failed: {_reason(error)}{NOTHING_CHANGED}.",
                        f"The database failed: {_reason(error)}.",
                    ) from error
                log.info("transaction is tried again after try %d: %s", attempt, causes.code(error))
                if clock.monotonic() > deadline:
                    log.warning("transaction given up: %s", causes.code(error))
                    raise _known(error, NOTHING_CHANGED) or DatabaseUnavailable(
                        f"The database is busy or away ({_reason(error)}); nothing was changed. Try again.",
                        f"The database is busy or away ({_reason(error)}).",
                    ) from error
            except DatabaseError as error:  # of a statement, such as a right that the user lacks
                if failure := _known(error, NOTHING_CHANGED):
                    raise failure from error
                raise
            _pause(attempt)
    raise AssertionError("the loop ends by returning or raising")


def on_commit(call: Callable[[], object]) -> None:
    """Make ``call`` once what the running ``run_tx`` does is stored, or at once where none runs.

    After the outermost transaction, once when that was repeated, and never when it was undone or nobody knows
    whether it was stored. For what tells of the change, such as a line of the log; it must not raise, nor be
    asked for inside of a savepoint that may be undone by itself.
    """
    if _after_commit.calls is None:
        call()
    else:
        _after_commit.calls.append(call)


def _transaction(work: Callable[[], T], sees_others: bool) -> T:
    if _is_lost():
        database.close()
        _connect()
    handled_already = sys.exception()
    commit_sent = False
    waiting: list[Callable[[], object]] = []
    _after_commit.calls = waiting
    try:
        isolation = (Isolation.READ_COMMITTED,) if sees_others and not is_sqlite() else ()
        with database.atomic(*isolation):
            result = work()
            commit_sent = True
    except FAILURES as last:
        error = _first_failure(last, handled_already)
        if commit_sent and (_is_lost() or causes.sqlite_error(error).startswith("SQLITE_IOERR")):
            log.error("the answer to a commit was lost: %s", causes.code(error))
            raise CommitUnknown(
                "The database went away while saving; it is not known whether it was saved."
                " Look before you do it again.",
                "The database went away while saving.",
            ) from error
        _leave_standby(error)
        raise error from None
    finally:
        _after_commit.calls = None
    for call in waiting:
        call()
    return result


def _first_failure(last: PeeweeException, handled_already: BaseException | None) -> PeeweeException:
    """What went wrong first: Peewee rolls back, and when that fails too, its error hides the first one."""
    first, earlier = last, last.__context__
    while earlier is not None and earlier is not handled_already:
        if isinstance(earlier, FAILURES):
            first = earlier
        earlier = earlier.__context__
    return first


def _was_in_the_way(error: PeeweeException) -> bool:
    return (
        causes.sqlite_error(error).startswith("SQLITE_BUSY") or causes.sqlstate(error) in REPEATABLE_SQLSTATES
    )


def _leave_standby(error: Exception) -> None:
    """Give up a connection to a server that follows another one now, so that the next one finds who leads.

    A setting that makes a server read-only is no such reason.
    """
    if causes.sqlstate(error) == READ_ONLY and _is_standby():
        database.obj.manual_close()


def _is_standby() -> bool:
    try:
        return bool(database.execute_sql("SELECT pg_is_in_recovery()").fetchone()[0])
    except FAILURES:
        return True


def _is_lost() -> bool:
    """Whether this thread's connection is gone."""
    return not database.is_connection_usable()


def lock(query: "ModelSelect[M]") -> "ModelSelect[M]":
    """The rows of ``query``, locked until the transaction ends; order it by id to avoid deadlocks.

    On SQLite the transaction holds the only write lock already. FOR NO KEY UPDATE, because inserting a
    child row takes a key-share lock on its parent, which plain FOR UPDATE would deadlock with.
    """
    return query if is_sqlite() else query.for_update("FOR NO KEY UPDATE")  # type: ignore[arg-type]  # stubs say bool
