"""What needs attention: payments that nobody watches or that do not fit, unpaid orders, parked sales."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import groupby

from peewee import JOIN, SQL

from tui_pos.core import clock, money
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, Sale, SaleStatus
from tui_pos.data.tables.registration import AddOn, CartItem, Order, OrderStatus, TicketType
from tui_pos.desk.access.people import WALK_UP, buyer_of, without_addresses
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.balance import columns, from_columns
from tui_pos.desk.payments import attempt_log
from tui_pos.desk.payments.notices import NOTICE_TONES, notice_for
from tui_pos.desk.stored_reasons import unpack
from tui_pos.desk.tones import Tone


class AttentionKind(StrEnum):
    """What is unfinished: a card payment, an order that is still owed, or a sale that was put aside."""

    ATTEMPT = "attempt"
    ORDER = "order"
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionLine:
    """Something unfinished; ``id`` is the attempt's, the order's or the sale's.

    ``amount`` of an order is what is still to be paid, of a parked sale what it costs before discounts.
    """

    kind: AttentionKind
    id: int
    reference: str
    name: str
    amount: Decimal
    said: Reason
    tone: Tone


def attention(desk: Desk) -> tuple[AttentionLine, ...]:
    """Payments of the conference that no other station watches, unpaid orders of this one, parked sales.

    Each oldest first. An order is one of today that is paid in part, or that still holds its stock. Three
    statements. Raises NotPermitted.
    """
    require(desk, Action.LOOK_UP)
    with connected():
        return (*_attempts(desk), *_orders(desk), *_parked(desk))


def _attempts(desk: Desk) -> Iterator[AttentionLine]:
    now = clock.now()
    ours = Attempt.select(Attempt.id).where(Attempt.conference == desk.conference.id)
    # The empty text is no parameter: an index of few rows fits only what is certainly its condition.
    odd = ours.where(Attempt.problem != SQL("''"))
    query = (
        Attempt.select(Attempt, Order, User)
        .join(Order)
        .join(User)
        .where(Attempt.id.in_(ours.where(Attempt.finished_at.is_null()).union_all(odd)))
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
        name=without_addresses(desk, buyer_of(order)),
        amount=money.from_minor(attempt.amount, attempt.currency),
        said=said,
        tone=Tone.WARN if tone in (Tone.OK, Tone.PLAIN) else tone,
    )


def _orders(desk: Desk) -> Iterator[AttentionLine]:
    now = clock.now()
    live = Attempt.select(Attempt.order).where(Attempt.finished_at.is_null())
    query = (
        Order.select(
            Order.id,
            Order.reference,
            Order.total,
            Order.hold_expires_at,
            Sale.buyer_name,
            Sale.updated_at,
            *columns(),
        )
        .join(Sale, on=(Sale.order == Order.id))
        .where(
            Sale.conference == desk.conference.id,
            Sale.status == SaleStatus.ORDERED,
            Sale.station == desk.station,
            Order.status == OrderStatus.PENDING,
            Order.id.not_in(live),
        )
        .order_by(Sale.updated_at, Order.id)
    )
    for number, reference, total, hold, name, at, *money_of in rows(query):
        found, when = from_columns(total, money_of), desk.moment(at)
        is_held = hold is not None and hold > now
        if found.due <= ZERO or not when.is_today or not (found.kept or is_held):
            continue
        yield AttentionLine(
            kind=AttentionKind.ORDER,
            id=number,
            reference=reference,
            name=without_addresses(desk, name) or WALK_UP,
            amount=found.due,
            said=because("attention.order", order=reference, when=when, is_part=bool(found.kept)),
            tone=Tone.WARN,
        )


def _parked(desk: Desk) -> Iterator[AttentionLine]:
    query = (
        Sale.select(
            Sale.id,
            Sale.buyer_name,
            Sale.station,
            Sale.updated_at,
            CartItem.quantity,
            TicketType.name,
            TicketType.price,
            AddOn.name,
            AddOn.price,
        )
        .join(CartItem, JOIN.LEFT_OUTER, on=(CartItem.cart == Sale.cart))
        .join(TicketType, JOIN.LEFT_OUTER, on=(CartItem.ticket_type == TicketType.id))
        .join(AddOn, JOIN.LEFT_OUTER, on=(CartItem.addon == AddOn.id), src=CartItem)
        .where(Sale.conference == desk.conference.id, Sale.status == SaleStatus.PARKED)
        .order_by(Sale.updated_at, Sale.id, CartItem.id)
    )
    for (number, name, station, at), items in groupby(rows(query), key=lambda row: row[:4]):
        content, amount = [], ZERO
        for quantity, ticket, ticket_price, addon, addon_price in (row[4:] for row in items):
            if quantity is not None:
                content.append((quantity, printable(ticket or addon or "", 60)))
                amount += quantity * (ticket_price or addon_price or ZERO)
        when = desk.moment(at, _elsewhere(desk, station))
        yield AttentionLine(
            kind=AttentionKind.PARKED,
            id=number,
            reference="",
            name=without_addresses(desk, name) or WALK_UP,
            amount=amount,
            said=because("attention.parked", when=when, content=tuple(content)),
            tone=Tone.WARN,
        )


def _elsewhere(desk: Desk, station: str) -> str:
    """The station; '' for this one."""
    return "" if station == desk.station else station
