"""Where the simulator keeps what it knows: in memory, and written through to a SQLite file when it has one.

A killed simulator loses nothing, because a request commits before it is answered. The file is not synced to
disk: the kernel keeps what a killed process wrote, and what a power cut loses is no real money.
"""

import json
import sqlite3
from pathlib import Path

from tui_pos.core import files
from tui_pos.simulator.engine.errors import Json

# Another simulator on the same file may be about to end (its desk was just closed): wait for it this long.
LOCK_SECONDS = 3.0


class StateFileError(Exception):
    """The state file cannot be used; the message says why and what to do."""


class Store:
    """Records by kind and id, oldest first. Change a record, ``put`` it, and ``commit`` once per request."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises StateFileError when the file is no state file or another simulator has it."""
        self._kinds: dict[str, dict[str, Json]] = {}
        # Ordered, so that records come back from the file in the order they were made.
        self._dirty: dict[tuple[str, str], None] = {}
        self._file: sqlite3.Connection | None = None
        if path is None:
            return
        self._file, rows = _opened(path)
        for kind, record_id, body in rows:
            self.all(kind)[record_id] = json.loads(body)

    def all(self, kind: str) -> dict[str, Json]:
        """Every record of a kind, by id, oldest first."""
        return self._kinds.setdefault(kind, {})

    def get(self, kind: str, record_id: str) -> Json | None:
        """One record, or None."""
        return self.all(kind).get(record_id)

    def put(self, kind: str, record_id: str, record: Json) -> None:
        """Keep a new or changed record."""
        self.all(kind)[record_id] = record
        self._dirty[kind, record_id] = None

    def delete(self, kind: str, record_id: str) -> None:
        """Forget a record, if it is there."""
        if self.all(kind).pop(record_id, None) is not None:
            self._dirty[kind, record_id] = None

    def clear(self) -> None:
        """Forget everything."""
        self._kinds.clear()
        self._dirty.clear()
        if self._file is not None:
            with self._file:
                self._file.execute("DELETE FROM record")

    def commit(self) -> None:
        """Write what changed, all of it or nothing."""
        if self._file is not None and self._dirty:
            with self._file:
                for kind, record_id in self._dirty:
                    record = self.get(kind, record_id)
                    if record is None:
                        self._file.execute(DELETE, (kind, record_id))
                    else:
                        self._file.execute(UPSERT, (kind, record_id, json.dumps(record)))
        self._dirty.clear()

    def close(self) -> None:
        """Write what changed and give the file back."""
        self.commit()
        if self._file is not None:
            self._file.close()
            self._file = None


CREATE = """
CREATE TABLE IF NOT EXISTS record (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (kind, id)
)
"""
DELETE = "DELETE FROM record WHERE kind = ? AND id = ?"
UPSERT = """
INSERT INTO record (kind, id, body) VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""


def _opened(path: Path) -> tuple[sqlite3.Connection, list[tuple[str, str, str]]]:
    """The file, locked for this process, and what it holds."""
    try:
        files.make_folder(path.parent)
        files.make_file(path)  # its journals get the same mode
        # One thread serves, but it is not the one that opened the file.
        file = sqlite3.connect(path, timeout=LOCK_SECONDS, check_same_thread=False)
    except (sqlite3.OperationalError, OSError) as error:
        raise StateFileError(f"{path} cannot be used as the simulator's state file: {error}.") from error
    try:
        file.execute("PRAGMA locking_mode = EXCLUSIVE")
        file.execute("PRAGMA synchronous = OFF")
        file.execute("PRAGMA journal_mode = WAL")
        with file:
            file.execute(CREATE)
        return file, file.execute("SELECT kind, id, body FROM record ORDER BY seq").fetchall()
    except sqlite3.DatabaseError as error:
        file.close()
        if "locked" in str(error):
            message = f"{path} is in use by another simulator: stop that one or name another state file."
        else:
            message = f"{path} is not a state file of the simulator ({error}): delete it or name another."
        raise StateFileError(message) from error
