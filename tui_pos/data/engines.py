"""From ``[database] url`` to a Peewee database: the settings of each engine, and what a wrong URL is told."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import peewee
from peewee import Database
from playhouse.pool import PooledSqliteDatabase

from tui_pos.core import files
from tui_pos.data.drivers import is_left_out
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.postgresql import DeskPostgresql
from tui_pos.data.read_only import ReadOnlySqlite

BUSY_SECONDS = 15
"""How long one write waits for another, and how long ``run_tx`` keeps repeating."""

CONNECTIONS = 8
"""More than a desk has threads at work."""

SQLITE_PRAGMAS = (("busy_timeout", BUSY_SECONDS * 1000), ("foreign_keys", 1), ("fullfsync", 1))
WAL = (("journal_mode", "wal"), ("synchronous", "FULL"))
AS_IT_IS = (("synchronous", "EXTRA"),)
"""FULL, EXTRA and fullfsync (macOS) because it holds money: a commit that was answered survives a power cut.
With a rollback journal that takes EXTRA, which also flushes the folder that the journal was deleted from."""

READING = (("busy_timeout", BUSY_SECONDS * 1000), ("query_only", 1))

ROOM = 256 * 1024
"""Bytes that a SQLite file needs beside it before it can be opened for writing."""

SILENCE = {"keepalives_idle": 5, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 15_000}
"""Seconds, but for the last in milliseconds: a server that lost its power or its network sends no word of it.
Linux would ask an idle connection after two hours, and send again what nobody acknowledges for 15 minutes."""

MALFORMED = (
    "[database] url must be postgresql://user:password@host:port/name;"
    " write the signs @ : / ? # % of a password as %40 %3A %2F %3F %23 %25."
)


def engine_for(url: str, *, wal: bool = False, keep: bool = False) -> Database:
    """The database at ``url``, not yet connected.

    Both engines pool: opening costs more than most queries, and closing SQLite's last connection empties its
    write-ahead log, with two more flushes to the disk.

    ``wal`` turns a SQLite file of django-program to write-ahead logging; without it such a file keeps its
    journal mode, which is Django's to choose. A file of our own always has one. With ``keep`` every file
    stays as it is, and a missing one is not made.

    Raises DatabaseUnavailable with one sentence that never shows a password.
    """
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        try:
            return _sqlite(rest, wal, keep)
        except OSError as error:
            raise DatabaseUnavailable(
                f"The database {rest.removeprefix('/')} cannot be reached: {error.strerror}."
            ) from error
    if scheme in ("postgresql", "postgres"):
        return _postgresql(f"postgresql://{rest}")
    raise DatabaseUnavailable(f"[database] url must begin with sqlite:/// or postgresql://, not {scheme!r}.")


def _sqlite(rest: str, wal: bool, keep: bool) -> Database:
    path = files.at_home(rest.removeprefix("/"))
    if not rest.startswith("/") or path.name == "":
        raise DatabaseUnavailable(
            "[database] url must be sqlite:///path, with four slashes when it is absolute."
        )
    if not path.parent.is_dir():
        raise DatabaseUnavailable(f"The folder {path.parent} for the database does not exist.")
    if not path.exists():
        if keep:
            raise DatabaseUnavailable(f"There is no database {path}; tui-pos init makes one.")
        _create(path)
    if _why_not_written(path):
        return ReadOnlySqlite(path, pragmas=READING, **_sqlite_options())
    logged_ahead = not keep and (wal or not _is_djangos(path))
    engine: Database = PooledSqliteDatabase(
        # A connection opened later must not put an empty file in the place of one that was moved away.
        f"{path.absolute().as_uri()}?mode=rw",
        pragmas=SQLITE_PRAGMAS + (WAL if logged_ahead else AS_IT_IS),
        **_sqlite_options(),
    )
    return engine


def _sqlite_options() -> dict[str, Any]:
    return {
        "uri": True,
        "max_connections": CONNECTIONS,
        "timeout": BUSY_SECONDS,
        "check_same_thread": False,  # a pooled connection serves one thread at a time, not always the same
        "lock_type": "IMMEDIATE",
        "autoconnect": False,
        "returning_clause": True,
        "field_types": {"TIMESTAMPTZ": "datetime", "BOOL": "bool"},
    }


def why_read_only(engine: Database) -> str:
    """Why this SQLite engine only reads its file, in a sentence; "" when it writes, and for PostgreSQL."""
    if not isinstance(engine, ReadOnlySqlite):
        return ""
    return _why_not_written(sqlite_file(engine)) or "The database could not be written: start again."


def _why_not_written(path: Path) -> str:
    """Why nothing can be written into an SQLite file, "" when it can be.

    Opened for writing such a file could not even be read: SQLite would make files beside it first.
    """
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return f"The disk with {path} is mounted read-only: mount it for writing, then start again."
    for place in (path, path.parent):
        if not os.access(place, os.W_OK):
            return (
                f"This user may not write {place}, so nothing can be saved: run the program as the owner, or"
                " give the right to write, then start again."
            )
    room = os.statvfs(path.parent)
    if room.f_bavail * room.f_frsize < ROOM:
        return f"The disk with {path} is full, so nothing can be saved: make room, then start again."
    return ""


def _create(path: Path) -> None:
    try:
        files.make_file(path)  # its journals get the same mode
    except OSError as error:
        raise DatabaseUnavailable(f"The database {path} cannot be created: {error.strerror}.") from error


def _is_djangos(path: Path) -> bool:
    """Whether django-program made this file; one that cannot be read now is left as it is as well."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            found = file.execute("SELECT 1 FROM sqlite_master WHERE name = 'django_migrations'").fetchone()
    except sqlite3.Error:
        return True
    return found is not None


def sqlite_file(engine: Database) -> Path:
    """The file that a SQLite engine works in."""
    return Path(unquote(urlsplit(engine.database).path))


def _postgresql(url: str) -> Database:
    said = _parameters(url)
    defaults: dict[str, Any] = {"connect_timeout": 5, "application_name": "tui-pos", "options": "", **SILENCE}
    if "," in str(said.get("host", "")):
        defaults["target_session_attrs"] = "read-write"  # of several servers, the one that leads
    engine: Database = DeskPostgresql(
        url,
        max_connections=CONNECTIONS,
        stale_timeout=300,
        timeout=BUSY_SECONDS,
        autoconnect=False,
        prefer_psycopg3=True,
        client_encoding="utf8",
        **{name: said.get(name, value) for name, value in defaults.items()},
    )
    return engine


def password_in(url: str) -> str:
    """The password that ``url`` holds, else nothing: what no message may show."""
    return str(_parameters(url).get("password", "")) if url.startswith("postgres") else ""


def _parameters(url: str) -> dict[str, Any]:
    """What ``url`` says, by libpq's names."""
    if is_left_out("psycopg"):
        raise DatabaseUnavailable("This program was started for SQLite; start it anew to work in PostgreSQL.")
    if getattr(peewee, "psycopg", None) is None:
        raise DatabaseUnavailable("PostgreSQL needs the extra package: pip install 'tui-pos[postgres]'.")
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        parameters: dict[str, Any] = dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        raise DatabaseUnavailable(MALFORMED) from error
    ports = str(parameters.get("port", "")).replace(",", "")
    # An unescaped sign cuts the password in two, and its end would be shown as a host or a port.
    if "@" in f"{parameters.get('host')}{parameters.get('dbname')}" or (ports and not ports.isdigit()):
        raise DatabaseUnavailable(MALFORMED)
    return parameters
