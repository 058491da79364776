"""An amount in solid digits five rows high, which the customer can read too.

They are drawn with the full and half blocks of code page 437, which every terminal font has.
"""

from rich.text import Text

from tui_pos.ui.widgets.row import Row

_GLYPHS = {
    "0": ("█▀▀█", "█  █", "█  █", "█  █", "█▄▄█"),
    "1": (" ▄█ ", "  █ ", "  █ ", "  █ ", " ▄█▄"),
    "2": ("▀▀▀█", "   █", "█▀▀▀", "█   ", "█▄▄▄"),
    "3": ("▀▀▀█", "   █", " ▀▀█", "   █", "▄▄▄█"),
    "4": ("█  █", "█  █", "▀▀▀█", "   █", "   █"),
    "5": ("█▀▀▀", "█   ", "▀▀▀█", "   █", "▄▄▄█"),
    "6": ("█▀▀▀", "█   ", "█▀▀█", "█  █", "█▄▄█"),
    "7": ("▀▀▀█", "   █", "  █ ", " █  ", " █  "),
    "8": ("█▀▀█", "█  █", "█▀▀█", "█  █", "█▄▄█"),
    "9": ("█▀▀█", "█  █", "▀▀▀█", "   █", "▄▄▄█"),
    "-": ("   ", "   ", "▀▀▀", "   ", "   "),
    ".": (" ", " ", " ", " ", "▄"),
    ",": (" ", " ", " ", " ", ","),
    " ": ("  ", "  ", "  ", "  ", "  "),
}
ROWS = 5


class BigAmount(Row):
    """Five rows, centred: ``show_amount("TO PAY USD", "167.00")``.

    Where the digits have no room they stand there without what divides thousands, and if need be small.
    """

    DEFAULT_CSS = "BigAmount { height: 5; width: 1fr; }"

    _drawn = ("", "")

    def show_amount(self, label: str, amount: str) -> None:
        """Draw ``amount`` (all but digits, sign, separators is small), ``label`` before its foot."""
        self._drawn = (label, amount)
        rows = large(label, amount, self.size.width)
        self.show(Text("\n".join(rows), justify="center", no_wrap=True))

    def on_resize(self) -> None:
        self.show_amount(*self._drawn)


def large(label: str, amount: str, width: int = 0) -> list[str]:
    """The rows of ``amount`` in large digits with a gap after each, the label small at their foot.

    In small digits where ``width`` cells (0: any number) are too few: money is never cut.
    """
    for text in (amount, amount.replace(",", "")):
        rows = _rows(label, text)
        if not width or max(map(len, rows)) <= width:
            return rows
    return ["", "", f"{label}  {amount}".strip(), "", ""]


def _rows(label: str, amount: str) -> list[str]:
    rows = []
    for row in range(ROWS):
        foot = row == ROWS - 1
        lead = (f"{label}  " if foot else " " * (len(label) + 2)) if label else ""
        small = [char if foot else " " for char in amount]
        glyphs = [f"{_GLYPHS[char][row]} " if char in _GLYPHS else "" for char in amount]
        rows.append(lead + "".join(glyph or char for glyph, char in zip(glyphs, small, strict=True)))
    return rows
