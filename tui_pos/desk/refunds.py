"""Giving money back the way it came, never more than is left; each refund of a card has its own key.

The last payment is given back first, each up to what is left of it: a card's money goes to that card, cash
comes from the drawer of the desk that refunds, credit goes back to where it came from. What was given away
is no money; it ends when no money is left. Cards that paid online are the web site's to refund.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from tui_pos import clock, money
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import Attempt, Deed, JournalEntry, Refund, RefundStage, Stage
from tui_pos.data.tables.registration import Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk import amounts, giving_back, orders, payments
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused
from tui_pos.desk.payments import booking, journal
from tui_pos.desk.payments.live import refuse_live
from tui_pos.desk.permissions import Action, require
from tui_pos.desk.refund_views import RefundView, of_card, of_other
from tui_pos.scan import printable
from tui_pos.terminal import Refund as StripeRefund
from tui_pos.terminal import Refused as StripeRefused
from tui_pos.terminal import TerminalError, UnknownOutcome

__all__ = [
    "RefundView",
    "book",
    "follow_up",
    "look_again",
    "pursue",
    "refund",
    "refundable",
    "refunded",
    "refunds_of",
]

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


@dataclass(frozen=True, slots=True)
class Source:
    """A payment, what is left of it in minor units, and its attempt when it was a card on a reader."""

    payment: Payment
    left: int
    attempt: Attempt | None


def refund(
    desk: Desk, reference: str, amount: Decimal | None = None, *, reason: str = ""
) -> tuple[RefundView, ...]:
    """Refund ``amount`` (None: all that is left) of an order, the last payment first.

    Money that is only held is released instead, and answered with no refund. What Stripe has not answered is
    answered as ``unknown`` and followed up by ``follow_up``; cash and credit are given back at once. An order
    that was free or given away whole is answered with an amount of 0.

    Raises NotPermitted, NotFound, InvalidInput ``invalid_amount``, ``amount_too_high`` or, for a card,
    ``no_stripe_key``; Refused ``nothing_to_refund``, ``paid_online``, ``payment_live`` while a card payment
    for the order runs, ``order_not_paid`` for a part of the money of an order that is not paid yet.
    """
    require(desk, Action.REFUND)
    with connected():
        held = run_tx(lambda: _held(desk, reference))
    if held is not None and amount is None:
        payments.cancel(desk, held)
    with connected():
        opened = run_tx(lambda: _open(desk, reference, amount, reason, released=held is not None))
    return tuple(pursue(desk, each) if isinstance(each, int) else each for each in opened)


def refundable(attempt: Attempt) -> int:
    """What is left of a captured payment, in minor units; call with its order locked."""
    rows = Refund.select(Refund.amount).where(Refund.attempt == attempt.id, Refund.stage.in_(COUNTED))
    return int(attempt.amount) - sum(row.amount for row in rows)


def refunds_of(desk: Desk, reference: str) -> tuple[RefundView, ...]:
    """Every refund of an order, oldest first."""
    require(desk, Action.LOOK_UP)
    with connected():
        order = orders.locked(desk.conference.id, reference)
        cards = Refund.select().where(Refund.order == order.id).order_by(Refund.id)
        others = (
            JournalEntry.select()
            .where(JournalEntry.order == order.id, JournalEntry.what == Deed.REFUND)
            .order_by(JournalEntry.id)
        )
        made = [(row.created_at, of_card(row)) for row in cards] + [(row.at, of_other(row)) for row in others]
        return tuple(view for _, view in sorted(made, key=lambda each: each[0]))


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
        refused = isinstance(error, StripeRefused) and _is_quiet(row)
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
        row.stage, row.refund_id, row.updated_at = stage, said.id, now
        row.message = said.failure_reason.replace("_", " ")
        row.finished_at = None if stage is RefundStage.PENDING else now
        row.save()
        _reflect(order, Attempt.get_by_id(row.attempt_id))

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


def _held(desk: Desk, reference: str) -> str | None:
    """The intent of a live payment that holds money for the order."""
    order = orders.locked(desk.conference.id, reference)
    attempt: Attempt | None = (
        Attempt.select().where(Attempt.order == order.id, Attempt.stage == Stage.AUTHORIZED).first()
    )
    return attempt.intent_id if attempt else None


def _open(
    desk: Desk, reference: str, amount: Decimal | None, reason: str, *, released: bool
) -> tuple[int | RefundView, ...]:
    """Give back what needs no Stripe, and commit the refunds of cards with their keys before Stripe is asked.

    Answers the ids of the latter, all under the order's lock.
    """
    order = orders.locked(desk.conference.id, printable(reference, 100))
    # A payment that is running was told what the other payments leave to pay.
    refuse_live(desk, Attempt.order == order.id)
    sources = _sources(order, desk.conference.currency)
    if not sources and amount is None and (released or giving_back.gifts(order)):
        return () if released else (_end(desk, order, reason),)
    parts = list(_split(sources, _wanted(desk, order, amount, sources)))
    if any(source.attempt for source, _ in parts):
        desk.terminal  # noqa: B018  # no account: refuse before anything is written
    done = tuple(_give_back(desk, order, source, part, reason) for source, part in parts)
    if not all(source.attempt for source, _ in parts):
        reflect_in_status(order)
        booking.review(order)
    return done


def _sources(order: Order, currency: str) -> list[Source]:
    """Where money can be given back, the last payment first."""
    captured = (
        Attempt.select(Attempt, Payment)
        .join(Payment)
        .where(Attempt.order == order.id, Attempt.stage == Stage.CAPTURED)
    )
    cards = [Source(attempt.payment, refundable(attempt), attempt) for attempt in captured]
    others = [Source(left.payment, left.amount, None) for left in giving_back.sources(order, currency)]
    found = [source for source in (*cards, *others) if source.left > 0]
    return sorted(found, key=lambda source: source.payment.id, reverse=True)


def _wanted(desk: Desk, order: Order, amount: Decimal | None, sources: list[Source]) -> int:
    """How much to give back, in minor units. Raises Refused or InvalidInput when it cannot be that much."""
    currency = desk.conference.currency
    total = sum(source.left for source in sources)
    if not total and giving_back.paid_online(order):
        raise Refused("paid_online", f"Order {order.reference} was paid online; refund it on the web site.")
    if not total:
        raise Refused("nothing_to_refund", f"Nothing is left to refund on order {order.reference}.")
    wanted = total if amount is None else money.to_minor(amounts.payable(amount, currency), currency)
    if wanted > total:
        most = money.format_amount(money.from_minor(total, currency), currency)
        raise InvalidInput(
            "amount_too_high", f"At most {most} {currency} is left to refund on {order.reference}."
        )
    if order.status == OrderStatus.PENDING and wanted < total:
        raise Refused(
            "order_not_paid",
            f"{order.reference} is not paid yet: take the rest first, or give all its money back.",
        )
    return wanted


def _split(sources: list[Source], wanted: int) -> Iterator[tuple[Source, int]]:
    for source in sources:
        part = min(source.left, wanted)
        if part:
            yield source, part
        wanted -= part


def _give_back(desk: Desk, order: Order, source: Source, amount: int, reason: str) -> int | RefundView:
    if source.attempt is None:
        return of_other(giving_back.give_back(desk, order, source.payment, amount, reason))
    return int(_new(desk, order, source.attempt, amount, reason).id)


def _end(desk: Desk, order: Order, reason: str) -> RefundView:
    """Take back an order that nobody paid anything for."""
    entry = giving_back.record_end(desk, order, reason)
    reflect_in_status(order)
    return of_other(entry)


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
    """Payment and order as the booked refunds leave them."""
    back = refunded(attempt)
    whole = back >= attempt.amount
    Payment.update(status=PaymentStatus.REFUNDED if whole else PaymentStatus.SUCCEEDED).where(
        Payment.id == attempt.payment_id
    ).execute()
    reflect_in_status(order)
    booking.review(order)


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


def refunded(attempt: Attempt) -> int:
    """What Stripe accepted to give back of a payment, in minor units; needs a connection."""
    rows = Refund.select(Refund.amount).where(
        Refund.attempt == attempt.id, Refund.stage.in_(orders.BOOKED_REFUNDS)
    )
    return sum(row.amount for row in rows)
