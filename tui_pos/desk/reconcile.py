"""Holding the books against Stripe: drive what is unfinished home, then sweep Stripe for what the books lack.

Everything here may run twice, at once, anywhere: payments are driven under their lease, an extra intent is
cancelled only while it holds no captured money, and captured money is never touched, only told.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from peewee import fn

from tui_pos import clock, money
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.tables.desk import Attempt, CashMovement, Refund, RefundStage, Stage
from tui_pos.data.tables.registration import Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.order.balance import ACCEPTED, balance
from tui_pos.desk.payments import PaymentState, booking, recovery
from tui_pos.desk.refund import cancelled_credit, card_refunds, elsewhere, giving_back, repairs, web_site
from tui_pos.desk.refund.refund_views import RefundView
from tui_pos.desk.staff.permissions import Action, require
from tui_pos.terminal import Intent, TerminalError

WINDOW = timedelta(hours=48)
"""How far back Stripe is swept: held money lives two days on most cards."""

REPAIRED = "repaired"
REPAIRS = {
    "web_site": "the web site had written what Stripe does not say",
    "refund_dashboard": "money was given back in Stripe's dashboard",
    "credit_put_back": "the web site cancelled an order that credit had paid a part of",
}
"""What had happened, by the kind of a repair."""

CANCELLABLE = ("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture")
ENDED_UNPAID = ("canceled",)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One thing that the books and Stripe do not agree on. Amounts in ``currency``; ``done`` says what was
    done about it, empty when a person has to."""

    kind: str
    reference: str
    intent_id: str
    stripe: Decimal
    books: Decimal
    currency: str
    text: str
    done: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run did and found; ``clean`` when no person has to look at anything."""

    driven: tuple[PaymentState, ...]
    refunds: tuple[RefundView, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def clean(self) -> bool:
        """Nothing is left for a person, and nothing was put right that a person has not seen yet."""
        return all(mismatch.done and mismatch.kind != REPAIRED for mismatch in self.mismatches)


def run(desk: Desk, *, check: bool = False, window: timedelta = WINDOW) -> Reconciled:
    """Recover payments and refunds, sweep Stripe over ``window``, compare every payment's and order's sums.

    With ``check`` nothing is changed anywhere, at Stripe or here: it only tells. Raises NotPermitted and the
    ``terminal`` errors when Stripe does not answer.
    """
    require(desk, Action.CAPTURE)
    driven = () if check else recovery.recover(desk)
    followed = () if check else card_refunds.follow_up(desk)
    since = clock.now() - window
    ours = [
        intent
        for intent in desk.terminal.intents_created(since, None)
        if intent.metadata.get("conference") == desk.conference.slug and intent.metadata.get("attempt")
    ]
    if not check:
        followed += elsewhere.look_since(desk, clock.now() - max(window, elsewhere.MAY_CHANGE))
        followed += elsewhere.compare(desk, ours)
        web_site.put_right(desk)
        cancelled_credit.put_back(desk)
        _review_orders(desk, since)
    found = [
        *_unfinished(desk),
        *_failed_refunds(desk, since),
        *_strays(desk, ours, check),
        *_sums(desk, ours),
        *_misfit_orders(desk, since),
        *_repaired(desk, mark=not check),
    ]
    return Reconciled(driven, followed, tuple(found))


def _repaired(desk: Desk, *, mark: bool) -> Iterator[Mismatch]:
    """What was put right since the last run, by it or by any desk; told once."""
    with connected():
        untold = repairs.untold(desk.conference.id)
        for row in untold:
            reference = row.order.reference if row.order_id else ""
            text, done = REPAIRS.get(row.kind, row.kind), f"was {row.before_state}; now {row.after_state}"
            zero = Decimal(0)
            yield Mismatch(REPAIRED, reference, "", zero, zero, desk.conference.currency, text, done)
        if mark:
            repairs.mark_told(untold)


def _review_orders(desk: Desk, since: datetime) -> None:
    """Mark captured payments whose order was cancelled or paid elsewhere since, for a person to decide."""

    def review(order_id: int) -> None:
        booking.review(lock(Order.select().where(Order.id == order_id)).get())

    elsewhere = Payment.select(Payment.id).where(
        Payment.order == Order.id, Payment.id != Attempt.payment, Payment.status == PaymentStatus.SUCCEEDED
    )
    with connected():
        doubtful = (
            Attempt.select(Attempt.order)
            .join(Order)
            .where(
                Attempt.conference == desk.conference.id,
                Attempt.stage == Stage.CAPTURED,
                Attempt.created_at >= since,
                (Order.status != OrderStatus.PAID) | (Attempt.problem != "") | fn.EXISTS(elsewhere),
            )
        )
        for order_id in sorted({row.order_id for row in doubtful}):
            run_tx(partial(review, order_id))


def _failed_refunds(desk: Desk, since: datetime) -> Iterator[Mismatch]:
    """Refunds that Stripe accepted and could not deliver, until the money was given back after all."""
    with connected():
        failed = Refund.select().where(
            Refund.conference == desk.conference.id,
            Refund.stage == RefundStage.FAILED,
            Refund.refund_id.is_null(False),
            Refund.updated_at >= since,
        )
        for row in failed.order_by(Refund.id):
            if row.attempt_id and giving_back.left_of(row.attempt.payment, row.currency) >= row.amount:
                text = f"a refund failed ({row.message}); give the money back in another way"
                yield _mismatch(row.attempt, "refund_failed", text, stripe=0, books=row.amount)


def _unfinished(desk: Desk) -> Iterator[Mismatch]:
    """Payments and refunds of which the end is not known yet, and booked ones that need a person."""
    with connected():
        attempts = Attempt.select().where(
            Attempt.conference == desk.conference.id, Attempt.finished_at.is_null() | (Attempt.problem != "")
        )
        for attempt in attempts.order_by(Attempt.id):
            kind = "needs_a_person" if attempt.problem else "unfinished"
            text = attempt.problem or f"the payment is still {attempt.stage}"
            yield _mismatch(attempt, kind, text, stripe=0, books=0)
        pending = Refund.select().where(
            Refund.conference == desk.conference.id, Refund.stage == RefundStage.UNKNOWN
        )
        for row in pending.order_by(Refund.id):
            amount = money.format_amount(money.from_minor(row.amount, row.currency), row.currency)
            text = f"a refund of {amount} {row.currency} has no answer yet"
            yield _mismatch(row.attempt, "unfinished", text, 0, 0)


def _strays(desk: Desk, ours: Iterable[Intent], check: bool) -> Iterator[Mismatch]:
    """Intents with our metadata that no attempt calls its own: an answer was lost, or the row was."""
    with connected():
        known = {
            row.intent_id
            for row in Attempt.select(Attempt.intent_id).where(Attempt.conference == desk.conference.id)
        }
        waiting = {
            row.key
            for row in Attempt.select(Attempt.key).where(
                Attempt.conference == desk.conference.id, Attempt.finished_at.is_null()
            )
        }
    for intent in ours:
        if intent.id in known or intent.status in ENDED_UNPAID or intent.metadata["attempt"] in waiting:
            continue
        yield _stray(desk, intent, check)


def _stray(desk: Desk, intent: Intent, check: bool) -> Mismatch:
    held = intent.status == "requires_capture"
    kind = "orphaned_hold" if held else "orphaned_payment"
    done = ""
    text = "Stripe has a payment that no attempt here calls its own"
    if intent.status == "succeeded":
        kind, text = "captured_without_record", "Stripe captured money that no attempt here calls its own"
    elif intent.status in CANCELLABLE and not check:
        try:
            desk.terminal.cancel_intent(intent.id, reason="abandoned")
            done = "the hold was released" if held else "it was cancelled"
        except TerminalError as error:
            text = f"{text}: {error.message}"
    amount = intent.amount_received or intent.amount_capturable
    return Mismatch(
        kind=kind,
        reference=intent.metadata.get("order", ""),
        intent_id=intent.id,
        stripe=money.from_minor(amount, intent.currency),
        books=Decimal(0),
        currency=intent.currency.upper(),
        text=text,
        done=done,
    )


def _sums(desk: Desk, ours: Iterable[Intent]) -> Iterator[Mismatch]:
    """Per payment: captured less refunded at Stripe against succeeded less refunded here."""
    intents = {intent.id: intent for intent in ours}
    with connected():
        attempts = Attempt.select().where(
            Attempt.conference == desk.conference.id,
            Attempt.intent_id.in_(list(intents)),
            Attempt.finished_at.is_null(False),
        )
        for attempt in attempts.order_by(Attempt.id):
            intent = intents[str(attempt.intent_id)]
            there = intent.amount_received - intent.amount_refunded
            here = _booked(attempt)
            if there != here:
                yield _mismatch(attempt, "sums_differ", "Stripe and the books do not agree", there, here)


def _booked(attempt: Attempt) -> int:
    """What the books count, in minor units: every succeeded row of the attempt's intent, less refunds."""
    of_intent = (Payment.id == attempt.payment_id) | (Payment.stripe_payment_intent_id == attempt.intent_id)
    rows = list(
        Payment.select().where(
            Payment.order == attempt.order_id, of_intent, Payment.status == PaymentStatus.SUCCEEDED
        )
    )
    paid = sum(money.to_minor(row.amount, attempt.currency) for row in rows)
    # What was given back is no succeeded row any more, but for parts from before they were split off.
    unsplit = Refund.select(Refund.amount).where(
        Refund.payment.in_([row.id for row in rows]), Refund.stage.in_(ACCEPTED), Refund.split.is_null()
    )
    return paid - sum(row.amount for row in unsplit)


def _misfit_orders(desk: Desk, since: datetime) -> Iterator[Mismatch]:
    """Orders that count as paid with more or less than their total, and cancelled ones with money in them."""
    by_card = Attempt.select(Attempt.order)
    by_cash = CashMovement.select(CashMovement.order).where(CashMovement.order.is_null(False))
    lately = Order.id.in_(by_card.where(Attempt.created_at >= since)) | Order.id.in_(
        by_cash.where(CashMovement.created_at >= since)
    )
    told = Attempt.select(Attempt.order).where(Attempt.problem != "")
    counts = Payment.select(Payment.id).where(
        Payment.order == Order.id, Payment.status == PaymentStatus.SUCCEEDED
    )
    # An order may be cancelled long after it was paid for.
    cancelled = (
        (Order.status == OrderStatus.CANCELLED)
        & (Order.id.in_(by_card) | Order.id.in_(by_cash))
        & Order.id.not_in(told)
        & fn.EXISTS(counts)
    )
    with connected():
        rows = Order.select().where(
            Order.conference == desk.conference.id,
            ((Order.status == OrderStatus.PAID) & lately) | cancelled,
        )
        for order in rows.order_by(Order.id):
            kept = balance(order).kept
            kind, text = _misfit(order, kept)
            if kind:
                currency = desk.conference.currency
                yield Mismatch(kind, order.reference, "", kept, order.total, currency, text, "")


def _misfit(order: Order, kept: Decimal) -> tuple[str, str]:
    if order.status == OrderStatus.CANCELLED:
        return (
            ("paid_and_cancelled", "the order is cancelled and its money is still here") if kept else ("", "")
        )
    if kept < order.total:
        return "paid_short", "the order is paid with less than its total"
    return ("paid_over", "the order is paid with more than its total") if kept > order.total else ("", "")


def _mismatch(attempt: Attempt, kind: str, text: str, stripe: int, books: int) -> Mismatch:
    there, here = (money.from_minor(minor, attempt.currency) for minor in (stripe, books))
    return Mismatch(
        kind, attempt.order.reference, attempt.intent_id or "", there, here, attempt.currency, text, ""
    )
