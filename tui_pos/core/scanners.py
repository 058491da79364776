"""What is known of a station's barcode scanner: how fast it types, and what it puts around a code."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from tui_pos.core.keyboard_layouts import SAME, Layouts

KNOWN_SLOW = 0.120
"""Seconds a character: a scanner that is slower cannot be told from a hand, however well it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """A station's scanner: as the config has it, and as its test code was measured.

    ``prefixes`` and ``suffixes`` are what it puts around the data. ``gap`` and ``spread`` are the mean and
    the standard deviation of the seconds between two of its characters; 0 where it was never measured.
    ``layouts``: the keyboards that scanner and computer take each other for.
    """

    prefixes: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    layouts: Layouts = SAME
    gap: float = 0.0
    spread: float = 0.0

    @property
    def slowest_gap(self) -> float | None:
        """Seconds between two characters that this scanner seldom exceeds; None where it was not measured."""
        if not self.gap:
            return None
        return min(max(self.gap + 3 * self.spread, self.gap * 1.5), KNOWN_SLOW)


UNKNOWN = Scanner()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a line came: seconds between its characters."""

    mean: float
    spread: float


def pace_of(gaps: Sequence[float]) -> Pace:
    """The pace of a line whose characters came so far apart; of no gap at all it is 0."""
    if not gaps:
        return Pace(mean=0.0, spread=0.0)
    mean = fsum(gaps) / len(gaps)
    return Pace(mean=mean, spread=sqrt(fsum((gap - mean) ** 2 for gap in gaps) / len(gaps)))
