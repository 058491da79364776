"""Payments that the web site's webhook booked a second time.

Called late, after the payment was given back whole, it finds no payment of that intent that is pending or
succeeded; so it writes one, and marks the order paid.
"""

from functools import partial

from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.desk import Attempt, Refund
from tui_pos.data.tables.registration import Order, Payment, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import booking
from tui_pos.desk.refund import card_refunds


def undo(desk: Desk) -> int:
    """Let none of the conference's second bookings count; answers how many payments had one."""
    second = (
        (Payment.order == Attempt.order)
        & (Payment.stripe_payment_intent_id == Attempt.intent_id)
        & (Payment.id != Attempt.payment)
    )
    # By way of the refunds, which are few: the column of the intent has no index.
    query = (
        Attempt.select()
        .join(Payment, on=second)
        .join(Refund, on=(Refund.attempt == Attempt.id))
        .where(Refund.conference == desk.conference.id, Payment.status == PaymentStatus.SUCCEEDED)
        .distinct()
    )
    with connected():
        found = list(query)
        for attempt in found:
            run_tx(partial(_undo, attempt))
    return len(found)


def _undo(attempt: Attempt) -> None:
    order = lock(Order.select().where(Order.id == attempt.order_id)).get()
    booking.drop_doubles(attempt)
    card_refunds.reflect_in_status(order)
    booking.review(order)
