"""One row with something at its left and something at its right end."""

from rich.text import Text

from tui_pos.ui.widgets.row import Row

GAP = 3


class Spread(Row):
    """What stands on the right is always whole; what stands on the left is cut where it does not fit."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name for it
        super().__init__(id=id)
        self._ends = (Text(), Text())

    def show_ends(self, left: Text, right: Text) -> None:
        """Draw both ends."""
        self._ends = (left, right)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        left, right = self._ends
        line = left.copy()
        line.truncate(max(0, self.size.width - right.cell_len - GAP), overflow="ellipsis")
        line.append(" " * max(0, self.size.width - line.cell_len - right.cell_len))
        line.append_text(right)
        self.show(line)
