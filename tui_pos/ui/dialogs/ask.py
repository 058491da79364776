"""Dialogs that ask for one line: a text, or an amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, TypeVar

from tui_pos.core import money
from tui_pos.core.scan import Scan
from tui_pos.ui.input import keys
from tui_pos.ui.kiosk_screen import KioskModal

R = TypeVar("R")


class Ask(KioskModal[R]):
    """Base of both; ``enter`` is what Enter does with the answer, as the key bar says it."""

    QUIET: ClassVar[bool] = False

    def __init__(self, heading: str, sentence: str, enter: str, sign: str = "") -> None:
        super().__init__(heading, sentence, sign)
        self._enter = enter

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", self._enter), keys.hint("back", "leave as it is"))

    def entered(self, scan: Scan) -> None:
        if scan.scanned:
            super().entered(scan)
        else:
            self.answered(scan.raw_shown)

    def answered(self, text: str) -> None:
        """A line was typed."""
        raise NotImplementedError


class AskText(Ask[str]):
    """Asks for a reason or a name. Left with it; by Esc with None."""

    def answered(self, text: str) -> None:
        self.leave(text)

    def action_confirm(self) -> None:
        self.say("Type it first, then Enter; Esc leaves it.", "!", bell=True)


@dataclass(frozen=True, slots=True)
class Part:
    """An answer to `AskAmount`; None means all of it."""

    amount: Decimal | None


class AskAmount(Ask[Part]):
    """Asks for an amount in ``currency``; Enter alone means all. Left by Esc with None."""

    def __init__(self, heading: str, sentence: str, enter: str, currency: str) -> None:
        super().__init__(heading, sentence, enter)
        self._currency = currency

    def answered(self, text: str) -> None:
        try:
            self.leave(Part(money.parse_amount(text, self._currency)))
        except money.MoneyError as error:
            self.say(str(error), "X", bell=True)

    def action_confirm(self) -> None:
        self.leave(Part(None))
