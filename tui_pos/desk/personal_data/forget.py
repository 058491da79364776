"""Erasing what the database holds of persons, once their conference is over; sums and ids stay.

In the desk's own tables always. The shop's tables are the web site's and stay as they are, unless there is
none: then accounts and orders lose their names and addresses too. A row that has nothing to erase is not
written, so that doing it again changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from peewee import Value

from tui_pos.core import clock, log_file
from tui_pos.data import backups, erasing, search_index
from tui_pos.data.base import Table, database
from tui_pos.data.connection import connected, is_sqlite, lock, run_tx
from tui_pos.data.engines import sqlite_file
from tui_pos.data.queries import batches, rows
from tui_pos.data.snapshots import snapshot, stream
from tui_pos.data.tables.auth import GroupPermission, User, UserGroup, UserPermission
from tui_pos.data.tables.desk import (
    Attempt,
    AttemptEvent,
    AuditAction,
    AuditEntry,
    Refund,
    Sale,
    SearchKey,
    TicketName,
)
from tui_pos.data.tables.imports import AttendeeFact, ImportedTicket
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    Attendee,
    CheckIn,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    ProductRedemption,
    TerminalPayment,
)
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, Refused, because
from tui_pos.desk.personal_data.columns import (
    DESK_COLUMNS,
    NAMES_SOMEBODY,
    NUMBERED,
    Eraser,
    emptied,
    marked,
    nulled,
    numbered,
    recoded,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Erasure:
    """What is erased of a table's rows for which ``of`` holds, a condition for a conference.

    Without ``columns`` the rows themselves.
    """

    table: type[Table]
    of: Callable[[int], Any]
    columns: Mapping[str, Eraser] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """How many rows of a table hold something to erase, or held it; without ``columns`` the rows went."""

    table: str
    columns: tuple[str, ...]
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What holds something to erase, or held it, and what has to be erased by other hands."""

    erased: tuple[Erased, ...]
    left: tuple[Reason, ...]


def count(desk: Desk, log: Path) -> Outcome:
    """What ``forget`` would erase; changes nothing, so any time will do. ``log`` is this host's log file.

    Raises NotPermitted.
    """
    require(desk, Action.FORGET)
    with connected():
        return Outcome(erased=_go_through(desk, is_applied=False), left=tuple(_left(log)))


def check(desk: Desk) -> None:
    """Raises Refused as ``forget`` does."""
    with connected():
        _refuse_unless_over(desk)


def forget(desk: Desk, log: Path) -> Outcome:
    """Erase it.

    In short transactions: what was broken off is finished by doing it again. Raises NotPermitted, and Refused
    ``not_over``, ``payment_live``, ``refund_open`` or ``orders_pending``.
    """
    with connected():
        _refuse_unless_over(desk)
        erased = count(desk, log).erased
        if erased:
            erasing.overwrite_freed()
            rows_ = sum(each.rows for each in erased)
            run_tx(lambda: _begin(desk, f"{rows_} rows"))
            erased = _go_through(desk, is_applied=True)
        in_use = [] if not _is_embedded() or erasing.compact() else [because("left.in_use")]
        return Outcome(erased=erased, left=(*in_use, *_left(log)))


def _begin(desk: Desk, text: str) -> None:
    """Write that it was done, with the conference locked: no list of people is brought in from here on."""
    _refuse_unless_over(desk)
    audit_log.record(desk, AuditAction.FORGET, text=text)


def _go_through(desk: Desk, *, is_applied: bool) -> tuple[Erased, ...]:
    found = [
        Erased(
            table=each.table._meta.table_name,
            columns=tuple(each.columns),
            rows=_go_through_one(desk, each, is_applied=is_applied),
        )
        for each in _erasures()
    ]
    keys = run_tx(search_index.clear) if is_applied else int(SearchKey.select().count())
    found.append(Erased(table=SearchKey._meta.table_name, columns=(), rows=keys))
    return tuple(each for each in found if each.rows)


def _go_through_one(desk: Desk, what: _Erasure, *, is_applied: bool) -> int:
    found = _holding(desk, what)
    if not is_applied:
        return len(found)
    return sum(run_tx(partial(_erase, desk, what, ids)) for ids in batches(found))


def _left(log: Path) -> Iterator[Reason]:
    """What cannot be erased from here."""
    if not _is_embedded():
        yield because("left.web_site")
    if not is_sqlite():
        yield because("left.server")
    elif copies := backups.found(sqlite_file(database.obj)):
        yield because("left.copies", copies=[str(each) for each in copies])
    if logs := [each for each in (*log_file.put_away(log), log) if each.exists()]:
        yield because("left.logs", logs=[str(each) for each in logs])
    yield because("left.elsewhere")


def _is_embedded() -> bool:
    """Whether the shop's tables are ours: there is no web site."""
    return not database.table_exists("django_migrations")


def _refuse_unless_over(desk: Desk) -> None:
    conference_id = desk.conference.id
    row = Conference.select(Conference.id, Conference.end_date).where(Conference.id == conference_id)
    end = lock(row).get().end_date if database.in_transaction() else row.get().end_date
    if desk.local(clock.now()).date() <= end:
        raise Refused("not_over", conference=desk.conference.slug, day=end.isoformat())
    of_conference = Attempt.conference == conference_id
    if Attempt.select().where(of_conference, Attempt.finished_at.is_null()).exists():
        raise Refused("payment_live.forget")
    if Refund.select().where(Refund.conference == conference_id, Refund.finished_at.is_null()).exists():
        raise Refused("refund_open.forget")
    pending = Order.select().where(
        Order.conference == conference_id,
        Order.status == OrderStatus.PENDING,
        Order.hold_expires_at.is_null() | (Order.hold_expires_at > clock.now()),
    )
    first = pending.order_by(Order.id).first()
    if first is not None:
        raise Refused("orders_pending", number=pending.count(), order=first.reference)


# What is erased


def _erasures() -> tuple[_Erasure, ...]:
    # The shop's first: badges are known for another system's by the codes of imported tickets.
    own = (*_DESK, _NAMED_IN_LOG)
    return (*_SHOP, *own) if _is_embedded() else own


def _of_conference(table: Any) -> Callable[[int], Any]:
    return lambda conference_id: table.conference == conference_id


def _of(column: Any, owner: Any) -> Callable[[int], Any]:
    """The rows whose ``column`` points to a row of the conference."""
    return lambda conference_id: column.in_(owner.select(owner.id).where(owner.conference == conference_id))


_OWNERS: dict[type[Table], Callable[[int], Any]] = {
    TicketName: _of(TicketName.sale, Sale),
    AttemptEvent: _of(AttemptEvent.attempt, Attempt),
    AttendeeFact: _of(AttendeeFact.attendee, Attendee),
}
"""Tables without a column for the conference."""

_DESK = tuple(
    _Erasure(table=table, of=_OWNERS.get(table) or _of_conference(table), columns=columns.erased)
    for table, columns in DESK_COLUMNS.items()
    if table is not SearchKey and (columns.erased or columns.goes)
)

_NAMED_IN_LOG = _Erasure(
    table=AuditEntry,
    of=lambda conference_id: (
        (AuditEntry.conference == conference_id)
        & AuditEntry.what.in_([action for action, is_named in NAMES_SOMEBODY.items() if is_named])
    ),
    columns={"text": marked},
)


def _first_words(text: str, _: int) -> str:
    """The description of a line that is no product, without why it was made."""
    return text.partition(": ")[0]


def _guests(conference_id: int) -> Any:
    """Accounts of those who came or bought, but for staff and for who has to do with a later conference."""
    later = Conference.select(Conference.id).where(
        Conference.id != conference_id, Conference.end_date >= clock.now().date()
    )

    with_rights = UserGroup.select(UserGroup.user).where(
        UserGroup.group.in_(GroupPermission.select(GroupPermission.group))
    )

    def people(which: Any) -> Any:
        came = Attendee.select(Attendee.user).where(which(Attendee.conference))
        bought = Order.select(Order.user).where(which(Order.conference))
        return User.id.in_(came) | User.id.in_(bought)

    return (
        people(lambda column: column == conference_id)
        & ~people(lambda column: column.in_(later))
        & ~User.is_staff
        & ~User.is_superuser
        & User.id.not_in(with_rights)
        & User.id.not_in(UserPermission.select(UserPermission.user))
        & User.id.not_in(Sale.select(Sale.staff))
    )


_SHOP = (
    _Erasure(
        table=User,
        of=_guests,
        columns={
            "username": numbered,
            "first_name": emptied,
            "last_name": emptied,
            "email": emptied,
            "password": lambda _, __: "!",
            "last_login": nulled,
        },
    ),
    _Erasure(
        table=Attendee,  # whose badge another system made, and knows them by it
        of=lambda conference_id: (
            (Attendee.conference == conference_id)
            & Attendee.access_code.in_(
                ImportedTicket.select(ImportedTicket.scan_code).where(
                    ImportedTicket.conference == conference_id
                )
            )
        ),
        columns={"access_code": recoded},
    ),
    _Erasure(
        table=Order,
        of=_of_conference(Order),
        columns=dict.fromkeys(("billing_name", "billing_email", "billing_company"), emptied),
    ),
    _Erasure(
        table=OrderLine,
        of=lambda conference_id: (
            _of(OrderLine.order, Order)(conference_id)
            & OrderLine.ticket_type.is_null()
            & OrderLine.addon.is_null()
        ),
        columns={"description": _first_words},
    ),
    _Erasure(
        table=Payment,
        of=lambda conference_id: (
            _of(Payment.order, Order)(conference_id) & (Payment.method == PaymentMethod.COMP)
        ),
        columns={"note": marked},
    ),
    _Erasure(
        table=TerminalPayment,
        of=_of_conference(TerminalPayment),
        columns={"card_last4": emptied, "receipt_url": emptied},
    ),
    _Erasure(table=CheckIn, of=_of_conference(CheckIn), columns={"note": marked}),
    _Erasure(table=ProductRedemption, of=_of_conference(ProductRedemption), columns={"note": marked}),
)
"""Where there is no web site."""


# Erasing


def _holding(desk: Desk, what: _Erasure) -> list[int]:
    """The ids of the rows that hold something to erase."""
    with snapshot():
        found = stream(_rows(what).where(what.of(desk.conference.id)).order_by(what.table.id))
        return [number for number, *values in found if _left_over(what, number, values)]


def _rows(what: _Erasure) -> Any:
    return what.table.select(what.table.id, *(getattr(what.table, name) for name in what.columns))


def _left_over(what: _Erasure, number: int, values: Sequence[Any]) -> dict[str, Any]:
    """What columns of a row are to hold instead of what they do; the id of one that goes."""
    if not what.columns:
        return {"id": number}
    new = {
        name: erase(value, number) for (name, erase), value in zip(what.columns.items(), values, strict=True)
    }
    return new if list(new.values()) != list(values) else {}


def _erase(desk: Desk, what: _Erasure, ids: Sequence[int]) -> int:
    """Erase what these rows hold; call inside a transaction. Answers how many did."""
    _refuse_unless_over(desk)
    table: Any = what.table
    changes: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for number, *values in rows(_rows(what).where(table.id.in_(ids)).order_by(table.id)):
        if new := _left_over(what, number, values):
            # What is of each row its own is written as an expression, so that one statement does for many.
            alike = (None if erase is numbered else new[name] for name, erase in what.columns.items())
            changes[tuple(alike)].append(number)
    number_of_row = Value(NUMBERED).concat(table.id.cast("text"))
    for values_, theirs in changes.items():
        new = {
            name: number_of_row if erase is numbered else value
            for (name, erase), value in zip(what.columns.items(), values_, strict=True)
        }
        change = table.update(new) if new else table.delete()
        change.where(table.id.in_(theirs)).execute()
    return sum(map(len, changes.values()))
