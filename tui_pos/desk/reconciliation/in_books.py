"""What the books alone show to be wrong or unfinished; Stripe is not asked."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from peewee import fn

from tui_pos.core import money
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, CashMovement, Refund, RefundStage
from tui_pos.data.tables.registration import PAID_STATUSES, Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.balance import OrderBalance, balance
from tui_pos.desk.orders.refund_views import notes_of
from tui_pos.desk.reconciliation.mismatches import Mismatch, mismatches_of_each, of_attempt
from tui_pos.desk.refunds import cash_and_credit
from tui_pos.desk.stored_reasons import unpack


def failed_refunds(desk: Desk, since: datetime) -> Iterator[Mismatch]:
    """Refunds that Stripe accepted and could not deliver, until the money was given back after all."""
    with connected():
        failed = Refund.select().where(
            Refund.conference == desk.conference.id,
            Refund.stage == RefundStage.FAILED,
            Refund.refund_id.is_null(False),
            Refund.attempt.is_null(False),
            Refund.updated_at >= since,
        )
        yield from mismatches_of_each(
            failed.order_by(Refund.id), _undelivered, lambda row: str(row.refund_id)
        )


def _undelivered(row: Refund) -> Iterable[Mismatch]:
    if cash_and_credit.left_of(row.attempt.payment, row.currency) >= row.amount:
        yield of_attempt(row.attempt, because("refund_failed", notes=notes_of(row)), books=row.amount)


def unfinished(desk: Desk) -> Iterator[Mismatch]:
    """Payments and refunds of which the end is not known yet, and booked ones that need a person."""
    with connected():
        attempts = Attempt.select().where(
            Attempt.conference == desk.conference.id, Attempt.finished_at.is_null() | (Attempt.problem != "")
        )
        yield from mismatches_of_each(
            attempts.order_by(Attempt.id), _still_open, lambda row: row.intent_id or row.key
        )
        pending = Refund.select().where(
            Refund.conference == desk.conference.id,
            Refund.stage == RefundStage.UNKNOWN,
            Refund.attempt.is_null(False),
        )
        yield from mismatches_of_each(pending.order_by(Refund.id), _without_answer, lambda row: row.key)


def _still_open(attempt: Attempt) -> Iterable[Mismatch]:
    if attempt.problem:
        yield of_attempt(attempt, because("needs_a_person", problem=unpack(attempt.problem)))
    else:
        yield of_attempt(attempt, because("unfinished.payment", stage=attempt.stage))


def _without_answer(row: Refund) -> Iterable[Mismatch]:
    amount = money.from_minor(row.amount, row.currency)
    yield of_attempt(row.attempt, because("unfinished.refund", amount=amount, currency=row.currency))


def discrepancies(desk: Desk, since: datetime) -> Iterator[Mismatch]:
    """Orders that count as paid with more or less than their total, and cancelled ones with money in them."""
    by_card = Attempt.select(Attempt.order)
    by_cash = CashMovement.select(CashMovement.order).where(CashMovement.order.is_null(False))
    lately = Order.id.in_(by_card.where(Attempt.created_at >= since)) | Order.id.in_(
        by_cash.where(CashMovement.created_at >= since)
    )
    problems = Attempt.select(Attempt.order).where(Attempt.problem != "")
    counts = Payment.select(Payment.id).where(
        Payment.order == Order.id, Payment.status == PaymentStatus.SUCCEEDED
    )
    # An order may be cancelled long after it was paid for.
    cancelled = (
        (Order.status == OrderStatus.CANCELLED)
        & (Order.id.in_(by_card) | Order.id.in_(by_cash))
        & Order.id.not_in(problems)
        & fn.EXISTS(counts)
    )
    with connected():
        # The ids alone: the web site's values may be such that a whole row cannot be read.
        rows = Order.select(Order.id, Order.reference).where(
            Order.conference == desk.conference.id, (Order.status.in_(PAID_STATUSES) & lately) | cancelled
        )
        found = list(rows.order_by(Order.id))
        currency = desk.conference.currency
        yield from mismatches_of_each(
            found, lambda row: _discrepancy(row.id, currency), lambda row: str(row.reference)
        )


def _discrepancy(order_id: int, currency: str) -> Iterable[Mismatch]:
    order = Order.get_by_id(order_id)
    found = balance(order)
    reason = _why(order, found, currency)
    if reason is not None:
        yield Mismatch(reason=reason, reference=order.reference, books=found.kept, currency=currency)


def _why(order: Order, found: OrderBalance, currency: str) -> Reason | None:
    if order.status == OrderStatus.CANCELLED:
        return because("paid_and_cancelled") if found.kept else None
    # What was refunded in part before refunds lowered the price keeps less than it says.
    if found.kept < order.total and order.status == OrderStatus.PAID:
        return because("paid_short", total=order.total, currency=currency)
    return because("paid_over", total=order.total, currency=currency) if found.kept > order.total else None
