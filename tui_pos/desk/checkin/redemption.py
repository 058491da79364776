"""Handing out what was bought beside tickets: meals, shirts, tutorials, once for every piece that was paid.

Pieces are counted per line of an order, whoever of its attendees fetches them; every paid order of somebody
counts, not only the one on the badge. django-program has a row for each piece and knows no other way to take
one back than to delete it; who did so and why stays in the audit log. Its rows have no station: it is in the
note.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from tui_pos.core import clock
from tui_pos.core.clock import Moment
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import AuditAction
from tui_pos.data.tables.registration import Order, OrderLine, OrderStatus, ProductRedemption
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.carts.cart import check_quantity
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound, Refused
from tui_pos.desk.limits import TO_WRITE
from tui_pos.desk.orders.balance import admits, balance
from tui_pos.desk.orders.leaving import NOTHING, Leaving, handed_out, leaving
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search import lookup

NOT_PAID: dict[str, str] = {OrderStatus.PENDING: "not_paid", OrderStatus.CANCELLED: "cancelled"}
"""The reason code why nothing of an order is handed out; of any other it is ``refunded``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOut:
    """A line of a paid order, how many pieces of it were bought, and how many are left to hand out.

    What was given back counts nowhere; ``leaving`` are those that a refund without an answer may take away.
    """

    line_id: int
    reference: str
    description: str
    bought: int
    left: int
    leaving: int = 0


@dataclass(frozen=True, slots=True)
class Fetched:
    """One piece that was handed out: of which line, and when and where."""

    line_id: int
    description: str
    when: Moment


def hand_outs(desk: Desk, code: str) -> tuple[HandOut, ...]:
    """What is or was to be handed out to the attendee with this badge, oldest first.

    Raises what ``lookup.attendee`` raises.
    """
    require(desk, Action.CHECK_IN)
    with connected():
        found = lookup.attendee(desk, code)
        return of_orders(found.orders)


def to_hand_out(desk: Desk, order: OrderView) -> tuple[HandOut, ...]:
    """What is left to hand out of an order."""
    require(desk, Action.CHECK_IN)
    with connected():
        return tuple(line for line in of_orders([order]) if line.left)


def hand_out(desk: Desk, code: str, line_id: int, quantity: int = 1, *, key: str = "") -> HandOut:
    """Record that ``quantity`` pieces of a line were handed out; what is left then.

    Asked again with the same ``key`` nothing more is handed out. Raises what ``lookup.attendee`` raises,
    InvalidInput ``invalid_quantity`` or ``key_used``, NotFound ``line_not_found``, Refused ``not_paid``,
    ``cancelled`` or ``refunded`` (the order), ``refund_open`` (a refund may take the pieces away),
    ``handed_out`` or ``too_many``.
    """
    require(desk, Action.CHECK_IN)
    desk.limits.refuse(*TO_WRITE)
    check_quantity(quantity)

    def work() -> HandOut:
        attendee, order, line = _locked(desk, code, line_id)
        if audit_log.done(AuditAction.HAND_OUT, key, order.id):
            return _state(order, line)
        state = _state(order, line)
        _refuse_what_went_back(state, quantity)
        if not admits(order.status, balance(order)):
            raise Refused(f"{NOT_PAID.get(order.status, 'refunded')}.to_hand_out", order=order.reference)
        _refuse_unless_left(desk, state, quantity)
        _write(desk, attendee, order, line, quantity=quantity, key=key)
        return _state(order, line)

    with connected():
        return run_tx(work)


def undo_hand_out(desk: Desk, code: str, line_id: int, reason: str, *, quantity: int = 1) -> HandOut:
    """Record that the last ``quantity`` pieces of a line were not handed out after all, or came back.

    Raises as ``hand_out``, InvalidInput ``reason_required``, and Refused ``not_handed_out``.
    """
    require(desk, Action.CHECK_IN)
    desk.limits.refuse(*TO_WRITE)
    check_quantity(quantity)
    why = audit_log.reason_given(reason)

    def work() -> HandOut:
        attendee, order, line = _locked(desk, code, line_id)
        last = list(
            ProductRedemption.select(ProductRedemption.id)
            .where(ProductRedemption.order_line == line.id)
            .order_by(ProductRedemption.id.desc())
            .limit(quantity)
        )
        shown = printable(line.description)
        if len(last) < quantity:
            raise Refused("not_handed_out", quantity=len(last), product=shown)
        ProductRedemption.delete().where(ProductRedemption.id.in_([row.id for row in last])).execute()
        text = f"{quantity} x {shown}"
        audit_log.record(
            desk,
            AuditAction.TAKE_BACK,
            audit_log.About(order_id=order.id, attendee_id=attendee.id),
            text=text,
            reason=why,
        )
        return _state(order, line)

    with connected():
        return run_tx(work)


def fetched(desk: Desk, orders: Iterable[OrderView]) -> tuple[Fetched, ...]:
    """The pieces of these orders that were handed out, the last one first."""
    require(desk, Action.CHECK_IN, looks=True)
    names = {line.id: line.description for order in orders for line in order.lines}
    query = (
        ProductRedemption.select(
            ProductRedemption.order_line, ProductRedemption.redeemed_at, ProductRedemption.note
        )
        .where(ProductRedemption.order_line.in_(list(names)))
        .order_by(ProductRedemption.id.desc())
    )
    with connected():
        return tuple(
            Fetched(line_id, names[line_id], desk.moment(at, printable(note, 40)))
            for line_id, at, note in rows(query)
        )


def of_orders(orders: Iterable[OrderView]) -> tuple[HandOut, ...]:
    """The same for orders that were read already; call with a connection open."""
    return tuple(sorted(_lines(orders), key=lambda line: line.line_id))


def _lines(orders: Iterable[OrderView]) -> Iterable[HandOut]:
    """The add-ons of those orders that admit; free amounts and deleted products are not handed out."""
    lines = {
        line.id: (order, line)
        for order in orders
        if order.admits
        for line in order.lines
        if line.addon_slug is not None and line.quantity
    }
    handed = handed_out(lines)
    for number, (order, line) in lines.items():
        going = leaving([order.id]) if order.being_given_back else NOTHING
        gone = _going(going, order.id, number, line.quantity)
        left = max(line.quantity - gone - handed.get(number, 0), 0)
        yield HandOut(
            line_id=number,
            reference=order.reference,
            description=line.description,
            bought=line.quantity,
            left=left,
            leaving=gone,
        )


def _going(going: Leaving, order_id: int, line_id: int, quantity: int) -> int:
    return quantity if order_id in going.orders else going.pieces.get(line_id, 0)


def _locked(desk: Desk, code: str, line_id: int) -> tuple[AttendeeView, Order, OrderLine]:
    """Who came, and the order and line of theirs, locked in this order as refunds and the web shop lock."""
    _, order_id = _theirs(desk, code, line_id)
    order = lock(Order.select().where(Order.id == order_id)).get()
    line = lock(OrderLine.select().where(OrderLine.id == line_id)).get()
    # Looked up again: before the lock was had, the ticket may have gone to somebody else.
    attendee, _ = _theirs(desk, code, line_id)
    return attendee, order, line


def _theirs(desk: Desk, code: str, line_id: int) -> tuple[AttendeeView, int]:
    """Whose badge it is, and the order of theirs that has the line. Raises NotFound ``line_not_found``."""
    attendee = lookup.attendee(desk, code)
    # Compared here: a typed number may be larger than the column.
    theirs = OrderLine.select().where(OrderLine.order.in_([order.id for order in attendee.orders]))
    named = next((line for line in theirs if line.id == line_id), None)
    if named is None:
        raise NotFound("line_not_found.attendee", who=printable(attendee.name), line=line_id)
    return attendee, named.order_id


def _state(order: Order, line: OrderLine) -> HandOut:
    gone = _going(leaving([order.id]), order.id, line.id, line.quantity)
    left = max(line.quantity - gone - handed_out([line.id]).get(line.id, 0), 0)
    return HandOut(
        line_id=line.id,
        reference=order.reference,
        description=line.description,
        bought=line.quantity,
        left=left,
        leaving=gone,
    )


def _refuse_what_went_back(state: HandOut, quantity: int) -> None:
    if not state.bought:
        raise Refused("refunded.line", product=printable(state.description))
    if state.leaving and quantity > state.left:
        raise Refused("refund_open.line", quantity=state.leaving, product=printable(state.description))


def _refuse_unless_left(desk: Desk, state: HandOut, quantity: int) -> None:
    shown = printable(state.description)
    if not state.left:
        last = (
            ProductRedemption.select()
            .where(ProductRedemption.order_line == state.line_id)
            .order_by(ProductRedemption.id.desc())
            .first()
        )
        when = desk.moment(last.redeemed_at, printable(last.note, 40)) if last else None
        raise Refused("handed_out", product=shown, bought=state.bought, last=when)
    if quantity > state.left:
        raise Refused("too_many", left=state.left, bought=state.bought, product=shown)


def _write(
    desk: Desk, attendee: AttendeeView, order: Order, line: OrderLine, *, quantity: int, key: str
) -> None:
    now = clock.now()
    piece = {
        "attendee": attendee.id,
        "conference": desk.conference.id,
        "order_line": line.id,
        "redeemed_by": desk.staff.id,
        "redeemed_at": now,
        "note": desk.station,
    }
    ProductRedemption.insert_many([piece] * quantity).execute()
    text = f"{quantity} x {printable(line.description)}"
    audit_log.record(
        desk,
        AuditAction.HAND_OUT,
        audit_log.About(order_id=order.id, attendee_id=attendee.id),
        text=text,
        key=key,
    )
