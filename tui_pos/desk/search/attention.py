"""What needs attention in the conference: payments that nobody watches or that do not fit, parked sales."""

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
from tui_pos.data.tables.registration import AddOn, CartItem, Order, TicketType
from tui_pos.desk.access.people import WALK_UP, buyer_of, without_addresses
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.payments import attempt_log
from tui_pos.desk.payments.notices import NOTICE_TONES, notice_for
from tui_pos.desk.stored_reasons import unpack
from tui_pos.desk.tones import Tone


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


def attention(desk: Desk) -> tuple[AttentionLine, ...]:
    """Payments of the conference that no other station watches, then parked sales, oldest first.

    Two statements. Raises NotPermitted.
    """
    require(desk, Action.LOOK_UP)
    with connected():
        return (*_attempts(desk), *_parked(desk))


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
