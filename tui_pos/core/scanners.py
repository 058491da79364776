"""What is known of a station's barcode scanner: how fast it types, and what it puts around a code."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from tui_pos.core.keyboard_layouts import SAME, Layouts

BURST_GAP = 0.030
"""Seconds: keys that follow each other faster are a scanner's, or came in one read."""
SLOW_GAP = 0.075
"""Seconds: slow scanners keep below, hands above but for a few letters; where no scanner was measured."""
EVEN = 0.010
"""Seconds of standard deviation that a hand does not keep to."""
SYMBOLOGY = re.compile(r"\][A-Za-z][0-9A-Za-z]")
"""An identifier that a scanner may put in front of a code (ISO/IEC 15424), such as ]C1 for GS1-128."""
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
    def slowest_gap(self) -> float:
        """Seconds between two characters, seldom exceeded; of any slow scanner where it was not measured."""
        if not self.gap:
            return SLOW_GAP
        return max(BURST_GAP, min(max(self.gap + 3 * self.spread, self.gap * 1.5), KNOWN_SLOW))

    def types_so(self, gaps: Sequence[float]) -> bool:
        """Whether these gaps are a scanner's: three in four are below its slowest, and so is their mean.

        A stall that the link catches up with leaves the mean as it is; a stall at the end does not, so the
        longest gap is left out. A scanner as slow as a hand is told by its evenness.
        """
        longest = max(gaps, default=0.0)
        pace = pace_of([gap for gap in gaps if gap != longest] or gaps)
        if not mostly_below(self.slowest_gap, gaps) or pace.mean > self.slowest_gap:
            return False
        return self.slowest_gap <= SLOW_GAP or pace.spread <= max(2 * self.spread, EVEN)

    def marks(self, text: str) -> bool:
        """Whether ``text`` begins with what scanners alone put there: a prefix, a symbology identifier."""
        prefixes = tuple(prefix for prefix in self.prefixes if not prefix.isalnum())
        return text.startswith(prefixes) or SYMBOLOGY.match(text) is not None


UNKNOWN = Scanner()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast a line came: seconds between its characters."""

    mean: float
    spread: float


def mostly_below(limit: float, gaps: Sequence[float]) -> bool:
    """Whether three gaps in four are: a scan stays a scan when the link hesitates once."""
    return sum(gap <= limit for gap in gaps) * 4 >= len(gaps) * 3


def pace_of(gaps: Sequence[float]) -> Pace:
    """The pace of a line whose characters came so far apart; of no gap at all it is 0."""
    if not gaps:
        return Pace(mean=0.0, spread=0.0)
    mean = fsum(gaps) / len(gaps)
    return Pace(mean=mean, spread=sqrt(fsum((gap - mean) ** 2 for gap in gaps) / len(gaps)))
