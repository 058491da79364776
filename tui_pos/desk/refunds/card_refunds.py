"""Refunds of card money at Stripe: asked for under one key each, found again after any fault, and booked.

A refund is a row before Stripe hears of it (``refunds`` writes it); from then on anybody may ``pursue`` it.
What was refunded in Stripe's dashboard becomes a row as soon as a desk reads of it (``sync``, ``elsewhere``).
"""

import logging
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, Self

from tui_pos.core import clock, money
from tui_pos.data.connection import connected, lock, on_commit, run_tx
from tui_pos.data.tables.desk import Attempt, Refund, RefundOrigin, RefundStage
from tui_pos.data.tables.registration import Order, Payment, PaymentMethod, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import because
from tui_pos.desk.orders.balance import ACCEPTED, is_double
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.orders.refund_views import RefundView, of_row
from tui_pos.desk.payments import accounts, attempt_log, bookkeeping
from tui_pos.desk.refunds import effects, in_person, repairs
from tui_pos.desk.refunds.cash_and_credit import left_of
from tui_pos.desk.refunds.repairs import RepairKind
from tui_pos.desk.stored_reasons import Said, pack
from tui_pos.terminal import RateLimited, StripeRefund, TerminalError, UnknownOutcome

log = logging.getLogger(__name__)

QUIET = timedelta(minutes=2)
"""No request of a refund that was made longer ago than this is still on its way."""

STAGE_OF = {
    "succeeded": RefundStage.SUCCEEDED,
    "pending": RefundStage.PENDING,
    "requires_action": RefundStage.PENDING,
    "failed": RefundStage.FAILED,
    "canceled": RefundStage.FAILED,
}
"""Our stage by Stripe's status of a refund; an unknown status counts as pending."""

OTHER_ACCOUNT = because("refund_note.other_account")
OTHER_REFUND = because("refund_note.other_refund")

IN_THE_DASHBOARD = "Refunded in Stripe's dashboard"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPayment:
    """A card that Stripe charged for an order: at a desk (``attempt``), or in the web site's own form."""

    order_id: int
    payment: Payment
    intent_id: str
    currency: str
    attempt: Attempt | None = None

    @classmethod
    def at_a_desk(cls, attempt: Attempt) -> Self:
        """The card payment behind an attempt that Stripe has an intent of."""
        assert attempt.intent_id is not None
        return cls(
            order_id=attempt.order_id,
            payment=attempt.payment,
            intent_id=attempt.intent_id,
            currency=attempt.currency,
            attempt=attempt,
        )


def follow_up(desk: Desk) -> tuple[RefundView, ...]:
    """Ask Stripe again about every refund of the conference that may still change."""
    with connected():
        rows = Refund.select(Refund.id).where(
            Refund.conference == desk.conference.id, Refund.finished_at.is_null()
        )
        ids = [row.id for row in rows.order_by(Refund.id)]
    return tuple(pursue(desk, refund_id) for refund_id in ids)


def pursue(desk: Desk, refund_id: int) -> RefundView:
    """Bring one refund on: find it at Stripe, ask for it if it is not there, book what Stripe says."""
    with connected():
        row = Refund.get_by_id(refund_id)
        if row.finished_at is None:
            _pursue(desk, row)
        return of_row(Refund.get_by_id(refund_id))


def sync(desk: Desk, attempt: Attempt) -> tuple[RefundView, ...]:
    """Book all refunds of a card payment as Stripe has them now, and answer those that changed.

    One that succeeded can still fail, days later; one that no desk knows was made in Stripe's dashboard.
    Raises ``terminal`` errors; needs a connection.
    """
    return sync_card(desk, CardPayment.at_a_desk(attempt))


def sync_card(desk: Desk, card: CardPayment) -> tuple[RefundView, ...]:
    """``sync`` for any card payment, those on the web site too.

    Raises Refused ``other_account`` for a payment of another mode or account than the key in use.
    """
    if card.attempt is not None:
        accounts.refuse_foreign(desk, card.attempt)
    said = desk.terminal.refunds(card.intent_id)
    return tuple(of_row(row) for each in said if (row := book_said(desk, card, each)) is not None)


def book_said(desk: Desk, card: CardPayment, said: StripeRefund) -> Refund | None:
    """Book one refund that Stripe lists for a card payment; the row when anything changed by it."""
    row = Refund.get_or_none(Refund.refund_id == said.id)
    if row is None and card.attempt is not None:
        row = Refund.get_or_none(
            Refund.attempt == card.attempt.id, Refund.key == said.metadata.get("refund", "")
        )
    if row is None:
        row = _adopt(desk, card, said)
    elif STAGE_OF.get(said.status, RefundStage.PENDING) == row.stage:
        return None
    if row is not None:
        book(desk, row.id, said)
    return row and Refund.get_by_id(row.id)


def book(desk: Desk, refund_id: int, said: StripeRefund) -> None:
    """Write what Stripe says of a refund, and what follows from it for the payment and the order.

    An answer that is not about this refund is written down as such, and nothing else.
    """

    def write() -> None:
        now = clock.now()
        row = Refund.get_by_id(refund_id)
        order = lock(Order.select().where(Order.id == row.order_id)).get()
        row = Refund.get_by_id(refund_id)
        if not _is_about(desk, row, said):
            _note_other_refund(row, now)
            return
        stage, is_news = STAGE_OF.get(said.status, RefundStage.PENDING), row.stage == RefundStage.CREATED
        row.stage, row.refund_id, row.updated_at = stage, said.id, now
        row.message = said.failure_reason.replace("_", " ")
        row.finished_at = None if stage is RefundStage.PENDING else now
        row.save(only=[Refund.stage, Refund.refund_id, Refund.updated_at, Refund.message, Refund.finished_at])
        before = repairs.order_sums(order)
        drop_doubles(order)
        effects.reflect(order, row)
        if row.origin != RefundOrigin.DESK:
            kind = RepairKind(f"refund_{row.origin}")
            repairs.record(desk, order, kind, before, payment_id=row.payment_id, is_news=is_news)
        bookkeeping.flag_discrepancy(order)
        told = (row.id, order.reference, stage, said.id)
        on_commit(partial(log.info, "refund %d of order %s: %s, %s", *told))

    run_tx(write)


def drop_doubles(order: Order) -> None:
    """Mark payments that the web site booked a second time for one charge; call with the order locked."""
    doubles = Payment.select(Payment.id).where(
        Payment.order == order.id,
        Payment.status.in_((PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)),
        is_double(),
    )
    ids = [row.id for row in doubles]
    if ids:
        Payment.update(status=PaymentStatus.FAILED, note=bookkeeping.DOUBLE).where(
            Payment.id.in_(ids)
        ).execute()


def _is_about(desk: Desk, row: Refund, said: StripeRefund) -> bool:
    """Whether an answer is about this refund, by all that it carries: payment, charge, amount, our metadata.

    No other refund may have its id. The first answer to our own request must bear our key.
    """
    attempt: Attempt | None = row.attempt if row.attempt_id else None
    intent_id = attempt.intent_id if attempt else row.payment.stripe_payment_intent_id
    told = {
        "conference": desk.conference.slug,
        "order": row.order.reference,
        "refund": row.key,
        **({"attempt": attempt.key} if attempt else {}),
        **({"installation": desk.installation} if desk.installation else {}),
    }
    is_first = row.refund_id is None and row.origin == RefundOrigin.DESK
    bears_key = said.metadata.get("refund") == row.key or not is_first
    same = (said.amount, said.currency.upper(), said.intent_id) == (row.amount, row.currency, intent_id)
    ours = bears_key and all(said.metadata.get(name, own) == own for name, own in told.items())
    charge = not (attempt and attempt.charge_id and said.charge_id) or attempt.charge_id == said.charge_id
    others = Refund.select().where(Refund.refund_id == said.id, Refund.id != row.id)
    return same and ours and charge and row.refund_id in (None, said.id) and not others.exists()


def _note_other_refund(row: Refund, now: Any) -> None:
    unanswered = row.stage in (RefundStage.CREATED, RefundStage.UNKNOWN)
    stage = RefundStage.UNKNOWN if unanswered else row.stage
    Refund.update(stage=stage, message=pack(OTHER_REFUND), updated_at=now).where(
        Refund.id == row.id
    ).execute()


def _adopt(desk: Desk, card: CardPayment, said: StripeRefund) -> Refund | None:
    """A row for a refund that no desk asked for; None when it gave nothing back or is of another currency.

    ``book`` then writes what follows from it.
    """
    if STAGE_OF.get(said.status) is RefundStage.FAILED or said.currency.upper() != card.currency:
        return None

    def write() -> Refund:
        order = lock(Order.select().where(Order.id == card.order_id)).get()
        payment = _holder(card, said.amount)
        if payment.order_id != order.id:  # the later order: an exchange locks them in this order too
            order = lock(Order.select().where(Order.id == payment.order_id)).get()
        known: Refund | None = Refund.get_or_none(Refund.refund_id == said.id)
        if known is not None:
            return known
        if card.attempt is not None:
            amount = money.from_minor(said.amount, card.currency)
            told = because("event.refunded_in_dashboard", amount=amount, currency=card.currency)
            request_id = desk.terminal.request_id  # of the list that told of it
            attempt_log.note(desk, card.attempt.id, card.attempt.stage, told, request_id)
        row: Refund = Refund.create(
            conference=order.conference_id,
            order=order.id,
            payment=payment.id,
            attempt=card.attempt.id if card.attempt else None,
            origin=RefundOrigin.DASHBOARD,
            tender=Tender.CARD,
            key=said.id,
            station=desk.station,
            staff=None,
            amount=said.amount,
            currency=card.currency,
            reason=IN_THE_DASHBOARD,
            stage=RefundStage.CREATED,
            refund_id=said.id,
            created_at=said.created or clock.now(),
            updated_at=clock.now(),
        )
        return row

    return run_tx(write)


def _holder(card: CardPayment, amount: int) -> Payment:
    """The payment that has most of this much of the card's money.

    Its own, or one of an order that an exchange moved it to.
    """
    found = [card.payment]
    for payment in found:  # the list grows while it is read: an exchanged order may have been exchanged again
        keys = Refund.select(Refund.key).where(
            Refund.payment == payment.id, Refund.exchange.is_null(False), Refund.stage.in_(ACCEPTED)
        )
        moved = Payment.select().where(
            Payment.method == PaymentMethod.CREDIT,
            Payment.status == PaymentStatus.SUCCEEDED,
            Payment.reference.in_(keys),
        )
        found += list(moved.order_by(Payment.id))
    return max(found, key=lambda payment: min(left_of(payment, card.currency), amount))


def _pursue(desk: Desk, row: Refund) -> None:
    if row.attempt_id is not None and accounts.foreign(desk, row.attempt):
        _append_once(row, OTHER_ACCOUNT)
    elif row.refund_id:
        _read_again(desk, row, row.refund_id)
    else:
        _ask_once_more(desk, row)


def _read_again(desk: Desk, row: Refund, refund_id: str) -> None:
    """Read a refund that Stripe has already; it is not requested again."""
    try:
        said = desk.terminal.refund_status(refund_id)
    except TerminalError as error:
        _append_once(row, error.reason)
    else:
        book(desk, row.id, said)


def _ask_once_more(desk: Desk, row: Refund) -> None:
    first = not row.tries
    if first and not _next_key(row):
        return  # another desk has begun the request, and goes on with it
    try:
        found = None if first else _find(desk, row)
    except TerminalError as error:
        return _say(row, error.reason)
    try:
        if found is None and not first and in_person.needs_card(row.attempt):
            in_person.give_up(desk, row.attempt, waited=_is_quiet(row))
        said = found or _ask(desk, row)
    except TerminalError as error:
        # A refusal is final only for the first request, or once an earlier one cannot arrive any more.
        is_answer = not isinstance(error, UnknownOutcome | RateLimited)
        if is_answer and (first or _is_quiet(row)):
            _fail(row, error.reason)
            return _look_elsewhere(desk, row)
        return _say(row, error.reason)
    book(desk, row.id, said)


def _look_elsewhere(desk: Desk, row: Refund) -> None:
    """Stripe may have refused because the money was refunded in its dashboard already."""
    try:
        sync(desk, row.attempt)
    except TerminalError as error:
        _append(row, error.reason)


def _find(desk: Desk, row: Refund) -> StripeRefund | None:
    found = desk.terminal.refunds(row.attempt.intent_id)
    return next((each for each in found if each.metadata.get("refund") == row.key), None)


def _ask(desk: Desk, row: Refund) -> StripeRefund:
    """Ask for the refund, always under the same key unless Stripe keeps repeating its fault under that."""
    try:
        return _confirmed(desk, row, _request(desk, row))
    except UnknownOutcome as error:
        if not (error.is_stored and _is_quiet(row)):
            raise
    _next_key(row)
    return _find(desk, row) or _confirmed(desk, row, _request(desk, row))


def _confirmed(desk: Desk, row: Refund, said: StripeRefund) -> StripeRefund:
    """The first answer, verified by reading the refund of its id back from Stripe.

    When Stripe has none of that id, ours is looked for by its key. When it does not answer, the first answer
    counts.
    """
    try:
        again = desk.terminal.refund_status(said.id)
    except (UnknownOutcome, RateLimited):
        return said
    except TerminalError as error:
        found = _find(desk, row)
        if found is None:
            raise UnknownOutcome(OTHER_REFUND) from error
        return found
    return again if _is_about(desk, row, again) else (_find(desk, row) or again)


def _request(desk: Desk, row: Refund) -> StripeRefund:
    keys = {
        "conference": desk.conference.slug,
        "order": row.order.reference,
        "attempt": row.attempt.key,
        "refund": row.key,
        "station": row.station,
        "installation": desk.installation,
    }
    if in_person.needs_card(row.attempt):
        return in_person.refund(desk, row, keys)
    key = f"{row.key}-refund-{row.tries}"
    return desk.terminal.refund(row.attempt.intent_id, row.amount, key=key, metadata=keys)


def _next_key(row: Refund) -> bool:
    """Commit the next idempotency key; False when another desk did so first."""
    tries = row.tries + 1
    won = run_tx(
        lambda: Refund.update(tries=tries).where(Refund.id == row.id, Refund.tries < tries).execute()
    )
    row.tries = tries
    return bool(won)


def _is_quiet(row: Refund) -> bool:
    return clock.now() - row.created_at > QUIET


def _fail(row: Refund, why: Said) -> None:
    now = clock.now()
    changes = {"stage": RefundStage.FAILED, "message": pack(why), "updated_at": now, "finished_at": now}
    run_tx(lambda: Refund.update(**changes).where(*_without_answer(row)).execute())
    log.warning("refund %d: Stripe refused it", row.id)


def _append_once(row: Refund, why: Said) -> None:
    if pack(why) not in row.message.splitlines():
        _append(row, why)


def _append(row: Refund, why: Said) -> None:
    message = f"{row.message}\n{pack(why)}".strip()
    run_tx(lambda: Refund.update(message=message).where(Refund.id == row.id).execute())


def _say(row: Refund, why: Said) -> None:
    """Stripe may have the refund: say so, unless it is known by now."""
    log.warning("refund %d has no answer yet", row.id)
    changes = {"stage": RefundStage.UNKNOWN, "message": pack(why), "updated_at": clock.now()}
    run_tx(lambda: Refund.update(**changes).where(*_without_answer(row)).execute())


def _without_answer(row: Refund) -> tuple[Any, Any, Any]:
    """The conditions for a row of which no answer has been booked yet."""
    return Refund.id == row.id, Refund.refund_id.is_null(), Refund.finished_at.is_null()


def refunded(attempt: Attempt) -> int:
    """What Stripe accepted to give back of a payment, in minor units; needs a connection."""
    rows = Refund.select(Refund.amount).where(Refund.attempt == attempt.id, Refund.stage.in_(ACCEPTED))
    return sum(row.amount for row in rows)
