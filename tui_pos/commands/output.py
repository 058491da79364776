"""Standard output that may be full or closed: the work goes on, and the exit status tells of it."""

import errno
import io
import os
import sys

from tui_pos.core.exit_codes import BROKEN_PIPE, NOT_WRITTEN

_lost: dict[int, int] = {}
"""File descriptor to the status of the first loss on it."""


class _Lenient(io.RawIOBase):
    """Writes to a descriptor; what it does not take is noted and dropped."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return os.isatty(self._descriptor)

    def write(self, data: "bytes | memoryview") -> int:  # type: ignore[override]
        if self._descriptor not in _lost:
            try:
                return os.write(self._descriptor, data)
            except OSError as error:
                _lost[self._descriptor] = BROKEN_PIPE if error.errno == errno.EPIPE else NOT_WRITTEN
        return len(data)


def guard() -> None:
    """Make both streams of this process lenient, and give a name to descriptors that were closed.

    A closed one would be the number of the next file that is opened, and get what is printed.
    """
    closed = [descriptor for descriptor in (0, 1, 2) if not _is_open(descriptor)]
    for descriptor in closed:
        os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
        _lost[descriptor] = NOT_WRITTEN
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115  (as Python leaves its own open)
    sys.stdout, sys.stderr = _stream(1), _stream(2)


def status(of_the_work: int) -> int:
    """The exit status: of the work, or of lost output when the work succeeded."""
    return of_the_work or _lost.get(1, 0)


def _stream(descriptor: int) -> io.TextIOWrapper:
    was = sys.stdout if descriptor == 1 else sys.stderr
    encoding = getattr(was, "encoding", None) or "utf-8"
    raw = io.BufferedWriter(_Lenient(descriptor))  # type: ignore[type-var]
    return io.TextIOWrapper(raw, encoding, "replace", line_buffering=True)


def _is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True
