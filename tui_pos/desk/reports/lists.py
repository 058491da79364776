"""The lists that can be exported: their columns, where each comes from, and how it is read.

A column's amount is in the currency that stands in the column ``currency`` of the same row. Times are those
of the database, in UTC; who writes the list puts them on the conference's clock.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from peewee import JOIN, Value, fn

from tui_pos.core import money
from tui_pos.core.list_files import Value as Cell
from tui_pos.data import fields
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import Row
from tui_pos.data.snapshots import stream
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, AuditEntry, CashMovement, Refund, Sale
from tui_pos.data.tables.imports import AttendeeFact
from tui_pos.data.tables.registration import (
    AddOn,
    Attendee,
    CheckIn,
    Order,
    OrderLine,
    Payment,
    PaymentStatus,
    TerminalPayment,
    TicketType,
)
from tui_pos.desk.access.people import called
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import balance
from tui_pos.desk.orders.payment_sources import on_the_web
from tui_pos.desk.reports import ledger
from tui_pos.desk.reports.ledger import not_rehearsed
from tui_pos.desk.stored_reasons import unpack

MOST_FACTS = 200
"""So many facts of people get a column of their own."""

Read = Callable[[Any, str], Cell]
"""From what the driver gives to the cell's value, in a currency."""


def _text(raw: Any, _: str) -> str:
    return "" if raw is None else str(raw)


def _told(raw: Any, _: str) -> str:
    return str(unpack(raw or ""))


def _count(raw: Any, _: str) -> int | None:
    return None if raw is None else int(raw)


def _flag(raw: Any, _: str) -> bool:
    return bool(raw)


def _time(raw: Any, _: str) -> Cell:
    return None if raw is None else fields.utc(raw)


def _major(raw: Any, currency: str) -> Decimal | None:
    return None if raw is None else shown(ledger.decimal(raw), currency)


def _minor(raw: Any, currency: str) -> Decimal | None:
    return None if raw is None else money.from_minor(int(raw), currency)


def shown(amount: Decimal, currency: str) -> Decimal:
    """An amount with the currency's decimals, as files hold it."""
    return Decimal(money.amount_string(amount, currency))


@dataclass(frozen=True, slots=True)
class Column:
    """One column or several, made of what the driver gives for SQL expressions, in a currency."""

    names: tuple[str, ...]
    of: tuple[Any, ...]
    read: Callable[[Row, str], Sequence[Cell]]


def _column(name: str, of: Any, read: Read = _text) -> Column:
    return Column((name,), (of,), lambda raw, currency: (read(raw[0], currency),))


def _name() -> Column:
    names = (User.first_name, User.last_name, User.username)
    return Column(("name",), names, lambda raw, _: (called(*raw),))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """A list: ``query`` takes the expressions to select; ``at`` is what a span of days is about.

    ``currency`` is an SQL expression, None for a list without amounts.
    """

    columns: Sequence[Column]
    query: Callable[..., Any]
    at: Any
    currency: Any = None


def _orders(desk: Desk) -> ListQuery:
    seller = User.alias()

    def query(*selected: Any) -> Any:
        return (
            Order.select(*selected)
            .join(User)
            .join(Sale, JOIN.LEFT_OUTER, on=(Sale.order == Order.id), src=Order)
            .join(seller, JOIN.LEFT_OUTER, on=(Sale.staff == seller.id), src=Sale)
            .where(Order.conference == desk.conference.id, not_rehearsed(desk, Order.id))
            .order_by(Order.id)
        )

    def sums(raw: Row, currency: str) -> Sequence[Cell]:
        status, total, *of_balance = raw
        found = balance.from_columns(ledger.decimal(total), of_balance)
        due = balance.due_of(status, found)
        return [shown(each, currency) for each in (found.received, found.given_back, found.kept, due)]

    return ListQuery(
        columns=(
            _column("order", Order.reference),
            _column("status", Order.status),
            _column("created_at", Order.created_at, _time),
            _column("held_until", Order.hold_expires_at, _time),
            _column("station", Sale.station),
            _column("staff", seller.username),
            _column("buyer", Order.billing_name),
            _column("email", Order.billing_email),
            _column("company", Order.billing_company),
            _column("voucher", Order.voucher_code),
            _column("subtotal", Order.subtotal, _major),
            _column("discount", Order.discount_amount, _major),
            _column("total", Order.total, _major),
            Column(
                ("received", "given_back", "kept", "due"),
                (Order.status, Order.total, *balance.columns()),
                sums,
            ),
        ),
        query=query,
        at=Order.created_at,
        currency=_of_conference(desk),
    )


def _of_conference(desk: Desk) -> Any:
    return Value(desk.conference.currency)


def _order_lines(desk: Desk) -> ListQuery:
    def query(*selected: Any) -> Any:
        return (
            OrderLine.select(*selected)
            .join(Order)
            .join(TicketType, JOIN.LEFT_OUTER, src=OrderLine)
            .join(AddOn, JOIN.LEFT_OUTER, src=OrderLine)
            .where(Order.conference == desk.conference.id, not_rehearsed(desk, Order.id))
            .order_by(OrderLine.id)
        )

    return ListQuery(
        columns=(
            _column("order", Order.reference),
            _column("status", Order.status),
            _column("created_at", Order.created_at, _time),
            _column("line", OrderLine.id, _count),
            _column("product", fn.COALESCE(TicketType.slug, AddOn.slug)),
            _column("description", OrderLine.description),
            _column("quantity", OrderLine.quantity, _count),
            _column("unit_price", OrderLine.unit_price, _major),
            _column("line_total", OrderLine.line_total, _major),
        ),
        query=query,
        at=Order.created_at,
        currency=_of_conference(desk),
    )


def _payments(desk: Desk) -> ListQuery:
    def query(*selected: Any) -> Any:
        return (
            ledger.payments(*selected)
            .join(TerminalPayment, JOIN.LEFT_OUTER, on=(TerminalPayment.payment == Payment.id), src=Payment)
            .where(Order.conference == desk.conference.id, not_rehearsed(desk, Order.id))
            .order_by(Payment.id)
        )

    def kept(raw: Row, currency: str) -> Sequence[Cell]:
        is_kept, amount, *unsplit = raw
        left = balance.kept_of((ledger.decimal(amount), *unsplit))[1] if is_kept else ZERO
        return (shown(left, currency),)

    return ListQuery(
        columns=(
            _column("payment", Payment.id, _count),
            _column("order", Order.reference),
            _column("at", ledger.PAID_AT, _time),
            Column(
                ("tender",),
                (Payment.method, on_the_web(), ledger.is_exchanged()),
                lambda raw, _: (ledger.way_of(*raw).value,),
            ),
            _column("status", Payment.status),
            _column("counts", ledger.COUNTS, _flag),
            _column("station", ledger.STATION),
            _column("staff", User.username),
            _column("card_brand", TerminalPayment.card_brand),
            _column("card_last4", TerminalPayment.card_last4),
            _column(
                "payment_intent_id",
                fn.COALESCE(TerminalPayment.payment_intent_id, Payment.stripe_payment_intent_id),
            ),
            _column("charge_id", Payment.stripe_charge_id),
            _column("mode", Attempt.mode),
            _column("amount", ledger.amount_taken(), _major),
            Column(("kept",), (balance.is_kept(), *balance.kept_columns()), kept),
            _column("rounding", CashMovement.rounding, _minor),
        ),
        query=query,
        at=ledger.PAID_AT,
        currency=fn.COALESCE(ledger.CURRENCY, desk.conference.currency),
    )


def _refunds(desk: Desk) -> ListQuery:
    exchange = Order.alias()

    def query(*selected: Any) -> Any:
        return (
            ledger.refunds(*selected)
            .join(exchange, JOIN.LEFT_OUTER, on=(Refund.exchange == exchange.id), src=Refund)
            .join(Attempt, JOIN.LEFT_OUTER, on=(Refund.attempt == Attempt.id), src=Refund)
            .where(Refund.conference == desk.conference.id, not_rehearsed(desk, Refund.order))
            .order_by(Refund.id)
        )

    return ListQuery(
        columns=(
            _column("refund", Refund.id, _count),
            _column("order", Order.reference),
            _column("payment", Refund.payment, _count),
            _column("at", Refund.created_at, _time),
            Column(
                ("tender",),
                (Refund.tender, Payment.method, Refund.exchange),
                lambda raw, _: (ledger.way_back(*raw).value,),
            ),
            _column("status", Refund.stage),
            _column("origin", Refund.origin),
            _column("station", Refund.station),
            _column("staff", User.username),
            _column("reason", Refund.reason),
            _column("exchanged_for", exchange.reference),
            _column("refund_id", Refund.refund_id),
            _column("payment_intent_id", fn.COALESCE(Attempt.intent_id, Payment.stripe_payment_intent_id)),
            _column("amount", Refund.amount, _minor),
            _column("rounding", Refund.rounding, _minor),
        ),
        query=query,
        at=Refund.created_at,
        currency=Refund.currency,
    )


def _people(desk: Desk) -> ListQuery:
    """With a column for each fact that a list of another system told of somebody."""
    of_conference = Attendee.select(Attendee.id).where(Attendee.conference == desk.conference.id)
    labels = (
        AttendeeFact.select(AttendeeFact.label, fn.MIN(AttendeeFact.position))
        .where(AttendeeFact.attendee.in_(of_conference))
        .group_by(AttendeeFact.label)
        .order_by(fn.MIN(AttendeeFact.position), AttendeeFact.label)
        .limit(MOST_FACTS)
    )

    def fact(label: str) -> Column:
        value = AttendeeFact.select(AttendeeFact.value).where(
            AttendeeFact.attendee == Attendee.id, AttendeeFact.label == label
        )
        return _column(f"fact: {label}", value)

    def query(*selected: Any) -> Any:
        return (
            Attendee.select(*selected)
            .join(User)
            .join(Order, JOIN.LEFT_OUTER, src=Attendee)
            .where(
                Attendee.conference == desk.conference.id,
                ~_came_to_rehearse(desk),
            )
            .order_by(Attendee.id)
        )

    return ListQuery(
        columns=(
            _column("access_code", Attendee.access_code),
            _name(),
            _column("email", User.email),
            _column("order", Order.reference),
            _column("order_status", Order.status),
            _column("registered_at", Attendee.created_at, _time),
            _column("checked_in_at", Attendee.checked_in_at, _time),
            *(fact(label) for label, _ in stream(labels)),
        ),
        query=query,
        at=Attendee.created_at,
    )


def _came_to_rehearse(desk: Desk) -> Any:
    """An SQL condition: the attendee has no ticket, and had one in a rehearsal."""
    buyers = Order.select(Order.user).where(
        Order.conference == desk.conference.id, ~not_rehearsed(desk, Order.id)
    )
    return Attendee.order.is_null() & Attendee.user.in_(buyers)


def _check_ins(desk: Desk) -> ListQuery:
    door = User.alias()

    def query(*selected: Any) -> Any:
        return (
            CheckIn.select(*selected)
            .join(Attendee)
            .join(User)
            .join(door, JOIN.LEFT_OUTER, on=(CheckIn.checked_in_by == door.id), src=CheckIn)
            .where(CheckIn.conference == desk.conference.id, ~_came_to_rehearse(desk))
            .order_by(CheckIn.id)
        )

    return ListQuery(
        columns=(
            _column("check_in", CheckIn.id, _count),
            _column("at", CheckIn.checked_in_at, _time),
            _column("access_code", Attendee.access_code),
            _name(),
            _column("station", CheckIn.station),
            _column("staff", door.username),
            _column("note", CheckIn.note),
        ),
        query=query,
        at=CheckIn.checked_in_at,
    )


def _cash(desk: Desk) -> ListQuery:
    def query(*selected: Any) -> Any:
        return (
            CashMovement.select(*selected)
            .join(Order)
            .join(Payment, src=CashMovement)
            .join(User, src=CashMovement)
            .where(
                CashMovement.conference == desk.conference.id,
                not_rehearsed(desk, CashMovement.order),
                Payment.status != PaymentStatus.FAILED,  # a rehearsal of the web site's own order
            )
            .order_by(CashMovement.id)
        )

    return ListQuery(
        columns=(
            _column("movement", CashMovement.id, _count),
            _column("at", CashMovement.created_at, _time),
            _column("station", CashMovement.station),
            _column("staff", User.username),
            _column("kind", CashMovement.kind),
            _column("order", Order.reference),
            _column("payment", CashMovement.payment, _count),
            _column("amount", CashMovement.amount, _minor),
            _column("rounding", CashMovement.rounding, _minor),
            _column("given", CashMovement.given, _minor),
            _column("change", CashMovement.change, _minor),
        ),
        query=query,
        at=CashMovement.created_at,
        currency=CashMovement.currency,
    )


def _journal(desk: Desk) -> ListQuery:
    def query(*selected: Any) -> Any:
        return (
            AuditEntry.select(*selected)
            .join(User, JOIN.LEFT_OUTER, src=AuditEntry)
            .join(Order, JOIN.LEFT_OUTER, src=AuditEntry)
            .join(Attendee, JOIN.LEFT_OUTER, src=AuditEntry)
            .where(
                AuditEntry.conference == desk.conference.id,
                AuditEntry.order.is_null() | not_rehearsed(desk, AuditEntry.order),
            )
            .order_by(AuditEntry.id)
        )

    return ListQuery(
        columns=(
            _column("entry", AuditEntry.id, _count),
            _column("at", AuditEntry.at, _time),
            _column("station", AuditEntry.station),
            _column("staff", User.username),
            _column("action", AuditEntry.what),
            _column("order", Order.reference),
            _column("payment", AuditEntry.payment, _count),
            _column("access_code", Attendee.access_code),
            _column("text", AuditEntry.text, _told),
            _column("reason", AuditEntry.reason),
            _column("amount", AuditEntry.amount, _minor),
        ),
        query=query,
        at=AuditEntry.at,
        currency=AuditEntry.currency,
    )


LISTS: dict[str, Callable[[Desk], ListQuery]] = {
    "orders": _orders,
    "order-lines": _order_lines,
    "payments": _payments,
    "refunds": _refunds,
    "people": _people,
    "check-ins": _check_ins,
    "cash": _cash,
    "journal": _journal,
}
"""What can be exported, by the name of its command. Call inside a snapshot."""
