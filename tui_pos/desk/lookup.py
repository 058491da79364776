"""Who a badge belongs to, what they bought and what they owe; one order by its reference."""

from tui_pos.desk.context import Desk
from tui_pos.desk.search import Found, resolve, search
from tui_pos.desk.views import AttendeeView, CheckInView, CreditView, LineView, OrderView, Verdict

__all__ = [
    "AttendeeView",
    "CheckInView",
    "CreditView",
    "Found",
    "LineView",
    "OrderView",
    "Verdict",
    "attendee",
    "order",
    "resolve",
    "search",
]


def attendee(desk: Desk, code: str) -> AttendeeView:
    """The attendee with this access code, given as ``CODE`` or ``conference:CODE`` in any case.

    Raises InvalidInput ``invalid_code``, NotFound ``attendee_not_found``, Refused ``other_conference``.
    """
    raise NotImplementedError


def order(desk: Desk, reference: str | int) -> OrderView:
    """The order with this reference (any case) or id. Raises InvalidInput or NotFound ``order_not_found``."""
    raise NotImplementedError
