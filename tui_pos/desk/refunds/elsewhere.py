"""Refunds that no desk asked for: found in Stripe's list of all refunds, and booked.

A treasurer gives money back in Stripe's dashboard, of our card payments and of those on the web site. Only
payments of this conference are looked for, because the account may serve other programs too.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from peewee import fn

from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.queries import batches, rows
from tui_pos.data.tables.desk import Attempt, Lease, Refund
from tui_pos.data.tables.registration import Order, Payment, PaymentMethod, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.balance import ACCEPTED
from tui_pos.desk.orders.refund_views import RefundView, of_row
from tui_pos.desk.payments import accounts
from tui_pos.desk.refunds import card_refunds
from tui_pos.desk.refunds.card_refunds import STAGE_OF, CardPayment
from tui_pos.terminal import Intent, StripeRefund

MAY_CHANGE = timedelta(days=30)
"""How long after it was made a refund may still change, and how far back the first look goes."""

OVERLAP = timedelta(hours=1)
"""How far each look overlaps the one before: clocks differ, and a refund may be listed late."""


def look(desk: Desk) -> tuple[RefundView, ...]:
    """Book what was refunded since the last look of any desk.

    Raises ``terminal`` errors; the next call then starts from the same time again.
    """
    now = clock.now()
    with connected():
        seen: Lease | None = Lease.get_or_none(Lease.name == _mark(desk))
        since = now - MAY_CHANGE if seen is None else max(min(seen.until, now) - OVERLAP, now - MAY_CHANGE)
    found = look_since(desk, since)
    run_tx(lambda: _remember(desk, now))
    return found


def look_since(desk: Desk, since: datetime) -> tuple[RefundView, ...]:
    """Book the refunds of this conference's card payments that were made from ``since`` on.

    Answers those that changed. Raises ``terminal`` errors.
    """
    listed = list(desk.terminal.refunds_created(since))
    with connected():
        news = _news(listed)
        cards = cards_of(desk, {each.intent_id for each in news if each.intent_id})
        booked = (
            card_refunds.book_said(desk, cards[each.intent_id], each)
            for each in reversed(news)
            if each.intent_id in cards
        )
        return tuple(of_row(row) for row in booked if row is not None)


def compare(desk: Desk, intents: Iterable[Intent]) -> tuple[RefundView, ...]:
    """Book the refunds of those payments of which Stripe gave back another sum than is booked here."""
    sums = {intent.id: intent.amount_refunded for intent in intents}
    with connected():
        accepted = (
            Refund.select(Refund.attempt, Attempt.intent_id, fn.SUM(Refund.amount))
            .join(Attempt)
            .where(Refund.conference == desk.conference.id, Refund.stage.in_(ACCEPTED))
            .group_by(Refund.attempt, Attempt.intent_id)
        )
        found = list(rows(accepted))
        booked: dict[int, int] = {attempt_id: int(total) for attempt_id, _, total in found}
        with_refunds = {intent_id for _, intent_id, _ in found if intent_id in sums}
        cards = cards_of(desk, with_refunds | {each for each, refunded in sums.items() if refunded})
        return tuple(
            view
            for card in cards.values()
            if card.attempt is not None and sums[card.intent_id] != booked.get(card.attempt.id, 0)
            for view in card_refunds.sync_card(desk, card)
        )


def cards_of(desk: Desk, intent_ids: Iterable[str]) -> Mapping[str | None, CardPayment]:
    """This conference's card payments among those with these intents, by intent; needs a connection."""
    wanted = sorted(intent_ids)
    here = Attempt.conference == desk.conference.id, Attempt.payment.is_null(False)
    cards: dict[str | None, CardPayment] = {
        attempt.intent_id: CardPayment.at_a_desk(attempt)
        for some in batches(wanted)
        for attempt in Attempt.select().where(Attempt.intent_id.in_(some), *here)
        if not accounts.foreign(desk, attempt)
    }
    for payment in _on_the_web(desk, [each for each in wanted if each not in cards]):
        intent_id = payment.stripe_payment_intent_id
        # The oldest is the payment; a later one of the same intent was booked a second time.
        cards.setdefault(
            intent_id,
            CardPayment(
                order_id=payment.order_id,
                payment=payment,
                intent_id=intent_id,
                currency=desk.conference.currency,
            ),
        )
    return cards


def _on_the_web(desk: Desk, intent_ids: list[str]) -> Iterator[Payment]:
    query = (
        Payment.select()
        .join(Order)
        .where(
            Order.conference == desk.conference.id,
            Payment.method == PaymentMethod.STRIPE,
            Payment.status.in_((PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)),
        )
        .order_by(Payment.id)
    )
    for some in batches(intent_ids):
        yield from query.where(Payment.stripe_payment_intent_id.in_(some))


def _news(listed: Iterable[StripeRefund]) -> list[StripeRefund]:
    """Those that are not booked as Stripe has them."""
    every = list(listed)
    known = {
        row.refund_id: row.stage
        for some in batches(row.id for row in every)
        for row in Refund.select(Refund.refund_id, Refund.stage).where(Refund.refund_id.in_(some))
    }
    return [each for each in every if known.get(each.id) != STAGE_OF.get(each.status)]


def _mark(desk: Desk) -> str:
    return f"refunds seen:{desk.conference.slug}"[:100]


def _remember(desk: Desk, until: datetime) -> None:
    Lease.insert(name=_mark(desk), owner=desk.station, until=until).on_conflict(
        conflict_target=[Lease.name], preserve=[Lease.owner, Lease.until]
    ).execute()
