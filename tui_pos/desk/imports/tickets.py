"""Writing the tickets of a list: people, orders and what was paid elsewhere, many in one statement.

An order of the list whose tickets stand differently (one of three was cancelled) is one order here for each
way, for django-program knows how an order stands and not how a ticket does.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tui_pos.core import clock
from tui_pos.data import bulk
from tui_pos.data.fields import ZERO, utc
from tui_pos.data.queries import among, rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry
from tui_pos.data.tables.imports import AttendeeFact, ImportedTicket
from tui_pos.data.tables.registration import (
    Attendee,
    CheckIn,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
)
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.imports.entries import Entry
from tui_pos.desk.imports.known import FITS, Batch, Codes, Group, digest
from tui_pos.desk.imports.settling import held_until, payment_values, settle
from tui_pos.desk.orders import guests, registration

CAME_ELSEWHERE = "Came in elsewhere, as an imported list says"
USERNAME_PREFIX = "guest"
"""As guests of the web site are called: nobody is shown such a name."""
PASSWORD_LENGTH = 40
KEPT_KEY = 250


@dataclass(slots=True, eq=False)
class _Slot:
    """An order that lines of the list go to: one that is there, or a new one for ``user_id``."""

    status: OrderStatus
    order_id: int | None = None
    user_id: int | None = None
    entries: list[Entry] = field(default_factory=list)
    is_new: bool = True


@dataclass(slots=True, eq=False)
class _Ticket:
    """A row that is being written, with the ids of what was written of it."""

    entry: Entry
    slot: _Slot
    user_id: int | None = None
    attendee_id: int | None = None
    line_id: int | None = None

    @property
    def is_ticket(self) -> bool:
        """Whether it lets somebody in; else it is handed out."""
        return self.entry.kind == ProductKind.TICKET


@dataclass(slots=True, eq=False)
class _Written:
    """The new tickets of a group, in orders."""

    group: Group
    slots: list[_Slot]
    tickets: list[_Ticket]

    @property
    def holders(self) -> list[_Ticket]:
        """Those that let somebody in."""
        return [each for each in self.tickets if each.is_ticket]


def add(desk: Desk, batch: Batch, is_open: Callable[[int], bool], now: datetime) -> None:
    """Write the new tickets of a batch; ``is_open`` says of an order whether it may still get lines."""
    written = []
    there = orders_there(desk, batch)
    for group in batch.groups:
        slots = _slots(group, there.get(group.reference, {}), is_open)
        written.append(
            _Written(group, slots, [_Ticket(entry, slot) for slot in slots for entry in slot.entries])
        )
    slots = [slot for each in written for slot in each.slots]
    tickets = [ticket for each in written for ticket in each.tickets]
    if not tickets:
        return
    _write_users(written, now)
    _write_orders(desk, [each for each in slots if each.is_new], now)
    lines = [line_values(each.entry, each.slot.order_id, now) for each in tickets]
    for ticket, line_id in zip(tickets, bulk.insert(OrderLine, lines), strict=True):
        ticket.line_id = line_id
    _write_attendees(desk, [each for each in tickets if each.is_ticket], batch.codes, now)
    for each in written:
        _link_add_ons(each)
    holders = [each for each in tickets if each.is_ticket]
    bulk.insert(AttendeeFact, [row for each in holders for row in fact_values(each.attendee_id, each.entry)])
    _write_tickets(desk, tickets, batch.origin.source, now)
    books_begin = _books_begin(desk, now)
    bulk.insert(Payment, [row for each in written for row in _paid(desk, each, books_begin, now)])
    for slot in slots:
        if not slot.is_new and slot.order_id is not None:
            settle(desk, slot.order_id, slot.status, now)


def _paid(desk: Desk, written: _Written, books_begin: datetime, now: datetime) -> Iterator[dict[str, Any]]:
    """What was paid elsewhere for the new orders of a group: each ticket, or nothing for all of an order.

    It is booked when it was ordered, if that was before the desk kept books, else now: a day may be over.
    """
    for slot in written.slots:
        if slot.is_new and slot.status == OrderStatus.PAID:
            ordered = _ordered(slot, now)
            at = ordered if ordered < books_begin else now
            if not _total(slot):
                yield payment_values(desk, slot.order_id, None, ZERO, at)
            for each in written.tickets:
                if each.slot is slot and each.entry.total:
                    yield payment_values(desk, slot.order_id, each.line_id, each.entry.total, at)


def _total(slot: _Slot) -> Decimal:
    return sum((each.total for each in slot.entries), ZERO)


def _ordered(slot: _Slot, now: datetime) -> datetime:
    return slot.entries[0].ordered or now


def _books_begin(desk: Desk, now: datetime) -> datetime:
    """The beginning of the first day of which the desk kept books."""
    first = AuditEntry.select(AuditEntry.at).where(AuditEntry.conference == desk.conference.id)
    entry = first.order_by(AuditEntry.id).first()
    return desk.begins(desk.local(now if entry is None else utc(entry.at)).date())


def _slots(group: Group, there: Mapping[str, Sequence[int]], is_open: Callable[[int], bool]) -> list[_Slot]:
    """The orders that the new tickets of a group go to; ``there`` are those that came of it, by status."""
    slots: dict[OrderStatus, _Slot] = {}
    for entry in group.new:
        if entry.status not in slots:
            order_id = next((each for each in there.get(entry.status, ()) if is_open(each)), None)
            slots[entry.status] = _Slot(entry.status, order_id, is_new=order_id is None)
        slots[entry.status].entries.append(entry)
    return list(slots.values())


def orders_there(desk: Desk, batch: Batch) -> dict[str, dict[str, list[int]]]:
    """The orders that came of orders of the list before, by these and by how they stand."""
    wanted = [group.reference for group in batch.groups if group.new and group.reference]
    query = (
        ImportedTicket.select(ImportedTicket.order_reference, Order.status, Order.id)
        .join(Order, on=(ImportedTicket.order == Order.id))
        .where(
            ImportedTicket.conference == desk.conference.id,
            ImportedTicket.source == batch.origin.source,
            among(ImportedTicket.order_reference, wanted),
        )
        .distinct()
    )
    found: dict[str, dict[str, list[int]]] = {}
    for reference, status, number in rows(query):
        found.setdefault(reference, {}).setdefault(status, []).append(number)
    return found


def _write_users(written: Sequence[_Written], now: datetime) -> None:
    """An account for each holder of a ticket, and for the buyer of what has none; they own the orders."""
    holders: list[_Ticket | _Slot] = [ticket for each in written for ticket in each.holders]
    for each in written:
        if not each.holders:
            of_known = next((known.user_id for _, known in each.group.known if known.user_id), None)
            for slot in each.slots:
                slot.user_id = of_known
            holders += [slot for slot in each.slots if slot.is_new and of_known is None][:1]
    names = _fresh(User.username, USERNAME_PREFIX, registration.CODE_LENGTH, len(holders))
    people = [_account(holder, name, now) for holder, name in zip(holders, names, strict=True)]
    for one, user_id in zip(holders, bulk.insert(User, people), strict=True):
        one.user_id = user_id
    for each in written:
        own = {id(ticket.slot): ticket.user_id for ticket in reversed(each.holders)}
        users = (*(one.user_id for one in each.holders), *(slot.user_id for slot in each.slots))
        anybody = next(filter(None, users), None)
        for slot in each.slots:
            slot.user_id = own.get(id(slot), anybody)


def _account(holder: _Ticket | _Slot, username: str, now: datetime) -> dict[str, Any]:
    entry = holder.entry if isinstance(holder, _Ticket) else holder.entries[0]
    first, last, email = entry.first, entry.last, entry.email
    if isinstance(holder, _Slot):
        first, last = guests.split_name(entry.buyer) if entry.buyer else (first, last)
        email = entry.buyer_email or email
    return {
        "username": username,
        "password": "!" + (clock.new_id() + clock.new_id())[:PASSWORD_LENGTH],
        "first_name": first[: guests.USER_NAME_LENGTH],
        "last_name": last[: guests.USER_NAME_LENGTH],
        "email": email,
        "date_joined": now,
    }


def _write_orders(desk: Desk, slots: Sequence[_Slot], now: datetime) -> None:
    names = _fresh(Order.reference, desk.order_prefix, registration.CODE_LENGTH, len(slots))
    until = held_until(desk)
    orders = []
    for slot, name in zip(slots, names, strict=True):
        entry = next((each for each in slot.entries if each.kind == ProductKind.TICKET), slot.entries[0])
        orders.append(
            {
                "conference": desk.conference.id,
                "user": slot.user_id,
                "status": slot.status,
                "subtotal": _total(slot),
                "total": _total(slot),
                "billing_name": (entry.buyer or entry.name)[: guests.NAME_LENGTH],
                "billing_email": entry.buyer_email or entry.email,
                "reference": name,
                "hold_expires_at": until if slot.status == OrderStatus.PENDING else None,
                "created_at": _ordered(slot, now),
                "updated_at": now,
            }
        )
    for slot, order_id in zip(slots, bulk.insert(Order, orders), strict=True):
        slot.order_id = order_id


def order_beside(desk: Desk, old: Order, status: str, user_id: int, now: datetime) -> int:
    """A new order for tickets of an imported one that stand otherwise; its lines and sums come later."""
    (name,) = _fresh(Order.reference, desk.order_prefix, registration.CODE_LENGTH, 1)
    made: Order = Order.create(
        conference=desk.conference.id,
        user=user_id,
        status=status,
        billing_name=old.billing_name,
        billing_email=old.billing_email,
        reference=name,
        created_at=now,
        updated_at=now,
    )
    return int(made.id)


def line_values(entry: Entry, order_id: int | None, now: datetime) -> dict[str, Any]:
    """The order line of a ticket."""
    is_ticket = entry.kind == ProductKind.TICKET
    return {
        "order": order_id,
        "ticket_type": entry.product if is_ticket else None,
        "addon": None if is_ticket else entry.product,
        "description": entry.description,
        "quantity": entry.quantity,
        "unit_price": (entry.total / entry.quantity).quantize(Decimal("0.01")),
        "line_total": entry.total,
        "created_at": now,
    }


def _write_attendees(desk: Desk, holders: Sequence[_Ticket], codes: Codes, now: datetime) -> None:
    badges = access_codes([each.entry.code for each in holders], codes)
    people = [
        {
            "conference": desk.conference.id,
            "user": each.user_id,
            "order": each.slot.order_id,
            "access_code": badge,
            "checked_in_at": (each.entry.came_at or now) if each.entry.came_in else None,
            "completed_registration": each.slot.status == OrderStatus.PAID,
            "created_at": now,
            "updated_at": now,
        }
        for each, badge in zip(holders, badges, strict=True)
    ]
    for ticket, attendee_id in zip(holders, bulk.insert(Attendee, people), strict=True):
        ticket.attendee_id = attendee_id
    came = [each for each in holders if each.entry.came_in]
    bulk.insert(CheckIn, [check_in_values(desk, each.attendee_id, each.entry, now) for each in came])


def check_in_values(desk: Desk, attendee_id: int | None, entry: Entry, now: datetime) -> dict[str, Any]:
    """The check-in that a list tells of."""
    return {
        "attendee": attendee_id,
        "conference": desk.conference.id,
        "checked_in_at": entry.came_at or now,
        "note": CAME_ELSEWHERE,
    }


def access_codes(wanted: Sequence[str], codes: Codes) -> list[str]:
    """What the badges say: the codes of the list where they fit, fresh ones for the others."""
    fitting = [each if FITS.fullmatch(each) and each not in codes.anywhere else "" for each in wanted]
    fresh = iter(_fresh(Attendee.access_code, "", registration.CODE_LENGTH, fitting.count("")))
    return [each or next(fresh) for each in fitting]


def _link_add_ons(written: _Written) -> None:
    """Let what is beside a ticket be its holder's: of the ticket that the list names, else of the first."""
    holders = {each.entry.position: each.attendee_id for each in written.holders}
    holders |= {entry.position: known.attendee_id for entry, known in written.group.known}
    first = next(filter(None, holders.values()), None)
    for each in written.tickets:
        if not each.is_ticket:
            each.attendee_id = holders.get(each.entry.parent, first) if each.entry.parent else first


def fact_values(attendee_id: int | None, entry: Entry) -> list[dict[str, Any]]:
    """What the list says of somebody beside name and ticket."""
    return [
        {"attendee": attendee_id, "position": place, "label": label, "value": value}
        for place, (label, value) in enumerate(entry.facts or (), 1)
    ]


def is_key(desk: Desk, source: str, key: str) -> Any:
    """An SQL condition on ``ImportedTicket``: it has this key in its system."""
    return (
        (ImportedTicket.conference == desk.conference.id)
        & (ImportedTicket.source == source)
        & (ImportedTicket.source_key == key)
    )


def _write_tickets(desk: Desk, tickets: Sequence[_Ticket], source: str, now: datetime) -> None:
    keys = [each.entry.keys[0] for each in tickets]
    taken = ImportedTicket.select(ImportedTicket.source_key).where(
        ImportedTicket.conference == desk.conference.id,
        ImportedTicket.source == source,
        among(ImportedTicket.source_key, keys),
    )
    others = {key for (key,) in rows(taken)}  # of somebody who has this number no more
    bulk.insert(
        ImportedTicket,
        [
            {
                "conference": desk.conference.id,
                "source": source,
                "source_key": f"{key[:KEPT_KEY]}|{clock.new_id()}" if key in others else key,
                "order_reference": each.entry.order,
                "scan_code": each.entry.code or None,
                "row_digest": str(digest(each.entry)),
                "order": each.slot.order_id,
                "order_line": each.line_id,
                "attendee": each.attendee_id,
                "created_at": now,
                "updated_at": now,
            }
            for each, key in zip(tickets, keys, strict=True)
        ],
    )


def _fresh(column: Any, prefix: str, length: int, count: int) -> list[str]:
    """So many names that no row has yet."""
    found: dict[str, None] = {}
    while len(found) < count:
        made = {_name(prefix, length) for _ in range(count - len(found))}
        taken = {name for (name,) in rows(column.model.select(column).where(among(column, made)))}
        found |= dict.fromkeys(made - taken)
    return list(found)


def _name(prefix: str, length: int) -> str:
    return f"{prefix}-{clock.random_code(length)}" if prefix else clock.random_code(length)
