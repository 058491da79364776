"""One row of text that repaints only those of its cells that look different now."""

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tui_pos.desk.tones import Tone
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.painting import changes, lean
from tui_pos.ui.widgets.signs import signed

GAP = 3
"""Cells between the ends of a `Spread`."""


class Row(Widget):
    """A label of one row; of more where its CSS gives it more. ``show`` takes rich `Text`, never markup.

    Colours are those of the terminal: Textual's own labels would turn "red" into a shade of their own.
    """

    DEFAULT_CSS = "Row { height: 1; width: 1fr; }"

    def __init__(self, content: Text | None = None, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._content = content or Text()

    def show(self, content: Text) -> None:
        """Draw ``content``; what it has in common with what stands there already is not painted again."""
        before, self._content = self._content, content
        if not self.size:  # hidden: only a full refresh clears Textual's cached rows
            self.refresh()
        elif regions := changes(self._strips(before), self._strips(content)):
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        return self._strips(self._content)[y]

    def _strips(self, content: Text) -> list[Strip]:
        width, height = self.size
        console, style = self.app.console, lean(self.rich_style)
        lines = console.render_lines(content, console.options.update(width=width), style=style)
        drawn = [Strip(line).adjust_cell_length(width, style).simplify() for line in lines[:height]]
        return drawn + [Strip.blank(width, style)] * (height - len(drawn))


class Sentence(Row):
    """Wraps at the width of the screen; what would need a third row is cut."""

    DEFAULT_CSS = "Sentence { height: 2; width: 1fr; }"


class Spread(Row):
    """A text on the left and one on the right; the left one is cut where both do not fit."""

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


class NoteLine(Row):
    """The note: what the last key or scan did, in one sentence behind its sign."""

    def show_note(self, note: str, tone: Tone) -> None:
        """Draw ``note``; text from outside is made safe here."""
        line = signed(tone, note)
        line.truncate(max(1, (self.size.width or 80) - 1), overflow="ellipsis")
        self.show(Text.assemble(" ", line) if note else Text())


class Rule(Static):
    """The thin line above the key bar."""

    DEFAULT_CSS = "Rule { height: 1; width: 1fr; }"

    def render(self) -> Text:
        return Text("─" * self.size.width, style=look.style(Role.DIM))


class Divider(Widget):
    """Upright, two cells wide."""

    DEFAULT_CSS = "Divider { width: 2; height: 1fr; }"

    def render_line(self, y: int) -> Strip:  # noqa: ARG002  # every row is the same
        return Strip([Segment("│ ", lean(self.rich_style) + Style.parse(look.style(Role.DIM)))])
