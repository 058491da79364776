"""Help: what every key does on the screen that asked, made from the table of keys."""

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult

from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import Prompt

OVERRIDES = {"up": "moved", "down": "moved", "rows_before": "moved", "rows_after": "moved"}
OVERRIDES |= {"more": "stepped", "fewer": "stepped", "pick": "picked"}
"""Commands that are no action of a screen but a method of this name, which only some screens have."""


class HelpScreen(DeskScreen[None]):
    """The keys and words that do something on ``screen``; a key without effect there is not listed."""

    PROMPT = Prompt(picks=False, placeholder="Esc goes back")

    def __init__(self, screen: DeskScreen[object]) -> None:
        super().__init__()
        self._lines = [_line(command) for command in keys.COMMANDS if works(command, screen)]
        self._list = LineList(Column(6), Column(11), Column(), numbered=False, choosing=False)
        self._top = 0

    def compose_body(self) -> ComposeResult:
        yield Row(Text("Keys on the screen that you came from", style="bold"))
        yield self.prompt
        yield self._list

    def on_mount(self) -> None:
        self._list.set_lines(self._lines)

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", "back"), keys.Hint("PgUp PgDn", "more"))

    def action_confirm(self) -> None:
        self.leave()

    def action_help(self) -> None:
        """F1 again."""
        self.leave()

    def moved(self, delta: int) -> None:
        last = max(0, len(self._lines) - self._list.size.height)
        self._top = min(max(0, self._top + delta), last)
        self._list.set_lines(self._lines[self._top :])


def works(command: keys.Command, screen: DeskScreen[object]) -> bool:
    """Whether ``command`` does something on ``screen``."""
    if method := OVERRIDES.get(command.name):
        return getattr(type(screen), method) is not getattr(DeskScreen, method)
    action = f"action_{command.name}"
    return hasattr(screen, action) or hasattr(screen.app, action)


def _line(command: keys.Command) -> Line:
    word = f"/{command.word}" if command.word else ""
    key = keys.shown_key(command.name) if command.keys else ""
    return Line((key, word, command.help), pick=False)
