"""Putting right what the web site's webhook makes of payments that were given back, when it is called late.

It takes a payment that was given back whole for a new one, books it again and marks the order paid; it takes
for refunded what the card's bank has sent back meanwhile; it calls an order refunded that keeps money, and
refunded in part one that keeps all of its price.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from peewee import fn

from tui_pos import clock
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.desk import Attempt, Refund, RefundStage
from tui_pos.data.tables.registration import Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.order.balance import balance
from tui_pos.desk.payments import booking
from tui_pos.desk.refund import effects

LATELY = timedelta(days=30)
"""Stripe calls a webhook that does not answer for three days; it may be longer until a station runs again."""


def put_right(desk: Desk) -> None:
    """Undo that for every payment of the conference that was given back; safe to do twice and at once."""
    # By way of the refunds, which are few: the column of a payment's intent has no index.
    given_back = (
        Attempt.select(Attempt, Order)
        .join(Refund, on=(Refund.attempt == Attempt.id))
        .join(Payment, on=(Payment.id == Attempt.payment))
        .join(Order, on=(Order.id == Attempt.order), attr="order")
        .where(Refund.conference == desk.conference.id, Refund.updated_at >= clock.now() - LATELY)
        .distinct()
    )
    with connected():
        in_part = given_back.where(Order.status == OrderStatus.PARTIALLY_REFUNDED)
        keep_all = [each for each in in_part if balance(each.order).is_covered]
        for attempt in [*given_back.where(_is_doubtful()), *keep_all]:
            run_tx(partial(_put_right, attempt))


def _is_doubtful() -> Any:
    other = Payment.alias()
    counts = other.select(other.id).where(other.order == Order.id, other.status == PaymentStatus.SUCCEEDED)
    beside_ours = counts.where(
        other.stripe_payment_intent_id == Attempt.intent_id, other.id != Attempt.payment
    )
    sent_back = (Payment.status == PaymentStatus.REFUNDED) & (Refund.stage == RefundStage.FAILED)
    keeps_money = (Order.status == OrderStatus.REFUNDED) & fn.EXISTS(counts)
    return fn.EXISTS(beside_ours) | sent_back | keeps_money


def _put_right(attempt: Attempt) -> None:
    order = lock(Order.select().where(Order.id == attempt.order_id)).get()
    booking.drop_doubles(attempt)
    effects.settle(order)
    booking.review(order)
