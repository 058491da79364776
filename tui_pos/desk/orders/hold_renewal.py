"""Keeping an order's stock while it is paid: its hold is extended, or taken anew if there is stock left."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, Order, OrderLine, TicketType
from tui_pos.desk.catalogue import stock
from tui_pos.desk.catalogue.pricing import Key, Kind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, Refused, because


def hold(desk: Desk, order: Order, now: datetime) -> None:
    """Hold the order's stock for another ``desk.hold_minutes``.

    Call with the conference and the order locked. An order whose hold ran out, or that never had one, holds
    nothing: raises Refused ``sold_out`` or ``venue_full`` when what it wants was sold meanwhile.
    """
    if order.hold_expires_at is None or order.hold_expires_at <= now:
        for reason in _gone(order, now):
            raise Refused(reason)
    until = now + timedelta(minutes=desk.hold_minutes)
    if order.hold_expires_at is None or order.hold_expires_at < until:
        Order.update(hold_expires_at=until, updated_at=now).where(Order.id == order.id).execute()


def _gone(order: Order, now: datetime) -> Iterator[Reason]:
    """Why each line that cannot be kept cannot."""
    sold = stock.sold(order.conference_id, now)
    seats = 0
    for line in OrderLine.select().where(OrderLine.order == order.id).order_by(OrderLine.id):
        total = _total_quantity(line)
        left = stock.remaining(total, sold.get(_key(line), 0))
        if left is not None and left < line.quantity:
            yield because("sold_out.hold", product=line.description, left=left)
        seats += 0 if line.addon_id else line.quantity
    capacity = Conference.get_by_id(order.conference_id).total_capacity
    free = stock.remaining(capacity, stock.seats_taken(sold))
    if free is not None and free < seats:
        yield because("venue_full.hold", left=free)


def _key(line: OrderLine) -> Key:
    return (Kind.ADDON, line.addon_id) if line.addon_id else (Kind.TICKET, line.ticket_type_id or 0)


def _total_quantity(line: OrderLine) -> int:
    product: TicketType | AddOn | None = line.addon if line.addon_id else line.ticket_type
    return product.total_quantity if product is not None else 0
