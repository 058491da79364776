"""Dialogs that ask for one line: a text, or an amount."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from tui_pos.core import money
from tui_pos.ui import messages
from tui_pos.ui.kiosk_screen import KioskModal


class AskText(KioskModal[str]):
    """Asks for a reason or a name. Left with it; by Esc with None."""

    QUIET: ClassVar[bool] = False

    def __init__(self, heading: str, sentence: str, enter: str, sign: str = "") -> None:
        super().__init__(heading, sentence, sign, enter)

    def answered(self, text: str) -> None:
        self.leave(text)

    def action_confirm(self) -> None:
        self.say("Type it first, then Enter; Esc leaves it.", "!", bell=True)


@dataclass(frozen=True, slots=True)
class Part:
    """An answer to `AskAmount`; None means all of it."""

    amount: Decimal | None


class AskAmount(KioskModal[Part]):
    """Asks for an amount in ``currency``; Enter alone means all. Left by Esc with None."""

    QUIET: ClassVar[bool] = False

    def __init__(self, heading: str, sentence: str, enter: str, currency: str) -> None:
        super().__init__(heading, sentence, enter=enter)
        self._currency = currency

    def answered(self, text: str) -> None:
        try:
            self.leave(Part(money.parse_amount(text, self._currency)))
        except money.MoneyError as error:
            self.say(messages.sentence(error.reason), "X", bell=True)

    def action_confirm(self) -> None:
        self.leave(Part(None))
