"""What a refund changes in django-program's rows, once, and how that is undone when it fails.

django-program has no refund of a part: its reports sum succeeded payments, the totals of orders that are paid
or refunded in part, the quantities of their lines, and credits with a source order as what was refunded. So a
refund that was accepted splits the payment into what is kept and what went back, takes the pieces off their
lines and their price off the order, and leaves a credit that is used up. Then those sums are the desk's own.

An order of which everything went back is ``refunded`` and counts nowhere; its price stays as it was. Call
everything here inside a transaction with the order locked.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from peewee import fn

from tui_pos.core import clock, money
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import Refund, RefundLine
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    Attendee,
    Credit,
    CreditStatus,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
)
from tui_pos.desk.orders import price_reductions
from tui_pos.desk.orders.balance import ACCEPTED, OrderBalance, balance

PART_NOTE = "Given back of payment {payment}"
CREDIT_NOTE = "Given back by {tender} ({origin})"
PRICE_NOTE = "Given back"
"""What django-program's rows say of a refund: the part split off a payment, the credit, the lowered price."""

REFUNDABLE = (*PAID_STATUSES, OrderStatus.REFUNDED)
"""Orders that were sold; the price and status of any other are not changed by what goes back."""


def reflect(order: Order, *refunds: Refund) -> None:
    """Write or take back the effect of refunds, as their stages ask for, then the order's price and status.

    Refunds made by one request are passed together: several of them may pay for one piece.
    """
    now, changed = clock.now(), False
    for row in refunds:
        if row.stage in ACCEPTED and row.applied_at is None:
            _apply(order, row, now)
            changed = True
        elif row.stage not in ACCEPTED and row.applied_at is not None:
            _revert(order, row, now)
            changed = True
    if changed:
        adjust_order(order)


def adjust_order(order: Order) -> None:
    """Bring the price and the status of a sold order into line with what is kept of its money."""
    if order.status not in REFUNDABLE:
        return
    now, found = clock.now(), balance(order)
    if _nothing_left(order, found):
        status: str = OrderStatus.REFUNDED
        Payment.update(status=PaymentStatus.REFUNDED).where(*_complimentary(order)).execute()
    elif not _was_paid(order, found):
        # The web site's webhook calls an order refunded of which only a part was ever paid.
        status = OrderStatus.PAID if order.status == OrderStatus.PAID else OrderStatus.PENDING
    else:
        _price(order, found, now)
        status = _status_with_money(order)
    if order.status != status:
        order.status, order.updated_at = status, now
        order.save(only=[Order.status, Order.updated_at])


def _apply(order: Order, row: Refund, now: datetime) -> None:
    major = money.from_minor(row.amount, row.currency)
    changes: dict[str, object] = {"applied_at": now}
    if row.payment_id is not None and major:
        changes["split"] = _split(row, major, now)
    if major and row.credit_id is None:
        changes["credit"] = _record(order, row, major, now)
    changes["price_change"] = _take_pieces_off(order, row, now)
    _write(row, changes)


def _revert(order: Order, row: Refund, now: datetime) -> None:
    split, credit, line = row.split_id, row.credit_id, row.price_line_id
    nothing = dict.fromkeys(("applied_at", "split", "credit", "price_line"))
    _write(row, {**nothing, "price_change": 0})
    if row.payment_id is not None:
        _rejoin(row, split, now)
    if credit:
        Credit.delete().where(Credit.id == credit).execute()
    if line:
        price_reductions.restore(order, line, now)
    _put_pieces_back(order, row, now)


def _write(row: Refund, changes: dict[str, object]) -> None:
    Refund.update(**changes).where(Refund.id == row.id).execute()
    for name, value in changes.items():
        setattr(row, name, value)


def _split(row: Refund, major: Decimal, now: datetime) -> int | None:
    """Part the payment into what is kept and what went back; None when nothing of it is kept."""
    payment = Payment.get_by_id(row.payment_id)
    of_before = Refund.select(fn.SUM(Refund.amount)).where(
        Refund.payment == payment.id, Refund.stage.in_(ACCEPTED), Refund.split.is_null(), Refund.id != row.id
    )
    unsplit = money.from_minor(int(of_before.scalar() or 0), row.currency)
    if payment.status != PaymentStatus.SUCCEEDED or payment.amount - unsplit <= major:
        Payment.update(status=PaymentStatus.REFUNDED).where(Payment.id == payment.id).execute()
        return None
    Payment.update(amount=payment.amount - major).where(Payment.id == payment.id).execute()
    part = Payment.create(
        order=row.order_id,
        method=payment.method,
        status=PaymentStatus.REFUNDED,
        amount=major,
        reference=payment.reference,
        note=PART_NOTE.format(payment=payment.id),
        created_by=row.staff_id,
        created_at=now,
    )
    return int(part.id)


def _rejoin(row: Refund, split_id: int | None, now: datetime) -> None:
    """Undo the split of a refund that failed; the splits of other refunds stay."""
    payment = Payment.get_by_id(row.payment_id)
    joined = Payment.get_by_id(split_id).amount if split_id else ZERO
    was_given_back = payment.status == PaymentStatus.REFUNDED
    Payment.update(status=PaymentStatus.SUCCEEDED, amount=payment.amount + joined).where(
        Payment.id == payment.id
    ).execute()
    if split_id:
        Payment.delete().where(Payment.id == split_id).execute()
    if not was_given_back:
        return
    # It is not given back whole any more, so each other part becomes a row of its own.
    others = Refund.select().where(
        Refund.payment == payment.id, Refund.id != row.id, Refund.stage.in_(ACCEPTED), Refund.split.is_null()
    )
    for other in others.order_by(Refund.id):
        _write(other, {"split": _split(other, money.from_minor(other.amount, other.currency), now)})


def _record(order: Order, row: Refund, major: Decimal, now: datetime) -> int:
    """django-program's own record of a refund: a credit of the buyer, here one that is used up."""
    credit = Credit.create(
        conference=order.conference_id,
        user=order.user_id,
        source_order=order.id,
        applied_to_order=row.exchange_id,
        amount=major,
        remaining_amount=ZERO,
        status=CreditStatus.APPLIED,
        note=CREDIT_NOTE.format(tender=row.tender, origin=row.origin.replace("_", " ")),
        created_at=now,
        updated_at=now,
    )
    return int(credit.id)


def _take_pieces_off(order: Order, row: Refund, now: datetime) -> int:
    """Lower the lines whose pieces went back; answers their price in minor units."""
    price = 0
    for piece in _pieces(row):
        _change_line(order, piece, -1, now)
        price += piece.amount
        if piece.attendee_id is not None:
            # django-program's own check-in admits everybody who is linked to a paid order.
            Attendee.update(order=None, completed_registration=False, updated_at=now).where(
                Attendee.id == piece.attendee_id, Attendee.order == order.id
            ).execute()
    return price


def _put_pieces_back(order: Order, row: Refund, now: datetime) -> None:
    for piece in _pieces(row):
        _change_line(order, piece, 1, now)
        if piece.attendee_id is not None:
            Attendee.update(order=order.id, completed_registration=True, updated_at=now).where(
                Attendee.id == piece.attendee_id, Attendee.order.is_null()
            ).execute()


def _change_line(order: Order, piece: RefundLine, sign: int, now: datetime) -> None:
    line = OrderLine.get_by_id(piece.order_line_id)
    net, discount = (sign * money.from_minor(each, piece.currency) for each in (piece.amount, piece.discount))
    gross = sign * piece.quantity * line.unit_price
    OrderLine.update(
        quantity=line.quantity + sign * piece.quantity,
        line_total=line.line_total + net,
        discount_amount=line.discount_amount + discount,
    ).where(OrderLine.id == line.id).execute()
    order.subtotal += gross
    order.discount_amount += gross - net
    order.total += net
    order.updated_at = now
    order.save(only=[Order.subtotal, Order.discount_amount, Order.total, Order.updated_at])


def _price(order: Order, found: OrderBalance, now: datetime) -> None:
    """Lower the price by what went back without a piece; by more than that it is never lowered.

    What was kept beyond the price goes back without changing it.
    """
    lower = found.total - found.kept
    rows = _applied(order).order_by(Refund.id.desc()) if lower > ZERO else ()
    for row in rows:
        room = money.from_minor(row.amount - row.price_change, row.currency)
        part = min(lower, room)
        if part <= ZERO:
            continue
        line = row.price_line_id
        if line is None:
            line = price_reductions.lower(order, part, ": ".join(filter(None, (PRICE_NOTE, row.reason))), now)
        else:
            price_reductions.lower_more(order, line, part, now)
        change = row.price_change + money.to_minor(part, row.currency)
        _write(row, {"price_line": line, "price_change": change})
        lower -= part


def _nothing_left(order: Order, found: OrderBalance) -> bool:
    """Whether an order of which something went back keeps neither money nor a piece that was not named."""
    applied = list(_applied(order))
    given_away = sum((row.amount for row in Payment.select().where(*_complimentary(order))), ZERO)
    if not applied or found.kept > given_away:
        return False
    named = {piece.refund_id for piece in RefundLine.select().where(RefundLine.refund.in_(applied))}
    by_pieces = all(row.id in named for row in applied)
    return not (by_pieces and _has_pieces(order))


def _was_paid(order: Order, found: OrderBalance) -> bool:
    """Whether what was received had once covered the price as it was before anything went back."""
    lowered = sum((money.from_minor(row.price_change, row.currency) for row in _applied(order)), ZERO)
    return found.received >= found.total + lowered


def _has_pieces(order: Order) -> bool:
    return bool(OrderLine.select().where(OrderLine.order == order.id, OrderLine.quantity > 0).exists())


def _status_with_money(order: Order) -> str:
    """Refunded in part when it is less than it was; a surplus that went back does not make it so.

    An order that what is kept does not pay is left as it is: the web site set its status.
    """
    applied = list(_applied(order))
    pieces = RefundLine.select().where(RefundLine.refund.in_(applied))
    if any(row.price_change for row in applied) or pieces.exists():
        return OrderStatus.PARTIALLY_REFUNDED
    return OrderStatus.PAID if balance(order).is_covered else order.status


def _applied(order: Order) -> Any:
    return Refund.select().where(Refund.order == order.id, Refund.stage.in_(ACCEPTED))


def _pieces(row: Refund) -> list[RefundLine]:
    return list(RefundLine.select().where(RefundLine.refund == row.id).order_by(RefundLine.id))


def _complimentary(order: Order) -> tuple[Any, ...]:
    return (
        Payment.order == order.id,
        Payment.status == PaymentStatus.SUCCEEDED,
        Payment.method == PaymentMethod.COMP,
    )
