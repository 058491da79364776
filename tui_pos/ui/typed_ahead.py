"""Keys typed while the screen is about to change: they are held, and act on the next screen if it opens soon.

A practised person types F2, 1, Enter faster than screens open. A key must not act on the screen before (it
might pay instead of adding a product), and dropping it would make people wait for the program.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, Protocol, runtime_checkable

from textual.message import Message
from textual.screen import Screen

from tui_pos.core import clock
from tui_pos.ui.input.key_stream import HOLD
from tui_pos.ui.widgets.scan_input import Prompt, ScanInput

TYPED_AHEAD: Final = 0.5
"""Seconds: a key that was held longer, or pressed when keys had been held for so long, was meant for the
screen before, and is dropped."""


@dataclass
class KeysHandled(Message):
    """Comes to a screen behind every key that had been read when it was sent."""

    then: Callable[[], object]


@runtime_checkable
class TakesKeys(Protocol):
    """A screen that can be handed what was read before it opened."""

    PROMPT: ClassVar[Prompt]
    prompt: ScanInput

    def take(self, message: Message) -> None:
        """Do what a key asks for."""


class TypedAhead:
    """The keys of one screen, read by its prompt, while it holds them."""

    def __init__(self, screen: Screen[Any], prompt: ScanInput) -> None:
        self._screen = screen
        self._prompt = prompt
        self._waiting: list[Message] | None = None
        self.held_since = 0.0
        self._leaving = False
        self._was_quiet = False

    @property
    def is_leaving(self) -> bool:
        """Whether keys wait because another screen is about to open."""
        return self._leaving

    @property
    def is_holding(self) -> bool:
        """Whether what a key has asked for is waited for."""
        return self._waiting is not None

    def hold(self, *, leaving: bool = False) -> None:
        """Let keys wait; with ``leaving`` scans too, because another screen is about to open."""
        if self._waiting is None:
            self._waiting, self.held_since = [], clock.monotonic()
        self._leaving = self._leaving or leaving

    def release(self) -> None:
        """Hand on what waits to the screen that is on top once the changes under way are done."""
        if self._waiting is not None:
            self._screen.app.call_later(self._hand_on)

    def forget(self) -> None:
        """Drop the keys that wait; those that come later still do."""
        if self._waiting:
            self._waiting.clear()

    def keeps(self, message: Message) -> bool:
        """Whether ``message`` waits now and must not act."""
        if self._waiting is None or (isinstance(message, ScanInput.Entered) and not self._leaving):
            return False
        self._waiting.append(message)
        return True

    def hand_to_top(self, message: Message, *, is_ahead: bool) -> None:
        """Give what was read here before another screen opened to that screen.

        That is a scan, or a key that was typed ahead of it. Typed text, and keys that are not
        ``is_ahead``, are dropped.
        """
        top = self._screen.app.screen
        if isinstance(top, TakesKeys):
            if isinstance(message, ScanInput.Entered):
                if message.scanned:
                    top.prompt.post_message(replace(message))
                    return
            elif is_ahead and top.PROMPT.takes_keys_ahead:
                top.call_later(top.take, message)
                return
        self._screen.app.bell()

    def _hand_on(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        for message in waiting:
            self.hand_to_top(message, is_ahead=self._is_ahead(message))
        # A key that was pressed before the change may still be held by the prompt of the screen before.
        covered = self._screen.is_running and self._screen.app.screen is not self._screen
        was_quiet, self._was_quiet = self._was_quiet, not self._prompt.is_waiting
        if covered and not (was_quiet and self._was_quiet):
            self._waiting = []
            self._screen.set_timer(HOLD / 2, self._hand_on)
        else:
            self._leaving = self._was_quiet = False

    def _is_ahead(self, message: Message) -> bool:
        return max(clock.monotonic() - message.time, message.time - self.held_since) < TYPED_AHEAD
