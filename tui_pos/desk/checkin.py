"""Letting somebody in."""

from dataclasses import dataclass
from datetime import datetime

from tui_pos.desk.context import Desk
from tui_pos.desk.views import AttendeeView


@dataclass(frozen=True, slots=True)
class CheckInResult:
    """``first``: this was the first time; otherwise ``at`` and ``station`` are those of the first time."""

    first: bool
    at: datetime
    station: str
    attendee: AttendeeView


def check_in(desk: Desk, code: str) -> CheckInResult:
    """Record that the attendee with this access code came in; every pass is recorded.

    Raises what ``lookup.attendee`` raises, and Refused ``not_paid``, ``order_cancelled``, ``order_refunded`` or
    ``no_order`` when nothing that admits them is paid.
    """
    raise NotImplementedError
