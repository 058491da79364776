"""The dialog that offers up to three choices."""

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult

from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Offer
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.scan_input import DIALOG

CHOICE_KEYS = ("confirm", "cash", "tender")
"""The commands whose keys choose: Enter the usual way, F9 and F10 the others."""


class Choose(DeskScreen[str]):
    """Left with the name of the way that was chosen, by Esc with None.

    Args:
        heading: What this is about, in a few words.
        sentence: The facts to choose by; may have several lines.
        choices: The ways as name and label for the key bar, the usual one first.
    """

    PROMPT = DIALOG

    def __init__(self, heading: str, sentence: str, choices: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._question = Question(heading, sentence, Tone.WARN)
        self._choices = dict(zip(CHOICE_KEYS, choices, strict=False))

    def compose_body(self) -> ComposeResult:
        yield self._question

    def acts(self) -> Sequence[Offer]:
        ways = (Act(key, partial(self.leave, name), label) for key, (name, label) in self._choices.items())
        return (*ways, Act("back", self.leave, "leave as it is"))
