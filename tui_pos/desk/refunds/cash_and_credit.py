"""Refunds of cash, credit and complimentary payments: cash from the drawer, credit to where it came from.

All of it is done the moment it is written, each as a refund that succeeded. What was given away or free has
an amount of 0. Call inside a transaction with the order locked.
"""

from collections.abc import Set
from decimal import Decimal

from tui_pos.core import clock, money
from tui_pos.data.tables.desk import Attempt, AuditAction, MovementKind, Refund, RefundOrigin, RefundStage
from tui_pos.data.tables.registration import Order, Payment, PaymentMethod, PaymentStatus
from tui_pos.desk.access import audit_log
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import because
from tui_pos.desk.orders import store_credit
from tui_pos.desk.orders.balance import ACCEPTED, OPEN
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.stored_reasons import pack
from tui_pos.desk.tenders import cash


def new_refund(
    desk: Desk,
    order: Order,
    payment: Payment | None,
    tender: Tender,
    *,
    amount: int,
    reason: str,
    attempt: Attempt | None = None,
    exchange_id: int | None = None,
) -> Refund:
    """Write a refund of ``amount`` (minor units); a card's is only asked for, any other is made."""
    now = clock.now()
    is_made = attempt is None
    row: Refund = Refund.create(
        conference=desk.conference.id,
        order=order.id,
        payment=payment.id if payment else None,
        attempt=attempt.id if attempt else None,
        exchange=exchange_id,
        origin=RefundOrigin.DESK,
        tender=tender,
        key=clock.new_id(),
        station=desk.station,
        staff=desk.staff.id,
        amount=amount,
        currency=attempt.currency if attempt else desk.conference.currency,
        reason=reason,
        stage=RefundStage.SUCCEEDED if is_made else RefundStage.CREATED,
        created_at=now,
        updated_at=now,
        finished_at=now if is_made else None,
    )
    return row


def give_back(desk: Desk, order: Order, payment: Payment, way: Tender, *, amount: int, reason: str) -> Refund:
    """Give ``amount`` (minor units, at most what is left) of a payment back in cash or as credit."""
    now, major = clock.now(), money.from_minor(amount, desk.conference.currency)
    if way is Tender.CREDIT:
        row = new_refund(desk, order, payment, Tender.CREDIT, amount=amount, reason=reason)
        put_on = store_credit.restore(order, major, now)
        if put_on is not None:
            currency = desk.conference.currency
            row.message = pack(because("refund_note.new_credit", amount=put_on.amount, currency=currency))
            row.save(only=[Refund.message])
    else:
        part = cash.to_hand_back(desk, same_money(payment), major)
        row = new_refund(desk, order, payment, Tender.CASH, amount=amount, reason=reason)
        row.rounding = money.to_minor(part.cash, desk.conference.currency) - amount
        row.save(only=[Refund.rounding])
        cash.record_movement(desk, order, payment.id, MovementKind.REFUND, part, now=now)
    _record(desk, order, row, major)
    return row


def origin(payment: Payment) -> Payment:
    """The payment whose money this one is: itself, unless an exchange brought it from another order."""
    while payment.method == PaymentMethod.CREDIT and payment.reference:
        exchanged: Refund | None = Refund.get_or_none(
            Refund.key == payment.reference,
            Refund.exchange == payment.order_id,
            Refund.stage == RefundStage.SUCCEEDED,
        )
        if exchanged is None or exchanged.payment_id is None:
            break
        payment = exchanged.payment
    return payment


def same_money(payment: Payment) -> Set[int]:
    """The ids of the payments that are of the same money as this one: it, and those that exchanges made."""
    ids, of = {int(payment.id)}, [origin(payment)]
    while of:
        ids |= {int(each.id) for each in of}
        keys = Refund.select(Refund.key).where(
            Refund.payment.in_([each.id for each in of]),
            Refund.exchange.is_null(False),
            Refund.stage == RefundStage.SUCCEEDED,
        )
        brought = Payment.select().where(
            Payment.method == PaymentMethod.CREDIT, Payment.reference.in_(keys), Payment.id.not_in(ids)
        )
        of = list(brought)
    return ids


def end_free(desk: Desk, order: Order, reason: str) -> Refund:
    """End the free or complimentary part of an order, with refunds of 0."""
    row = new_refund(desk, order, None, Tender.COMPLIMENTARY, amount=0, reason=reason)
    _record(desk, order, row, Decimal(0))
    return row


def left_of(payment: Payment, currency: str, amount: Decimal | None = None) -> int:
    """What of a payment can still be given back, in minor units; nothing that a refund may take away.

    ``amount`` is what it is less what was given back elsewhere; the payment's own unless said.

    A refund that was made has lowered the payment by what it gave back; those from before that was done did
    not, and count here.
    """
    if payment.status != PaymentStatus.SUCCEEDED:
        return 0
    unsplit = Refund.stage.in_(ACCEPTED) & Refund.split.is_null()
    rows = Refund.select(Refund.amount).where(Refund.payment == payment.id, unsplit | Refund.stage.in_(OPEN))
    return money.to_minor(payment.amount if amount is None else amount, currency) - sum(
        row.amount for row in rows
    )


def complimentary_payments(order: Order) -> list[Payment]:
    """What was given away of the order, or the record that it was free."""
    return list(
        Payment.select().where(
            Payment.order == order.id,
            Payment.status == PaymentStatus.SUCCEEDED,
            Payment.method == PaymentMethod.COMP,
        )
    )


def _record(desk: Desk, order: Order, row: Refund, major: Decimal) -> None:
    audit_log.record(
        desk,
        AuditAction.REFUND,
        audit_log.About(order_id=order.id, payment_id=row.payment_id),
        amount=major,
        reason=row.reason,
    )
