"""How many of each product are sold or held: the one count that the catalogue and the checkout share.

Sold are the lines of paid and partially refunded orders and of pending ones whose hold has not expired. Call
with a connection open; the checkout calls it with the stock rows locked.
"""

from collections.abc import Mapping
from datetime import datetime

from peewee import fn

from tui_pos.data.queries import rows
from tui_pos.data.tables.registration import PAID_STATUSES, Order, OrderLine, OrderStatus
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind

GONE: ProductKey = (ProductKind.TICKET, 0)
"""Lines that name no product (their ticket type was deleted): they still take a seat in the venue."""


def sold(conference_id: int, now: datetime) -> dict[ProductKey, int]:
    """Pieces sold or held of everything in the conference, in one statement; what sold none is not in it."""
    held = (Order.status == OrderStatus.PENDING) & (Order.hold_expires_at > now)
    query = (
        OrderLine.select(OrderLine.ticket_type, OrderLine.addon, fn.SUM(OrderLine.quantity))
        .join(Order)
        .where(Order.conference == conference_id, Order.status.in_(PAID_STATUSES) | held)
        .group_by(OrderLine.ticket_type, OrderLine.addon)
    )
    return {_key(ticket, addon): int(quantity) for ticket, addon, quantity in rows(query)}


def _key(ticket_id: int | None, addon_id: int | None) -> ProductKey:
    if addon_id is not None:
        return ProductKind.ADDON, addon_id
    return GONE if ticket_id is None else (ProductKind.TICKET, ticket_id)


def seats_taken(counts: Mapping[ProductKey, int]) -> int:
    """What counts against the conference's total capacity: as in the shop, every line that is no add-on."""
    return sum(count for (kind, _), count in counts.items() if kind is ProductKind.TICKET)


def remaining(total_quantity: int, sold_count: int) -> int | None:
    """What is left, never below 0; None when the quantity is unlimited (0)."""
    return max(0, total_quantity - sold_count) if total_quantity else None
