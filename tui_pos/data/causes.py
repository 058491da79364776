"""Why a database failed, in words for the person at the desk, by what the engines call it."""

from peewee import PeeweeException

FULL = "its disk is full: make room there"
READ_ONLY = "it takes no changes now (read-only)"
DAMAGED = "its file is damaged: restore a backup"
CROWDED = "it has no connection left for this desk: end some programs or raise max_connections"
WORDS = {
    "53100": FULL,
    "25006": READ_ONLY,
    "XX001": DAMAGED,
    "XX002": DAMAGED,
    "53300": CROWDED,
    "57014": "it took too long",
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": READ_ONLY,
    "SQLITE_CORRUPT": DAMAGED,
    "SQLITE_NOTADB": "its file is not a database: name another one in [database] url",
}
"""By PostgreSQL's SQLSTATE or the first two words of SQLite's error name."""


def sqlite_error(error: BaseException) -> str:
    """SQLite's name of what went wrong, such as SQLITE_BUSY_SNAPSHOT; "" for another engine."""
    return getattr(getattr(error, "orig", None), "sqlite_errorname", None) or ""


def sqlstate(error: BaseException) -> str:
    """PostgreSQL's code of what went wrong; "" for another engine, and where no server answered."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def words(error: PeeweeException, password: str) -> str:
    """The cause without its full stop; what is not known is told in the driver's words, less the password."""
    name = "_".join(sqlite_error(error).split("_")[:2])
    known = WORDS.get(sqlstate(error) or name, "")
    if known:
        return known
    lines = str(error).strip().splitlines() or [type(error).__name__]
    if "too many clients" in lines[0] or "remaining connection slots" in lines[0]:
        return CROWDED  # refused before there is a session that could have a code
    first = lines[0].rstrip(".")
    return first.replace(password, "***") if password else first
