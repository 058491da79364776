"""The dialog that offers up to three ways to go on."""

from collections.abc import Sequence

from tui_pos.ui.input import keys
from tui_pos.ui.kiosk_screen import KioskModal

CHOICE_KEYS = ("confirm", "cash", "tender")
"""The commands whose keys choose: Enter the usual way, F9 and F10 the others."""


class Choose(KioskModal[str]):
    """Left with the name of the way that was chosen, by Esc with None.

    Args:
        heading: What this is about, in a few words.
        sentence: The facts to choose by; may have several lines.
        choices: The ways as name and label for the key bar, the usual one first.
    """

    def __init__(
        self, heading: str, sentence: str, choices: Sequence[tuple[str, str]], sign: str = "!"
    ) -> None:
        super().__init__(heading, sentence, sign)
        self._choices = dict(zip(CHOICE_KEYS, choices, strict=False))

    def hints(self) -> Sequence[keys.Hint]:
        ways = (keys.hint(key, label) for key, (_, label) in self._choices.items())
        return (*ways, keys.hint("back", "leave as it is"))

    def _command(self, name: str) -> None:
        if name in self._choices:
            self.leave(self._choices[name][0])
        else:
            super()._command(name)

    def action_confirm(self) -> None:
        self.say("There is nothing to decide now; Esc leaves it.", "!", bell=True)
