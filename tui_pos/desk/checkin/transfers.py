"""A ticket that goes to another person: they get a badge of their own, and the old one is dead.

The new person is a new attendee with an account of their own, linked to the same order; who bought it stays
its buyer. The old attendee keeps their check-ins, loses the order and gets a code that nobody knows, so that
neither the old badge nor the web site lets them in by it; the old code is remembered and says so when it is
scanned. What was handed out of the order counts for the new person, at django-program's scanner too, which
counts by attendee. The new person is not in yet, whoever came in on the old badge;
where somebody did, a supervisor alone hands the ticket over, for two may be in on it then.
"""

import logging
from datetime import datetime
from functools import partial

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data import search_index
from tui_pos.data.connection import connected, lock, on_commit, run_tx
from tui_pos.data.tables.desk import AuditAction, ReplacedBadge
from tui_pos.data.tables.registration import Attendee, Order, OrderLine, ProductRedemption
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused, because
from tui_pos.desk.limits import TO_WRITE
from tui_pos.desk.orders import guests, registration
from tui_pos.desk.orders.badges import access_code
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search import lookup
from tui_pos.desk.stored_reasons import pack

log = logging.getLogger(__name__)


def transfer(desk: Desk, code: str, name: str, email: str = "", *, reason: str) -> AttendeeView:
    """Hand the ticket of this badge to another person; answers them, with their new access code.

    The reason and both names are kept in the audit log. Raises what ``lookup.attendee`` raises, which is
    ``badge_replaced`` when asked again, InvalidInput ``name_required``, ``name_too_long``, ``invalid_email``
    or ``reason_required``, Refused with the verdict's code when the badge admits nobody now, NotPermitted
    for who may hand over no ticket on which somebody came in.
    """
    require(desk, Action.TRANSFER)
    desk.limits.refuse(*TO_WRITE)
    full_name, address = guests.clean_name(name), guests.clean_email(email)
    if not full_name:
        raise InvalidInput("name_required")
    why = audit_log.reason_given(reason)
    with connected():
        bare = access_code(desk, code)
        successor = run_tx(lambda: _transfer(desk, bare, full_name, address, why))
        search_index.outdated(desk.conference.id)
        return lookup.attendee(desk, successor)


def _transfer(desk: Desk, code: str, name: str, email: str, reason: str) -> str:
    """The new person's access code."""
    old, order = _locked(desk, code)
    if old.checked_in_at is not None:
        require(desk, Action.TRANSFER_USED)
    now = clock.now()
    successor = registration.admit(order, guests.guest_user(name, email, now).id, now)
    _retire(old, order, now)
    ReplacedBadge.create(
        conference=desk.conference.id,
        code=code,
        attendee=old.id,
        successor=successor.id,
        order=order.id,
        at=now,
        station=desk.station,
        staff=desk.staff.id,
    )
    lines = OrderLine.select(OrderLine.id).where(OrderLine.order == order.id)
    ProductRedemption.update(attendee=successor.id).where(
        ProductRedemption.attendee == old.id, ProductRedemption.order_line.in_(lines)
    ).execute()
    audit_log.record(
        desk,
        AuditAction.TRANSFER,
        audit_log.About(order_id=order.id, attendee_id=old.id),
        text=pack(because("transferred", before=printable(old.name), after=name)),
        reason=reason,
    )
    on_commit(partial(log.info, "the ticket of attendee %d went to %d", old.id, successor.id))
    return str(successor.access_code)


def _locked(desk: Desk, code: str) -> tuple[AttendeeView, Order]:
    """Whose badge it is and the order that admits them, locked in the order in which payments lock them."""
    _, seen = _admitted(desk, code)
    order: Order = lock(Order.select().where(Order.id == seen.id)).get()
    list(lock(Attendee.select(Attendee.id).where(Attendee.access_code == code)))
    found, admitting = _admitted(desk, code)
    if admitting.id != order.id:
        raise Refused("no_ticket.transfer", verdict=found.verdict)
    is_named = found.order is not None and found.order.id == order.id
    # A ticket of an order that the badge does not name must not be somebody else's.
    if not is_named and not registration.unnamed(order.id):
        raise Refused("no_ticket.transfer", verdict=found.verdict)
    return found, order


def _admitted(desk: Desk, code: str) -> tuple[AttendeeView, OrderView]:
    """Whose badge it is, and the order with the ticket: the one on the badge, else the newest that holds one.

    As at the door, an order whose ticket they handed to somebody before does not count.
    """
    # Read before the badge is: if the ticket is handed over in between, the badge says so.
    row = Attendee.get_or_none(Attendee.access_code == code)
    gone = registration.handed_over(row.id) if row is not None else {}
    attendee = lookup.attendee(desk, code)
    if not attendee.registered:
        raise Refused(f"{attendee.verdict.code}.transfer", verdict=attendee.verdict)
    linked: tuple[OrderView, ...] = (attendee.order,) if attendee.order else ()
    for order in (*linked, *attendee.orders):
        if order.admits and order.id not in gone and lookup.holds_ticket(order):
            return attendee, order
    raise Refused("no_ticket.transfer", verdict=attendee.verdict)


def _retire(old: AttendeeView, order: Order, now: datetime) -> None:
    """Give the old attendee a code that is nobody's, and take the order off them."""
    if old.order is not None and old.order.id == order.id:
        Attendee.update(order=None, completed_registration=False).where(Attendee.id == old.id).execute()
    registration.recode(old.id, now)
