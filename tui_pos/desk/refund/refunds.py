"""Giving money back the way it came, never more than is left; each refund of a card has its own key.

The last payment is given back first, each up to what is left of it: a card's money goes to that card, cash
comes from the drawer of the desk that refunds, credit goes back to where it came from. What was given away
is no money; it ends when no money is left. Cards that paid online are the web site's to refund.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tui_pos import clock, money
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import Attempt, Deed, JournalEntry, Refund, Stage
from tui_pos.data.tables.registration import PAID_STATUSES, Order, OrderStatus, Payment
from tui_pos.desk import payments
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused
from tui_pos.desk.journal import REASON_LENGTH
from tui_pos.desk.order import orders
from tui_pos.desk.payments import booking, journal
from tui_pos.desk.payments.live import refuse_live
from tui_pos.desk.refund import card_refunds, giving_back
from tui_pos.desk.refund.refund_views import RefundView, of_card, of_other
from tui_pos.desk.staff.permissions import Action, require
from tui_pos.desk.tender import amounts
from tui_pos.scan import printable


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
    answered as ``unknown`` and followed up later (``card_refunds``); cash and credit are given back at once.
    An order that was free or given away whole is answered with an amount of 0.

    Raises NotPermitted, NotFound, InvalidInput ``invalid_amount``, ``amount_too_high`` or, for a card,
    ``no_stripe_key``; Refused ``nothing_to_refund``, ``paid_online``, ``payment_live`` while a card payment
    for the order runs, ``order_not_paid`` for a part of the money of an order that is not paid yet.
    """
    require(desk, Action.REFUND)
    reason = printable(reason, REASON_LENGTH)
    with connected():
        held = run_tx(lambda: _held(desk, reference))
    if held is not None and amount is None:
        payments.cancel(desk, held)
    with connected():
        opened = run_tx(lambda: _open(desk, reference, amount, reason, released=held is not None))
    return tuple(card_refunds.pursue(desk, each) if isinstance(each, int) else each for each in opened)


def refundable(desk: Desk, reference: str) -> Decimal:
    """What of an order's money `refund` would give back now; 0 for what was free, given away or only held.

    Raises NotPermitted, NotFound; Refused ``nothing_to_refund`` and ``paid_online`` as it does.
    """
    require(desk, Action.REFUND)
    with connected():
        return run_tx(lambda: _refundable(desk, printable(reference, 100)))


def _refundable(desk: Desk, reference: str) -> Decimal:
    order, currency = orders.locked(desk.conference.id, reference), desk.conference.currency
    sources = _sources(order, currency)
    if not sources and (giving_back.gifts(order) or _held(desk, reference)):
        return ZERO
    return money.from_minor(_wanted(desk, order, None, sources), currency)


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
    _hide_from_web_site(order, sources, parts)
    done = tuple(_give_back(desk, order, source, part, reason) for source, part in parts)
    if not all(source.attempt for source, _ in parts):
        card_refunds.reflect_in_status(order)
        booking.review(order)
    return done


def _hide_from_web_site(order: Order, sources: list[Source], parts: list[tuple[Source, int]]) -> None:
    """Hide card payments that the web site must not see go back.

    It would call the whole order refunded when one payment of several goes back, or one that is still to be
    paid anew; and an order that is cancelled it would bring back as refunded in part.
    """
    counts = order.status in PAID_STATUSES
    everything = parts == [(source, source.left) for source in sources]
    for source, part in parts:
        if source.attempt and not (counts and (everything or part < source.left)):
            booking.unlink(source.payment.id)


def _sources(order: Order, currency: str) -> list[Source]:
    """Where money can be given back, the last payment first."""
    captured = (
        Attempt.select(Attempt, Payment)
        .join(Payment)
        .where(Attempt.order == order.id, Attempt.stage == Stage.CAPTURED)
    )
    cards = [Source(attempt.payment, card_refunds.refundable(attempt), attempt) for attempt in captured]
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
    card_refunds.reflect_in_status(order)
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
        reason=reason,
        created_at=now,
        updated_at=now,
    )
    shown = money.from_minor(amount, attempt.currency)
    journal.note(
        desk, attempt.id, attempt.stage, f"refund of {shown} {attempt.currency} asked for. {reason}".strip()
    )
    return row
