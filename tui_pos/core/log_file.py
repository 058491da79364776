"""The program's log file: whole lines of several processes, in files that only their owner may read.

A text is one write to a file that was opened for appending, so that lines of two desks never mix and no lock
holds one up while another hangs. Rotating alone takes a lock, and whoever does not get it goes on without: a
line that comes meanwhile stands at the end of the file that was just put away.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from tui_pos.core import files

NAME = "tui-pos.log"
LARGEST = 5_000_000
"""Bytes at which a file is put away."""
KEPT = 5
"""How many files stay that were put away: ``tui-pos.log.1`` is the last of them."""


def append(file: Path, text: str) -> None:
    """Add ``text`` to the log, whose folder is made where it is missing. Raises OSError when it cannot be."""
    files.make_folder(file.parent)
    files.make_file(file)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, files.FILE)
    try:
        data = text.encode("utf-8", "backslashreplace")
        while data:
            data = data[os.write(descriptor, data) :]
        if os.fstat(descriptor).st_size >= LARGEST:
            _put_away(file, descriptor)
    finally:
        os.close(descriptor)


def put_away(file: Path) -> list[Path]:
    """The files that were put away and are still there, the oldest first."""
    names = [file.with_name(f"{file.name}.{number}") for number in range(KEPT, 0, -1)]
    return [each for each in names if each.exists()]


def _put_away(file: Path, descriptor: int) -> None:
    """Move the full file out of the way, unless another process does or did; its lock ends with it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    with suppress(FileNotFoundError):
        if not os.path.samestat(os.fstat(descriptor), file.stat()):
            return
    kept = [file, *(file.with_name(f"{file.name}.{number}") for number in range(1, KEPT + 1))]
    gap = next((place for place, each in enumerate(kept) if not each.exists()), KEPT)
    for place in range(gap, 0, -1):
        with suppress(FileNotFoundError):  # an operator may tidy up meanwhile
            kept[place - 1].replace(kept[place])
