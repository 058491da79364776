"""Orders as ``OrderView``: two statements, whatever their number."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from peewee import JOIN, Expression, Query

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO, money, utc
from tui_pos.data.queries import Compiled, Row, parameter, rows
from tui_pos.data.tables.desk import Attempt, Sale, SaleStatus
from tui_pos.data.tables.imports import ImportedTicket
from tui_pos.data.tables.registration import AddOn, Order, OrderLine, TicketType
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound
from tui_pos.desk.orders.balance import OrderBalance, admits, columns, due_of, from_columns
from tui_pos.desk.orders.views import LineView, OrderView

_ID = re.compile(r"[0-9]{1,18}")
_REFERENCE = re.compile(r"[!-~]{1,100}")


class _OrderRow(NamedTuple):
    """The columns of an order that come before those of its balance, named as in ``Order``."""

    id: int
    conference_id: int
    reference: str
    status: str
    subtotal: object
    discount_amount: object
    total: object
    billing_name: str
    billing_email: str
    user_id: int
    voucher_code: str
    created_at: object
    hold_expires_at: object
    live_attempt_id: int | None
    sale_id: int | None


def orders(
    conference_id: int,
    *,
    user_id: int | None = None,
    order_id: int | None = None,
    reference: str | None = None,
) -> tuple[OrderView, ...]:
    """The conference's orders of this user, with this id or with this reference, newest first."""
    wanted = {"user": user_id, "id": order_id, "reference": reference}
    # The conference is compared here: SQLite may prefer its index, and would then read everybody's orders.
    found = [row for row in _ORDERS.rows(**wanted) if row[1] == conference_id]
    if not found:
        return ()
    lines: dict[int, list[LineView]] = {}
    for order_of_line, *line in _LINES.rows(**wanted):
        if (view := _line(line)).quantity or view.line_total:
            lines.setdefault(order_of_line, []).append(view)
    now = clock.now()
    return tuple(_order(row, tuple(lines.get(row[0], ())), now) for row in found)


def one(conference_id: int, order_id: int) -> OrderView:
    """The order with this id, which is there."""
    (found,) = orders(conference_id, order_id=order_id)
    return found


def all_lines(order_id: int) -> list[LineView]:
    """The order's lines as they are now, also those of which everything went back."""
    found = _LINES.rows(user=None, id=order_id, reference=None)
    return [_line(line) for _, *line in found]


def new_view(row: Order, lines: tuple[LineView, ...]) -> OrderView:
    """An order that was just written, and perhaps completed because it costs nothing."""
    balance = OrderBalance(total=row.total, received=ZERO, kept=ZERO)
    return _view(row, balance, lines, is_left_behind=False, live_attempt_id=None)


def _wanted() -> Expression:
    wanted: Expression = (
        (Order.user == parameter("user"))
        | (Order.id == parameter("id"))
        | (Order.reference == parameter("reference"))
    )
    return wanted


def _order_query() -> Query:
    return (
        Order.select(
            Order.id,
            Order.conference,
            Order.reference,
            Order.status,
            Order.subtotal,
            Order.discount_amount,
            Order.total,
            Order.billing_name,
            Order.billing_email,
            Order.user,
            Order.voucher_code,
            Order.created_at,
            Order.hold_expires_at,
            Attempt.id,
            Sale.id,
            *columns(),
        )
        .join(
            Attempt,
            JOIN.LEFT_OUTER,
            on=(Attempt.order == Order.id) & Attempt.finished_at.is_null(),
            src=Order,
        )
        .join(Sale, JOIN.LEFT_OUTER, on=(Sale.order == Order.id), src=Order)
        .where(_wanted(), Sale.status.is_null() | (Sale.status != SaleStatus.REHEARSAL))
        .order_by(Order.created_at.desc(), Order.id.desc())
    )


def _line_query() -> Query:
    return (
        OrderLine.select(
            OrderLine.order,
            OrderLine.id,
            OrderLine.description,
            OrderLine.quantity,
            OrderLine.unit_price,
            OrderLine.line_total,
            TicketType.slug,
            AddOn.slug,
            TicketType.requires_voucher,
        )
        .join(Order)
        .join(TicketType, JOIN.LEFT_OUTER, on=(OrderLine.ticket_type == TicketType.id), src=OrderLine)
        .join(AddOn, JOIN.LEFT_OUTER, on=(OrderLine.addon == AddOn.id), src=OrderLine)
        .where(_wanted())
        .order_by(OrderLine.id)
    )


_ORDERS = Compiled(_order_query)
_LINES = Compiled(_line_query)


def _line(columns: list[Any]) -> LineView:
    number, description, quantity, unit_price, line_total, ticket_slug, addon_slug, needs_voucher = columns
    return LineView(
        id=number,
        description=description,
        quantity=quantity,
        unit_price=money(unit_price),
        line_total=money(line_total),
        ticket_slug=ticket_slug,
        addon_slug=addon_slug,
        needs_voucher=bool(needs_voucher),
    )


def _order(columns: Row, lines: tuple[LineView, ...], now: datetime) -> OrderView:
    ours = len(_OrderRow._fields)
    row = _OrderRow(*columns[:ours])
    found = from_columns(money(row.total), columns[ours:])
    is_over = row.hold_expires_at is not None and utc(row.hold_expires_at) <= now
    left_behind = is_over and not found.kept and row.sale_id is None
    return _view(row, found, lines, is_left_behind=left_behind, live_attempt_id=row.live_attempt_id)


def _view(
    row: _OrderRow | Order,
    found: OrderBalance,
    lines: tuple[LineView, ...],
    *,
    is_left_behind: bool,
    live_attempt_id: int | None,
) -> OrderView:
    due = due_of(row.status, found)
    return OrderView(
        id=row.id,
        reference=row.reference,
        status=row.status,
        subtotal=money(row.subtotal),
        discount=money(row.discount_amount),
        total=money(row.total),
        paid=found.kept,
        received=found.received,
        given_back=found.given_back,
        being_given_back=found.being_given_back,
        due=due,
        owed=due > 0 and not is_left_behind,
        admits=admits(row.status, found),
        buyer_name=row.billing_name,
        buyer_email=row.billing_email,
        user_id=row.user_id,
        voucher_code=row.voucher_code,
        created_at=utc(row.created_at),
        hold_expires_at=None if row.hold_expires_at is None else utc(row.hold_expires_at),
        lines=lines,
        live_attempt_id=live_attempt_id,
    )


def orders_called(conference_id: int, reference: str) -> Any:
    """The ids of what came of another system's order, one for each way in which its tickets stand."""
    return (
        ImportedTicket.select(ImportedTicket.order)
        .where(
            ImportedTicket.conference == conference_id,
            ImportedTicket.order_reference.in_(list({reference, reference.upper()})),
            ImportedTicket.order.is_null(False),
            ImportedTicket.order_reference != "",
        )
        .distinct()
    )


def by_reference(desk: Desk, reference: str | int) -> OrderView:
    """The order with this reference (any case) or id, or the reference of another system it came from.

    Raises InvalidInput ``invalid_reference``, NotFound ``order_not_found``.
    """
    wanted = str(reference).strip().upper()
    if not _REFERENCE.fullmatch(wanted):
        raise InvalidInput("invalid_reference", text=printable(wanted, 40), prefix=desk.order_prefix)
    with connected():
        if _ID.fullmatch(wanted):
            found = orders(desk.conference.id, order_id=int(wanted))
        else:
            found = orders(desk.conference.id, reference=wanted)
        if not found:
            called = rows(orders_called(desk.conference.id, str(reference).strip()))
            found = tuple(
                each for (number,) in called for each in orders(desk.conference.id, order_id=number)
            )
            # Of an order whose tickets stand differently the part that is worth something.
            found = tuple(sorted(found, key=lambda each: (not each.admits, not each.due)))
    if not found:
        raise NotFound("order_not_found", order=printable(wanted, 40), conference=desk.conference.name)
    return found[0]
