"""What was handed out of orders, and what refunds without an answer may take away: pieces, tickets, or all.

While a refund is open nothing of that is handed out and nobody comes in on it: if it was made, it is gone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from peewee import fn

from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Refund, RefundLine
from tui_pos.data.tables.registration import Order, ProductRedemption
from tui_pos.desk.orders.balance import OPEN, columns, from_columns


@dataclass(frozen=True, slots=True)
class Leaving:
    """``pieces`` per order line, ``attendees`` whose ticket may go, ``orders`` that may be refunded whole."""

    pieces: dict[int, int] = field(default_factory=dict)
    attendees: frozenset[int] = frozenset()
    orders: frozenset[int] = frozenset()


NOTHING = Leaving()


def handed_out(line_ids: Iterable[int]) -> dict[int, int]:
    """How many pieces of each line were handed out; a line without any is not in it."""
    query = (
        ProductRedemption.select(ProductRedemption.order_line, fn.COUNT(ProductRedemption.id))
        .where(ProductRedemption.order_line.in_(list(line_ids)))
        .group_by(ProductRedemption.order_line)
    )
    return dict(rows(query))


def leaving(order_ids: Collection[int]) -> Leaving:
    """What may leave of these orders; one statement when no refund is open, as nearly always."""
    is_open = Refund.order.in_(list(order_ids)) & Refund.stage.in_(OPEN)
    found = list(rows(Refund.select(Refund.id, Refund.order).where(is_open)))
    if not found:
        return NOTHING
    lines = list(RefundLine.select().where(RefundLine.refund.in_([row[0] for row in found])))
    pieces: dict[int, int] = defaultdict(int)
    for line in lines:
        pieces[line.order_line_id] += line.quantity
    with_lines = {line.refund_id for line in lines}
    by_amount = {order_id for refund_id, order_id in found if refund_id not in with_lines}
    return Leaving(
        pieces=dict(pieces),
        attendees=frozenset(line.attendee_id for line in lines if line.attendee_id is not None),
        orders=frozenset(_left_without_money(by_amount)),
    )


def _left_without_money(order_ids: Collection[int]) -> list[int]:
    """Those of which nothing would be kept; a refund that names no piece then ends the whole order."""
    query = Order.select(Order.id, Order.total, *columns()).where(Order.id.in_(list(order_ids)))
    return [
        order_id for order_id, total, *columns_ in rows(query) if from_columns(total, columns_).covered <= 0
    ]
