"""The bottom row: the keys that work in this state, the safe next step first, as a filled button."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from tui_pos.core.scan import printable
from tui_pos.ui.input.keys import Hint, shown_key
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.row import Row

GAP = 3
MORE, MORE_WHILE_TYPING = Hint("/", "more"), Hint("F1", "more")
"""Stands for the keys that the row has no room for: typing it, or the help, lists all that work here."""


class KeyBar(Row):
    """Shows hints; Textual's own footer rebuilds itself at each focus change and leaks with every dialog."""

    def __init__(self) -> None:
        super().__init__()
        self._hints: Sequence[Hint] = ()
        self._more = MORE

    def show_hints(self, hints: Sequence[Hint], more: Hint = MORE) -> None:
        """Draw ``hints`` in their order; those that do not fit are listed behind ``more``."""
        self._hints, self._more = hints, more
        line = Text(" ", no_wrap=True, overflow="ellipsis")
        for index, (key, label) in enumerate(fitting(hints, (self.size.width or 80) - 1, more)):
            line.append(" " * GAP if index else "")
            if key == shown_key("confirm"):
                line.append(f" {key} {label} ", style=look.style(Role.ENTER))
            else:
                line.append(key, style="bold")
                line.append(f" {label}" if label else "")
        self.show(line)

    def on_resize(self) -> None:
        self.show_hints(self._hints, self._more)


def fitting(hints: Sequence[Hint], width: int, behind: Hint = MORE) -> list[tuple[str, str]]:
    """The hints that ``width`` cells have room for, none cut; the last says where the others are."""
    shown = [(hint.key, printable(hint.label, 60)) for hint in hints]
    if _width(shown) <= width:
        return shown
    more = (behind.key, behind.label)
    while len(shown) > 1 and _width([*shown, more]) > width:
        shown.pop()
    return [*shown, more]


def _width(shown: Sequence[tuple[str, str]]) -> int:
    cells = sum(cell_len(f"{key} {label}".rstrip()) for key, label in shown)
    button = 2 * any(key == shown_key("confirm") for key, _ in shown)
    return cells + button + GAP * (len(shown) - 1)
