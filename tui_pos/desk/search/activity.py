"""What a station shows: what happened here, what needs attention."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from peewee import JOIN

from tui_pos.core import clock, money
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, Sale, SaleStatus
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    AddOn,
    Attendee,
    CartItem,
    CheckIn,
    Order,
    OrderStatus,
    PaymentMethod,
    TicketType,
)
from tui_pos.desk.access.people import called, full_name, without_addresses
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.balance import OrderBalance, admits, columns, due_of, from_columns
from tui_pos.desk.orders.payment_sources import KeptPayment, kept_payments, paid_by
from tui_pos.desk.payments import attempt_log
from tui_pos.desk.payments.notices import NOTICE_TONES, notice_for
from tui_pos.desk.stored_reasons import Said, unpack
from tui_pos.desk.tones import Tone


@dataclass(frozen=True, slots=True)
class RecentLine:
    """One sale or check-in at this station; ``title`` is '' for a buyer who gave no name."""

    at: datetime
    title: str
    detail: Said
    tone: Tone


class AttentionKind(StrEnum):
    """What is unfinished: a card payment, or a sale that was put aside."""

    ATTEMPT = "attempt"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionLine:
    """Something unfinished; ``id`` is the attempt's or the sale's.

    ``amount`` of a parked sale is before discounts.
    """

    kind: AttentionKind
    id: int
    reference: str
    name: str
    amount: Decimal
    said: Reason
    tone: Tone


def recent(desk: Desk, limit: int) -> tuple[RecentLine, ...]:
    """The last sales and check-ins at this station, newest first."""
    require(desk, Action.LOOK_UP)
    with connected():
        lines = [*_sales(desk, limit), *_check_ins(desk, limit)]
    return tuple(sorted(lines, key=lambda line: line.at, reverse=True)[:limit])


def attention(desk: Desk) -> tuple[AttentionLine, ...]:
    """Payments of the conference that no other station watches, then parked sales, oldest first."""
    require(desk, Action.LOOK_UP)
    with connected():
        return (*_attempts(desk), *_parked(desk))


def _sales(desk: Desk, limit: int) -> list[RecentLine]:
    query = (
        Sale.select(
            Sale.updated_at,
            Sale.buyer_name,
            Order.billing_name,
            Order.id,
            Order.status,
            Order.total,
            *columns(),
        )
        .join(Order)
        .where(Sale.conference == desk.conference.id, Sale.station == desk.station)
        .order_by(Sale.updated_at.desc())
        .limit(limit)
    )
    found = list(rows(query))
    payments = kept_payments([row[3] for row in found])
    return [
        RecentLine(
            at,
            without_addresses(desk, buyer or billed),
            *_said(desk, status, from_columns(total, money_of), payments.get(order_id, [])),
        )
        for at, buyer, billed, order_id, status, total, *money_of in found
    ]


def _said(desk: Desk, status: str, found: OrderBalance, payments: list[KeptPayment]) -> tuple[Reason, Tone]:
    """The words for a sale by its balance, and their tone."""
    currency, back = desk.conference.currency, found.given_back
    if status in PAID_STATUSES:
        by_card = any(each.method == PaymentMethod.TERMINAL and each.is_told for each in payments)
        ways = paid_by(payments)
        told = because("recent.paid", kept=found.kept, back=back, card=by_card, ways=ways, currency=currency)
        return told, Tone.OK if admits(status, found) else Tone.WARN
    if status == OrderStatus.PENDING:
        due = due_of(status, found)
        return because("recent.not_paid", due=due, back=back, currency=currency), Tone.WARN
    return because("recent.ended", status=status, total=found.total, back=back, currency=currency), Tone.PLAIN


def _check_ins(desk: Desk, limit: int) -> list[RecentLine]:
    query = (
        CheckIn.select(CheckIn.checked_in_at, User.first_name, User.last_name, User.username)
        .join(Attendee)
        .join(User)
        .where(CheckIn.conference == desk.conference.id, CheckIn.station == desk.station)
        .order_by(CheckIn.id.desc())
        .limit(limit)
    )
    return [RecentLine(at, called(*name), because("recent.checked_in"), Tone.OK) for at, *name in rows(query)]


def _attempts(desk: Desk) -> Iterable[AttentionLine]:
    now = clock.now()
    query = (
        Attempt.select(Attempt, Order, User)
        .join(Order)
        .join(User)
        .where(Attempt.conference == desk.conference.id)
        .where(Attempt.finished_at.is_null() | (Attempt.problem != ""))
        .order_by(Attempt.id)
    )
    for attempt in query:
        if attempt.problem or attempt.station == desk.station or not attempt_log.is_watched(attempt, now):
            yield _attempt_line(desk, attempt)


def _attempt_line(desk: Desk, attempt: Attempt) -> AttentionLine:
    notice, order, station = notice_for(attempt), attempt.order, _elsewhere(desk, attempt.station)
    said = because("attention.payment", notice=notice, station=station)
    if attempt.problem:
        said = because("attention.problem", problem=unpack(attempt.problem), station=station)
    tone = NOTICE_TONES[notice]
    return AttentionLine(
        kind=AttentionKind.ATTEMPT,
        id=attempt.id,
        reference=order.reference,
        name=without_addresses(desk, order.billing_name or full_name(order.user)),
        amount=money.from_minor(attempt.amount, attempt.currency),
        said=said,
        tone=Tone.WARN if tone in (Tone.OK, Tone.PLAIN) else tone,
    )


def _parked(desk: Desk) -> Iterable[AttentionLine]:
    query = (
        Sale.select(
            Sale.id,
            Sale.buyer_name,
            Sale.station,
            Sale.updated_at,
            CartItem.quantity,
            TicketType.price,
            AddOn.price,
        )
        .join(CartItem, JOIN.LEFT_OUTER, on=(CartItem.cart == Sale.cart))
        .join(TicketType, JOIN.LEFT_OUTER, on=(CartItem.ticket_type == TicketType.id))
        .join(AddOn, JOIN.LEFT_OUTER, on=(CartItem.addon == AddOn.id), src=CartItem)
        .where(Sale.conference == desk.conference.id, Sale.status == SaleStatus.PARKED)
        .order_by(Sale.updated_at, Sale.id)
    )
    for (number, name, station, at), items in groupby(rows(query), key=lambda row: row[:4]):
        yield AttentionLine(
            kind=AttentionKind.PARKED,
            id=number,
            reference="",
            name=without_addresses(desk, name),
            amount=sum((_price(*item[4:]) for item in items), ZERO),
            said=because("attention.parked", at=desk.local(at), station=_elsewhere(desk, station)),
            tone=Tone.WARN,
        )


def _price(quantity: int | None, ticket_price: Decimal | None, addon_price: Decimal | None) -> Decimal:
    """A cart line before discounts; nothing for an empty cart."""
    return (ticket_price or addon_price or ZERO) * (quantity or 0)


def _elsewhere(desk: Desk, station: str) -> str:
    """The station; '' for this one."""
    return "" if station == desk.station else station
