"""When what somebody holds for a while in the database has lapsed."""

from datetime import datetime, timedelta
from typing import Any

CLOCKS_APART = timedelta(minutes=1)
"""Two transactions, or the clocks of two processes, do not differ by more."""


def has_lapsed(until: Any, length: timedelta, now: datetime) -> Any:
    """Whether ``until`` (a time, then a bool; or a column, then an SQL condition), which was set no further
    ahead than by ``length``, is over.

    One that is further ahead than that is of a clock that was put back since: nobody would outlive it.
    """
    return (until <= now) | (until > now + length + CLOCKS_APART)
