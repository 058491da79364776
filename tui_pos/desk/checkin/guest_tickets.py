"""One attendee per ticket: names for the tickets that somebody bought for others.

The buyer is the first attendee of an order, unless another order admits them already; everybody else gets an
account, an access code and a link to the same order, when their name is asked for. It may be left out.
"""

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import AuditAction
from tui_pos.data.tables.registration import Order
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused
from tui_pos.desk.orders import guests, orders, registration
from tui_pos.desk.orders.balance import admits, balance
from tui_pos.desk.orders.views import AttendeeView
from tui_pos.desk.search import lookup


def unnamed_tickets(desk: Desk, reference: str) -> int:
    """How many tickets of the order have no attendee yet; 0 while it is not paid. Raises NotFound."""
    require(desk, Action.SELL)
    with connected():
        order = lookup.order(desk, reference)
        return registration.unnamed(order.id) if order.admits else 0


def register_companion(
    desk: Desk, reference: str, name: str, email: str = "", *, key: str = ""
) -> AttendeeView:
    """Make an attendee for a ticket that has none; called again with the same ``key`` answers the same one.

    Raises NotPermitted, InvalidInput ``name_required``, ``name_too_long``, ``invalid_email`` or ``key_used``,
    NotFound ``order_not_found``, Refused ``order_not_paid`` or ``no_ticket_left``.
    """
    require(desk, Action.SELL)
    full_name, address = guests.clean_name(name), guests.clean_email(email)
    if not full_name:
        raise InvalidInput("name_required")

    def work() -> str:
        order = orders.locked(desk.conference.id, printable(reference, 100))
        entry = audit_log.done(AuditAction.COMPANION, key, order.id)
        return entry.attendee.access_code if entry else _register(desk, order, full_name, address, key)

    with connected():
        return lookup.attendee(desk, run_tx(work))


def _register(desk: Desk, order: Order, name: str, email: str, key: str) -> str:
    """The access code of the new attendee."""
    if not admits(order.status, balance(order)):
        raise Refused("order_not_paid.guest", order=order.reference)
    if not registration.unnamed(order.id):
        raise Refused("no_ticket_left", order=order.reference)
    now = clock.now()
    attendee = registration.admit(order, guests.guest_user(name, email, now).id, now)
    audit_log.record(
        desk,
        AuditAction.COMPANION,
        audit_log.About(order_id=order.id, attendee_id=attendee.id),
        text=name,
        key=key,
    )
    return str(attendee.access_code)
