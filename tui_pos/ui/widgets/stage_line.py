"""The stages of a payment as one line that fills from left to right."""

from collections.abc import Sequence

from rich.text import Text

from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.row import Row

ARROW = "  >  "


class StageLine(Row):
    """``saved  >  sent  >  WAITING FOR CARD  12 s  >  authorised  >  captured``."""

    def show_stage(self, stages: Sequence[str], current: int, seconds: int | None = None) -> None:
        """Draw ``stages``; the one at ``current`` in capitals and reversed, what is still to come dimmed.

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
        self.show(line)
