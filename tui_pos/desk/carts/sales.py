"""The sale row: which station has it, and whether its cart may still be changed."""

from datetime import datetime

from tui_pos.data.connection import lock
from tui_pos.data.tables.desk import Sale, SaleStatus
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound, Refused
from tui_pos.desk.orders import named_tickets


def locked(desk: Desk, sale_id: int) -> Sale:
    """The sale, locked until the transaction ends. Raises NotFound ``sale_not_found``."""
    query = Sale.select().where(Sale.id == sale_id, Sale.conference == desk.conference.id)
    return found(lock(query).first(), sale_id)


def found(sale: Sale | None, sale_id: int) -> Sale:
    """``sale``, or NotFound ``sale_not_found`` when there is none."""
    if sale is None:
        raise NotFound("sale_not_found", sale=sale_id)
    return sale


def refuse_unless_open_here(desk: Desk, sale: Sale) -> None:
    """Raise Refused unless the sale's cart may be changed at this station."""
    refuse_unless_open(sale)
    if sale.station != desk.station:
        raise Refused("sale_elsewhere", station=sale.station)


def refuse_unless_open(sale: Sale) -> None:
    """Raise Refused unless the sale's cart may be changed, wherever."""
    if sale.status != SaleStatus.OPEN:
        raise Refused(f"sale_{sale.status}.frozen")


def move(desk: Desk, sale: Sale, status: SaleStatus, now: datetime) -> None:
    """Write the sale's new state, with this station and the person signed in.

    The names for the tickets of one that is given up are deleted: nobody asked to be kept there.
    """
    sale.status, sale.station, sale.staff, sale.updated_at = status, desk.station, desk.staff.id, now
    sale.save(only=[Sale.status, Sale.station, Sale.staff, Sale.updated_at])
    if status == SaleStatus.ABANDONED:
        named_tickets.forget(sale.id)
