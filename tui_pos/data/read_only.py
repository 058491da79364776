"""SQLite files that may only be read: by another user, on a full disk, or on one mounted read-only."""

import sqlite3
from pathlib import Path

from playhouse.pool import PooledSqliteDatabase

WRITE_AHEAD = b"\x02\x02"
"""Bytes 18 and 19 of a file with write-ahead logging (sqlite.org/fileformat2.html)."""


class ReadOnlySqlite(PooledSqliteDatabase):  # type: ignore[misc]  # playhouse has no stubs
    """Looks anew for each piece of work how its file can be read, for others may begin to write it."""

    def __init__(self, file: Path, **options: object) -> None:
        self._file = file
        super().__init__(address(file), **options)

    def _connect(self) -> sqlite3.Connection:
        with self._pool_lock:
            self.database = address(self._file)
            connection: sqlite3.Connection = super()._connect()
            return connection

    def _can_reuse(self, conn: sqlite3.Connection) -> bool:  # noqa: ARG002  # as the pool calls it
        return False


def address(file: Path) -> str:
    """How ``file`` can be read without writing anything beside it.

    With write-ahead logging there is a log as long as somebody has the file open, and readers share its
    index; where there is none SQLite would make both, unless it is told that nobody writes. Any other file
    is read under locks: what somebody writes at this moment would look damaged without them.
    """
    is_at_rest = _has_write_ahead_log(file) and not file.with_name(f"{file.name}-wal").exists()
    return f"{file.absolute().as_uri()}?mode=ro{'&immutable=1' if is_at_rest else ''}"


def _has_write_ahead_log(file: Path) -> bool:
    try:
        with file.open("rb") as head:
            return head.read(20)[18:] == WRITE_AHEAD
    except OSError:  # SQLite, which cannot open it either, says why
        return False
