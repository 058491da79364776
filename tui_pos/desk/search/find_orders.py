"""Finding an order again, by whatever somebody remembers of it, and what is unfinished about it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

from peewee import SQL, Expression, NodeList, Value, fn

from tui_pos.core import clock, folding, money
from tui_pos.core.scan import MAX_LENGTH, printable
from tui_pos.data import search_index
from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, Refund, RefundStage
from tui_pos.data.tables.imports import ImportedTicket
from tui_pos.data.tables.registration import (
    Attendee,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentStatus,
    TerminalPayment,
)
from tui_pos.desk.access.people import called, sees_addresses, without_addresses
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.badges import folded_code
from tui_pos.desk.orders.balance import columns, due_of, from_columns
from tui_pos.desk.orders.orders import rehearsals
from tui_pos.desk.orders.payment_sources import KeptPayment, kept_payments, paid_by
from tui_pos.desk.payments.notices import NOTICE_TONES, Notice, notice_for
from tui_pos.desk.tones import Tone

COLUMNS = 12
"""How many columns of an order come before those of its balance."""

ONE = Decimal(1)

_LAST_FOUR = re.compile(r"[0-9]{4}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOrder:
    """An order in a list. ``items`` and ``paid_by`` are for people ("2 x T-Shirt, Lunch", "Visa 4242, Cash").

    ``paid`` is what is kept of what was ``received``. ``live_attempt_id`` is that of a card payment that is
    under way, with ``live`` what is told of it and ``live_tone``; a pending order with neither can be paid
    again or cancelled. ``expired``: it is pending and holds its stock no more.
    """

    id: int
    reference: str
    status: str
    total: Decimal
    paid: Decimal
    received: Decimal
    given_back: Decimal
    due: Decimal
    buyer: str
    email: str
    items: str
    paid_by: str
    created_at: datetime
    expired: bool
    live_attempt_id: int | None
    live: Notice | None
    live_tone: Tone


def orders(
    desk: Desk, *, text: str = "", today: bool = False, first: int = 0, limit: int = 20
) -> tuple[FoundOrder, ...]:
    """The conference's orders that fit, newest first, after ``first`` of them; without ``text`` the latest.

    Every word of ``text`` must be found, however it is spelled (`core.folding`): in the reference, a name or
    an e-mail address, as a badge, as the last four digits of a card that paid, or as an amount (``25.00``) of
    the order or of a payment. ``today`` keeps those that were made or paid since midnight on the conference's
    clock. Who may read no e-mail address is shown none. Four statements, and those that keep the index.
    """
    require(desk, Action.LOOK_UP)
    with connected():
        found = list(rows(_query(_wanted(desk, text, today)).limit(limit).offset(first)))
        ids = [row[0] for row in found]
        items, payments, live = _items(ids), kept_payments(ids), _live(ids)
    return tuple(
        _found(desk, row, items.get(row[0], []), payments.get(row[0], []), live.get(row[0])) for row in found
    )


def count(desk: Desk, *, text: str = "", today: bool = False) -> int:
    """How many orders fit, as `orders` finds them."""
    require(desk, Action.LOOK_UP)
    with connected():
        return int(Order.select().join(User).where(_wanted(desk, text, today)).count())


def _wanted(desk: Desk, text: str, today: bool) -> Expression:
    """The condition that an order fits; needs a connection."""
    words = printable(text, MAX_LENGTH).split()
    meant = [word for word in words if folding.fold(word)][: folding.MAX_WORDS]
    fitting = search_index.fitting_orders
    if meant and not search_index.update(desk.conference.id):
        fitting = search_index.orders_without_index
    wanted = [Order.conference == desk.conference.id, Order.id.not_in(rehearsals())]
    wanted += [_says(desk, word, fitting) for word in meant]
    if words and not meant:
        wanted.append(Order.id.is_null())
    if today:
        wanted.append(_since(_midnight(desk)))
    every: Expression = reduce(and_, wanted)
    return every


def _query(wanted: Expression) -> Any:
    """The orders that are ``wanted``, newest first, with the columns that ``_found`` takes."""
    return (
        Order.select(
            Order.id,
            Order.reference,
            Order.status,
            Order.total,
            Order.billing_name,
            Order.billing_email,
            Order.hold_expires_at,
            Order.created_at,
            User.email,
            User.first_name,
            User.last_name,
            User.username,
            *columns(),
        )
        .join(User)
        .where(wanted)
        .order_by(Order.created_at.desc(), Order.id.desc())
    )


def _found(
    desk: Desk, row: tuple[Any, ...], items: list[str], payments: list[KeptPayment], attempt: Attempt | None
) -> FoundOrder:
    number, reference, status, total, billed, email, hold, created_at, user_email, *name = row[:COLUMNS]
    pending, money_of = status == OrderStatus.PENDING, from_columns(total, row[COLUMNS:])
    said = notice_for(attempt) if attempt else None
    return FoundOrder(
        id=number,
        reference=reference,
        status=status,
        total=total,
        paid=money_of.kept,
        received=money_of.received,
        given_back=money_of.given_back,
        due=due_of(status, money_of),
        buyer=without_addresses(desk, billed or called(*name)),
        email=(email or user_email) if sees_addresses(desk) else "",
        items=", ".join(items),
        paid_by=paid_by(payments),
        created_at=created_at,
        expired=pending and hold is not None and hold <= clock.now(),
        live_attempt_id=attempt.id if attempt else None,
        live=said,
        live_tone=NOTICE_TONES[said] if said else Tone.PLAIN,
    )


def _items(order_ids: Iterable[int]) -> dict[int, list[str]]:
    query = (
        OrderLine.select(OrderLine.order, OrderLine.quantity, OrderLine.description)
        .where(OrderLine.order.in_(list(order_ids)), OrderLine.quantity > 0)
        .order_by(OrderLine.id)
    )
    found: dict[int, list[str]] = {}
    for order_id, quantity, description in rows(query):
        text = description if quantity == 1 else f"{quantity} x {description}"
        found.setdefault(order_id, []).append(text)
    return found


def _live(order_ids: Iterable[int]) -> dict[int, Attempt]:
    query = Attempt.select().where(Attempt.order.in_(list(order_ids)), Attempt.finished_at.is_null())
    return {attempt.order_id: attempt for attempt in query}


def _says(desk: Desk, word: str, fitting: Callable[..., Expression]) -> Expression:
    """Whether an order has this word anywhere where somebody would look for it."""
    conference, addresses = desk.conference.id, sees_addresses(desk)
    found: list[Any] = [
        fitting(conference, wanted, addresses=addresses, order_id=Order.id) for wanted in folding.wanted(word)
    ]
    badge = (Attendee.conference == conference) & (Attendee.access_code == word.upper())
    found += [
        Order.id.in_(Attendee.select(Attendee.order).where(badge)),
        Order.user.in_(Attendee.select(Attendee.user).where(badge)),
    ]
    by_code = ImportedTicket.select(ImportedTicket.order).where(
        ImportedTicket.conference == conference, ImportedTicket.scan_code == folded_code(word)
    )
    found.append(Order.id.in_(by_code))
    if _LAST_FOUR.fullmatch(word):
        by_card = (
            TerminalPayment.select(Payment.order).join(Payment).where(TerminalPayment.card_last4 == word)
        )
        found.append(Order.id.in_(by_card))
    amount = _amount(desk, word)
    if amount is not None:
        minor = money.to_minor(amount, desk.conference.currency)
        found += [
            Order.total == amount,
            _exists(Payment, Payment.order == Order.id, Payment.amount == amount),
            _cost(desk) == minor,
            _exists(Payment, Payment.order == Order.id, _paid(desk) == minor),
        ]
    anywhere: Expression = reduce(or_, found)
    return anywhere


def _amount(desk: Desk, word: str) -> Decimal | None:
    try:
        return money.parse_amount(word, desk.conference.currency)
    except money.MoneyError:
        return None


def _cost(desk: Desk) -> Any:
    """What an order had cost before anything went back of it, in minor units."""
    lowered = Refund.select(fn.SUM(Refund.price_change)).where(
        Refund.order == Order.id, Refund.applied_at.is_null(False), Refund.stage != RefundStage.FAILED
    )
    return _minor(desk, Order.total) + fn.COALESCE(lowered, 0)


def _paid(desk: Desk) -> Any:
    """What a payment had been before parts that went back were split off it, in minor units."""
    part = Payment.alias()
    parts = (
        Refund.select(fn.SUM(_minor(desk, part.amount)))
        .join(part, on=(Refund.split == part.id))
        .where(Refund.payment == Payment.id)
    )
    return _minor(desk, Payment.amount) + fn.COALESCE(parts, 0)


def _minor(desk: Desk, column: Any) -> Any:
    """A money column in minor units; rounded, because SQLite's decimals are floats."""
    return fn.ROUND(NodeList((column, SQL("*"), Value(money.to_minor(ONE, desk.conference.currency)))))


def _midnight(desk: Desk) -> datetime:
    """When today began on the conference's clock."""
    return desk.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)


def _since(moment: datetime) -> Expression:
    paid = (
        Payment.order == Order.id,
        Payment.status == PaymentStatus.SUCCEEDED,
        Payment.created_at >= moment,
    )
    since: Expression = (Order.created_at >= moment) | _exists(Payment, *paid)
    return since


def _exists(table: Any, *conditions: Any) -> Any:
    return fn.EXISTS(table.select(table.id).where(*conditions))
