"""What the tests of selling share: another station, everything that was written, counters."""

from dataclasses import replace
from typing import Any

from tui_pos.data.connection import connected
from tui_pos.data.queries import Row, rows
from tui_pos.data.tables import DESK, SHOP
from tui_pos.data.tables.desk import AuditAction, AuditEntry
from tui_pos.data.tables.registration import Attendee, Order, Voucher
from tui_pos.desk.context import Desk

Rows = dict[str, list[Row]]


def items(text: str) -> list[tuple[str, int]]:
    """``slug*quantity slug`` as the checkout takes it."""
    return [
        (slug, int(quantity or 1)) for slug, _, quantity in (each.partition("*") for each in text.split())
    ]


def at(desk: Desk, station: str) -> Desk:
    """The same desk at another station."""
    return replace(desk, station=station)


def everything() -> Rows:
    """Every row of every table but the schema's version and the search index, a copy of others."""
    with connected():
        return {
            table.__name__: list(rows(_rows_of(table).order_by(table.id)))
            for table in (*SHOP, *DESK)
            if table.__name__ not in ("SchemaVersion", "SearchKey")
        }


def _rows_of(table: Any) -> Any:
    """All but who signed in, which is written down whatever is refused afterwards."""
    query = table.select()
    if table is AuditEntry:
        return query.where(AuditEntry.what.not_in([AuditAction.SIGN_IN, AuditAction.SIGN_IN_FAILED]))
    return query


def order_row(reference: str) -> Order:
    """The order as it is stored."""
    with connected():
        row: Order = Order.get(Order.reference == reference)
        return row


def uses(desk: Desk, code: str) -> int:
    """How often the voucher was used."""
    with connected():
        return int(Voucher.get(Voucher.conference == desk.conference.id, Voucher.code == code).times_used)


def user_of(code: str) -> int:
    """The user behind a badge."""
    with connected():
        return int(Attendee.get(Attendee.access_code == code).user_id)
