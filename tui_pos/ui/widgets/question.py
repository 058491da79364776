"""What a dialog asks."""

from rich.text import Text
from textual.widgets import Static

from tui_pos.desk.tones import Tone
from tui_pos.ui.widgets.signs import sign


class Question(Static):
    """``heading`` in a few words, with the sign of ``tone``, and the ``sentence`` below it."""

    def __init__(self, heading: str, sentence: str, tone: Tone = Tone.PLAIN) -> None:
        told = f"{sign(tone)} {heading}".lstrip()
        super().__init__(Text.assemble((f"\n\n{told}", "bold"), f"\n\n{sentence}\n"), markup=False)
        self.heading, self.sentence = heading, sentence
