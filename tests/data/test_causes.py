"""Which sentence a person reads for what SQLite says of the disk."""

import sqlite3

import pytest

from tui_pos.data import causes
from tui_pos.data.errors import DatabaseUnavailable, ReadOnlyDatabase


@pytest.mark.parametrize(
    ("name", "kind", "says"),
    [
        ("SQLITE_FULL", ReadOnlyDatabase, "is full"),  # ENOSPC
        ("SQLITE_IOERR_SHMSIZE", ReadOnlyDatabase, "is full"),
        ("SQLITE_IOERR_WRITE", ReadOnlyDatabase, "fails to write"),  # all else that a write may meet, as EIO
        ("SQLITE_IOERR_FSYNC", ReadOnlyDatabase, "fails to write"),
        ("SQLITE_IOERR_DIR_FSYNC", ReadOnlyDatabase, "fails to write"),
        ("SQLITE_IOERR_READ", DatabaseUnavailable, "fails (disk I/O error)"),
    ],
)
def test_only_a_disk_without_room_is_called_full(
    name: str, kind: type[DatabaseUnavailable], says: str
) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = name
    found = causes.known(error, "disk I/O error")
    assert type(found) is kind
    assert says in str(found)
    assert ("is full" in str(found)) == (says == "is full")
