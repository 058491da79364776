"""Extending the hold of an unpaid order, and releasing what it holds: stock, a voucher's use, credit.

A pending order holds stock until ``hold_expires_at``; counting looks at the time, so stock is free again by
itself. The voucher and the credit come back when the order is released: by hand, or by the sweep here, which
takes the web shop's orders too, as its own checkout would have done. An order that money was taken for, or
that a card payment is running for, is never released.
"""

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from peewee import Expression, fn

from tui_pos.core import clock
from tui_pos.data.connection import lock, run_tx
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Attempt, Refund, Sale, SaleStatus
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    AddOn,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    TicketType,
)
from tui_pos.desk.catalogue import stock, vouchers
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, Refused, because
from tui_pos.desk.orders import store_credit
from tui_pos.desk.orders.balance import ACCEPTED, columns, from_columns, is_kept

log = logging.getLogger(__name__)

NOT_CREDIT = Payment.method != PaymentMethod.CREDIT
"""Credit goes back to its owner with the order; money does not."""

BATCH = 500
"""How many orders one sweep releases, so that a long list does not hold the lock for long."""


def release_expired(desk: Desk) -> int:
    """Cancel the conference's pending orders whose hold ran out; answers how many."""

    def work() -> int:
        now = clock.now()
        lock(Conference.select(Conference.id).where(Conference.id == desk.conference.id)).get()
        return expire_holds(desk.conference.id, now)

    released = run_tx(work)
    if released:
        log.info("%d orders released, their hold ran out", released)
    return released


def lock_conference(conference_id: int, now: datetime) -> None:
    """Lock the conference until the transaction ends, and sweep when there is something to sweep."""
    query = Conference.select(Conference.id, any_expired(conference_id, now).alias("expired"))
    ((_, expired),) = rows(lock(query.where(Conference.id == conference_id)))
    if expired:
        expire_holds(conference_id, now)


def any_expired(conference_id: int, now: datetime) -> Any:
    """An SQL condition: there is something to sweep. It costs no statement of its own."""
    return fn.EXISTS(Order.select(Order.id).where(_expired(conference_id, now), *_untouched()))


def expire_holds(conference_id: int, now: datetime) -> int:
    """``release_expired`` inside a transaction that has the conference locked."""
    found = lock(
        Order.select().where(_expired(conference_id, now), *_untouched()).order_by(Order.id).limit(BATCH)
    )
    locked = list(found)
    # Asked again under the lock: a payment may have begun between reading the order and locking it.
    free = _free([order.id for order in locked])
    release([order for order in locked if order.id in free], now)
    return len(free)


def release(orders: Sequence[Order], now: datetime) -> None:
    """Cancel these pending orders of one conference and give back what they held.

    Call inside a transaction with the orders locked and found releasable. Their sales are given up; a sale
    whose cart is still there can be reopened.
    """
    if not orders:
        return
    ids = [order.id for order in orders]
    Order.update(status=OrderStatus.CANCELLED, hold_expires_at=None, updated_at=now).where(
        Order.id.in_(ids)
    ).execute()
    vouchers.release_uses(orders[0].conference_id, [order.voucher_code for order in orders])
    store_credit.give_back(orders, now)
    Sale.update(status=SaleStatus.ABANDONED, updated_at=now).where(Sale.order.in_(ids)).execute()


def extend_hold(desk: Desk, order: Order, now: datetime) -> None:
    """Hold the order's stock for another ``desk.hold_minutes``.

    Call with the conference and the order locked. An order whose hold ran out, or that never had one, holds
    nothing: raises Refused ``sold_out`` or ``venue_full`` when what it wants was sold meanwhile.
    """
    if order.hold_expires_at is None or order.hold_expires_at <= now:
        for reason in _gone(order, now):
            raise Refused(reason)
    until = now + timedelta(minutes=desk.hold_minutes)
    if order.hold_expires_at is None or order.hold_expires_at < until:
        Order.update(hold_expires_at=until, updated_at=now).where(Order.id == order.id).execute()


def refuse_unless_releasable(order: Order) -> None:
    """Raise Refused unless the locked order is pending, nothing was paid and no card payment is running."""
    if order.status in PAID_STATUSES:
        raise Refused("order_not_pending.void", order=order.reference)
    if order.status != OrderStatus.PENDING:
        raise Refused("order_not_pending.cancel", order=order.reference, status=order.status)
    if Order.select().where(Order.id == order.id, _no_live_attempt()).first() is None:
        raise Refused("payment_live.cancel", order=order.reference)
    if not _free([order.id]):
        raise Refused("order_has_payments", order=order.reference)


def _expired(conference_id: int, now: datetime) -> Expression:
    expired: Expression = (
        (Order.conference == conference_id)
        & (Order.status == OrderStatus.PENDING)
        & (Order.hold_expires_at <= now)
    )
    return expired


def _free(order_ids: Sequence[int]) -> set[int]:
    """Those that can be released: no card payment is running, and no money of them is kept."""
    if not order_ids:
        return set()
    query = Order.select(Order.id, Order.total, *columns(NOT_CREDIT)).where(
        Order.id.in_(order_ids), *_untouched()
    )
    found = ((number, from_columns(total, money)) for number, total, *money in rows(query))
    return {number for number, kept in found if kept.kept <= ZERO and not kept.being_given_back}


def _untouched() -> tuple[Any, Any]:
    return _no_live_attempt(), _may_keep_nothing()


def _no_live_attempt() -> Any:
    return ~fn.EXISTS(
        Attempt.select(Attempt.id).where(Attempt.order == Order.id, Attempt.finished_at.is_null())
    )


def _may_keep_nothing() -> Any:
    """An SQL pre-selection: no payment that counts is wholly kept. ``_free`` then computes the balance.

    Of an order with a negative payment it is for the balance alone to say.
    """
    given_back = Refund.select(Refund.id).where(Refund.payment == Payment.id, Refund.stage.in_(ACCEPTED))
    counting = (Payment.order == Order.id) & (Payment.amount > ZERO) & is_kept() & NOT_CREDIT
    negative = Payment.select(Payment.id).where(Payment.order == Order.id, Payment.amount < ZERO)
    kept = Payment.select(Payment.id).where(counting, ~fn.EXISTS(given_back))
    return ~fn.EXISTS(kept) | fn.EXISTS(negative)


def _gone(order: Order, now: datetime) -> Iterator[Reason]:
    """The reasons why stock or seats for the order's lines are not available any more."""
    sold = stock.sold(order.conference_id, now)
    seats = 0
    for line in OrderLine.select().where(OrderLine.order == order.id).order_by(OrderLine.id):
        total = _total_quantity(line)
        left = stock.remaining(total, sold.get(_key(line), 0))
        if left is not None and left < line.quantity:
            yield because("sold_out.hold", product=line.description, left=left)
        seats += 0 if line.addon_id else line.quantity
    capacity = Conference.get_by_id(order.conference_id).total_capacity
    free = stock.remaining(capacity, stock.seats_taken(sold))
    if free is not None and free < seats:
        yield because("venue_full.hold", left=free)


def _key(line: OrderLine) -> ProductKey:
    return (
        (ProductKind.ADDON, line.addon_id)
        if line.addon_id
        else (ProductKind.TICKET, line.ticket_type_id or 0)
    )


def _total_quantity(line: OrderLine) -> int:
    product: TicketType | AddOn | None = line.addon if line.addon_id else line.ticket_type
    return product.total_quantity if product is not None else 0
