"""What a check finds: how good it is, and what is to be said of it."""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from tui_pos.core import exit_codes
from tui_pos.desk.errors import Reason
from tui_pos.desk.limits import Stop


class Level(StrEnum):
    """How good it is. A warning stops nothing; what failed has to be put right before the first sale."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one check found."""

    check: str  # names what was looked at
    level: Level
    said: str | Reason  # one sentence that says what to do, or the reason that `ui.messages` has one for
    stops: tuple[Stop, ...] = ()  # what a desk may not do because of it
    status: int = exit_codes.UNAVAILABLE  # of a command that finds it failed
    matters_here: bool = False  # a desk tells a warning only with it

    @property
    def is_told(self) -> bool:
        """Whether a desk that is open tells it."""
        return self.level is Level.FAILED or self.matters_here

    @property
    def topic(self) -> Hashable:
        """Equal for findings that differ in their numbers alone, such as seconds: they are told once."""
        return self.check, self.level, re.sub(r"\d+", "", str(self.said))


def ok(check: str, said: str) -> Finding:
    """Nothing is wrong."""
    return Finding(check=check, level=Level.OK, said=said)


def warning(check: str, said: str | Reason, *, matters_here: bool = False) -> Finding:
    """Something should be put right."""
    return Finding(check=check, level=Level.WARNING, said=said, matters_here=matters_here)


def failed(check: str, said: str | Reason, *stops: Stop, status: int = exit_codes.UNAVAILABLE) -> Finding:
    """Something has to be put right before the first sale."""
    return Finding(check=check, level=Level.FAILED, said=said, stops=stops, status=status)


def failure(check: str, error: Exception, *stops: Stop) -> Finding:
    """An expected error, as its own words and exit status. Raises ``error`` when it is none."""
    from tui_pos.bootstrap import failures  # with Typer, which a desk does not need in order to open

    known = failures.known(error)
    if known is None:
        raise error
    return failed(check, known.said, *stops, status=known.status)


def worst(found: Iterable[Finding]) -> Level:
    """The worst level among them."""
    levels = [finding.level for finding in found]
    return max(levels, key=list(Level).index, default=Level.OK)
