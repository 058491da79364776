"""What a newer list says otherwise of a ticket that is here, and what of that is followed.

What happened at a desk stays: whoever was corrected, handed their ticket over, came in, paid or was refunded
here is left as they are, and the list's word is told to a person. Only what the list itself says anew is
looked at, so that what a desk changed is not taken for a change of the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from peewee import fn

from tui_pos.data import bulk
from tui_pos.data.base import Table
from tui_pos.data.connection import is_sqlite, lock
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import (
    Attempt,
    AuditAction,
    AuditEntry,
    CashMovement,
    Refund,
    ReplacedBadge,
    Sale,
)
from tui_pos.data.tables.imports import AttendeeFact, ImportedTicket
from tui_pos.data.tables.registration import (
    Attendee,
    CheckIn,
    Credit,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    ProductRedemption,
)
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.imports import settling, tickets
from tui_pos.desk.imports.entries import Entry
from tui_pos.desk.imports.known import (
    LETTERS,
    Batch,
    Group,
    Known,
    Part,
    differing,
    digest,
    last_digest,
)
from tui_pos.desk.orders import buyers, guests
from tui_pos.desk.orders.payment_sources import PAID_ELSEWHERE

OF_ORDER = (Part.STATUS, Part.TICKET)
OF_LET_IN = (*OF_ORDER, Part.PERSON)
"""What stays once somebody was let in."""
OF_PERSON = (Part.PERSON, Part.CODE, Part.FACTS, Part.CHECK_IN)


@dataclass(frozen=True, slots=True)
class Change:
    """What a list changes of a known ticket, and what of its word is not followed, with the reasons."""

    entry: Entry
    known: Known
    followed: tuple[Part, ...] = ()
    kept: tuple[Reason, ...] = ()


def changes(group: Group) -> list[Change]:
    """What the list changes of each known ticket of a group; needs a connection, reads only."""
    return [_change(entry, known) for entry, known in group.known]


def _change(entry: Entry, known: Known) -> Change:
    parts = differing(entry, known)
    if not parts:
        return Change(entry, known)
    why = {part: reason for part in parts if (reason := _why_not(entry, known, part)) is not None}
    followed = tuple(part for part in parts if part not in why)
    if Part.STATUS in why and last_digest(known.row_digest).said == LETTERS[entry.status]:
        del why[Part.STATUS]  # it was told of the last list
    return Change(entry, known, followed, tuple({each.key: each for each in why.values()}.values()))


def _why_not(entry: Entry, known: Known, part: Part) -> Reason | None:
    """Why a part is not followed; None where it is."""
    if known.is_ticket != (entry.kind == ProductKind.TICKET):
        return because("kept.kind")
    if part in OF_LET_IN and _was_let_in(known):
        return because("kept.came_in")
    if part in OF_ORDER:
        return _why_not_of_order(entry, known, part)
    of_them = AuditEntry.attendee == known.attendee_id
    reasons = (
        ("handed_over", OF_PERSON, ReplacedBadge, ReplacedBadge.attendee == known.attendee_id),
        ("undone", (Part.CHECK_IN,), AuditEntry, of_them & (AuditEntry.what == AuditAction.UNDO_CHECK_IN)),
        ("corrected", (Part.PERSON,), AuditEntry, of_them & (AuditEntry.what == AuditAction.CORRECT)),
    )
    for why, parts, table, condition in reasons:
        if known.attendee_id is not None and part in parts and _has(table, condition):
            return because(f"kept.{why}")
    is_own = part is Part.PERSON and known.user_id and guests.has_log_in(User.get_by_id(known.user_id))
    return because("kept.own_account") if is_own else None


def _why_not_of_order(entry: Entry, known: Known, part: Part) -> Reason | None:
    was = last_digest(known.row_digest).followed
    if LETTERS.get(known.status) != was or not is_untouched(known.order_id):
        return because("kept.order")
    unpaid = (entry.status, was) == (OrderStatus.PENDING, LETTERS[OrderStatus.PAID])
    return because("kept.paid") if part is Part.STATUS and unpaid else None


def _was_let_in(known: Known) -> bool:
    """Whether a desk or the web site let them in."""
    if known.attendee_id is None:
        return False
    return _has(CheckIn, (CheckIn.attendee == known.attendee_id) & (CheckIn.note != tickets.CAME_ELSEWHERE))


def is_untouched(order_id: int) -> bool:
    """Whether an imported order is as the import left it: no desk and no web site did anything to it."""
    return not any(
        (
            _has(Payment, (Payment.order == order_id) & (Payment.note != PAID_ELSEWHERE)),
            _has(Attempt, Attempt.order == order_id),
            _has(Refund, Refund.order == order_id),
            _has(CashMovement, CashMovement.order == order_id),
            _has(Sale, Sale.order == order_id),
            _has(Credit, (Credit.applied_to_order == order_id) | (Credit.source_order == order_id)),
            _has(AuditEntry, (AuditEntry.order == order_id) & (AuditEntry.what != AuditAction.CORRECT)),
            _has(
                ProductRedemption,
                ProductRedemption.order_line.in_(
                    OrderLine.select(OrderLine.id).where(OrderLine.order == order_id)
                ),
            ),
        )
    )


def _has(table: type[Table], condition: Any) -> bool:
    return bool(table.select(table.id).where(condition).exists())


# Writing


def lock_known(desk: Desk, batch: Batch) -> bool:
    """Lock what the batch may change; True where it has to be looked at again: a desk may have been quicker.

    Call inside a transaction that has the conference locked.
    """
    known = [each for group in batch.groups for _, each in group.known]
    there = tickets.orders_there(desk, batch).values()
    orders = {each.order_id for each in known} | {
        number for by_status in there for numbers in by_status.values() for number in numbers
    }
    if is_sqlite() or not orders:
        return False
    attendees = [each.attendee_id for each in known]
    users = [each.user_id for each in known]
    list(lock(Order.select(Order.id).where(Order.id.in_(list(orders))).order_by(Order.id)))
    list(lock(Attendee.select(Attendee.id).where(Attendee.id.in_(attendees)).order_by(Attendee.id)))
    list(lock(User.select(User.id).where(User.id.in_(users)).order_by(User.id)))
    return True


def follow(desk: Desk, batch: Batch, now: datetime) -> None:
    """Write what the list changes of the known tickets of a batch."""
    for group in batch.groups:
        told = [each for each in changes(group) if each.followed or each.kept]
        _follow_orders(desk, told, now)
        for each in told:
            _follow_person(desk, each, batch, now)
            _remember(desk, each, batch.origin.source, now)


def _remember(desk: Desk, change: Change, source: str, now: datetime) -> None:
    """Store what the list said: what was not followed is not told again of the same list."""
    known, said = change.known, digest(change.entry, last_digest(change.known.row_digest))
    if Part.STATUS in change.followed:
        said = said._replace(followed=said.said)
    columns: dict[str, Any] = {"row_digest": str(said), "updated_at": now}
    if change.entry.order and known.source == source:
        columns["order_reference"] = change.entry.order
    key = change.entry.keys[0]
    if (
        known.source == source
        and known.source_key != key
        and not _has(ImportedTicket, tickets.is_key(desk, source, key))
    ):
        columns["source_key"] = key
    if Part.CODE in change.followed:
        columns["scan_code"] = change.entry.code
    ImportedTicket.update(columns).where(ImportedTicket.id == change.known.id).execute()


def _follow_orders(desk: Desk, told: Sequence[Change], now: datetime) -> None:
    """Write other products and prices, and let orders stand otherwise, or a part of their tickets."""
    stands: dict[int, str] = {}
    for each in told:
        if Part.TICKET in each.followed:
            stands |= _follow_ticket(desk, each, now)
            stands.setdefault(each.known.order_id, each.known.status)
    moved: dict[int, list[Change]] = {}
    for each in told:
        if Part.STATUS in each.followed:
            moved.setdefault(each.known.order_id, []).append(each)
    for order_id, some in moved.items():
        every = ImportedTicket.select().where(ImportedTicket.order == order_id).count()
        if len(some) == every and len({each.entry.status for each in some}) == 1:
            stands[order_id] = some[0].entry.status
        else:
            stands.setdefault(order_id, some[0].known.status)
            stands |= _split_off(desk, order_id, some, now)
    for order_id, status in stands.items():
        settling.settle(desk, order_id, status, now)


def _follow_ticket(desk: Desk, change: Change, now: datetime) -> dict[int, str]:
    """Write another product or price; another product is another line where the old one was paid.

    What was paid for the old one stays what it was for, in a cancelled order: this, and how it stands.
    """
    known = change.known
    values = tickets.line_values(change.entry, known.order_id, now)
    old: OrderLine = OrderLine.get_by_id(known.order_line_id)
    is_other = (old.ticket_type_id, old.addon_id) != (values["ticket_type"], values["addon"])
    if change.entry.price is None and (known.status == OrderStatus.PAID or not is_other):
        values |= {"unit_price": old.unit_price, "line_total": old.line_total, "quantity": old.quantity}
    if not (is_other and settling.was_paid(old)):
        del values["created_at"]
        OrderLine.update(values).where(OrderLine.id == old.id).execute()
        return {}
    order: Order = Order.get_by_id(known.order_id)
    beside = tickets.order_beside(desk, order, OrderStatus.CANCELLED, order.user_id, now)
    settling.move_line(old.id, order.id, beside)
    line = OrderLine.create(**values)
    ImportedTicket.update(order_line=line.id).where(ImportedTicket.id == known.id).execute()
    return {beside: OrderStatus.CANCELLED}


def _split_off(desk: Desk, order_id: int, some: Sequence[Change], now: datetime) -> dict[int, str]:
    """Move tickets that stand otherwise now to orders of their own; these, and how they stand."""
    old: Order = Order.get_by_id(order_id)
    made: dict[str, int] = {}
    for each in some:
        status = each.entry.status
        if status not in made:
            made[status] = tickets.order_beside(desk, old, status, each.known.user_id or old.user_id, now)
        ticket: ImportedTicket = ImportedTicket.get_by_id(each.known.id)  # its line may be another by now
        settling.move_line(int(ticket.order_line_id or 0), order_id, made[status])
        ImportedTicket.update(order=made[status]).where(ImportedTicket.id == ticket.id).execute()
        if each.entry.kind == ProductKind.TICKET:
            Attendee.update(order=made[status], updated_at=now).where(
                Attendee.id == each.known.attendee_id, Attendee.order == order_id
            ).execute()
    # Whoever owns an order is admitted by it: the owner must be somebody whose ticket is still in it.
    left: Attendee | None = Attendee.select().where(Attendee.order == order_id).order_by(Attendee.id).first()
    if left is not None and not _has(Attendee, (Attendee.order == order_id) & (Attendee.user == old.user_id)):
        Order.update(user=left.user_id).where(Order.id == order_id).execute()
    return {number: status for status, number in made.items()}


def _follow_person(desk: Desk, change: Change, batch: Batch, now: datetime) -> None:
    entry, known, attendee_id = change.entry, change.known, change.known.attendee_id
    if attendee_id is None:
        return
    if Part.PERSON in change.followed:
        _rename(desk, entry, known, now)
    if Part.FACTS in change.followed:
        AttendeeFact.delete().where(
            AttendeeFact.attendee == attendee_id, AttendeeFact.label.in_(batch.origin.labels)
        ).execute()
        bulk.insert(AttendeeFact, tickets.fact_values(attendee_id, entry))
    if Part.CHECK_IN in change.followed:
        CheckIn.create(**tickets.check_in_values(desk, attendee_id, entry, now))
        Attendee.update(checked_in_at=entry.came_at or now, updated_at=now).where(
            Attendee.id == attendee_id
        ).execute()
    if Part.CODE in change.followed and entry.kind == ProductKind.TICKET:
        (badge,) = tickets.access_codes([entry.code], batch.codes)
        # A badge that the desk made goes on: the list's code is found beside it.
        was_of_list = fn.UPPER(Attendee.access_code) == (change.known.scan_code or "")
        Attendee.update(access_code=badge, updated_at=now).where(
            Attendee.id == attendee_id, was_of_list
        ).execute()


def _rename(desk: Desk, entry: Entry, known: Known, now: datetime) -> None:
    user: User = User.get_by_id(known.user_id)
    before = User(id=user.id, first_name=user.first_name, last_name=user.last_name, email=user.email)
    if entry.name:
        user.first_name, user.last_name = entry.first, entry.last
    user.email = entry.email or user.email
    user.save(only=[User.first_name, User.last_name, User.email])
    buyers.follow_correction(desk.conference.id, before, user, now)
