"""Whether an Enter was pressed for what it does now: nothing is done that was not on the screen."""

from tui_pos.core import clock

SETTLES = 0.5
"""Seconds in which Enter does nothing after the screen has changed what it means by itself."""
DOUBLE = 0.3
"""Seconds: a second Enter that follows sooner was pressed for what the first one did."""

NEVER = float("-inf")


class EnterGuard:
    """What Enter means on one screen, and since when that stands there. Times are on the monotonic clock."""

    def __init__(self) -> None:
        self._meaning: str | None = None
        self._shown_at = NEVER
        self._by_itself = False

    def shown(self, meaning: str | None, *, by_itself: bool) -> None:
        """The key bar says that Enter means this; ``by_itself``: no key has changed it."""
        if meaning != self._meaning or self._shown_at == NEVER:
            self._by_itself = by_itself and self._shown_at != NEVER
            self._meaning, self._shown_at = meaning, clock.monotonic()

    def refuses(self, pressed_at: float, pressed_before: float, *, ahead: bool = False) -> bool:
        """Whether an Enter then was meant for something else; the last one came at ``pressed_before``.

        ``ahead``: it may have been pressed before this stood there, but not twice.
        """
        is_double = pressed_at - pressed_before < DOUBLE and pressed_before < self._shown_at
        is_early = pressed_at < self._shown_at + (SETTLES if self._by_itself else 0)
        return is_double or (is_early and not ahead)
