"""This host's clock against the two that payments go by: the shared database's, and Stripe's.

Desks share the database's time, so a wrong host clock does no harm to other desks; but holds, payment links
and signatures expire by these clocks. From ``WARN`` seconds on a difference is shown; from ``REFUSE`` seconds
on nothing is begun that another desk or Stripe would time. Look-ups and check-ins go on.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from tui_pos.data.connection import host_ahead
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.limits import Stop
from tui_pos.terminal import Terminal, TerminalError

WARN = 5.0
REFUSE = 60.0

ASK_AGAIN = 30.0
"""Stripe is asked for the time where it has not said anything for so many seconds."""


class ClockSource(StrEnum):
    """A clock that this host's is held against."""

    DATABASE = "database"
    STRIPE = "stripe"


@dataclass(frozen=True, slots=True)
class Apart:
    """This host's clock is certainly ``seconds`` (negative: behind) from the clock of ``whose``."""

    whose: ClockSource
    seconds: float

    @property
    def is_refused(self) -> bool:
        """Whether nothing may be begun."""
        return abs(self.seconds) >= REFUSE

    @property
    def reason(self) -> Reason:
        """What to tell."""
        return because("wrong_clock", whose=self.whose, seconds=round(self.seconds), stops=self.is_refused)


def apart(account: Terminal | None) -> tuple[Apart, ...]:
    """Every clock that this host's is ``WARN`` seconds or more from, as last seen; asks nobody."""
    return tuple(each for each in _all(account) if abs(each.seconds) >= WARN)


def stops(account: Terminal | None) -> Mapping[Stop, Reason]:
    """What a clock stops that is ``REFUSE`` seconds or more from this host's, as last seen."""
    return next(({Stop.TIMING: each.reason} for each in _all(account) if each.is_refused), {})


def ask(account: Terminal | None) -> tuple[Apart, ...]:
    """``apart``, after asking Stripe where it has said nothing for a while, or something odd; slow.

    When Stripe does not answer, only the last known difference is used.
    """
    if account is not None and _is_due(account):
        with suppress(TerminalError):
            account.account()
    return apart(account)


def _is_due(account: Terminal) -> bool:
    last = account.clock_ahead(ASK_AGAIN)
    return last is None or abs(last) >= WARN


def _all(account: Terminal | None) -> Iterator[Apart]:
    database = host_ahead()
    if database is not None:
        yield Apart(ClockSource.DATABASE, database.certain)
    stripe = account.clock_ahead() if account is not None else None
    if stripe is not None:
        yield Apart(ClockSource.STRIPE, stripe)
