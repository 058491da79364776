"""The yes-or-no dialog."""

from collections.abc import Sequence

from tui_pos.ui.input import keys
from tui_pos.ui.kiosk_screen import KioskModal


class Confirm(KioskModal[bool]):
    """Asks before something that cannot be undone. Left with True by ``yes_key``, with False by Esc.

    Args:
        heading: What this is about, in a few words.
        sentence: What will happen, in full.
        yes: What agreeing does, as the key bar says it ("refund 35.00").
        yes_key: The command whose key agrees. Enter by default; a function key where a habit must not do it.
    """

    def __init__(
        self, heading: str, sentence: str, yes: str, *, yes_key: str = "confirm", sign: str = "!"
    ) -> None:
        super().__init__(heading, sentence, sign)
        self._yes = yes
        self._yes_key = yes_key

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint(self._yes_key, self._yes), keys.hint("back", "leave as it is"))

    def _command(self, name: str) -> None:
        if name == self._yes_key:
            self.leave(True)
        else:
            super()._command(name)

    def action_confirm(self) -> None:
        self.say(f"Press {keys.shown_key(self._yes_key)} to {self._yes}, Esc to leave it.", "!", bell=True)

    def action_back(self) -> None:
        self.leave(False)
