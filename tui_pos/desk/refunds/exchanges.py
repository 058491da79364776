"""Exchanging what was bought: another size, another ticket. All of it is one transaction.

The piece goes back as credit of a new order, which is checked and priced as every other one. What the new
order costs more is paid on it by any tender; what it costs less goes back the way it was paid. A ticket's
badge stays what it is: it admits again as soon as the new order is paid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tui_pos.core import clock, money
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.desk import Attempt, AuditAction, AuditEntry, Refund
from tui_pos.data.tables.registration import PAID_STATUSES, Order, OrderLine, PaymentMethod
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require, require_sale
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.orders import holds, new_orders, order_views, orders, registration
from tui_pos.desk.orders.balance import refuse_open
from tui_pos.desk.orders.buyers import Buyer
from tui_pos.desk.orders.live_payment import refuse_live
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import bookkeeping
from tui_pos.desk.refunds import card_refunds, cash_and_credit, effects, pieces, refunds, sources
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.refunds.sources import Source
from tui_pos.desk.tenders import tendering

EXCHANGED_NOTE = "Exchanged from {order}"
"""The note of the payment by credit of what came from another order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """Both orders after an exchange.

    ``value`` is what the pieces were worth, ``credit`` how much of it pays the new order, ``due`` what is
    still to be paid on that. ``refunds`` are what is given back of the value, if the new one costs less.
    """

    old: OrderView
    new: OrderView
    value: Decimal
    credit: Decimal
    due: Decimal
    refunds: tuple[RefundView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an exchange would come to: ``due`` to pay, or ``back`` to give back; both 0 for an even one.

    ``admits_no_more``: a ticket goes back and none is taken for it.
    """

    value: Decimal
    price: Decimal
    due: Decimal
    back: Decimal
    admits_no_more: bool


def exchange(
    desk: Desk,
    reference: str,
    piece: Piece,
    slug: str,
    quantity: int = 1,
    *,
    came_back: bool = False,
    reason: str = "",
    key: str = "",
) -> Exchanged:
    """Take ``piece`` of an order back for ``quantity`` of ``slug``, in one transaction.

    Asked again with the same ``key`` nothing more is exchanged. A card's part of what is given back is asked
    for after that, as every refund. When what is due is not paid the new order can be cancelled like any
    other: the value is then credit of the buyer. Raises NotPermitted, NotFound, what ``pieces.take`` and
    ``checkout.sell`` raise, Refused ``order_not_paid``, ``payment_live``, ``refund_open``, ``paid_online``.
    """
    require(desk, Action.REFUND)
    require_sale(desk)
    request = _Request(
        reference=reference,
        piece=piece,
        slug=slug,
        quantity=quantity,
        came_back=came_back,
        reason=printable(reason, audit_log.REASON_LENGTH),
    )
    with connected():
        done = run_tx(lambda: _exchange(desk, request, key))
        made = tuple(card_refunds.pursue(desk, each) for each in done.given_back)
        return _answer(desk, done, made)


def terms(desk: Desk, reference: str, piece: Piece, slug: str, quantity: int = 1) -> Terms:
    """What ``exchange`` would come to, by all its rules; nothing is written. Raises as ``exchange``."""
    require(desk, Action.REFUND)
    require_sale(desk)
    request = _Request(
        reference=reference, piece=piece, slug=slug, quantity=quantity, came_back=True, reason=""
    )

    def work() -> None:
        raise _TriedOnly(_exchange(desk, request, ""))

    with connected():
        try:
            run_tx(work)
        except _TriedOnly as tried:
            done, currency = tried.done, desk.conference.currency
    value, credit = _major(done.value, currency), _major(done.credit, currency)
    return Terms(
        value=value,
        price=done.price,
        due=done.price - credit,
        back=value - credit,
        admits_no_more=done.admits_no_more,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    reference: str
    piece: Piece
    slug: str
    quantity: int
    came_back: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Done:
    """What an exchange wrote; money in minor units."""

    old_id: int
    new_id: int
    value: int
    credit: int
    price: Decimal
    given_back: tuple[int, ...]
    admits_no_more: bool = False


class _TriedOnly(Exception):
    """Raised to roll back an exchange that was only tried; carries what it came to."""

    def __init__(self, done: _Done) -> None:
        super().__init__()
        self.done = done


def _exchange(desk: Desk, request: _Request, key: str) -> _Done:
    now, currency = clock.now(), desk.conference.currency
    holds.lock_conference(desk.conference.id, now)
    order = orders.locked(desk.conference.id, printable(request.reference, 100))
    entry = audit_log.done(AuditAction.EXCHANGE, key, order.id)
    if entry is not None:
        return _again(entry, order)
    refuse_live(desk, Attempt.order == order.id)
    refuse_open(order)
    if order.status not in PAID_STATUSES:
        raise Refused("order_not_paid.exchange", order=order.reference, status=order.status)
    taken = pieces.take(order, [request.piece], currency, came_back=request.came_back)
    found = sources.sources(order, currency)
    value = min(sum(each.amount for each in taken), sum(source.left for source in found))
    pieces.take_from_hands(taken)
    # What goes back frees its seat and counts for no limit when the new order is checked.
    with pieces.set_aside(taken):
        new = checkout.exchange_order(desk, _buyer(order), request.slug, request.quantity, now).row
    credit = min(value, money.to_minor(new.total, currency) if new.total else 0)
    rows = _move_value(desk, order, new, found, value=value, credit=credit, reason=request.reason)
    pieces.write(rows, taken)
    effects.reflect(order, *rows)
    bookkeeping.flag_discrepancy(order)
    _pay(desk, new, rows, now)
    audit_log.record(
        desk,
        AuditAction.EXCHANGE,
        audit_log.About(order_id=order.id),
        amount=_major(value, currency),
        text=new.reference,
        reason=request.reason,
        key=key,
    )
    return _Done(
        old_id=order.id,
        new_id=new.id,
        value=value,
        credit=credit,
        price=new.total,
        given_back=tuple(row.id for row in rows if row.exchange_id is None),
        admits_no_more=any(each.line.ticket_type_id for each in taken) and not _has_ticket(new),
    )


def _has_ticket(order: Order) -> bool:
    lines = OrderLine.select().where(OrderLine.order == order.id, OrderLine.ticket_type.is_null(False))
    return bool(lines.exists())


def _buyer(order: Order) -> Buyer:
    attendee = registration.of_user(order, order.user_id)
    return Buyer(attendee.id if attendee else None, order.user_id, order.billing_name, order.billing_email)


def _move_value(
    desk: Desk, order: Order, new: Order, found: list[Source], *, value: int, credit: int, reason: str
) -> list[Refund]:
    """Refunds of the value: what becomes credit of the new order, then what goes back to a person.

    The last payment goes back first, so the credit is what is left of the value after that.
    """
    back = list(sources.split(sources.ours(found), value - credit))
    if sum(part for _, part in back) < value - credit:
        raise sources.paid_online(order)
    given = {source.payment.id: part for source, part in back}
    rest = [
        Source(source.payment, source.left - given.get(source.payment.id, 0), source.way, source.attempt)
        for source in found
    ]
    rows = [
        cash_and_credit.new_refund(
            desk, order, source.payment, Tender.CREDIT, amount=part, reason=reason, exchange_id=new.id
        )
        for source, part in sources.split(rest, credit)
    ]
    if not rows:
        made = cash_and_credit.new_refund(
            desk, order, None, Tender.CREDIT, amount=0, reason=reason, exchange_id=new.id
        )
        rows = [made]
    return rows + [refunds.give_back(desk, order, source, part, reason) for source, part in back]


def _pay(desk: Desk, new: Order, rows: Sequence[Refund], now: datetime) -> None:
    """Pay the new order with the value; each payment's reference is the key of the refund it comes from."""
    for row in rows:
        if row.exchange_id is not None and row.amount:
            amount = money.from_minor(row.amount, row.currency)
            note = EXCHANGED_NOTE.format(order=row.order.reference)
            tendering.pay(desk, new, PaymentMethod.CREDIT, amount, note=note, now=now, reference=row.key)
    new_orders.complete_if_free(desk, new, now)
    orders.finish_if_paid(new, now)


def _again(entry: AuditEntry, order: Order) -> _Done:
    """What was exchanged the first time."""
    new = Order.get(Order.reference == entry.text)
    moved = Refund.select().where(Refund.exchange == new.id)
    credit = sum(row.amount for row in moved)
    return _Done(
        old_id=order.id,
        new_id=new.id,
        value=int(entry.amount or 0),
        credit=credit,
        price=new.total,
        given_back=(),
    )


def _answer(desk: Desk, done: _Done, made: tuple[RefundView, ...]) -> Exchanged:
    old, new = (order_views.one(desk.conference.id, each) for each in (done.old_id, done.new_id))
    value, credit = (_major(each, desk.conference.currency) for each in (done.value, done.credit))
    return Exchanged(old=old, new=new, value=value, credit=credit, due=new.due, refunds=made)


def _major(minor: int, currency: str) -> Decimal:
    return money.from_minor(minor, currency) if minor else ZERO
