"""What a desk proves before it opens: one table of checks.

``tui-pos doctor`` prints what they find; opening a desk runs the same, those that are slow right behind the
first screen, and stops what would need what is broken (``desk.limits``). What can go on goes on.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from tui_pos.bootstrap.doctor import cards, database, host
from tui_pos.bootstrap.doctor.again import Again
from tui_pos.bootstrap.doctor.findings import Finding, Level, worst
from tui_pos.bootstrap.doctor.subject import Subject, of_session
from tui_pos.desk.errors import Reason
from tui_pos.desk.limits import Limits, Stop

__all__ = [
    "CHECKS",
    "Again",
    "Finding",
    "Level",
    "Subject",
    "Turn",
    "examine",
    "limit",
    "of_session",
    "worst",
]


class Turn(Enum):
    """When an opening desk runs a check."""

    OPENING = "opening"  # before anybody signs in
    BEHIND = "behind"  # behind the first screen
    AGAIN = "again"  # there, and again while something of it fails
    ASKED = "asked"  # only in the command `doctor`


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

    turn: Turn
    needs: Callable[[Subject], bool]
    look: Callable[[Subject], Iterator[Finding]]


CHECKS = (
    Check(Turn.ASKED, _always, host.config_file),
    Check(Turn.ASKED, _always, host.files),
    Check(Turn.ASKED, _always, host.terminal),
    Check(Turn.ASKED, _always, host.station),
    Check(Turn.ASKED, _always, database.reachable),
    Check(Turn.OPENING, _open, database.writable),
    Check(Turn.BEHIND, _open, database.room),
    Check(Turn.BEHIND, _open, database.sound),
    Check(Turn.BEHIND, _open, database.rows),
    Check(Turn.AGAIN, _open, database.conference),
    Check(Turn.OPENING, _open, database.active),
    Check(Turn.AGAIN, _conference, cards.key),
    Check(Turn.AGAIN, _card, cards.account),
    Check(Turn.AGAIN, _card, cards.rights),
    Check(Turn.AGAIN, _card, cards.location),
    Check(Turn.AGAIN, _card, cards.readers),
    Check(Turn.OPENING, _open, host.clock),
)
"""In this order: one finds what those after it need."""


def examine(subject: Subject, *turns: Turn) -> Iterator[Finding]:
    """Run the checks of these turns (none: all) one after the other, and yield what each finds.

    What needs something that was not found is left out: that line would say the same again.
    """
    for check in CHECKS:
        if (not turns or check.turn in turns) and check.needs(subject):
            yield from check.look(subject)


def limit(limits: Limits, turn: Turn, found: Iterable[Finding]) -> None:
    """Let a running desk stop what these findings of a turn stop, and nothing else of that turn.

    But for a wrong clock, which ``Limits`` sees by itself in the moment of an act.
    """
    stops: dict[Stop, str | Reason] = {}
    for finding in found:
        for stop in set(finding.stops) - {Stop.TIMING}:
            stops.setdefault(stop, finding.said)
    limits.replace(turn.value, stops)
