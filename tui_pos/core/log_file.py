"""The program's log file: whole lines of several processes, in files that only their owner may read.

Unexpected errors stand there too: what the person is not shown, without local variables and without secrets.

A text is one write to a file that was opened for appending, so that lines of two desks never mix and no lock
holds one up while another hangs. Rotating alone takes a lock, and whoever does not get it goes on without: a
line that comes meanwhile stands at the end of the file that was just put away.
"""

import fcntl
import os
import re
import traceback
from contextlib import suppress
from pathlib import Path

from tui_pos.core import clock, files

NAME = "tui-pos.log"
LARGEST = 5_000_000
"""Bytes at which a file is put away."""
KEPT = 5
"""How many files stay that were put away: ``tui-pos.log.1`` is the last of them."""


_SECRETS = re.compile(
    r"\b((?:sk|rk|pk|whsec|pst)_(?:live_|test_)?)\w+"
    r"|(://[^:/@\s]*:)[^/\s]+(?=@)"  # up to the last @: a password may hold one
    r"|((?i:\bpassword\s*[=:]\s*|\bauthorization:\s*\w+\s+))(?:'[^']*'|\"[^\"]*\"|\S+)"
)
_PERSONAL = re.compile(
    r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|(?<![\w.])\d(?:[ -]?\d){12,18}(?![\w.])"  # a card's number
)


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


def record_crash(error: BaseException, file: Path) -> str:
    """Append ``error`` to the log; answers the reference to find it by. Raises OSError when it cannot."""
    reference = clock.random_code(6)
    text = redact("".join(traceback.format_exception(error)))
    append(file, f"{clock.host():%Y-%m-%dT%H:%M:%SZ} reference {reference}\n{text}\n")
    return reference


def redact(text: str) -> str:
    """``text`` without Stripe keys, passwords in URLs and settings, e-mail addresses and numbers of cards."""
    return _PERSONAL.sub("***", _SECRETS.sub(lambda match: f"{match[1] or match[2] or match[3]}***", text))


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
        with suppress(FileNotFoundError):  # an operator may have deleted it meanwhile
            kept[place - 1].replace(kept[place])
