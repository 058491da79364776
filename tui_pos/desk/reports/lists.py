"""The lists that can be exported: their rows, and where each column comes from.

A column's amount is in the currency that stands in the column ``currency`` of the same row. Times are those
of the database, in UTC; who writes the list puts them on the conference's clock.
"""

from collections.abc import Callable, Sequence
from typing import Any

from peewee import JOIN, Value, fn

from tui_pos.core.list_files import Value as Cell
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import Row
from tui_pos.data.snapshots import stream
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, AuditEntry, CashMovement, Refund, Sale
from tui_pos.data.tables.imports import AttendeeFact, ImportedTicket
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
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import balance
from tui_pos.desk.orders.payment_sources import on_the_web
from tui_pos.desk.reports import ledger
from tui_pos.desk.reports.columns import (
    Column,
    ListQuery,
    column,
    count,
    flag,
    major,
    minor,
    name_of_user,
    shown,
    time,
    told,
)
from tui_pos.desk.reports.ledger import not_rehearsed

MOST_FACTS = 200
"""So many facts of people get a column of their own."""


def _orders(desk: Desk) -> ListQuery:
    seller = User.alias()
    query = (
        Order.select()
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
            column("order", Order.reference),
            column("imported_order", _imported(ImportedTicket.order_reference, _OF_ORDER)),
            column("status", Order.status),
            column("created_at", Order.created_at, time),
            column("held_until", Order.hold_expires_at, time),
            column("station", Sale.station),
            column("staff", seller.username),
            column("buyer", Order.billing_name),
            column("email", Order.billing_email),
            column("company", Order.billing_company),
            column("voucher", Order.voucher_code),
            column("subtotal", Order.subtotal, major),
            column("discount", Order.discount_amount, major),
            column("total", Order.total, major),
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


_OF_ORDER = ImportedTicket.order == Order.id
_OF_PERSON = (ImportedTicket.attendee == Attendee.id) & OrderLine.ticket_type.is_null(False)


def _imported(name: Any, condition: Any) -> Any:
    """What the list of another system called what came of it."""
    lines = ImportedTicket.select(fn.MIN(name)).join(OrderLine, on=ImportedTicket.order_line == OrderLine.id)
    return lines.where(condition)


def _of_conference(desk: Desk) -> Any:
    return Value(desk.conference.currency)


def _order_lines(desk: Desk) -> ListQuery:
    query = (
        OrderLine.select()
        .join(Order)
        .join(TicketType, JOIN.LEFT_OUTER, src=OrderLine)
        .join(AddOn, JOIN.LEFT_OUTER, src=OrderLine)
        .where(Order.conference == desk.conference.id, not_rehearsed(desk, Order.id))
        .order_by(OrderLine.id)
    )

    return ListQuery(
        columns=(
            column("order", Order.reference),
            column("status", Order.status),
            column("created_at", Order.created_at, time),
            column("line", OrderLine.id, count),
            column("product", fn.COALESCE(TicketType.slug, AddOn.slug)),
            column("description", OrderLine.description),
            column("quantity", OrderLine.quantity, count),
            column("unit_price", OrderLine.unit_price, major),
            column("line_total", OrderLine.line_total, major),
        ),
        query=query,
        at=Order.created_at,
        currency=_of_conference(desk),
    )


def _payments(desk: Desk) -> ListQuery:
    query = (
        ledger.payments()
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
            column("payment", Payment.id, count),
            column("order", Order.reference),
            column("at", ledger.PAID_AT, time),
            Column(
                ("tender",),
                (Payment.method, on_the_web(), ledger.is_exchanged()),
                lambda raw, _: (ledger.way_of(*raw).value,),
            ),
            column("status", Payment.status),
            column("counts", ledger.COUNTS, flag),
            column("station", ledger.STATION),
            column("staff", User.username),
            column("card_brand", TerminalPayment.card_brand),
            column("card_last4", TerminalPayment.card_last4),
            column(
                "payment_intent_id",
                fn.COALESCE(TerminalPayment.payment_intent_id, Payment.stripe_payment_intent_id),
            ),
            column("charge_id", Payment.stripe_charge_id),
            column("mode", Attempt.mode),
            column("amount", ledger.amount_taken(), major),
            Column(("kept",), (balance.is_kept(), *balance.kept_columns()), kept),
            column("rounding", CashMovement.rounding, minor),
        ),
        query=query,
        at=ledger.PAID_AT,
        currency=fn.COALESCE(ledger.CURRENCY, desk.conference.currency),
    )


def _refunds(desk: Desk) -> ListQuery:
    exchange = Order.alias()
    query = (
        ledger.refunds()
        .join(exchange, JOIN.LEFT_OUTER, on=(Refund.exchange == exchange.id), src=Refund)
        .join(Attempt, JOIN.LEFT_OUTER, on=(Refund.attempt == Attempt.id), src=Refund)
        .where(Refund.conference == desk.conference.id, not_rehearsed(desk, Refund.order))
        .order_by(Refund.id)
    )

    return ListQuery(
        columns=(
            column("refund", Refund.id, count),
            column("order", Order.reference),
            column("payment", Refund.payment, count),
            column("at", Refund.created_at, time),
            Column(
                ("tender",),
                (Refund.tender, Payment.method, Refund.exchange),
                lambda raw, _: (ledger.way_back(*raw).value,),
            ),
            column("status", Refund.stage),
            column("origin", Refund.origin),
            column("station", Refund.station),
            column("staff", User.username),
            column("reason", Refund.reason),
            column("exchanged_for", exchange.reference),
            column("refund_id", Refund.refund_id),
            column("payment_intent_id", fn.COALESCE(Attempt.intent_id, Payment.stripe_payment_intent_id)),
            column("amount", Refund.amount, minor),
            column("rounding", Refund.rounding, minor),
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
        return column(f"fact: {label}", value)

    query = (
        Attendee.select()
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
            column("access_code", Attendee.access_code),
            column("imported_code", _imported(ImportedTicket.scan_code, _OF_PERSON)),
            name_of_user(),
            column("email", User.email),
            column("order", Order.reference),
            column("imported_order", _imported(ImportedTicket.order_reference, _OF_PERSON)),
            column("order_status", Order.status),
            column("registered_at", Attendee.created_at, time),
            column("checked_in_at", Attendee.checked_in_at, time),
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
    query = (
        CheckIn.select()
        .join(Attendee)
        .join(User)
        .join(door, JOIN.LEFT_OUTER, on=(CheckIn.checked_in_by == door.id), src=CheckIn)
        .where(CheckIn.conference == desk.conference.id, ~_came_to_rehearse(desk))
        .order_by(CheckIn.id)
    )

    return ListQuery(
        columns=(
            column("check_in", CheckIn.id, count),
            column("at", CheckIn.checked_in_at, time),
            column("access_code", Attendee.access_code),
            name_of_user(),
            column("station", CheckIn.station),
            column("staff", door.username),
            column("note", CheckIn.note),
        ),
        query=query,
        at=CheckIn.checked_in_at,
    )


def _cash(desk: Desk) -> ListQuery:
    query = (
        CashMovement.select()
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
            column("movement", CashMovement.id, count),
            column("at", CashMovement.created_at, time),
            column("station", CashMovement.station),
            column("staff", User.username),
            column("kind", CashMovement.kind),
            column("order", Order.reference),
            column("payment", CashMovement.payment, count),
            column("amount", CashMovement.amount, minor),
            column("rounding", CashMovement.rounding, minor),
            column("given", CashMovement.given, minor),
            column("change", CashMovement.change, minor),
        ),
        query=query,
        at=CashMovement.created_at,
        currency=CashMovement.currency,
    )


def _journal(desk: Desk) -> ListQuery:
    query = (
        AuditEntry.select()
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
            column("entry", AuditEntry.id, count),
            column("at", AuditEntry.at, time),
            column("station", AuditEntry.station),
            column("staff", User.username),
            column("action", AuditEntry.what),
            column("order", Order.reference),
            column("payment", AuditEntry.payment, count),
            column("access_code", Attendee.access_code),
            column("text", AuditEntry.text, told),
            column("reason", AuditEntry.reason),
            column("amount", AuditEntry.amount, minor),
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
