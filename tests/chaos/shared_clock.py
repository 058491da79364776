"""One clock for all processes of a run: true time and an offset that the director moves, so nobody sleeps."""

import mmap
import struct
from datetime import datetime, timedelta
from pathlib import Path

from tui_pos.core import clock

OFFSET = struct.Struct("d")

true_now = clock.now
"""The clock before anybody replaced it: the database's, where desks on several hosts share one."""


class SharedClock:
    """The clock kept in ``path``; every process that opens the same file sees the same time."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(OFFSET.pack(0.0))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), OFFSET.size)
        self.path = path

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        (offset,) = OFFSET.unpack(self._memory[:])
        return true_now() + timedelta(seconds=offset)

    def advance(self, seconds: float) -> None:
        """Let time pass for everybody at once."""
        (offset,) = OFFSET.unpack(self._memory[:])
        self._memory[:] = OFFSET.pack(offset + seconds)
