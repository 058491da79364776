"""Everything that has a colour of its own, on one screen: ``python -m tests.ui.looks`` on a real terminal."""

import sys
from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.screen import Screen

from tui_pos.desk.context import Mode
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Offer
from tui_pos.ui.kiosk import KioskApp, run_kiosk
from tui_pos.ui.widgets.banner import Banner, BannerText
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.scan_input import Prompt
from tui_pos.ui.widgets.status_line import Status, StatusLine

WORDS = {
    Tone.OK: "REGISTERED",
    Tone.WARN: "OWES",
    Tone.BAD: "CANCELLED",
    Tone.UNKNOWN: "NO ANSWER",
}
"""The word of each banner."""


class Looks(DeskScreen[None]):
    """A header for each mode, a banner for each tone, a list, a note with its sign, a bar with its button."""

    PROMPT = Prompt(placeholder="scan a badge")

    def compose_body(self) -> ComposeResult:
        yield from (StatusLine() for _ in (Mode.LIVE, Mode.TEST))
        yield from (Banner() for _ in WORDS)
        yield LineList(Column())

    def on_mount(self) -> None:
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        for line, mode in zip(self.query("#body StatusLine").results(StatusLine), Mode, strict=False):
            line.show(Status(conference="Demo", mode=mode))
        for banner, (tone, word) in zip(self.query(Banner), WORDS.items(), strict=True):
            banner.tell(BannerText(tone=tone, word=word, about="Noor Lindqvist", fact="35.00 USD"))
        self.query_one(LineList).set_lines([Line(("T-Shirt",), "a"), Line(("Lunch",), "b")])
        self.say("The badge is not known.", Tone.WARN)

    def acts(self) -> Sequence[Offer]:
        return (Act("confirm", self.leave, "check in"), Act("walk_up", self.leave, "sell"))


class LooksApp(KioskApp):
    """Shows it."""

    CSS = "Looks #body { padding: 0; }"

    def __init__(self) -> None:
        super().__init__()
        self.status = Status(conference="Demo Conference", station="desk-3", mode=Mode.TRAINING)

    def first_screen(self) -> Screen[Any]:
        return Looks()


if __name__ == "__main__":
    sys.exit(run_kiosk(LooksApp()))
