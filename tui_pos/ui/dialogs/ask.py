"""Dialogs that ask for one line: a text, or an amount."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from textual.app import ComposeResult

from tui_pos.core import money
from tui_pos.core.scan import Scan
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.messages import sentence
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.scan_input import DIALOG

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Part:
    """An answer to `ask_amount`; None means all of it."""

    amount: Decimal | None


class Ask(DeskScreen[R]):
    """Asks ``question``; ``enter`` is what Enter does. Left with what ``read`` makes of the text.

    By Esc it is left with None, by Enter without a text with ``alone``, where there is one. ``read`` may
    raise MoneyError.
    """

    PROMPT = replace(DIALOG, quiet=False)

    def __init__(
        self, question: Question, enter: str, read: Callable[[str], R], alone: R | None = None
    ) -> None:
        super().__init__()
        self._question = question
        self._enter = enter
        self._read = read
        self._alone = alone

    def compose_body(self) -> ComposeResult:
        yield self._question
        yield self.prompt

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", self._enter), keys.hint("back", "leave as it is"))

    def entered(self, scan: Scan) -> None:
        if scan.scanned:
            super().entered(scan)
            return
        try:
            self.leave(self._read(scan.raw_shown))
        except money.MoneyError as error:
            self.say(sentence(error.reason), Tone.BAD, bell=True)

    def action_confirm(self) -> None:
        """Enter without a text."""
        if self._alone is None:
            self.say("Type it first, then Enter; Esc leaves it.", Tone.WARN, bell=True)
        else:
            self.leave(self._alone)


def ask_text(heading: str, text: str, enter: str, tone: Tone = Tone.PLAIN) -> Ask[str]:
    """Asks for a reason or a name."""
    return Ask(Question(heading, text, tone), enter, str)


def ask_amount(heading: str, text: str, enter: str, currency: str) -> Ask[Part]:
    """Asks for an amount in ``currency``; Enter alone means all."""
    return Ask(
        Question(heading, text), enter, lambda typed: Part(money.parse_amount(typed, currency)), Part(None)
    )
