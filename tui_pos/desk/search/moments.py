"""When and where something happened, as people at the desk read it."""

from datetime import datetime

from tui_pos.core import clock
from tui_pos.desk.context import Desk


def when_and_where(desk: Desk, at: datetime, station: str) -> str:
    """ "09:14 at desk-2", with the day when it is another one; without the station when there is none."""
    moment = desk.local(at)
    today = moment.date() == desk.local(clock.now()).date()
    shown = f"{moment:%H:%M}" if today else f"{moment:%d %b %H:%M}"
    return f"{shown} at {station}" if station else shown
