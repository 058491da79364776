"""Voiding a sale: all money goes back, the order ends, and its voucher can be used again.

That is the difference from a refund, which leaves the voucher used, as the web shop does.
"""

from dataclasses import dataclass

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import Attempt, AuditAction, AuditEntry
from tui_pos.data.tables.registration import Order, OrderStatus
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue import vouchers
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.orders import holds, order_views, orders
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.orders.live_payment import refuse_live
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.refunds import cash_and_credit, refunds, sources


@dataclass(frozen=True, slots=True)
class Voided:
    """The order after it was voided, and what went back by this call.

    ``done`` is False while Stripe has not answered for a card, or refused: void again, what is left is done.
    """

    order: OrderView
    refunds: tuple[RefundView, ...]
    done: bool


def void(desk: Desk, reference: str, reason: str) -> Voided:
    """Give back all that an order was paid with; a pending one ends cancelled, any other refunded.

    Voiding it again changes nothing. Raises NotPermitted, InvalidInput ``reason_required`` (and for a card
    ``no_stripe_key``), NotFound, Refused ``order_not_paid``, ``payment_live`` or ``paid_online``.
    """
    require(desk, Action.REFUND)
    why = audit_log.reason_given(reason)
    named = printable(reference, 100)
    with connected():
        anything_left = run_tx(lambda: _check(desk, named))
        made = refunds.refund(desk, named, reason=why) if anything_left else ()
        done = run_tx(lambda: _seal(desk, named, why))
        (view,) = order_views.orders(desk.conference.id, reference=named.upper())
        return Voided(view, made, done)


def _check(desk: Desk, reference: str) -> bool:
    """Whether anything is left to give back. Raises Refused when the order cannot be voided."""
    order = orders.locked(desk.conference.id, reference)
    refuse_live(desk, Attempt.order == order.id)
    if sources.paid_elsewhere(order, desk.conference.currency):
        raise Refused("paid_online.void", order=order.reference)
    left = balance(order).kept > 0 or bool(cash_and_credit.complimentary_payments(order))
    if order.status == OrderStatus.CANCELLED or (order.status == OrderStatus.PENDING and not left):
        raise Refused("order_not_paid.void", order=order.reference)
    return left


def _seal(desk: Desk, reference: str, reason: str) -> bool:
    """End the order once all money is back, and free its voucher, once; whether the order has ended."""
    order = orders.locked(desk.conference.id, reference)
    if order.status == OrderStatus.PENDING and not balance(order).kept:
        holds.refuse_unless_releasable(order)
        holds.release([order], clock.now())
        audit_log.record(desk, AuditAction.VOID, audit_log.About(order_id=order.id), reason=reason)
        return True
    if order.status == OrderStatus.REFUNDED and not _voided(order):
        vouchers.release_uses(order.conference_id, [order.voucher_code])
        audit_log.record(desk, AuditAction.VOID, audit_log.About(order_id=order.id), reason=reason)
    return order.status in (OrderStatus.REFUNDED, OrderStatus.CANCELLED)


def _voided(order: Order) -> bool:
    entries = AuditEntry.select().where(AuditEntry.order == order.id, AuditEntry.what == AuditAction.VOID)
    return bool(entries.exists())
