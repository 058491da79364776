"""Refunds of card money at Stripe: asked for under one key each, found again after any fault, and booked.

A refund is a row before Stripe hears of it (``refunds`` writes it); from then on anybody may ``pursue`` it.
"""

from datetime import timedelta
from typing import Any

from tui_pos import clock
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import Attempt, Refund, RefundStage
from tui_pos.data.tables.registration import Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.order import orders
from tui_pos.desk.payments import booking
from tui_pos.desk.refund import giving_back
from tui_pos.desk.refund.refund_views import RefundView, of_card
from tui_pos.terminal import Refund as StripeRefund
from tui_pos.terminal import Refused, TerminalError, UnknownOutcome

QUIET = timedelta(minutes=2)
"""No request is still on its way after this long."""

COUNTED = (RefundStage.CREATED, RefundStage.UNKNOWN, RefundStage.PENDING, RefundStage.SUCCEEDED)
REFUNDABLE_ORDERS = (OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED, OrderStatus.REFUNDED)

STAGE_OF = {
    "succeeded": RefundStage.SUCCEEDED,
    "pending": RefundStage.PENDING,
    "requires_action": RefundStage.PENDING,
    "failed": RefundStage.FAILED,
    "canceled": RefundStage.FAILED,
}
"""Stripe's word for a refund, as the journal keeps it; a word it adds later counts as pending."""


def follow_up(desk: Desk) -> tuple[RefundView, ...]:
    """Ask Stripe again about every refund of the conference that may still change."""
    with connected():
        rows = Refund.select(Refund.id).where(
            Refund.conference == desk.conference.id, Refund.finished_at.is_null()
        )
        ids = [row.id for row in rows.order_by(Refund.id)]
    return tuple(pursue(desk, refund_id) for refund_id in ids)


def look_again(desk: Desk, attempt: Attempt) -> tuple[RefundView, ...]:
    """Book a payment's refunds as Stripe has them now, and answer those that changed.

    One that succeeded can still fail, days later. Raises ``terminal`` errors; needs a connection.
    """
    rows = {row.refund_id: row for row in Refund.select().where(Refund.attempt == attempt.id)}
    said = [each for each in desk.terminal.refunds(str(attempt.intent_id)) if each.id in rows]
    changed = [each for each in said if STAGE_OF.get(each.status) != rows[each.id].stage]
    for each in changed:
        book(rows[each.id].id, each)
    return tuple(of_card(Refund.get_by_id(rows[each.id].id)) for each in changed)


def pursue(desk: Desk, refund_id: int) -> RefundView:
    """Bring one refund on: find it at Stripe, ask for it if it is not there, book what Stripe says."""
    with connected():
        row = Refund.get_by_id(refund_id)
        if row.finished_at is None:
            _pursue(desk, row)
        return of_card(Refund.get_by_id(refund_id))


def _pursue(desk: Desk, row: Refund) -> None:
    first = not row.tries
    try:
        said = _find(desk, row)
    except TerminalError as error:
        return _say(row, error.message)
    try:
        said = said or _ask(desk, row)
    except TerminalError as error:
        # Only a refusal of the one request there ever was, or of one long after it, means that nothing came.
        refused = isinstance(error, Refused) and _is_quiet(row)
        if not isinstance(error, UnknownOutcome) and (first or refused):
            return _fail(row, error.message)
        return _say(row, error.message)
    book(row.id, said)


def _find(desk: Desk, row: Refund) -> StripeRefund | None:
    if row.refund_id:
        return desk.terminal.refund_status(row.refund_id)
    if not row.tries:
        return None
    found = desk.terminal.refunds(row.attempt.intent_id)
    return next((each for each in found if each.metadata.get("refund") == row.key), None)


def _ask(desk: Desk, row: Refund) -> StripeRefund:
    """Ask for the refund, always under the same key unless Stripe keeps repeating its fault under that."""
    if not row.tries:
        _next_key(row)
    try:
        return _request(desk, row)
    except UnknownOutcome as error:
        if not (error.is_stored and _is_quiet(row)):
            raise
    _next_key(row)
    return _find(desk, row) or _request(desk, row)


def _request(desk: Desk, row: Refund) -> StripeRefund:
    keys = {
        "conference": desk.conference.slug,
        "order": row.order.reference,
        "attempt": row.attempt.key,
        "refund": row.key,
        "station": row.station,
    }
    key = f"{row.key}-refund-{row.tries}"
    return desk.terminal.refund(row.attempt.intent_id, row.amount, key=key, metadata=keys)


def _next_key(row: Refund) -> None:
    """Commit which key comes next: one desk that hangs and its successor must not use two."""
    tries = row.tries + 1
    run_tx(lambda: Refund.update(tries=tries).where(Refund.id == row.id, Refund.tries < tries).execute())
    row.tries = tries


def _is_quiet(row: Refund) -> bool:
    return clock.now() - row.created_at > QUIET


def book(refund_id: int, said: StripeRefund) -> None:
    """Write what Stripe says of a refund, and what follows from it for the payment and the order."""

    def write() -> None:
        now = clock.now()
        row = Refund.get_by_id(refund_id)
        order = lock(Order.select().where(Order.id == row.order_id)).get()
        stage = STAGE_OF.get(said.status, RefundStage.PENDING)
        Refund.update(
            stage=stage,
            refund_id=said.id,
            message=said.failure_reason.replace("_", " "),
            updated_at=now,
            finished_at=None if stage is RefundStage.PENDING else now,
        ).where(Refund.id == refund_id).execute()
        reflect(Attempt.get_by_id(row.attempt_id))
        reflect_in_status(order)
        booking.review(order)

    run_tx(write)


def _fail(row: Refund, why: str) -> None:
    now = clock.now()
    changes = {"stage": RefundStage.FAILED, "message": why, "updated_at": now, "finished_at": now}
    run_tx(lambda: Refund.update(**changes).where(*_without_answer(row)).execute())


def _say(row: Refund, why: str) -> None:
    """Stripe may have the refund: say so, unless it is known by now."""
    changes = {"stage": RefundStage.UNKNOWN, "message": why, "updated_at": clock.now()}
    run_tx(lambda: Refund.update(**changes).where(*_without_answer(row)).execute())


def _without_answer(row: Refund) -> tuple[Any, Any, Any]:
    """The row, as long as nobody booked what Stripe said."""
    return Refund.id == row.id, Refund.refund_id.is_null(), Refund.finished_at.is_null()


def reflect(attempt: Attempt) -> None:
    """Make the payment refunded when all of it was given back, else succeeded; call with its order locked."""
    whole = refunded(attempt) >= attempt.amount
    Payment.update(status=PaymentStatus.REFUNDED if whole else PaymentStatus.SUCCEEDED).where(
        Payment.id == attempt.payment_id
    ).execute()


def reflect_in_status(order: Order) -> None:
    """An order that was not paid keeps its status. When no money is left, what was given away ends too."""
    if order.status not in REFUNDABLE_ORDERS:
        return
    kept = orders.kept_total(order)
    given_away = sum((gift.amount for gift in giving_back.gifts(order)), ZERO)
    status = OrderStatus.PARTIALLY_REFUNDED
    if kept <= given_away:
        status = OrderStatus.REFUNDED
        giving_back.end_gifts(order)
    elif kept >= order.total:
        status = OrderStatus.PAID
    order.status, order.updated_at = status, clock.now()
    order.save(only=[Order.status, Order.updated_at])


def refundable(attempt: Attempt) -> int:
    """What is left of a captured payment, in minor units; call with its order locked."""
    rows = Refund.select(Refund.amount).where(Refund.attempt == attempt.id, Refund.stage.in_(COUNTED))
    return int(attempt.amount) - sum(row.amount for row in rows)


def refunded(attempt: Attempt) -> int:
    """What Stripe accepted to give back of a payment, in minor units; needs a connection."""
    rows = Refund.select(Refund.amount).where(
        Refund.attempt == attempt.id, Refund.stage.in_(orders.BOOKED_REFUNDS)
    )
    return sum(row.amount for row in rows)
