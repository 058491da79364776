"""Rows under fresh random names: attendees with access codes, orders and guests with references.

An access code is unique over all conferences.
"""

from datetime import datetime
from typing import Any

from peewee import Field, fn

from tui_pos.core import clock
from tui_pos.data.base import Table
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import ReplacedBadge
from tui_pos.data.tables.registration import Attendee, Order, OrderLine
from tui_pos.desk.errors import Refused
from tui_pos.desk.orders.leaving import leaving

CODE_LENGTH = 8
TRIES = 10


def insert_unique(
    table: type[Table], column: "Field[str]", prefix: str, values: dict[str, Any]
) -> tuple[int, str]:
    """Insert ``values`` with ``column`` set to ``<prefix>-`` and 8 of A-Z0-9; answers (id, that name).

    A clash writes nothing and does not hurt the running transaction: the database skips the row and the next
    name is tried. Raises Refused ``no_free_reference`` should that go on.
    """
    for _ in range(TRIES):
        name = f"{prefix}-{clock.random_code(CODE_LENGTH)}"
        query = table.insert({**values, column.name: name})
        row_id = query.on_conflict(action="nothing", conflict_target=[column]).execute()
        if row_id is not None:
            return int(row_id), name
    raise Refused("no_free_reference")


def of_user(order: Order, user_id: int) -> Attendee | None:
    """The attendee that this user is in the order's conference."""
    found: Attendee | None = Attendee.get_or_none(
        Attendee.user == user_id, Attendee.conference == order.conference_id
    )
    return found


def tickets(order_id: int) -> int:
    """How many tickets the order holds."""
    query = OrderLine.select(fn.SUM(OrderLine.quantity)).where(
        OrderLine.order == order_id, OrderLine.ticket_type.is_null(False)
    )
    return int(query.scalar() or 0)


def unnamed(order_id: int) -> int:
    """How many tickets have no attendee; those that an open refund may take away do not count."""
    going = leaving([order_id])
    if order_id in going.orders:
        return 0
    lines = OrderLine.select(OrderLine.id, OrderLine.quantity).where(
        OrderLine.order == order_id, OrderLine.ticket_type.is_null(False)
    )
    tickets: int = sum(line.quantity - going.pieces.get(line.id, 0) for line in lines)
    holders = Attendee.select().where(Attendee.order == order_id)
    named: int = holders.where(Attendee.id.not_in(list(going.attendees))).count()
    return max(tickets - named, 0)


def admit(order: Order, user_id: int, now: datetime) -> Attendee:
    """The user's attendee, made and linked to ``order`` unless there is one already.

    Call inside a transaction. A clash of codes writes nothing and does not hurt the transaction; among 36^8
    it is rare, and ten in a row do not happen (Refused ``no_free_code``).
    """
    for _ in range(TRIES):
        Attendee.insert(
            conference=order.conference_id,
            user=user_id,
            order=order.id,
            access_code=clock.random_code(CODE_LENGTH),
            completed_registration=True,
            created_at=now,
            updated_at=now,
        ).on_conflict_ignore().execute()
        found = of_user(order, user_id)
        if found is not None:
            return found
    raise Refused("no_free_code")


def handed_over(attendee_id: int) -> dict[int, tuple[datetime, str]]:
    """The orders whose ticket this person handed to another, with when and at which station."""
    query = ReplacedBadge.select(ReplacedBadge.order, ReplacedBadge.at, ReplacedBadge.station).where(
        ReplacedBadge.attendee == attendee_id
    )
    return {order_id: (at, station) for order_id, at, station in rows(query)}


def recode(attendee_id: int, now: datetime) -> None:
    """Give an attendee another access code. Call inside a transaction; Refused ``no_free_code``."""
    for _ in range(TRIES):
        code = clock.random_code(CODE_LENGTH)
        if not Attendee.select(Attendee.id).where(Attendee.access_code == code).exists():
            Attendee.update(access_code=code, updated_at=now).where(Attendee.id == attendee_id).execute()
            return
    raise Refused("no_free_code")
