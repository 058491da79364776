"""The dialog that only says something."""

from collections.abc import Sequence

from tui_pos.ui.input import keys
from tui_pos.ui.screens.modals.base import KioskModal


class Notice(KioskModal[None]):
    """One message that must be seen before work goes on."""

    def __init__(self, sentence: str, sign: str = "!", heading: str = "Please read") -> None:
        super().__init__(heading, sentence, sign)
        self.sentence = sentence

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", "go on"),)

    def action_confirm(self) -> None:
        self.leave()
