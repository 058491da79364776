"""An amount in digits three rows high.

Textual's own large digits are drawn with round corners, which the fonts of Linux consoles lack; these
use the straight lines of code page 437, which every terminal font has.
"""

from rich.text import Text
from textual.widgets import Static

_GLYPHS = {
    "0": ("┌─┐", "│ │", "└─┘"),
    "1": (" ┐ ", " │ ", " ┴ "),
    "2": (" ─┐", "┌─┘", "└─ "),
    "3": (" ─┐", " ─┤", " ─┘"),
    "4": ("│ │", "└─┤", "  │"),
    "5": ("┌─ ", "└─┐", " ─┘"),
    "6": ("┌─ ", "├─┐", "└─┘"),
    "7": (" ─┐", "  │", "  │"),
    "8": ("┌─┐", "├─┤", "└─┘"),
    "9": ("┌─┐", "└─┤", " ─┘"),
    "-": ("   ", "───", "   "),
    ".": (" ", " ", "."),
    ",": (" ", " ", ","),
    " ": (" ", " ", " "),
}
ROWS = 3


class BigAmount(Static):
    """Three rows, centred: ``show("USD", "167.00")``."""

    DEFAULT_CSS = "BigAmount { height: 3; width: 1fr; text-align: center; }"

    def __init__(self) -> None:
        super().__init__(markup=False)
        self._shown = ("", "")

    def show(self, currency: str, amount: str) -> None:
        """Draw ``amount`` (digits, sign and separators; anything else is drawn small)."""
        if (currency, amount) != self._shown:
            self._shown = (currency, amount)
            self.update(Text("\n".join(large(currency, amount)), style="bold"), layout=False)


def large(currency: str, amount: str) -> list[str]:
    """The rows of ``amount`` in large digits with a gap after each, the currency small at their foot."""
    rows = []
    for row in range(ROWS):
        foot = row == ROWS - 1
        lead = f"{currency}  " if foot else " " * (len(currency) + 2)
        small = [char if foot else " " for char in amount]
        glyphs = [f"{_GLYPHS[char][row]} " if char in _GLYPHS else "" for char in amount]
        rows.append(lead + "".join(glyph or char for glyph, char in zip(glyphs, small, strict=True)))
    return rows
