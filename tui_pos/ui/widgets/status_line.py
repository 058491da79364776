"""The header row of every screen."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.desk.context import Mode
from tui_pos.ui.widgets.row import Row

MODE_STYLES = {Mode.LIVE: "bold red reverse", Mode.TEST: "bold yellow", Mode.TRAINING: "bold cyan"}
GAP = "   "


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What the header says. Empty strings are left out, and the mode while it is not known.

    ``reader_id`` is not shown. ``limits`` says what is stopped. ``timezone`` is the conference's, by its IANA
    name; empty means the machine's.
    """

    conference: str = ""
    station: str = ""
    staff: str = ""
    reader_id: str = ""
    reader: str = ""
    reader_state: str = ""
    mode: Mode | None = None
    timezone: str = ""
    limits: str = ""


class Clock(Row):
    """HH:MM in the conference's time zone; repaints only its five cells, once a minute."""

    DEFAULT_CSS = "Clock { width: 6; }"

    def __init__(self) -> None:
        super().__init__()
        self._zone: ZoneInfo | None = None

    def on_mount(self) -> None:
        self._tick()

    def set_timezone(self, name: str) -> None:
        """Show the time in this IANA zone from now on; '' for the machine's."""
        zone = ZoneInfo(name) if name else None
        if zone != self._zone:
            self._zone = zone
            self._draw()

    def _draw(self) -> datetime:
        now = clock.now().astimezone(self._zone)
        self.show(Text(f"{now:%H:%M} "))
        return now

    def _tick(self) -> None:
        now = self._draw()
        self.set_timer(60.05 - now.second - now.microsecond / 1_000_000, self._tick)


class StatusLine(Horizontal):
    """Conference, station, staff, reader, mode, clock. A title may stand in place of the first three."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    def compose(self) -> ComposeResult:
        yield Row()
        yield Clock()

    def show(self, status: Status, title: Text | None = None) -> None:
        """Draw ``status``; ``title`` stands in place of conference, station and staff."""
        if not self.query(Clock):
            return  # not composed yet: it draws the present status when it is
        self.query_one(Clock).set_timezone(status.timezone)
        row = self.query_one(Row)
        left = title.copy() if title is not None else _who(status)
        reader = printable(f"{status.reader} {status.reader_state}".strip())
        right = Text(reader)
        right.append(GAP if reader else "")
        if status.limits:
            right.append(f"! {status.limits}", style="bold reverse")
            right.append(GAP)
        if status.mode is not None:
            right.append(status.mode.value, style=MODE_STYLES[status.mode])
        right.append(GAP)
        width = (self.app.size.width or 80) - 6
        line = Text(" ", no_wrap=True)
        left.truncate(max(0, width - 1 - len(GAP) - right.cell_len), overflow="ellipsis")
        line.append_text(left)
        line.append(" " * max(1, width - 1 - left.cell_len - right.cell_len))
        line.append_text(right)
        row.show(line)


def _who(status: Status) -> Text:
    parts = [printable(part) for part in (status.conference, status.station, status.staff) if part]
    return Text(GAP.join(part for part in parts if cell_len(part)))
