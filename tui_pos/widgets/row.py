"""One row of text that repaints itself only when it says something new."""

from rich.text import Text
from textual.widgets import Static


class Row(Static):
    """A one-row label. ``show`` takes rich `Text`, never markup."""

    DEFAULT_CSS = "Row { height: 1; width: 1fr; }"

    def __init__(self, content: Text | None = None, *, id: str | None = None) -> None:  # noqa: A002
        self._content = content or Text()
        super().__init__(self._content, id=id, markup=False)

    def show(self, content: Text) -> None:
        """Draw ``content`` unless it is what stands there already."""
        if (content, content.style) != (self._content, self._content.style):
            self._content = content
            self.update(content, layout=False)


class Rule(Static):
    """The thin line under the header and above the key bar."""

    DEFAULT_CSS = "Rule { height: 1; width: 1fr; }"

    def render(self) -> Text:
        return Text("─" * self.size.width, style="dim")
