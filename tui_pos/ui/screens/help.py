"""Help: what can be done on the screen that asked, made from what its keys do in its present state."""

from collections.abc import Sequence

from textual.app import ComposeResult

from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.input.acts import Act, Move, Offer, bar
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.scan_input import Prompt


class HelpScreen(DeskScreen[None]):
    """The tasks of ``screen``, then its keys and words; what does nothing there is not listed."""

    PROMPT = Prompt(picks=False, placeholder="Esc goes back")

    def __init__(self, screen: DeskScreen[object]) -> None:
        super().__init__()
        self._lines = [_line(each) for each in screen.acts_and_ours() if bar([each])]
        self._list = LineList(Column(10), Column(11), Column(), numbered=False, choosing=False)
        self._top = 0

    def compose_body(self) -> ComposeResult:
        yield self._list

    def on_mount(self) -> None:
        self._list.set_lines(self._lines)

    def acts(self) -> Sequence[Offer]:
        return (
            Act("confirm", self.leave, "back"),
            Act("back", self.leave),
            Act("help", self.leave, "back"),
            Move(self._moved, "more"),
        )

    def _moved(self, delta: int) -> None:
        last = max(0, len(self._lines) - self._list.size.height)
        self._top = min(max(0, self._top + delta), last)
        self._list.set_lines(self._lines[self._top :])


def _line(offer: Offer) -> Line:
    (shown,) = bar([offer])
    if not isinstance(offer, Act):
        return Line((shown.key, "", shown.label), pick=False)
    command = keys.BY_NAME[offer.command]
    word = f"/{command.word}" if command.word else ""
    key = shown.key if command.keys else ""
    said = f"{shown.label}: {command.help}" if offer.label and offer.label != command.label else command.help
    return Line((key, word, said), pick=False)
