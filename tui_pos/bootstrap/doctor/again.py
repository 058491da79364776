"""When a desk that is open looks again at what its checks found failed, so that it goes on by itself."""

from collections.abc import Iterable

from tui_pos.bootstrap.doctor.findings import Finding, Level, worst
from tui_pos.core import clock

FIRST_PAUSE, LONGEST_PAUSE = 25.0, 300.0
"""Seconds; each is twice the one before."""


class Again:
    """The pauses between the looks of one desk: there is none to come once nothing failed."""

    def __init__(self) -> None:
        self._pause = 0.0
        self._due_at: float | None = None

    def looked(self, found: Iterable[Finding]) -> None:
        """This is what the last look found."""
        if worst(found) is not Level.FAILED:
            self._pause, self._due_at = 0.0, None
            return
        self._pause = min(2 * self._pause or FIRST_PAUSE, LONGEST_PAUSE)
        self._due_at = clock.monotonic() + self._pause

    @property
    def is_due(self) -> bool:
        """Whether it is time to look again."""
        return self._due_at is not None and clock.monotonic() >= self._due_at
