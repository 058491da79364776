"""The one source of time, ids and randomness, so that a test can set them.

Call through the module (``clock.now()``, never ``from tui_pos.core.clock import now``): a test replaces a
function here (``monkeypatch.setattr(clock, "now", ...)``) and everything follows.
"""

import random
import string
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

CODE_ALPHABET = string.ascii_uppercase + string.digits

_RANDOM = random.SystemRandom()  # the same as `secrets`, whose import costs a start 3 ms
_BOOT_TIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, on the conference's clock, and at which station ('' where not known)."""

    at: datetime
    station: str
    is_today: bool

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.station}".rstrip()


def host() -> datetime:
    """What this host's own clock says, aware, in UTC. For nothing that another host reads."""
    return datetime.now(UTC)


_source: Callable[[], datetime] = host


def follow(source: Callable[[], datetime] | None) -> None:
    """Let ``now`` be what ``source`` answers (the database that hosts share), or this host's own clock."""
    global _source
    _source = source or host


def now() -> datetime:
    """The current time, aware, in UTC: the open database's where several hosts share one. Never waits.

    In a transaction it is the database's ``now()``, the moment at which the transaction began.
    """
    return _source()


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean something."""
    return time.monotonic()


def awake_and_asleep() -> float:
    """Like ``monotonic``, and it went on while the machine slept, where the system can tell (Linux)."""
    return time.clock_gettime(_BOOT_TIME)


def new_id() -> str:
    """A fresh random identifier (32 hex digits), fit for idempotency keys."""
    return uuid.uuid4().hex


def random_code(length: int) -> str:
    """A fresh random code of ``length`` characters from A-Z and 0-9."""
    number, base = _RANDOM.randrange(len(CODE_ALPHABET) ** length), len(CODE_ALPHABET)
    return "".join(CODE_ALPHABET[number // base**place % base] for place in range(length))
