"""Dialogs: typed results, answered by Enter, Esc and function keys alone."""

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_pos.core.scan import Scan
from tui_pos.ui.input import keys
from tui_pos.ui.screens.base import KioskScreen

R = TypeVar("R")


class KioskModal(KioskScreen[R], ModalScreen[R]):
    """Base of all dialogs. Opaque, because a dimmed screen behind costs twice the bytes of a new one.

    A scan is refused with a bell and its Enter presses nothing. ``leave(result)`` answers; Esc answers None.
    """

    PICKS: ClassVar[bool] = False
    QUIET: ClassVar[bool] = True
    ENTER: ClassVar[str] = "close"
    """What Enter will do; the key bar and the dialog say it."""

    def __init__(self, heading: str, sentence: str, sign: str = "") -> None:
        super().__init__()
        self._heading = heading
        self._sentence = sentence
        self._sign = sign

    def compose_body(self) -> ComposeResult:
        lead = f"[{self._sign}] " if self._sign else ""
        yield Static(Text(f"\n\n{lead}{self._heading}", style="bold"), markup=False)
        yield Static(Text(f"\n{self._sentence}\n"), markup=False)
        yield from self.compose_fields()
        yield self.prompt

    def compose_fields(self) -> ComposeResult:
        """More widgets, between the sentence and the prompt."""
        yield from ()

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", self.ENTER), keys.hint("back", "leave as it is"))

    def entered(self, scan: Scan) -> None:
        what = "That scan" if scan.scanned else "That text"
        self.say(f"{what} was not used: answer the question first.", "!", bell=True)
