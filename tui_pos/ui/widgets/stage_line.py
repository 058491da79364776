"""The stages of a payment as one line that fills from left to right; and the block that holds it."""

from collections.abc import Sequence
from typing import TypeAlias

from rich.text import Text
from textual.strip import Strip
from textual.widget import Widget

from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.banner import BannerText, banner_row
from tui_pos.ui.widgets.big_amount import large
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.painting import changes, lean

ARROW = "  >  "
BANNER_FROM, BANNER_ROWS = 1, 3

Content: TypeAlias = tuple[str, str, Text] | BannerText
"""The amount behind its label, and the stages; or what has become of the payment."""


def stage_text(stages: Sequence[str], current: int, seconds: int | None = None) -> Text:
    """``stages`` with the one at ``current`` in capitals on the accent, what is still to come dimmed.

    ``seconds`` stands beside the current stage.
    """
    line = Text(no_wrap=True, overflow="ellipsis")
    for index, stage in enumerate(stages):
        later = look.style(Role.DIM) if index > current else ""
        line.append(ARROW if index else "", style=later)
        if index == current:
            line.append(f" {stage.upper()} ", style=look.style(Role.ENTER))
            line.append("" if seconds is None else f" {seconds} s")
        else:
            line.append(stage, style=later)
    return line


class Progress(Widget):
    """An amount in large digits above the stages of its payment, or the outcome as a banner in their place.

    One widget, so that nothing else moves and only cells that change are painted.
    """

    DEFAULT_CSS = "Progress { height: 7; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name for it
        super().__init__(id=id)
        self._content: Content = ("", "", Text())

    def show_progress(self, label: str, amount: str, stages: Text) -> None:
        """Draw ``amount`` behind its small ``label``, and ``stages`` (of `stage_text`) below."""
        self._show((label, amount, stages))

    def tell(self, told: BannerText) -> None:
        """Draw the banner of ``told``."""
        self._show(told)

    def _show(self, content: Content) -> None:
        before, self._content = self._content, content
        if not self.size:
            self.refresh()
        elif regions := changes(self._strips(before), self._strips(content)):
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        return self._strips(self._content)[y]

    def _strips(self, content: Content) -> list[Strip]:
        width, height = self.size
        style = lean(self.rich_style)
        if isinstance(content, BannerText):
            lines = [Strip.blank(width, style)] * BANNER_FROM
            lines += [banner_row(content, y, width) for y in range(BANNER_ROWS)]
        else:
            console, (label, amount, stages) = self.app.console, content
            digits = large(label, amount, width)
            margin = " " * max(0, (width - max(map(len, digits), default=0)) // 2)
            text = Text("".join(f"{margin}{row}\n" for row in digits), no_wrap=True, overflow="ellipsis")
            drawn = console.render_lines(
                text + Text("\n") + stages, console.options.update(width=width), style=style
            )
            lines = [Strip(line).adjust_cell_length(width, style).simplify() for line in drawn]
        return [*lines[:height], *[Strip.blank(width, style)] * (height - len(lines))]
