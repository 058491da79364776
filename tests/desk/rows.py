"""Rows that several tests of the desk need."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import AddOn, Attendee, Order, OrderLine, TicketType
from tui_pos.desk.context import Desk

D = Decimal


def order_of(
    desk: Desk, code: str, total: str, *products: str, status: str = "pending", **columns: Any
) -> Order:
    """Another order of this attendee, with one line for each product and all of the total on the first."""
    with connected():
        user = Attendee.get(Attendee.access_code == code).user
        values: dict[str, Any] = {
            "conference": desk.conference.id,
            "user": user,
            "status": status,
            "subtotal": D(total),
            "total": D(total),
            "reference": f"ORD-{clock.random_code(8)}",
            "billing_name": "Somebody",
        }
        order: Order = Order.create(**(values | columns))
        for number, slug in enumerate(products):
            OrderLine.create(
                order=order,
                ticket_type=TicketType.get_or_none(TicketType.slug == slug),
                addon=AddOn.get_or_none(AddOn.slug == slug),
                description=slug,
                quantity=1,
                unit_price=D(total) if number == 0 else D("0.00"),
                line_total=D(total) if number == 0 else D("0.00"),
            )
    return order


def late() -> dict[str, Any]:
    return {"hold_expires_at": clock.now() - timedelta(seconds=1)}
