"""One row of text that repaints only those of its cells that look different now."""

from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from tui_pos.ui.widgets.painting import changes, lean


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
        if self.size and (regions := changes(self._strips(before), self._strips(content))):
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        return self._strips(self._content)[y]

    def _strips(self, content: Text) -> list[Strip]:
        width, height = self.size
        console, style = self.app.console, lean(self.rich_style)
        lines = console.render_lines(content, console.options.update(width=width), style=style)
        drawn = [Strip(line).adjust_cell_length(width, style).simplify() for line in lines[:height]]
        return drawn + [Strip.blank(width, style)] * (height - len(drawn))


class Rule(Static):
    """The thin line under the header and above the key bar."""

    DEFAULT_CSS = "Rule { height: 1; width: 1fr; }"

    def render(self) -> Text:
        return Text("─" * self.size.width, style="dim")
