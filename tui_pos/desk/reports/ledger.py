"""Money that came in and went back, each with its tender: what exports and the accountant's day are made of.

The rows are those that `desk.orders.balance` counts: over all days their sums are what the orders keep. A
payment is told as it was taken, together with the parts that refunds split off it since. Orders that are
rehearsals are left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from peewee import JOIN, Value, fn

from tui_pos.core import money
from tui_pos.data import fields
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import Row, batches
from tui_pos.data.snapshots import stream
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import (
    Attempt,
    AuditEntry,
    CashMovement,
    MovementKind,
    Refund,
    Sale,
    SaleStatus,
    Stage,
)
from tui_pos.data.tables.registration import Order, Payment, PaymentMethod, PaymentStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.balance import ACCEPTED, is_double
from tui_pos.desk.orders.payment_sources import Tender, line_of, on_the_web
from tui_pos.desk.tenders.tendering import ACTION_OF

Moments = tuple[datetime, datetime]
"""From the first up to the second, aware."""


class Way(StrEnum):
    """How money came in or went back: a desk's tenders, and what no desk takes.

    The value of an exchange leaves the one order and comes into the other: both together are nothing.
    """

    CARD = Tender.CARD.value
    CARD_ONLINE = "card_online"
    CASH = Tender.CASH.value
    CREDIT = Tender.CREDIT.value
    COMPLIMENTARY = Tender.COMPLIMENTARY.value
    EXCHANGE = "exchange"
    WEB_SITE = "web_site"


_WAYS: dict[str, Way] = {
    PaymentMethod.STRIPE: Way.CARD_ONLINE,
    PaymentMethod.TERMINAL: Way.CARD,
    PaymentMethod.COMP: Way.COMPLIMENTARY,
    PaymentMethod.CREDIT: Way.CREDIT,
    PaymentMethod.MANUAL: Way.CASH,
}


def way_of(method: str, by_hand: object, exchanged: object) -> Way:
    """How a payment came in: ``by_hand`` on the web site, or with the value of an exchange."""
    if exchanged:
        return Way.EXCHANGE
    return Way.WEB_SITE if by_hand else _WAYS.get(method, Way.WEB_SITE)


def way_back(tender: str, paid_with: str | None, exchanged: object) -> Way:
    """How a refund went back; ``paid_with`` is the method of the payment that it is of."""
    if exchanged:
        return Way.EXCHANGE
    online = tender == Tender.CARD and paid_with == PaymentMethod.STRIPE
    return Way.CARD_ONLINE if online else Way(tender)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Money of an order that came in, or, negative, that went back.

    ``id`` is the payment's, or the refund's; the payment's, negative, of what went back without a refund.
    ``line_id`` is the order line that it is for, where an imported list says so.
    ``rounding`` is how much more (or, negative, less) passed over the counter in cash.
    """

    id: int
    is_refund: bool
    order_id: int
    reference: str
    at: datetime
    way: Way
    amount: Decimal
    currency: str
    rounding: Decimal
    station: str
    staff: str
    line_id: int | None = None


# Of the database


def not_rehearsed(desk: Desk, order: Any) -> Any:
    """An SQL condition: the order with the id in this column is no rehearsal."""
    rehearsals = Sale.select(Sale.order).where(
        Sale.conference == desk.conference.id,
        Sale.status == SaleStatus.REHEARSAL,
        Sale.order.is_null(False),
    )
    return order.not_in(rehearsals)


PAID_AT = fn.COALESCE(Attempt.finished_at, Payment.created_at)
"""When a payment came in: a card's when it was captured."""

STATION = fn.COALESCE(Attempt.station, AuditEntry.station, "")

CURRENCY = fn.COALESCE(Attempt.currency, CashMovement.currency)
"""The currency of a payment where a desk took it; NULL for the others, which are in the conference's."""

COUNTS = Payment.status.in_((PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)) & ~is_double()


def payments(*selected: Any) -> Any:
    """A query of payments as they were taken, with what a desk noted beside each of them."""
    splits = Refund.select(Refund.split).where(Refund.split.is_null(False))
    return (
        Payment.select(*selected)
        .join(Order)
        .join(
            Attempt,
            JOIN.LEFT_OUTER,
            on=(Attempt.order == Payment.order)  # which has an index
            & (Attempt.payment == Payment.id)
            & (Attempt.stage == Stage.CAPTURED),
        )
        .join(
            CashMovement,
            JOIN.LEFT_OUTER,
            on=(CashMovement.payment == Payment.id) & (CashMovement.kind == MovementKind.SALE),
            src=Payment,
        )
        .join(
            AuditEntry,
            JOIN.LEFT_OUTER,
            on=(AuditEntry.order == Payment.order)
            & (AuditEntry.payment == Payment.id)
            & AuditEntry.what.in_(list(ACTION_OF.values())),
            src=Payment,
        )
        .join(User, JOIN.LEFT_OUTER, on=(User.id == Payment.created_by), src=Payment)
        .where(Payment.id.not_in(splits))
    )


def amount_taken() -> Any:
    """What a payment was when it was taken, in SQL."""
    part, refund = Payment.alias(), Refund.alias()
    split_off = (part.select(fn.SUM(part.amount)).join(refund, on=(refund.split == part.id))).where(
        refund.payment == Payment.id
    )
    return Payment.amount + fn.COALESCE(split_off, 0)


def is_exchanged() -> Any:
    """An SQL condition on ``Payment``: an exchange brought it."""
    keys = Refund.select(Refund.key).where(Refund.exchange == Payment.order)
    return (Payment.method == PaymentMethod.CREDIT) & Payment.reference.in_(keys)


def refunds(*selected: Any) -> Any:
    """A query of refunds, with the payment that each is of."""
    return (
        Refund.select(*selected)
        .join(Order, on=(Refund.order == Order.id))
        .join(Payment, JOIN.LEFT_OUTER, on=(Refund.payment == Payment.id), src=Refund)
        .join(User, JOIN.LEFT_OUTER, on=(User.id == Refund.staff), src=Refund)
    )


def orders_with_money(desk: Desk, when: Moments) -> list[int]:
    """The orders of which money came in or went back; call inside a snapshot."""
    paid = payments(Payment.order).where(COUNTS, *_of(desk, PAID_AT, when))
    given_back = refunds(Refund.order).where(Refund.stage.in_(ACCEPTED), *_of(desk, Refund.created_at, when))
    cancelled = payments(Payment.order).where(
        Payment.status == PaymentStatus.REFUNDED, *_of(desk, Order.updated_at, when)
    )
    return sorted({int(row[0]) for query in (paid, given_back, cancelled) for row in stream(query)})


def _of(desk: Desk, at: Any, when: Moments) -> tuple[Any, ...]:
    begin, end = when
    return (
        Order.conference == desk.conference.id,
        not_rehearsed(desk, Order.id),
        at >= moment(begin),
        at < moment(end),
    )


def moment(at: datetime) -> Any:
    """A time as it stands in a column, also where SQL has made a new value of that column."""
    column: Any = Payment.created_at
    return Value(column.db_value(at), converter=False)


def entries(desk: Desk, order_ids: Iterable[int]) -> Iterator[Entry]:
    """All that came in and went back for these orders, whenever it was; call inside a snapshot.

    A payment that is negative is what went back elsewhere, as an imported list says.

    Of an order that is cancelled the credit goes back without a refund, when the order was changed last.
    """
    paid = payments(
        Payment.order,
        Order.reference,
        PAID_AT,
        amount_taken(),
        CURRENCY,
        CashMovement.rounding,
        STATION,
        User.username,
        Payment.method,
        on_the_web(),
        is_exchanged(),
        Payment.status,
        _given_back_by_refunds(),
        Refund.select(fn.MAX(Refund.currency)).where(Refund.payment == Payment.id),
        Order.updated_at,
        Payment.note,
        Payment.reference,
        Payment.id,
    ).where(COUNTS)
    given_back = refunds(
        Refund.order,
        Order.reference,
        Refund.created_at,
        Refund.amount,
        Refund.currency,
        Refund.rounding,
        Refund.station,
        User.username,
        Refund.tender,
        Payment.method,
        Refund.exchange,
        Refund.id,
    ).where(Refund.stage.in_(ACCEPTED))
    for ids in batches(order_ids):
        for row in stream(paid.where(Payment.order.in_(ids))):
            came_in = _entry(desk, row, decimal(row[3]), way_of(*row[8:11]), is_refund=False)
            came_in = replace(came_in, line_id=line_of(*row[15:17]))
            if came_in.amount < ZERO:
                came_in = replace(came_in, id=-came_in.id, is_refund=True)
            yield came_in
            yield from _without_refund(came_in, row[8], *row[11:15])
        for row in stream(given_back.where(Refund.order.in_(ids))):
            amount = -money.from_minor(row[3], row[4])
            yield _entry(desk, row, amount, way_back(*row[8:11]), is_refund=True)


def _given_back_by_refunds() -> Any:
    return Refund.select(fn.SUM(Refund.amount)).where(
        Refund.payment == Payment.id, Refund.stage.in_(ACCEPTED)
    )


def _without_refund(came_in: Entry, method: str, *how: Any) -> Iterator[Entry]:
    """What of a payment went back and no refund says so."""
    status, refunded, currency, changed = how
    if status != PaymentStatus.REFUNDED:
        return
    rest = came_in.amount - (money.from_minor(int(refunded), str(currency)) if refunded else ZERO)
    if rest:
        yield replace(
            came_in,
            id=-came_in.id,
            is_refund=True,
            at=fields.utc(changed),
            # What was paid elsewhere went back there, not out of a drawer.
            way=came_in.way if came_in.way is Way.WEB_SITE else way_of(method, False, False),
            amount=-rest,
            rounding=ZERO,
            station="",
            staff="",
        )


def _entry(desk: Desk, row: Row, amount: Decimal, way: Way, *, is_refund: bool) -> Entry:
    order_id, reference, at, _, currency, rounding, station, staff, *_, number = row
    currency = currency or desk.conference.currency
    odd = money.from_minor(rounding or 0, currency)
    return Entry(
        id=number,
        is_refund=is_refund,
        order_id=order_id,
        reference=reference,
        at=fields.utc(at),
        way=way,
        amount=amount,
        currency=currency,
        rounding=-odd if is_refund else odd,
        station=station or "",
        staff=staff or "",
    )


def decimal(value: object) -> Decimal:
    """An amount of django-program's columns, or a sum of them, which is a float on SQLite."""
    if value is None:
        return ZERO
    return fields.money(round(value, 2) if isinstance(value, float) else value)
