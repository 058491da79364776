"""The one way in which a tender without a card pays an order, whole or in part.

Under the conference's and the order's lock: the order is checked, its stock kept or taken anew, the payment
and the audit log written, the order finished when it is covered. Card payments go through ``payments.begin``,
which takes any part of what is due likewise; ``Tendered.remaining`` and ``OrderView.due`` are what is left.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tui_pos.core import clock, money
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import Attempt, AuditAction, AuditEntry, CashMovement, MovementKind
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    Order,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
)
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.limits import TO_SELL
from tui_pos.desk.orders import holds, new_orders, order_views, orders
from tui_pos.desk.orders.balance import (
    admits,
    balance,
    refuse_open,
)
from tui_pos.desk.orders.live_payment import refuse_live
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.orders.views import OrderView

ACTION_OF = {
    Tender.CASH: AuditAction.CASH,
    Tender.CREDIT: AuditAction.CREDIT,
    Tender.COMPLIMENTARY: AuditAction.COMPLIMENTARY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tendered:
    """What was taken for an order. ``remaining`` is still to be paid; zero when the order is complete.

    ``given`` and ``change`` are zero for everything but cash. ``amount`` is what it paid of the order; cash
    for it was ``rounding`` more (or, negative, less) where the currency has no small coins.
    """

    reference: str
    tender: Tender
    amount: Decimal
    given: Decimal
    change: Decimal
    remaining: Decimal
    order: OrderView
    rounding: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """What a tender wrote: how much it paid, with which payment where it was one, and why."""

    amount: Decimal
    payment_id: int | None = None
    given: Decimal = ZERO
    change: Decimal = ZERO
    reason: str = ""
    rounding: Decimal = ZERO


Book = Callable[[Order, Decimal, datetime], Booked]
"""Writes the payment of a locked order, given what is due and the time; raises Refused to write nothing."""


def take(desk: Desk, reference: str, tender: Tender, key: str, book: Book) -> Tendered:
    """Pay an order, or a part of it, by ``book``.

    Asked again with the same ``key`` (not ''), it books nothing and answers what was booked the first time.
    Raises NotFound ``order_not_found``, Refused ``order_not_pending``, ``already_paid``, ``payment_live``,
    ``refund_open`` (a refund of it has no answer yet), ``nothing_to_pay``, ``sold_out`` or ``venue_full``
    (its hold ran out), InvalidInput ``key_used``.
    """
    desk.limits.refuse(*TO_SELL)

    def work() -> Tendered:
        now = clock.now()
        order = _locked(desk, reference)
        entry = audit_log.done(ACTION_OF[tender], key, order.id)
        if entry is not None:
            return _answer(desk, order, tender, _booked(entry))
        due = _due(desk, order)
        holds.extend_hold(desk, order, now)
        booked = book(order, due, now)
        audit_log.record(
            desk,
            ACTION_OF[tender],
            audit_log.About(order_id=order.id, payment_id=booked.payment_id),
            amount=booked.amount,
            reason=booked.reason,
            key=key,
        )
        orders.finish_if_paid(order, now)
        return _answer(desk, order, tender, booked)

    with connected():
        return run_tx(work)


def complete(desk: Desk, reference: str) -> OrderView:
    """Complete a pending order that has nothing left to pay, such as a free one that was left on the web.

    Or a paid one of which the web site's manage page made no attendee: its buyer gets the badge. Raises as
    ``take``, and Refused ``not_covered`` when something is due.
    """
    require(desk, Action.SELL)

    def work() -> OrderView:
        now = clock.now()
        order = _locked(desk, reference)
        if admits(order.status, balance(order)) and orders.is_incomplete(order.id):
            orders.complete_paid(order, now)
            return _view(desk, order)
        _refuse_unless_payable(desk, order)
        due = balance(order).due
        if due > ZERO:
            raise Refused("not_covered", due=due, order=order.reference, currency=desk.conference.currency)
        holds.extend_hold(desk, order, now)
        new_orders.complete_if_free(desk, order, now)
        orders.finish_if_paid(order, now)
        return _view(desk, order)

    with connected():
        return run_tx(work)


def pay(
    desk: Desk,
    order: Order,
    method: PaymentMethod,
    amount: Decimal,
    *,
    now: datetime,
    note: str = "",
    reference: str = "",
) -> int:
    """Write a succeeded payment, taken by whoever is signed in; answers its id.

    ``reference`` of an exchange's credit is the key of the refund that it comes from.
    """
    payment = Payment.create(
        order=order.id,
        method=method,
        status=PaymentStatus.SUCCEEDED,
        amount=amount,
        reference=reference,
        note=note,
        created_by=desk.staff.id,
        created_at=now,
    )
    return int(payment.id)


def _locked(desk: Desk, reference: str) -> Order:
    """The order, locked after its conference, as everybody who takes stock does it."""
    lock(Conference.select(Conference.id).where(Conference.id == desk.conference.id)).get()
    return orders.locked(desk.conference.id, printable(reference, 100))


def _due(desk: Desk, order: Order) -> Decimal:
    _refuse_unless_payable(desk, order)
    due = balance(order).due
    if due <= ZERO:
        raise Refused("nothing_to_pay", order=order.reference)
    return due


def _refuse_unless_payable(desk: Desk, order: Order) -> None:
    if order.status in PAID_STATUSES:
        raise Refused("already_paid", order=order.reference)
    if order.status != OrderStatus.PENDING:
        raise Refused("order_not_pending.sell", order=order.reference, status=order.status)
    refuse_live(desk, Attempt.order == order.id)
    refuse_open(order)


def _booked(entry: AuditEntry) -> Booked:
    """What an entry of the audit log says was booked."""
    currency = entry.currency
    amount = money.from_minor(entry.amount or 0, currency)
    cash: CashMovement | None = (
        CashMovement.get_or_none(
            CashMovement.payment == entry.payment_id, CashMovement.kind == MovementKind.SALE
        )
        if entry.payment_id
        else None
    )
    if cash is None:
        return Booked(amount=amount)
    return Booked(
        amount=amount,
        given=money.from_minor(cash.given, currency),
        change=money.from_minor(cash.change, currency),
        rounding=money.from_minor(cash.rounding, currency),
    )


def _answer(desk: Desk, order: Order, tender: Tender, booked: Booked) -> Tendered:
    view = _view(desk, order)
    return Tendered(
        reference=order.reference,
        tender=tender,
        amount=booked.amount,
        given=booked.given,
        change=booked.change,
        remaining=view.due,
        order=view,
        rounding=booked.rounding,
    )


def _view(desk: Desk, order: Order) -> OrderView:
    (view,) = order_views.orders(desk.conference.id, order_id=order.id)
    return view
