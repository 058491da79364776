"""The bottom row: the keys that work here, the safe next step first."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from tui_pos.core.scan import printable
from tui_pos.ui.input.keys import Hint
from tui_pos.ui.widgets.row import Row


class KeyBar(Row):
    """Shows hints; Textual's own footer rebuilds itself at each focus change and leaks with every dialog."""

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Draw ``hints`` in their order; what does not fit on the row is cut at its end."""
        shown = [(hint.key, printable(hint.label, 40)) for hint in hints]
        width = sum(cell_len(f"{key} {label}".rstrip()) for key, label in shown)
        gap = "   " if 1 + width + 3 * (len(shown) - 1) <= (self.size.width or 80) else "  "
        line = Text(" ", no_wrap=True, overflow="ellipsis")
        for index, (key, label) in enumerate(shown):
            line.append(gap if index else "")
            line.append(key, style="bold")
            line.append(f" {label}" if label else "")
        self.show(line)
