"""Whether somebody's ticket was given back, or may be at this moment."""

from dataclasses import dataclass

from peewee import fn

from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Refund, RefundLine
from tui_pos.data.tables.registration import PAID_STATUSES, Attendee, Order, OrderLine
from tui_pos.desk.orders.balance import ACCEPTED, OPEN


@dataclass(frozen=True, slots=True)
class TicketBack:
    """``returned``: it was refunded, and they have no spare one; ``returning``: the refund is still open."""

    returned: bool = False
    returning: bool = False


def ticket_back(attendee_id: int, user_id: int, order_id: int | None) -> TicketBack:
    """What became of this person's ticket, by the refunds that name them.

    Somebody whose ticket went back may hold another one: one that was linked to them since, or one of a
    further order of theirs that is nobody's yet.
    """
    query = (
        RefundLine.select(Refund.order, Refund.stage).join(Refund).where(RefundLine.attendee == attendee_id)
    )
    refunds = list(rows(query))
    returning = any(stage in OPEN for of_order, stage in refunds if of_order == order_id)
    back_from = [of_order for of_order, stage in refunds if stage in ACCEPTED]
    if not back_from or order_id is not None:
        return TicketBack(returning=returning)
    return TicketBack(returned=not _has_spare_ticket(user_id, back_from))


def _has_spare_ticket(user_id: int, except_of: list[int]) -> bool:
    """Whether the user has a paid ticket without an attendee, in another order than these."""
    holders = Attendee.select(fn.COUNT(Attendee.id)).where(Attendee.order == Order.id)
    query = (
        Order.select(Order.id)
        .join(OrderLine)
        .where(
            Order.user == user_id,
            Order.id.not_in(except_of),
            Order.status.in_(PAID_STATUSES),
            OrderLine.ticket_type.is_null(False),
        )
        .group_by(Order.id)
        .having(fn.SUM(OrderLine.quantity) > holders)
    )
    return bool(query.exists())
