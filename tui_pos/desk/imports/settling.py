"""How imported orders stand, and what was paid elsewhere for each of their lines."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    Attendee,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
)
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.payment_sources import PAID_ELSEWHERE, reference_of


def held_until(desk: Desk) -> datetime:
    """Until when an order holds what is not paid: to the end of the conference, as it does elsewhere."""
    conference: Conference = Conference.get_by_id(desk.conference.id)
    return desk.begins(conference.end_date + timedelta(days=1))


def payment_values(
    desk: Desk, order_id: int | None, line_id: int | None, amount: Decimal, at: datetime
) -> dict[str, Any]:
    """What was paid elsewhere for an order line; negative for what went back there."""
    return {
        "order": order_id,
        "method": PaymentMethod.MANUAL if amount else PaymentMethod.COMP,
        "status": PaymentStatus.SUCCEEDED,
        "amount": amount,
        "reference": reference_of(line_id) if line_id else "",
        "note": PAID_ELSEWHERE,
        "created_by": desk.staff.id,
        "created_at": at,
    }


def was_paid(line: OrderLine) -> bool:
    """Whether something was paid elsewhere for a line, be it given back since."""
    theirs = Payment.select(Payment.id).where(
        Payment.order == line.order_id,
        Payment.note == PAID_ELSEWHERE,
        Payment.reference == reference_of(line.id),
    )
    return bool(theirs.exists())


def move_line(line_id: int, order_id: int, to: int) -> None:
    """Let an imported order's line be another's, with what was paid for it."""
    OrderLine.update(order=to).where(OrderLine.id == line_id).execute()
    Payment.update(order=to).where(
        Payment.order == order_id,
        Payment.note == PAID_ELSEWHERE,
        Payment.reference == reference_of(line_id),
    ).execute()


def settle(desk: Desk, order_id: int, status: str, now: datetime) -> None:
    """Let an order that no desk has touched cost what its lines do, stand so, and be paid accordingly.

    What was booked stays as it was, for its day may be over: the difference is booked now.
    """
    of_order = OrderLine.select(OrderLine.id, OrderLine.line_total).where(OrderLine.order == order_id)
    lines: dict[int, Decimal] = dict(rows(of_order))
    total = sum(lines.values(), ZERO)
    is_paid = status == OrderStatus.PAID
    Order.update(
        status=status,
        subtotal=total,
        total=total,
        hold_expires_at=held_until(desk) if status == OrderStatus.PENDING else None,
        updated_at=now,
    ).where(Order.id == order_id).execute()
    Attendee.update(completed_registration=is_paid, updated_at=now).where(
        Attendee.order == order_id
    ).execute()
    paid = Payment.select(Payment.reference, Payment.amount).where(
        Payment.order == order_id, Payment.note == PAID_ELSEWHERE
    )
    booked: dict[str, Decimal] = {}
    for reference, amount in rows(paid):
        booked[reference] = booked.get(reference, ZERO) + amount
    for line_id, cost in lines.items():
        difference = (cost if is_paid else ZERO) - booked.get(reference_of(line_id), ZERO)
        if difference:
            Payment.create(**payment_values(desk, order_id, line_id, difference, now))
    if is_paid and not total and "" not in booked:
        Payment.create(**payment_values(desk, order_id, None, ZERO, now))
