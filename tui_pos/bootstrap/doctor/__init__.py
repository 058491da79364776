"""What a desk proves before it opens: one table of checks.

``tui-pos doctor`` prints what they find; opening a desk runs the same, those that are slow right behind the
first screen, and stops what would need what is broken (``desk.limits``). What can go on goes on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from tui_pos.bootstrap.doctor import cards, database, host
from tui_pos.bootstrap.doctor.findings import Finding, Level, worst
from tui_pos.bootstrap.doctor.subject import Subject, subject_of
from tui_pos.core import clock
from tui_pos.desk.errors import Reason
from tui_pos.desk.limits import Limits, Stop

__all__ = [
    "CHECKS",
    "Finding",
    "Level",
    "Phase",
    "Recheck",
    "Subject",
    "apply_limits",
    "examine",
    "subject_of",
    "worst",
]

FIRST_PAUSE, LONGEST_PAUSE = 25.0, 300.0
"""Seconds; each is twice the one before."""


class Phase(Enum):
    """When an opening desk runs a check."""

    OPENING = "opening"  # before anybody signs in
    BACKGROUND = "background"  # behind the first screen
    REPEATED = "repeated"  # there, and again while something of it fails
    ON_REQUEST = "on request"  # only in the command `doctor`


def _always(_: Subject) -> bool:
    return True


def _open(subject: Subject) -> bool:
    return subject.is_open


def _conference(subject: Subject) -> bool:
    return subject.conference is not None


def _card(subject: Subject) -> bool:
    return subject.terminal is not None


@dataclass(frozen=True, slots=True)
class Check:
    """A check: when it runs, what it needs to have been found before, and what looks."""

    phase: Phase
    needs: Callable[[Subject], bool]
    look: Callable[[Subject], Iterator[Finding]]


CHECKS = (
    Check(Phase.ON_REQUEST, _always, host.config_file),
    Check(Phase.ON_REQUEST, _always, host.files),
    Check(Phase.ON_REQUEST, _always, host.terminal),
    Check(Phase.ON_REQUEST, _always, host.station),
    Check(Phase.ON_REQUEST, _always, database.reachable),
    Check(Phase.OPENING, _open, database.writable),
    Check(Phase.BACKGROUND, _open, database.room),
    Check(Phase.BACKGROUND, _open, database.sound),
    Check(Phase.BACKGROUND, _open, database.rows),
    Check(Phase.REPEATED, _open, database.conference),
    Check(Phase.OPENING, _open, database.active),
    Check(Phase.REPEATED, _conference, cards.key),
    Check(Phase.REPEATED, _card, cards.account),
    Check(Phase.REPEATED, _card, cards.rights),
    Check(Phase.REPEATED, _card, cards.location),
    Check(Phase.REPEATED, _card, cards.readers),
    Check(Phase.OPENING, _open, host.clock),
)
"""In this order: one finds what those after it need."""


def examine(subject: Subject, *phases: Phase) -> Iterator[Finding]:
    """Run the checks of these phases (none: all) one after the other, and yield what each finds.

    What needs something that was not found is left out: that line would say the same again.
    """
    for check in CHECKS:
        if (not phases or check.phase in phases) and check.needs(subject):
            yield from check.look(subject)


def apply_limits(limits: Limits, phase: Phase, found: Iterable[Finding]) -> None:
    """Let a running desk stop what these findings of a phase stop, and nothing else of that phase.

    But for a wrong clock, which ``Limits`` sees by itself in the moment of an act.
    """
    stops: dict[Stop, str | Reason] = {}
    for finding in found:
        for stop in set(finding.stops) - {Stop.TIMING}:
            stops.setdefault(stop, finding.said)
    limits.replace(phase.value, stops)


class Recheck:
    """When an open desk runs again what failed, so that it goes on by itself: never once nothing failed."""

    def __init__(self) -> None:
        self._pause = 0.0
        self._due_at: float | None = None

    def ran(self, found: Iterable[Finding]) -> None:
        """Plan the next run by what this one found."""
        if worst(found) is not Level.FAILED:
            self._pause, self._due_at = 0.0, None
            return
        self._pause = min(2 * self._pause or FIRST_PAUSE, LONGEST_PAUSE)
        self._due_at = clock.monotonic() + self._pause

    @property
    def is_due(self) -> bool:
        """Whether it is time to run the checks again."""
        return self._due_at is not None and clock.monotonic() >= self._due_at
