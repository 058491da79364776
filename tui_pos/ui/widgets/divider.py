"""The thin line between two halves of a screen."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget


class Divider(Widget):
    """Upright, two cells wide."""

    DEFAULT_CSS = "Divider { width: 2; height: 1fr; }"

    def render_line(self, y: int) -> Strip:  # noqa: ARG002  # every row is the same
        return Strip([Segment("│ ", self.rich_style + Style(dim=True))])
