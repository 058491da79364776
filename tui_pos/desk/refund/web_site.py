"""Putting right what the web site's webhook makes of payments that were given back, when it is called late.

It takes a payment that was given back whole for a new one, books it again and marks the order paid; it takes
for refunded what the card's bank has sent back meanwhile; it calls an order refunded that keeps money, and
refunded in part one that keeps all of its price. Nothing is changed but by what Stripe says at that moment,
and every change is a repair that the next reconciliation tells.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from peewee import fn

from tui_pos import clock, money
from tui_pos.data.connection import connected, lock, run_tx
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Attempt, Refund, Stage
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    Attendee,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentStatus,
)
from tui_pos.desk.context import Desk
from tui_pos.desk.order.balance import ACCEPTED, OrderBalance, admits, balance, columns, from_columns
from tui_pos.desk.payments import booking
from tui_pos.desk.refund import card_refunds, effects, repairs
from tui_pos.desk.refund.card_refunds import CardPayment
from tui_pos.desk.refund.elsewhere import MAY_CHANGE
from tui_pos.terminal import Intent, TerminalError

SETTLED = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)


def put_right(desk: Desk) -> None:
    """Undo that for every payment of the conference that was given back; safe to do twice and at once.

    Of what Stripe does not answer about, nothing is changed. Needs the desk's Stripe account.
    """
    with connected():
        for order_id, cards in sorted(_doubtful(desk).items()):
            try:
                said = {card.intent_id: _read(desk, card) for card in cards}
            except TerminalError:
                continue  # it is asked again at the next tick
            run_tx(partial(_put_right, desk, order_id, cards, said))


def _read(desk: Desk, card: CardPayment) -> Intent:
    """The payment at Stripe, once its refunds are booked as Stripe has them."""
    card_refunds.sync_card(desk, card)
    return desk.terminal.intent(card.intent_id)


def _doubtful(desk: Desk) -> dict[int, list[CardPayment]]:
    """The card payments, by order, whose rows do not say what their refunds say."""
    # By way of the refunds, which are few: the column of a payment's intent has no index.
    lately = Refund.select().where(
        Refund.conference == desk.conference.id,
        Refund.updated_at >= clock.now() - MAY_CHANGE,
        Refund.payment.is_null(False),
    )
    refunds = list(lately)
    cards = _refunded_without_a_row(desk)
    by_order: dict[int, list[Refund]] = {}
    for row in refunds:
        by_order.setdefault(row.order_id, []).append(row)
    for order, found in _orders(by_order):
        theirs = by_order[order.id]
        of_cards = [card for row in theirs if (card := _card_of(row)) is not None]
        if of_cards and _differs(order, found, theirs):
            cards.setdefault(order.id, []).extend(of_cards)
    return {
        order_id: list({card.intent_id: card for card in each}.values()) for order_id, each in cards.items()
    }


def _refunded_without_a_row(desk: Desk) -> dict[int, list[CardPayment]]:
    """Our card payments that the web site calls refunded, and no refund says so."""
    accepted = Refund.select(Refund.id).where(Refund.payment == Payment.id, Refund.stage.in_(ACCEPTED))
    query = (
        Attempt.select()
        .join(Payment)
        .where(
            Attempt.conference == desk.conference.id,
            Attempt.stage == Stage.CAPTURED,
            Payment.status == PaymentStatus.REFUNDED,
            ~fn.EXISTS(accepted),
        )
    )
    cards: dict[int, list[CardPayment]] = {}
    for attempt in query:
        cards.setdefault(attempt.order_id, []).append(CardPayment.at_a_desk(attempt))
    return cards


def _orders(order_ids: Iterable[int]) -> Iterable[tuple[Order, OrderBalance]]:
    query = Order.select(Order.id, Order.status, Order.total, *columns()).where(Order.id.in_(list(order_ids)))
    for number, status, total, *found in rows(query):
        yield Order(id=number, status=status, total=total), from_columns(total, found)


def _card_of(row: Refund) -> CardPayment | None:
    if row.attempt_id is not None:
        return CardPayment.at_a_desk(row.attempt)
    intent_id = row.payment.stripe_payment_intent_id
    return CardPayment(row.order_id, row.payment, intent_id, row.currency) if intent_id else None


def _differs(order: Order, found: OrderBalance, refunds: Iterable[Refund]) -> bool:
    """Whether the order's rows contradict its refunds."""
    every = list(refunds)
    lowered = any(row.price_change for row in every if row.stage in ACCEPTED)
    return bool(
        found.doubled
        or (order.status == OrderStatus.REFUNDED and found.kept)
        or (order.status == OrderStatus.PAID and (lowered or found.is_gone))
        or (order.status == OrderStatus.PARTIALLY_REFUNDED and found.is_covered and not lowered)
        or any(_contradicts(row.payment, row.currency) for row in every)
    )


def _contradicts(payment: Payment, currency: str) -> bool:
    if payment.status not in SETTLED:
        return False
    gone, parts = _given_back(payment)
    is_gone = gone >= money.to_minor(payment.amount, currency) + parts
    return is_gone != (payment.status == PaymentStatus.REFUNDED)


def _given_back(payment: Payment) -> tuple[int, int]:
    """What was accepted to go back of a payment, and how much of that was split off it, in minor units."""
    accepted = list(Refund.select().where(Refund.payment == payment.id, Refund.stage.in_(ACCEPTED)))
    split = sum(money.to_minor(row.split.amount, row.currency) for row in accepted if row.split_id)
    return sum(row.amount for row in accepted), split


def _put_right(desk: Desk, order_id: int, cards: Iterable[CardPayment], said: Mapping[str, Intent]) -> None:
    order = lock(Order.select().where(Order.id == order_id)).get()
    before = repairs.standing(order)
    if not all(_adds_up(card, said[card.intent_id]) for card in cards):
        return
    for card in cards:
        _true_up(card, said[card.intent_id])
    card_refunds.drop_doubles(order)
    effects.settle(order)
    _relink(order, clock.now())
    booking.review(order)
    repairs.record(desk, order, "web_site", before)


def _adds_up(card: CardPayment, intent: Intent) -> bool:
    """Whether Stripe tells of this card payment, and gave back what the refunds here say."""
    gone, _ = _given_back(card.payment)
    about_it = (intent.id, intent.currency.upper()) == (card.intent_id, card.currency)
    return about_it and intent.status == "succeeded" and gone == intent.amount_refunded


def _true_up(card: CardPayment, intent: Intent) -> None:
    """Let the payment say what Stripe says."""
    payment = Payment.get_by_id(card.payment.id)
    gone, parts = _given_back(payment)
    kept = intent.amount_received - gone
    status = PaymentStatus.SUCCEEDED if kept > 0 else PaymentStatus.REFUNDED
    amount = money.from_minor(intent.amount_received - parts, card.currency)
    if payment.status in SETTLED and (payment.status, payment.amount) != (status, amount):
        Payment.update(status=status, amount=amount).where(Payment.id == payment.id).execute()


def _relink(order: Order, now: datetime) -> None:
    """Point the buyer at an order that admits them again, where the web site moved them to this one."""
    attendee: Attendee | None = Attendee.get_or_none(
        Attendee.user == order.user_id, Attendee.order == order.id, Attendee.conference == order.conference_id
    )
    if attendee is None or _is_ticket(order):
        return
    others = Order.select().where(
        Order.user == order.user_id, Order.conference == order.conference_id, Order.status.in_(PAID_STATUSES)
    )
    holding = next((each for each in others.order_by(Order.id.desc()) if _is_ticket(each)), None)
    if holding is not None:
        Attendee.update(order=holding.id, updated_at=now).where(Attendee.id == attendee.id).execute()


def _is_ticket(order: Order) -> Any:
    tickets = OrderLine.select().where(
        OrderLine.order == order.id, OrderLine.ticket_type.is_null(False), OrderLine.quantity > 0
    )
    return admits(order.status, balance(order)) and tickets.exists()
