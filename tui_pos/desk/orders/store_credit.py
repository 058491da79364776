"""Store credit: what somebody has, spending it on an order, and giving back what an order had used."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from tui_pos.data.connection import lock
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import Refund
from tui_pos.data.tables.registration import (
    Credit,
    CreditStatus,
    Order,
    Payment,
    PaymentMethod,
    PaymentStatus,
)

REPLACED_NOTE = "In place of a credit that has expired"


def available(conference_id: int, user_id: int) -> Decimal:
    """What this user can still spend in this conference."""
    rows = Credit.select(Credit.remaining_amount).where(
        Credit.conference == conference_id,
        Credit.user == user_id,
        Credit.status == CreditStatus.AVAILABLE,
        Credit.remaining_amount > 0,
    )
    return sum((row.remaining_amount for row in rows), ZERO)


def spend(order: Order, amount: Decimal, quantum: Decimal, now: datetime) -> list[Decimal]:
    """Take up to ``amount`` from the credits of the order's buyer, oldest first; what came of each.

    Call inside a transaction with the order locked. What is less than a ``quantum`` cannot be paid with and
    stays on its credit.
    """
    wallet = lock(
        Credit.select()
        .where(
            Credit.conference == order.conference_id,
            Credit.user == order.user_id,
            Credit.status == CreditStatus.AVAILABLE,
            Credit.remaining_amount >= quantum,
        )
        .order_by(Credit.id)
    )
    spent = []
    for credit in wallet:
        piece = min(amount, credit.remaining_amount - credit.remaining_amount % quantum)
        if piece <= ZERO:
            break
        credit.remaining_amount -= piece
        if credit.remaining_amount == ZERO:
            credit.status = CreditStatus.APPLIED
        credit.applied_to_order = order.id
        credit.updated_at = now
        credit.save()
        spent.append(piece)
        amount -= piece
    return spent


def give_back(orders: Sequence[Order], now: datetime) -> None:
    """Turn the orders' credit payments into refunded ones and let their buyers spend the credit again.

    Call inside a transaction with the orders locked.
    """
    used = list(
        Payment.select().where(
            Payment.order.in_([order.id for order in orders]),
            Payment.method == PaymentMethod.CREDIT,
            Payment.status == PaymentStatus.SUCCEEDED,
        )
    )
    for order in orders:
        payments = [payment for payment in used if payment.order_id == order.id]
        if payments:
            ids = [payment.id for payment in payments]
            Payment.update(status=PaymentStatus.REFUNDED).where(Payment.id.in_(ids)).execute()
            restore(order, sum((payment.amount for payment in payments), ZERO), now)


def restore(order: Order, amount: Decimal, now: datetime) -> Credit | None:
    """Put ``amount``, paid for the order with credit, back on the credits that it came from.

    Call inside a transaction with the order locked. A credit remembers only the last order it was used on,
    so what does not fit there goes to the buyer's other used credits; never above a credit's amount. What
    came from a credit that has expired since becomes a new one, which is answered. What an exchange brought
    can be spent from then on.
    """
    records = Refund.select(Refund.credit).where(Refund.credit.is_null(False))
    # The record of a refund that went to a person is used up on no order.
    never_spent = (Credit.remaining_amount == 0) & Credit.applied_to_order.is_null() & Credit.id.in_(records)
    used = lock(
        Credit.select()
        .where(Credit.conference == order.conference_id, Credit.user == order.user_id, ~never_spent)
        .order_by(Credit.id)
    )
    left, expired = amount, ZERO
    for credit in sorted(used, key=lambda credit: credit.applied_to_order_id != order.id):
        room = credit.amount - credit.remaining_amount
        if credit.status == CreditStatus.EXPIRED:
            expired += room
            continue
        back = min(left, room)
        if back > ZERO:
            credit.remaining_amount += back
            credit.status = CreditStatus.AVAILABLE
            if credit.applied_to_order_id == order.id:
                credit.applied_to_order = None
            credit.updated_at = now
            credit.save()
            left -= back
    return _in_place_of_expired(order, min(left, expired), now)


def _in_place_of_expired(order: Order, amount: Decimal, now: datetime) -> Credit | None:
    if amount <= ZERO:
        return None
    new: Credit = Credit.create(
        conference=order.conference_id,
        user=order.user_id,
        amount=amount,
        remaining_amount=amount,
        status=CreditStatus.AVAILABLE,
        note=REPLACED_NOTE,
        created_at=now,
        updated_at=now,
    )
    return new
