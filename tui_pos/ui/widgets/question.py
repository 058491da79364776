"""What a dialog asks."""

from rich.text import Text
from textual.widgets import Static


class Question(Static):
    """``heading`` in a few words, with its sign, and the ``sentence`` below it."""

    def __init__(self, heading: str, sentence: str, sign: str = "") -> None:
        lead = f"[{sign}] " if sign else ""
        super().__init__(Text.assemble((f"\n\n{lead}{heading}", "bold"), f"\n\n{sentence}\n"), markup=False)
