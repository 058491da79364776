"""The yes-or-no dialog."""

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult

from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Offer
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.scan_input import DIALOG


class Confirm(DeskScreen[bool]):
    """Asks before something that cannot be undone. Left with True by Enter, with False by Esc.

    Args:
        heading: What this is about, in a few words.
        sentence: What will happen, in full.
        yes: What agreeing does, as the key bar says it ("refund 35.00").
    """

    PROMPT = DIALOG

    def __init__(self, heading: str, sentence: str, yes: str) -> None:
        super().__init__()
        self._question = Question(heading, sentence, Tone.WARN)
        self._yes = yes

    def compose_body(self) -> ComposeResult:
        yield self._question

    def acts(self) -> Sequence[Offer]:
        return (
            Act("confirm", partial(self.leave, True), self._yes),
            Act("back", partial(self.leave, False), "leave as it is"),
        )
