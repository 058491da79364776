"""The owner of a lease: a name that says where its process runs, so that a dead owner is seen at once.

A process id is unique only within one boot of one machine and one pid namespace (a container has its own), so
the name holds all three.
"""

import os
import platform
import sys
from functools import cache
from pathlib import Path

from tui_pos.core import clock
from tui_pos.desk.context import Desk

PROC = Path("/proc")
OWNER_LENGTH = 100

_at_work: set[str] = set()
"""The watchers of this process that hold a lease."""


def new_owner(desk: Desk) -> str:
    """A name for one watcher; two windows of the same station get different ones."""
    process = os.getpid()
    return f"{clock.new_id()[:8]}:{process}:{_started(process)}:{_place()}:{desk.station}"[:OWNER_LENGTH]


def station_of(owner: str) -> str:
    """The station of a watcher as far as its name holds it, '' where it does not."""
    return [*owner.split(":", 4), "", "", "", ""][4]


def at_work(owner: str) -> None:
    """The watcher has a lease."""
    _at_work.add(owner)


def ended(owner: str) -> None:
    """The watcher has ended, whether or not it could give its lease back."""
    _at_work.discard(owner)


def is_gone(owner: str) -> bool:
    """Whether the watcher certainly is no more: its process ended, or it ran in this one and has ended.

    False where that cannot be seen from here.
    """
    _, process, started, place, *_ = [*owner.split(":"), "", "", "", ""]
    if not place or place != _place() or not process.isdigit():
        return False
    if int(process) == os.getpid() and started == _started(os.getpid()):
        return owner not in _at_work
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    now = _started(int(process))
    return bool(started and now) and started != now


def _place() -> str:
    """This boot of this machine and this namespace of process ids; '' where that cannot be told."""
    return _linux_place() if sys.platform == "linux" else platform.node().replace(":", "-")


@cache
def _linux_place() -> str:
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip().replace("-", "")
        namespace = os.readlink(PROC / "self/ns/pid")
    except OSError:
        return ""
    return f"{boot[:12]}-{''.join(char for char in namespace if char.isdigit())}"


def _started(process: int) -> str:
    """When a process started, in clock ticks since the boot; '' where that cannot be told."""
    try:
        # The name in parentheses may hold anything; the start is the 20th field behind it.
        return (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""
