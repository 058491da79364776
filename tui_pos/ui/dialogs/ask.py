"""Dialogs that ask for one line: a text, or an amount."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from textual.app import ComposeResult

from tui_pos.core import money
from tui_pos.core.scan import Scan
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.messages import sentence
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.scan_input import DIALOG

ASKING = replace(DIALOG, quiet=False)


class AskText(DeskScreen[str]):
    """Asks for a reason or a name; ``enter`` is what Enter does. Left with it; by Esc with None."""

    PROMPT = ASKING

    def __init__(self, heading: str, sentence: str, enter: str, tone: Tone = Tone.PLAIN) -> None:
        super().__init__()
        self._question = Question(heading, sentence, tone)
        self._enter = enter

    def compose_body(self) -> ComposeResult:
        yield self._question
        yield self.prompt

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", self._enter), keys.hint("back", "leave as it is"))

    def entered(self, scan: Scan) -> None:
        if scan.scanned:
            super().entered(scan)
        else:
            self.leave(scan.raw_shown)

    def action_confirm(self) -> None:
        """Enter without a text."""
        self.say("Type it first, then Enter; Esc leaves it.", Tone.WARN, bell=True)


@dataclass(frozen=True, slots=True)
class Part:
    """An answer to `AskAmount`; None means all of it."""

    amount: Decimal | None


class AskAmount(DeskScreen[Part]):
    """Asks for an amount in ``currency``; Enter alone means all. Left by Esc with None."""

    PROMPT = ASKING

    def __init__(self, heading: str, sentence: str, enter: str, currency: str) -> None:
        super().__init__()
        self._question = Question(heading, sentence)
        self._enter = enter
        self._currency = currency

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
            self.leave(Part(money.parse_amount(scan.raw_shown, self._currency)))
        except money.MoneyError as error:
            self.say(sentence(error.reason), Tone.BAD, bell=True)

    def action_confirm(self) -> None:
        """Enter without an amount: all of it."""
        self.leave(Part(None))
