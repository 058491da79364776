"""What happened at a station: sales, payments, refunds, exchanges, voids, check-ins and hand-outs.

Each kind is asked for by an index that begins with the station or, for check-ins, among the conference's last
``WINDOW``: every station asks every few seconds, however much there is of old.
"""

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from peewee import JOIN, fn

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import (
    Attempt,
    AuditAction,
    AuditEntry,
    Refund,
    RefundStage,
    Sale,
    Stage,
)
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    Attendee,
    CheckIn,
    Order,
    OrderStatus,
    PaymentMethod,
)
from tui_pos.desk.access.people import WALK_UP, buyer_of, full_name, without_addresses
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.balance import OPEN, OrderBalance, admits, columns, due_of, from_columns
from tui_pos.desk.orders.payment_sources import KeptPayment, kept_payments, paid_by
from tui_pos.desk.payments.notices import NOTICE_TONES, Notice, notice_for
from tui_pos.desk.stored_reasons import Said
from tui_pos.desk.tones import Tone

WINDOW = 5000
"""Of so many check-ins, the conference's last, those of this station are found."""

_DISCARDED = re.compile(r"(?:(.+?):? )??([0-9]+ x .+)")

TITLE_LENGTH = 60
TEXT_LENGTH = 200
"""Characters of what the audit log says."""


@dataclass(frozen=True, slots=True)
class RecentLine:
    """One thing that happened at this station, and to whom; ``at`` is in UTC."""

    at: datetime
    title: str
    detail: Said
    tone: Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """A line and which order it is about; ``is_weak``: not told once something else was done with it."""

    at: datetime
    title: str
    detail: Reason
    tone: Tone
    order_id: int | None = None
    is_weak: bool = False


def recent(desk: Desk, limit: int) -> tuple[RecentLine, ...]:
    """The last ``limit`` things that happened at this station, newest first; seven statements.

    A card payment that ended without money is told unless something was done with its order afterwards. An
    order of which nothing else is told is told by its state; the last line of one that is not paid says what
    is due. Raises NotPermitted.
    """
    require(desk, Action.LOOK_UP)
    with connected():
        found = [*_attempts(desk, limit), *_audited(desk, limit), *_refunds(desk, limit)]
        told = {event.order_id for event in found if event.order_id is not None}
        sales = [sale for sale in _sales(desk, limit) if sale.order_id not in told]
        balances = _balances(told, [sale.order_id for sale in sales])
        found += _untold_sales(desk, sales, balances)
        found += _check_ins(desk, limit)
    owed = {number: due for number, (status, balance) in balances.items() if (due := due_of(status, balance))}
    last_first = sorted(found, key=lambda event: (event.at, not event.is_weak), reverse=True)
    return tuple(_lines(desk, last_first, owed))[:limit]


def _lines(desk: Desk, last_first: list[_Event], owed: dict[int, Decimal]) -> Iterator[RecentLine]:
    seen: set[int | None] = {None}
    for event in last_first:
        is_last = event.order_id not in seen
        seen.add(event.order_id)
        if event.is_weak and not is_last:
            continue
        detail, tone = event.detail, event.tone
        if is_last and event.order_id in owed and detail.key != "recent.not_paid":
            due = owed[event.order_id]
            detail = because("recent.and_due", said=detail, due=due, currency=desk.conference.currency)
            tone = Tone.WARN if tone is Tone.OK else tone
        yield RecentLine(event.at, event.title, detail, tone)


def _title(desk: Desk, name: str) -> str:
    return without_addresses(desk, printable(name, TITLE_LENGTH))


def _with_buyer(query: Any, order: Any) -> Any:
    """The query of a desk's own table with the order and its buyer beside each row."""
    of_order = {"join_type": JOIN.LEFT_OUTER, "on": order == Order.id, "attr": "order"}
    query = query.join_from(query.model, Order, **of_order)
    return query.join_from(Order, User, JOIN.LEFT_OUTER, on=(Order.user == User.id))


# Card payments


def _attempts(desk: Desk, limit: int) -> Iterator[_Event]:
    query = (
        _with_buyer(Attempt.select(Attempt, Order, User), Attempt.order)
        .where(Attempt.conference == desk.conference.id, Attempt.station == desk.station)
        .where(Attempt.finished_at.is_null(False))
        .order_by(Attempt.finished_at.desc(), Attempt.id.desc())
        .limit(limit)
    )
    for attempt in query:
        detail, tone = _of_attempt(attempt)
        yield _Event(
            at=attempt.finished_at,
            title=_title(desk, buyer_of(attempt.order)),
            detail=detail,
            tone=tone,
            order_id=attempt.order_id,
            is_weak=attempt.stage != Stage.CAPTURED and not attempt.problem,
        )


def _of_attempt(attempt: Attempt) -> tuple[Reason, Tone]:
    notice = notice_for(attempt)
    amount = money.from_minor(attempt.amount, attempt.currency)
    if attempt.problem:
        told = because("recent.card_problem", notice=notice, amount=amount, currency=attempt.currency)
        return told, NOTICE_TONES[notice]
    if attempt.captured is not None:
        captured = money.from_minor(attempt.captured, attempt.currency)
        return because("recent.captured", amount=captured, currency=attempt.currency), Tone.OK
    if attempt.decline_code:
        return because("recent.no_charge", notice=Notice.DECLINED), Tone.BAD
    tone = Tone.BAD if notice is Notice.FAILED else Tone.PLAIN
    return because("recent.no_charge", notice=notice), tone


# Refunds


def _refunds(desk: Desk, limit: int) -> Iterator[_Event]:
    """What went back to people; what an exchange moved to another order is told as the exchange."""
    query = (
        _with_buyer(Refund.select(Refund, Order, User), Refund.order)
        .where(Refund.conference == desk.conference.id, Refund.station == desk.station)
        .where(Refund.exchange.is_null())
        .order_by(Refund.created_at.desc(), Refund.id.desc())
        .limit(limit)
    )
    for row in query:
        detail, tone = _of_refund(row)
        yield _Event(
            at=row.created_at,
            title=_title(desk, buyer_of(row.order)),
            detail=detail,
            tone=tone,
            order_id=row.order_id,
        )


def _of_refund(row: Refund) -> tuple[Reason, Tone]:
    amount = money.from_minor(row.amount + row.rounding, row.currency)
    tender, currency = row.tender, row.currency
    if row.stage in OPEN:
        return because("recent.refund_open", amount=amount, tender=tender, currency=currency), Tone.UNKNOWN
    if row.stage == RefundStage.FAILED:
        return because("recent.refund_failed", amount=amount, tender=tender, currency=currency), Tone.BAD
    if not row.amount:
        return because("recent.taken_back"), Tone.OK
    return because("recent.refunded", amount=amount, tender=tender, currency=currency), Tone.OK


# What the audit log says: other tenders, voids, exchanges, hand-outs


def _audited(desk: Desk, limit: int) -> Iterator[_Event]:
    holder = User.alias()
    query = (
        _with_buyer(AuditEntry.select(AuditEntry, Order, User, Attendee, holder), AuditEntry.order)
        .join_from(
            AuditEntry, Attendee, JOIN.LEFT_OUTER, on=(AuditEntry.attendee == Attendee.id), attr="attendee"
        )
        .join_from(Attendee, holder, JOIN.LEFT_OUTER, on=(Attendee.user == holder.id), attr="user")
        .where(AuditEntry.conference == desk.conference.id, AuditEntry.station == desk.station)
        .where(AuditEntry.what.in_(list(_AUDITED)))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(limit)
    )
    for entry in query:
        # A sale's buyer, or what an earlier version wrote: not everybody may read an address in it.
        entry.text = without_addresses(desk, printable(entry.text, TEXT_LENGTH))
        is_of_person = entry.attendee_id is not None
        yield _Event(
            at=entry.at,
            title=_title(desk, _about(entry)),
            detail=_AUDITED[AuditAction(entry.what)](entry),
            tone=_AUDITED_TONES.get(AuditAction(entry.what), Tone.OK),
            order_id=None if is_of_person else entry.order_id,
        )


def _about(entry: AuditEntry) -> str:
    if entry.attendee_id is not None:
        return full_name(entry.attendee.user)
    if entry.what == AuditAction.DISCARD:
        return _whose_and_what(entry)[0] or WALK_UP
    return buyer_of(entry.order) if entry.order_id is not None else WALK_UP


def _cash(entry: AuditEntry) -> Reason:
    return because("recent.cash", amount=_amount(entry), currency=entry.currency)


def _credit(entry: AuditEntry) -> Reason:
    return because("recent.credit", amount=_amount(entry), currency=entry.currency)


def _given_away(entry: AuditEntry) -> Reason:
    return because("recent.given_away", amount=_amount(entry), currency=entry.currency)


def _amount(entry: AuditEntry) -> Decimal:
    return money.from_minor(entry.amount or 0, entry.currency)


def _handed_out(entry: AuditEntry) -> Reason:
    quantity, product = _pieces(entry)
    return because("recent.handed_out", quantity=quantity, product=product)


def _took_back(entry: AuditEntry) -> Reason:
    quantity, product = _pieces(entry)
    return because("recent.took_back", quantity=quantity, product=product)


def _pieces(entry: AuditEntry) -> tuple[str, str]:
    """How many pieces of what passed over the counter; the log says it as "2 x T-Shirt"."""
    quantity, _, product = entry.text.partition(" x ")
    return quantity, product or entry.text


def _whose_and_what(entry: AuditEntry) -> tuple[str, str]:
    """Whose sale was discarded, '' for nobody's, and what was in it; the log has "Ravi Chen: 2 x T-Shirt"."""
    found = _DISCARDED.fullmatch(entry.text)
    return (found[1] or "", found[2]) if found is not None else ("", entry.text)


_AUDITED: dict[AuditAction, Callable[[AuditEntry], Reason]] = {
    AuditAction.CASH: _cash,
    AuditAction.CREDIT: _credit,
    AuditAction.COMPLIMENTARY: _given_away,
    AuditAction.EXCHANGE: lambda entry: because("recent.exchanged", order=entry.text),
    AuditAction.VOID: lambda _: because("recent.void"),
    AuditAction.COMPANION: lambda _: because("recent.companion"),
    AuditAction.HAND_OUT: _handed_out,
    AuditAction.TAKE_BACK: _took_back,
    AuditAction.UNDO_CHECK_IN: lambda _: because("recent.check_in_undone"),
    AuditAction.DISCARD: lambda entry: because("recent.discarded", content=_whose_and_what(entry)[1]),
}
_AUDITED_TONES = {
    AuditAction.VOID: Tone.PLAIN,
    AuditAction.DISCARD: Tone.PLAIN,
    AuditAction.TAKE_BACK: Tone.WARN,
    AuditAction.UNDO_CHECK_IN: Tone.WARN,
}


# Orders that were made here


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sale:
    order_id: int
    at: datetime
    title: str


def _sales(desk: Desk, limit: int) -> list[_Sale]:
    query = (
        _with_buyer(Sale.select(Sale, Order, User), Sale.order)
        .where(Sale.conference == desk.conference.id, Sale.station == desk.station)
        .where(Sale.order.is_null(False))
        .order_by(Sale.updated_at.desc(), Sale.id.desc())
        .limit(limit)
    )
    return [
        _Sale(
            order_id=sale.order_id,
            at=sale.updated_at,
            title=_title(desk, sale.buyer_name or buyer_of(sale.order)),
        )
        for sale in query
    ]


def _balances(told: Set[int], untold: list[int]) -> dict[int, tuple[str, OrderBalance]]:
    """Status and money of the orders of which nothing else is told, and of those of the others that owe."""
    numbers = [*told, *untold]
    if not numbers:
        return {}
    query = Order.select(Order.id, Order.status, Order.total, *columns()).where(
        Order.id.in_(numbers), (Order.status == OrderStatus.PENDING) | Order.id.in_(untold)
    )
    return {
        number: (status, from_columns(total, money_of)) for number, status, total, *money_of in rows(query)
    }


def _untold_sales(
    desk: Desk, sales: list[_Sale], balances: dict[int, tuple[str, OrderBalance]]
) -> Iterator[_Event]:
    """Orders with nothing but their state to tell: free, left unpaid, cancelled, or paid elsewhere."""
    payments = kept_payments([sale.order_id for sale in sales]) if sales else {}
    for sale in sales:
        detail, tone = _state(desk, *balances[sale.order_id], payments.get(sale.order_id, []))
        yield _Event(at=sale.at, title=sale.title, detail=detail, tone=tone, order_id=sale.order_id)


def _state(desk: Desk, status: str, found: OrderBalance, payments: list[KeptPayment]) -> tuple[Reason, Tone]:
    """The words for an order by its balance, and their tone."""
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


# The door


def last_check_ins(desk: Desk, *selected: Any) -> Any:
    """The conference's last ``WINDOW`` check-ins as a table to select from, whatever came before."""
    query = CheckIn.select(*selected).where(CheckIn.conference == desk.conference.id)
    return query.order_by(CheckIn.id.desc()).limit(WINDOW).alias("last")


def _check_ins(desk: Desk, limit: int) -> Iterator[_Event]:
    last = last_check_ins(desk, CheckIn.id, CheckIn.station)
    here = CheckIn.select(last.c.id).from_(last).where(last.c.station == desk.station)
    before = CheckIn.alias()
    is_another = fn.EXISTS(
        before.select(before.id).where(before.attendee == CheckIn.attendee, before.id < CheckIn.id)
    )
    query: Any = (
        CheckIn.select(CheckIn.checked_in_at, CheckIn.id, Attendee.id, User, is_another.alias("is_another"))
        .join(Attendee)
        .join(User)
        .where(CheckIn.id.in_(here.order_by(last.c.id.desc()).limit(limit)))
    )
    for row in query:
        name = full_name(row.attendee.user)
        told = because("recent.another_pass") if row.is_another else because("recent.checked_in")
        yield _Event(at=row.checked_in_at, title=_title(desk, name), detail=told, tone=Tone.OK)
