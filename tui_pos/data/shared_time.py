"""The database's clock, which all hosts that share the database go by, and how far this host's is from it.

Every transaction reads it with its BEGIN, so it costs no statement. Between transactions time is counted on
from the last reading, on a clock that nobody sets.
"""

import math
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui_pos.core import clock

READ = (
    "SELECT (extract(epoch from now()) * 1000000)::bigint,"
    " (extract(epoch from clock_timestamp()) * 1000000)::bigint"
)
"""When the transaction began, and the moment itself, in microseconds: numbers depend on no setting."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """By how many seconds this host's clock is ahead of another one, and how far that may be wrong."""

    seconds: float
    uncertainty: float

    @property
    def certain(self) -> float:
        """By how many seconds this host's clock is certainly ahead (negative: behind); 0.0 when none."""
        return math.copysign(max(0.0, abs(self.seconds) - self.uncertainty), self.seconds)


class ClockRequest:
    """The moment at which this host asks the database for its time: make it just before asking."""

    def __init__(self) -> None:
        self.host = clock.host()
        self.counted = clock.awake_and_asleep()


class DatabaseClock(threading.local):
    """The time of one database, for each thread as of its transaction."""

    def __init__(self, reading: "LastReading") -> None:
        self._began: datetime | None = None
        self._reading = reading

    def read(self, asked: ClockRequest, row: tuple[int, int]) -> None:
        """Take the answer to ``READ``, as a transaction began or outside of one."""
        began, moment = (_EPOCH + timedelta(microseconds=value) for value in row)
        self._began = began
        self._reading.take(asked, moment)

    def now(self, *, in_transaction: bool) -> datetime:
        """The time as ``clock.now`` answers it."""
        return self._began if in_transaction and self._began is not None else self._reading.now()

    def ahead(self) -> ClockOffset | None:
        """How far this host's clock is ahead of the database's, as of the last reading."""
        return self._reading.difference


class LastReading:
    """The last reading of all threads."""

    def __init__(self) -> None:
        self._last: tuple[datetime, float] | None = None
        self.difference: ClockOffset | None = None

    def take(self, asked: ClockRequest, moment: datetime) -> None:
        """The database answered just now that it is ``moment``."""
        counted = clock.awake_and_asleep()
        half = (counted - asked.counted) / 2
        self._last = moment, counted - half
        ahead = (asked.host - moment).total_seconds() + half
        self.difference = ClockOffset(ahead, half)

    def now(self) -> datetime:
        """The database's time; this host's before the first reading."""
        if self._last is None:
            return clock.host()
        moment, counted = self._last
        return moment + timedelta(seconds=clock.awake_and_asleep() - counted)
