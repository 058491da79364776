"""Why a database failed, in words for the person at the desk: both engines' codes in one table.

SQLite's error names and PostgreSQL's SQLSTATEs come first; a refused connection has no SQLSTATE, so there the
server's own words decide.
"""

import re
from dataclasses import dataclass

from tui_pos.data.errors import DamagedDatabase, DatabaseUnavailable, ReadOnlyDatabase


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault, and the signs that it is known by."""

    sentence: str  # without its full stop; `{reason}` is the engine's own
    sqlite: tuple[str, ...] = ()
    sqlstates: tuple[str, ...] = ()
    words: str = ""
    kind: type[DatabaseUnavailable] = DatabaseUnavailable


FAULTS = (
    Fault(
        "The database is read-only ({reason}): nothing can be saved until it takes writes again",
        sqlite=("SQLITE_READONLY",),
        sqlstates=("25006",),
        kind=ReadOnlyDatabase,
    ),
    Fault(
        "The disk of the database is full ({reason}): nothing more can be saved until there is room",
        sqlite=("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE"),
        sqlstates=("53100",),
        kind=ReadOnlyDatabase,
    ),
    Fault(
        "The disk of the database fails to write ({reason}): nothing can be saved, see what the system's log"
        " says of it",
        sqlite=("SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC", "SQLITE_IOERR_DIR_FSYNC"),
        kind=ReadOnlyDatabase,
    ),
    Fault(
        "The database is damaged ({reason}): stop selling, and restore the last backup",
        sqlite=("SQLITE_CORRUPT",),
        sqlstates=("XX001", "XX002"),
        kind=DamagedDatabase,
    ),
    Fault(
        "What [database] url names is no database ({reason}): name another file there, or restore a backup",
        sqlite=("SQLITE_NOTADB",),
    ),
    Fault(
        "The database file cannot be opened ({reason}): give this user access to it and to its folder",
        sqlite=("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH"),
    ),
    Fault(
        "The disk of the database fails ({reason}): see what the system's log says of it",
        sqlite=("SQLITE_IOERR",),
        sqlstates=("58030",),
    ),
    Fault(
        "The database takes no more connections ({reason}): end other programs, or raise its limit",
        sqlstates=("53300",),
        words=r"too many (?:clients|connections)|remaining connection slots",
    ),
    Fault("The database took too long ({reason}): try again", sqlstates=("57014",)),
    Fault(
        "The database's user may not do this ({reason}): GRANT it to that role",
        sqlstates=("42501",),
        kind=ReadOnlyDatabase,
    ),
    Fault(
        "The database does not accept the user or the password of [database] url ({reason})",
        sqlstates=("28P01", "28000"),
        words=r"password authentication failed|no password supplied|role \".*\" does not exist",
    ),
    Fault(
        "The web site's data holds what cannot be read ({reason}): correct what tui-pos doctor names",
        words=r"timestamp too (?:large|small)|date too (?:large|small)|Could not decode to UTF-8",
    ),
    Fault(
        "There is no such database ({reason}): correct [database] url, or create it",
        sqlstates=("3D000",),
        words=r"database \".*\" does not exist",
    ),
)
"""The first that fits decides."""


def sqlite_error(error: BaseException) -> str:
    """SQLite's name of what went wrong, such as SQLITE_BUSY_SNAPSHOT; "" for another engine."""
    return getattr(_drivers_own(error), "sqlite_errorname", None) or ""


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's code of what went wrong; "" for another engine, and where no server answered."""
    return getattr(_drivers_own(error), "sqlstate", None) or ""


def code(error: BaseException) -> str:
    """What went wrong as the engine names it, for the log; the engine's text may quote rows."""
    return sqlite_error(error) or sqlstate(error) or type(_drivers_own(error)).__name__


def known(error: BaseException, reason: str, then: str = "") -> DatabaseUnavailable | None:
    """What to raise for ``error``; None when it is none of these.

    ``reason`` is its text, fit to be shown; ``then`` is added before the full stop.
    """
    name, state = sqlite_error(error), sqlstate(error)
    for fault in FAULTS:
        by_code = name.startswith(fault.sqlite) if name and fault.sqlite else state in fault.sqlstates
        by_words = bool(not name and not state and fault.words and re.search(fault.words, reason))
        if by_code or by_words:
            cause = fault.sentence.format(reason=reason)
            return fault.kind(f"{cause}{then}.", f"{cause}.")
    return None


def _drivers_own(error: BaseException) -> BaseException:
    """The driver's error that Peewee's was made of; else ``error`` itself, as rows are read by the driver."""
    return getattr(error, "orig", None) or error
