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
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.row import Row

MODE_ROLES = {Mode.LIVE: Role.LIVE, Mode.TEST: Role.TEST, Mode.TRAINING: Role.TRAINING}
MODE_MARKS = {Mode.LIVE: "*** {} ***", Mode.TEST: "-- {} --", Mode.TRAINING: ".. {} .."}
"""How the mode is told from another where no colour does it."""
GAP = "   "
CLOCK_WIDTH = 7


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

    DEFAULT_CSS = f"Clock {{ width: {CLOCK_WIDTH}; }}"

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
        self.show(Text(f" {now:%H:%M} ", style=look.style(Role.HEADER), no_wrap=True))
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
        width = (self.app.size.width or 80) - CLOCK_WIDTH
        left = title.copy() if title is not None else _who(status)
        right = _right(status, with_reader=True)
        if left.cell_len + right.cell_len + len(GAP) > width:
            right = _right(status, with_reader=title is None)
        left.truncate(max(0, width - 1 - len(GAP) - right.cell_len), overflow="ellipsis")
        line = Text(" ", no_wrap=True, style=look.style(Role.HEADER))
        line.append_text(left)
        line.append(" " * max(1, width - 1 - left.cell_len - right.cell_len))
        line.append_text(right)
        self.query_one(Row).show(line)


def _right(status: Status, *, with_reader: bool) -> Text:
    """The reader, what is stopped, and whose money it is."""
    reader = printable(f"{status.reader} {status.reader_state}".strip()) if with_reader else ""
    right = Text(reader)
    if status.limits:
        right.append(GAP if reader else "")
        right.append(f" ! {status.limits} ", style=look.style(Role.WARN))
    if status.mode is not None:
        right.append(GAP if right.cell_len else "")
        right.append(_chip(status.mode), style=look.style(MODE_ROLES[status.mode]))
    return right


def _chip(mode: Mode) -> str:
    return f" {mode.value} " if look.has_colours() else MODE_MARKS[mode].format(mode.value)


def _who(status: Status) -> Text:
    parts = [printable(part) for part in (status.conference, status.station, status.staff) if part]
    return Text(GAP.join(part for part in parts if cell_len(part)))
