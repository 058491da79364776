"""Repairing what the web site's webhook makes of payments that were given back, when it is called late.

It takes a payment that was given back whole for a new one, books it again and marks the order paid; it takes
for refunded what the card's bank has sent back meanwhile; it calls an order refunded that keeps money, and
refunded in part one that keeps all of its price. Nothing is changed but by what Stripe says at that moment,
and every change is a repair that the next reconciliation tells. So is credit that had paid for an order which
the web site cancelled.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from peewee import JOIN, fn

from tui_pos.core import clock, money
from tui_pos.data import fields
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Attempt, Refund, Stage
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    Attendee,
    Order,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
)
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import registration, store_credit
from tui_pos.desk.orders.balance import ACCEPTED, OrderBalance, admits, balance, columns, from_columns
from tui_pos.desk.orders.payment_sources import on_the_web
from tui_pos.desk.payments import accounts, bookkeeping
from tui_pos.desk.refunds import card_refunds, effects, repairs
from tui_pos.desk.refunds.card_refunds import CardPayment
from tui_pos.desk.refunds.elsewhere import MAY_CHANGE
from tui_pos.desk.refunds.repairs import RepairKind
from tui_pos.terminal import Intent, TerminalError

RECEIVED = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)


def repair_webhook_effects(desk: Desk, *, since: datetime | None = None) -> None:
    """Undo that for every payment of the conference that was given back; safe to do twice and at once.

    Looks at card payments that ended, and refunds that changed, from ``since`` on: ``MAY_CHANGE`` ago unless
    said. Of what Stripe does not answer about, nothing is changed. Needs the desk's Stripe account.
    """
    begin = clock.now() - MAY_CHANGE if since is None else since
    with connected():
        for order_id, cards in sorted(_doubtful(desk, begin).items()):
            try:
                said = {card.intent_id: _read(desk, card) for card in cards}
            except TerminalError:
                continue  # it is asked again at the next tick
            run_tx(partial(_repair, desk, order_id, cards, said))


def _read(desk: Desk, card: CardPayment) -> Intent:
    """The payment at Stripe, once its refunds are booked as Stripe has them."""
    card_refunds.sync_card(desk, card)
    return desk.terminal.intent(card.intent_id)


def _doubtful(desk: Desk, since: datetime) -> dict[int, list[CardPayment]]:
    """The card payments, by order, whose rows do not say what their refunds say.

    Three statements, however many refunds there are, and a few more for each order that is in doubt.
    """
    cards = _refunded_without_a_row(desk, since)
    # By way of the refunds, which are few: the column of a payment's intent has no index.
    lately = Refund.select(Refund.order).where(
        Refund.conference == desk.conference.id, Refund.updated_at >= since, Refund.payment.is_null(False)
    )
    by_order = _traces(lately)
    query = Order.select(Order.id, Order.status, Order.total, *columns()).where(Order.id.in_(lately))
    for number, status, total, *found in rows(query):
        if _differs(status, from_columns(total, found), by_order[number]):
            cards.setdefault(number, []).extend(_cards_of(number))
    ours = {order_id: [card for card in each if _is_ours(desk, card)] for order_id, each in cards.items()}
    return {
        order_id: list({card.intent_id: card for card in each}.values())
        for order_id, each in ours.items()
        if each
    }


def _is_ours(desk: Desk, card: CardPayment) -> bool:
    return card.attempt is None or not accounts.foreign(desk, card.attempt)


def _refunded_without_a_row(desk: Desk, since: datetime) -> dict[int, list[CardPayment]]:
    """Our card payments that the web site marked refunded although there is no refund of them."""
    accepted = Refund.select(Refund.id).where(Refund.payment == Payment.id, Refund.stage.in_(ACCEPTED))
    query = (
        Attempt.select()
        .join(Payment)
        .where(
            Attempt.conference == desk.conference.id,
            Attempt.finished_at >= since,
            Attempt.stage == Stage.CAPTURED,
            Payment.status == PaymentStatus.REFUNDED,
            ~fn.EXISTS(accepted),
        )
    )
    cards: dict[int, list[CardPayment]] = {}
    for attempt in query:
        cards.setdefault(attempt.order_id, []).append(CardPayment.at_a_desk(attempt))
    return cards


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trace:
    """A refund beside its payment, amounts in minor units. ``split`` is the part split off for it."""

    payment_id: int
    status: str
    paid: int
    amount: int
    split: int
    is_accepted: bool
    lowers: bool


def _traces(order_ids: Any) -> dict[int, list[_Trace]]:
    """All refunds of payments of these orders, by order."""
    part = Payment.alias()
    query = (
        Refund.select(
            Refund.order,
            Refund.currency,
            Refund.stage,
            Refund.amount,
            Refund.price_change,
            Payment.id,
            Payment.status,
            Payment.amount,
            part.amount,
        )
        .join(Payment, on=(Refund.payment == Payment.id))
        .join(part, JOIN.LEFT_OUTER, on=(Refund.split == part.id), src=Refund)
        .where(Refund.order.in_(order_ids))
    )
    found: dict[int, list[_Trace]] = {}
    for order_id, currency, stage, amount, lowered, payment_id, status, paid, split in rows(query):
        minor = [money.to_minor(fields.money(each or 0), currency) for each in (paid, split)]
        trace = _Trace(
            payment_id=payment_id,
            status=status,
            paid=minor[0],
            amount=amount,
            split=minor[1],
            is_accepted=stage in ACCEPTED,
            lowers=bool(lowered),
        )
        found.setdefault(order_id, []).append(trace)
    return found


def _cards_of(order_id: int) -> Iterator[CardPayment]:
    """The card payments of which something was given back, or is about to be."""
    for row in Refund.select().where(Refund.order == order_id, Refund.payment.is_null(False)):
        intent_id = row.payment.stripe_payment_intent_id
        if row.attempt_id is not None:
            yield CardPayment.at_a_desk(row.attempt)
        elif intent_id:
            yield CardPayment(
                order_id=order_id, payment=row.payment, intent_id=intent_id, currency=row.currency
            )


def _differs(status: str, found: OrderBalance, traces: Sequence[_Trace]) -> bool:
    """Whether the order's rows contradict its refunds."""
    lowered = any(each.lowers and each.is_accepted for each in traces)
    never_paid = found.received < found.total  # only a part ever came in: the order waits for the rest
    by_payment: dict[int, list[_Trace]] = {}
    for each in traces:
        by_payment.setdefault(each.payment_id, []).append(each)
    return bool(
        found.doubled
        or (status == OrderStatus.REFUNDED and found.kept)
        or (status == OrderStatus.PAID and (lowered or found.is_gone))
        or (status == OrderStatus.PARTIALLY_REFUNDED and not lowered and (found.is_covered or never_paid))
        or any(_contradicts(each) for each in by_payment.values())
    )


def _contradicts(traces: Sequence[_Trace]) -> bool:
    """Whether a payment's status differs from what its refunds add up to."""
    status, paid = traces[0].status, traces[0].paid
    if status not in RECEIVED:
        return False
    accepted = [each for each in traces if each.is_accepted]
    is_gone = sum(each.amount for each in accepted) >= paid + sum(each.split for each in accepted)
    return is_gone != (status == PaymentStatus.REFUNDED)


def _given_back(payment: Payment) -> tuple[int, int]:
    """What was accepted to go back of a payment, and how much of that was split off it, in minor units."""
    accepted = list(Refund.select().where(Refund.payment == payment.id, Refund.stage.in_(ACCEPTED)))
    split = sum(money.to_minor(row.split.amount, row.currency) for row in accepted if row.split_id)
    return sum(row.amount for row in accepted), split


def _repair(desk: Desk, order_id: int, cards: Iterable[CardPayment], said: Mapping[str, Intent]) -> None:
    order = lock(Order.select().where(Order.id == order_id)).get()
    before = repairs.order_sums(order)
    if not all(_adds_up(card, said[card.intent_id]) for card in cards):
        return
    for card in cards:
        _true_up(card, said[card.intent_id])
    card_refunds.drop_doubles(order)
    effects.adjust_order(order)
    _relink(order, clock.now())
    bookkeeping.flag_discrepancy(order)
    repairs.record(desk, order, RepairKind.WEB_SITE, before)


def _adds_up(card: CardPayment, intent: Intent) -> bool:
    """Whether Stripe tells of this card payment, and gave back what the refunds here say."""
    gone, _ = _given_back(card.payment)
    about_it = (intent.id, intent.currency.upper()) == (card.intent_id, card.currency)
    return about_it and intent.status == "succeeded" and gone == intent.amount_refunded


def _true_up(card: CardPayment, intent: Intent) -> None:
    """Write Stripe's figures to the payment."""
    payment = Payment.get_by_id(card.payment.id)
    gone, parts = _given_back(payment)
    kept = intent.amount_received - gone
    status = PaymentStatus.SUCCEEDED if kept > 0 else PaymentStatus.REFUNDED
    amount = money.from_minor(intent.amount_received - parts, card.currency)
    if payment.status in RECEIVED and (payment.status, payment.amount) != (status, amount):
        Payment.update(status=status, amount=amount).where(Payment.id == payment.id).execute()


def _relink(order: Order, now: datetime) -> None:
    """Link the buyer to an order that admits them again, where the web site linked them to this one."""
    attendee = registration.of_user(order, order.user_id)
    if attendee is None or attendee.order_id != order.id or _admits_somebody(order):
        return
    others = Order.select().where(
        Order.user == order.user_id, Order.conference == order.conference_id, Order.status.in_(PAID_STATUSES)
    )
    holding = next((each for each in others.order_by(Order.id.desc()) if _admits_somebody(each)), None)
    if holding is not None:
        Attendee.update(order=holding.id, updated_at=now).where(Attendee.id == attendee.id).execute()


def _admits_somebody(order: Order) -> bool:
    return admits(order.status, balance(order)) and registration.tickets(order.id) > 0


def put_back_credit(desk: Desk) -> None:
    """Let the buyers of the conference's cancelled orders spend their credit again, each once.

    A desk that cancels gives the credit back itself; the web site's sweep keeps the payment. Only what came
    from a credit goes back: the web site's manage page writes payments by that name too.
    """
    lost = (
        Payment.select(Payment.order)
        .join(Order)
        .where(
            Order.conference == desk.conference.id,
            Order.status == OrderStatus.CANCELLED,
            Payment.method == PaymentMethod.CREDIT,
            Payment.status == PaymentStatus.SUCCEEDED,
            ~on_the_web(),
        )
    )
    with connected():
        for order_id in sorted({row.order_id for row in lost}):
            run_tx(partial(_put_back_credit, desk, order_id))


def _put_back_credit(desk: Desk, order_id: int) -> None:
    order = lock(Order.select().where(Order.id == order_id)).get()
    if order.status != OrderStatus.CANCELLED:
        return
    before = repairs.order_sums(order)
    store_credit.give_back([order], clock.now())
    repairs.record(desk, order, RepairKind.CREDIT_PUT_BACK, before)
