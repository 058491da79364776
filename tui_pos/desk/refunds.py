"""Giving card money back to the card that paid, never more than is left; each refund has its own key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from tui_pos import clock, money
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.desk import Attempt, Refund, RefundStage, Stage
from tui_pos.data.tables.registration import Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk import orders, payments
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused
from tui_pos.desk.payments import booking, journal
from tui_pos.desk.payments.live import refuse_live
from tui_pos.desk.permissions import Action, require
from tui_pos.terminal import Refund as StripeRefund
from tui_pos.terminal import TerminalError, UnknownOutcome

QUIET = timedelta(minutes=2)
"""No request is still on its way after this long; only then is a refund that Stripe does not know asked for
under a new key, because a stored fault would be replayed under the old one."""

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

WORDS = {
    RefundStage.CREATED: "asked for; Stripe has not answered yet",
    RefundStage.UNKNOWN: "no answer from Stripe; do not refund again, it is being checked",
    RefundStage.PENDING: "accepted by Stripe, on its way to the card",
    RefundStage.SUCCEEDED: "refunded to the card",
    RefundStage.FAILED: "not refunded",
}


@dataclass(frozen=True, slots=True)
class RefundView:
    """A refund as screens and commands show it; ``amount`` in the order's currency."""

    id: int
    reference: str
    intent_id: str
    refund_id: str
    amount: Decimal
    currency: str
    stage: RefundStage
    text: str


def refund(
    desk: Desk, reference: str, amount: Decimal | None = None, *, reason: str = ""
) -> tuple[RefundView, ...]:
    """Refund ``amount`` (None: all that is left) of the card money of an order, the last payment first.

    Money that is only held is released instead, and answered with no refund. What Stripe has not answered is
    answered as ``unknown`` and followed up by ``follow_up``. No credit is given beside it.
    Raises NotPermitted, NotFound, InvalidInput ``amount_too_high``, Refused ``nothing_to_refund``,
    ``payment_live`` while a card payment for the order runs, ``order_not_paid`` for a part of the card money
    of an order that is not paid yet.
    """
    require(desk, Action.REFUND)
    with connected():
        held = run_tx(lambda: _held(desk, reference))
    if held is not None and amount is None:
        payments.cancel(desk, held)
    with connected():
        ids = run_tx(lambda: _open(desk, reference, amount, reason, released=held is not None))
    return tuple(pursue(desk, refund_id) for refund_id in ids)


def refundable(attempt: Attempt) -> int:
    """What is left of a captured payment, in minor units; call with its order locked."""
    rows = Refund.select(Refund.amount).where(Refund.attempt == attempt.id, Refund.stage.in_(COUNTED))
    return int(attempt.amount) - sum(row.amount for row in rows)


def refunds_of(desk: Desk, reference: str) -> tuple[RefundView, ...]:
    """Every refund of an order, oldest first."""
    require(desk, Action.LOOK_UP)
    with connected():
        order = orders.locked(desk.conference.id, reference)
        rows = Refund.select().where(Refund.order == order.id).order_by(Refund.id)
        return tuple(_view(row) for row in rows)


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
    return tuple(_view(Refund.get_by_id(rows[each.id].id)) for each in changed)


def pursue(desk: Desk, refund_id: int) -> RefundView:
    """Bring one refund on: find it at Stripe, ask for it if it is not there, book what Stripe says."""
    with connected():
        row = Refund.get_by_id(refund_id)
        if row.finished_at is None:
            _pursue(desk, row)
        return _view(Refund.get_by_id(refund_id))


def _pursue(desk: Desk, row: Refund) -> None:
    try:
        book(row.id, _find(desk, row) or _ask(desk, row))
    except UnknownOutcome as error:
        _say(row, RefundStage.UNKNOWN, error.message)
    except TerminalError as error:
        if row.tries > 1 or row.refund_id:
            _say(row, RefundStage(row.stage), error.message)
        else:
            _fail(row, error.message)


def _find(desk: Desk, row: Refund) -> StripeRefund | None:
    if row.refund_id:
        return desk.terminal.refund_status(row.refund_id)
    if not row.tries:
        return None
    found = desk.terminal.refunds(row.attempt.intent_id)
    return next((each for each in found if each.metadata.get("refund") == row.key), None)


def _ask(desk: Desk, row: Refund) -> StripeRefund:
    generation = int((clock.now() - row.created_at) / QUIET)
    run_tx(lambda: Refund.update(tries=Refund.tries + 1).where(Refund.id == row.id).execute())
    row.tries += 1
    keys = {
        "conference": desk.conference.slug,
        "order": row.order.reference,
        "attempt": row.attempt.key,
        "refund": row.key,
        "station": row.station,
    }
    return desk.terminal.refund(
        row.attempt.intent_id, row.amount, key=f"{row.key}-refund-{generation}", metadata=keys
    )


def book(refund_id: int, said: StripeRefund) -> None:
    """Write what Stripe says of a refund, and what follows from it for the payment and the order."""

    def write() -> None:
        now = clock.now()
        row = Refund.get_by_id(refund_id)
        order = lock(Order.select().where(Order.id == row.order_id)).get()
        stage = STAGE_OF.get(said.status, RefundStage.PENDING)
        row.stage, row.refund_id, row.updated_at = stage, said.id, now
        row.message = said.failure_reason.replace("_", " ")
        row.finished_at = None if stage is RefundStage.PENDING else now
        row.save()
        _reflect(order, Attempt.get_by_id(row.attempt_id))

    run_tx(write)


def _fail(row: Refund, why: str) -> None:
    now = clock.now()
    changes = {"stage": RefundStage.FAILED, "message": why, "updated_at": now, "finished_at": now}
    run_tx(lambda: Refund.update(**changes).where(Refund.id == row.id).execute())


def _say(row: Refund, stage: RefundStage, why: str) -> None:
    changes = {"stage": stage, "message": why, "updated_at": clock.now()}
    run_tx(lambda: Refund.update(**changes).where(Refund.id == row.id).execute())


def _held(desk: Desk, reference: str) -> str | None:
    """The intent of a live payment that holds money for the order."""
    order = orders.locked(desk.conference.id, reference)
    attempt: Attempt | None = (
        Attempt.select().where(Attempt.order == order.id, Attempt.stage == Stage.AUTHORIZED).first()
    )
    return attempt.intent_id if attempt else None


def _open(
    desk: Desk, reference: str, amount: Decimal | None, reason: str, *, released: bool
) -> tuple[int, ...]:
    """Commit the refunds with their keys, under the order's lock, before Stripe is asked."""
    order = orders.locked(desk.conference.id, reference)
    # A payment that is running was told what the other payments leave to pay.
    refuse_live(desk, Attempt.order == order.id)
    currency = desk.conference.currency
    left = {attempt: refundable(attempt) for attempt in _captured(order)}
    total = sum(left.values())
    wanted = total if amount is None else money.to_minor(amount, currency)
    if amount is None and not total and released:
        return ()
    if not total or wanted <= 0:
        raise Refused("nothing_to_refund", f"No card money is left to refund on order {order.reference}.")
    if wanted > total:
        most = money.amount_string(money.from_minor(total, currency), currency)
        raise InvalidInput(
            "amount_too_high", f"At most {most} {currency} is left to refund on {order.reference}."
        )
    if order.status == OrderStatus.PENDING and wanted < total:
        raise Refused(
            "order_not_paid",
            f"{order.reference} is not paid yet: take the rest first, or give all its card money back.",
        )
    parts = _split(left, wanted)
    return tuple(_new(desk, order, attempt, part, reason).id for attempt, part in parts)


def _captured(order: Order) -> Iterator[Attempt]:
    query = Attempt.select().where(Attempt.order == order.id, Attempt.stage == Stage.CAPTURED)
    yield from query.order_by(Attempt.id.desc())


def _split(left: dict[Attempt, int], wanted: int) -> Iterator[tuple[Attempt, int]]:
    for attempt, most in left.items():
        part = min(most, wanted)
        if part:
            yield attempt, part
        wanted -= part


def _new(desk: Desk, order: Order, attempt: Attempt, amount: int, reason: str) -> Refund:
    now = clock.now()
    row = Refund.create(
        conference=desk.conference.id,
        order=order.id,
        attempt=attempt.id,
        key=clock.new_id(),
        station=desk.station,
        staff=desk.staff.id,
        amount=amount,
        currency=attempt.currency,
        reason=reason[:1000],
        created_at=now,
        updated_at=now,
    )
    shown = money.from_minor(amount, attempt.currency)
    journal.note(
        desk, attempt.id, attempt.stage, f"refund of {shown} {attempt.currency} asked for. {reason}".strip()
    )
    return row


def _reflect(order: Order, attempt: Attempt) -> None:
    """Payment and order as the booked refunds leave them; an order that was not paid keeps its status."""
    back = refunded(attempt)
    whole = back >= attempt.amount
    Payment.update(status=PaymentStatus.REFUNDED if whole else PaymentStatus.SUCCEEDED).where(
        Payment.id == attempt.payment_id
    ).execute()
    if order.status in REFUNDABLE_ORDERS:
        _reflect_in_status(order)
    booking.review(order)


def _reflect_in_status(order: Order) -> None:
    kept = orders.kept_total(order)
    status = OrderStatus.PARTIALLY_REFUNDED
    if kept >= order.total:
        status = OrderStatus.PAID
    elif kept <= 0:
        status = OrderStatus.REFUNDED
    order.status, order.updated_at = status, clock.now()
    order.save(only=[Order.status, Order.updated_at])


def refunded(attempt: Attempt) -> int:
    """What Stripe accepted to give back of a payment, in minor units; needs a connection."""
    rows = Refund.select(Refund.amount).where(
        Refund.attempt == attempt.id, Refund.stage.in_(orders.BOOKED_REFUNDS)
    )
    return sum(row.amount for row in rows)


def _view(row: Refund) -> RefundView:
    stage = RefundStage(row.stage)
    return RefundView(
        id=row.id,
        reference=row.order.reference,
        intent_id=row.attempt.intent_id or "",
        refund_id=row.refund_id or "",
        amount=money.from_minor(row.amount, row.currency),
        currency=row.currency,
        stage=stage,
        text=f"{WORDS[stage]}: {row.message}" if row.message else WORDS[stage],
    )
