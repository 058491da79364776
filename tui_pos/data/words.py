"""What a fault of the database itself means to a person: both engines' codes in one table.

SQLite's error names and PostgreSQL's SQLSTATEs come first; a refused connection has no SQLSTATE, so there the
server's own words decide.
"""

import re
from dataclasses import dataclass

from tui_pos.data.errors import DamagedDatabase, DatabaseUnavailable, ReadOnlyDatabase


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of fault: by which signs it is known, and the sentence, with the engine's own ``{reason}``."""

    sentence: str
    sqlite: tuple[str, ...] = ()
    sqlstates: tuple[str, ...] = ()
    words: str = ""
    kind: type[DatabaseUnavailable] = DatabaseUnavailable


FAULTS = (
    Fault(
        "The database is read-only ({reason}): nothing can be saved until it takes writes again.",
        sqlite=("SQLITE_READONLY",),
        sqlstates=("25006",),
        words=r"read-only|in recovery|hot standby",
        kind=ReadOnlyDatabase,
    ),
    Fault(
        "The disk of the database is full ({reason}): nothing more can be saved until there is room.",
        sqlite=("SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"),
        sqlstates=("53100",),
        kind=ReadOnlyDatabase,
    ),
    Fault(
        "The database is damaged ({reason}): stop selling, and restore the last backup.",
        sqlite=("SQLITE_CORRUPT",),
        sqlstates=("XX001", "XX002"),
        kind=DamagedDatabase,
    ),
    Fault(
        "What [database] url names is no database ({reason}): name another file there, or restore a backup.",
        sqlite=("SQLITE_NOTADB",),
    ),
    Fault(
        "The database file cannot be opened ({reason}): give this user access to it and to its folder.",
        sqlite=("SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH"),
    ),
    Fault(
        "The disk of the database fails ({reason}): see what the system's log says of it.",
        sqlite=("SQLITE_IOERR",),
        sqlstates=("58030",),
    ),
    Fault(
        "The database takes no more connections ({reason}): end other programs, or raise its limit.",
        sqlstates=("53300",),
        words=r"too many (?:clients|connections)|remaining connection slots",
    ),
    Fault(
        "The database's user may not do this ({reason}): GRANT it to that role.",
        sqlstates=("42501",),
        kind=ReadOnlyDatabase,
    ),
    Fault(
        "The database does not accept the user or the password of [database] url ({reason}).",
        sqlstates=("28P01", "28000"),
        words=r"password authentication failed|no password supplied|role \".*\" does not exist",
    ),
    Fault(
        "The web site's data holds what cannot be read ({reason}): correct it there; tui-pos doctor names the"
        " rows that it can tell.",
        words=r"timestamp too (?:large|small)|date too (?:large|small)|Could not decode to UTF-8",
    ),
    Fault(
        "There is no such database ({reason}): correct [database] url, or create it.",
        sqlstates=("3D000",),
        words=r"database \".*\" does not exist",
    ),
)
"""The first that fits decides."""


def known(error: Exception, reason: str) -> DatabaseUnavailable | None:
    """What to raise for ``error``; None when it is none of these. ``reason`` is its text, fit to be shown."""
    original = getattr(error, "orig", error)
    name: str = getattr(original, "sqlite_errorname", "") or ""
    state: str | None = getattr(original, "sqlstate", None)
    for fault in FAULTS:
        by_code = name.startswith(fault.sqlite) if name and fault.sqlite else state in fault.sqlstates
        by_words = bool(not name and not state and fault.words and re.search(fault.words, reason))
        if by_code or by_words:
            return fault.kind(fault.sentence.format(reason=reason))
    return None
