"""What is for sale: the products on sale now, and the desk's catalogue of all with the reason why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from peewee import JOIN

from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, AddOnPrerequisite, TicketType
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue import stock
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because


@dataclass(frozen=True, slots=True, kw_only=True)
class InventoryItem:
    """A ticket type or add-on. ``remaining`` None means unlimited.

    ``reason`` is why it is not sellable, or what it needs (a voucher, a ticket). What it needs depends on the
    cart, so the checkout decides on that.
    """

    kind: ProductKind
    id: int
    slug: str
    name: str
    description: str
    price: Decimal
    remaining: int | None
    requires_voucher: bool
    sellable: bool
    reason: Reason | None
    order: int


def inventory(desk: Desk) -> tuple[InventoryItem, ...]:
    """Active products within their sale window, tickets first, in the shop's order; sold-out ones too."""
    require(desk, Action.LOOK_UP)
    shelf = _read(desk)
    return tuple(_product(row, shelf) for row in shelf.rows if not _closed(row, shelf))


def catalogue(desk: Desk) -> tuple[InventoryItem, ...]:
    """Every product of the conference: what can be sold now first, then the rest with its reason."""
    require(desk, Action.LOOK_UP)
    shelf = _read(desk)
    products = [_product(row, shelf) for row in shelf.rows]
    return tuple(sorted(products, key=lambda product: not product.sellable))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shelf:
    """Everything that was read: products in the shop's order, and what their state depends on."""

    desk: Desk
    now: datetime
    rows: tuple[TicketType | AddOn, ...]
    sold: Mapping[ProductKey, int]
    venue_full: bool
    needed: Mapping[int, tuple[str, ...]]
    """The names of the tickets of which an add-on needs one, per add-on."""


def _read(desk: Desk) -> _Shelf:
    now = clock.now()
    with connected():
        tickets = list(
            TicketType.select(TicketType, Conference.total_capacity)
            .join(Conference)
            .where(TicketType.conference == desk.conference.id)
            .order_by(TicketType.order, TicketType.name)
        )
        addons, needed = _addons(desk, {ticket.id: ticket.name for ticket in tickets})
        sold = stock.sold(desk.conference.id, now)
    capacity = tickets[0].conference.total_capacity if tickets else 0
    full = stock.remaining(capacity, stock.seats_taken(sold)) == 0
    return _Shelf(desk=desk, now=now, rows=(*tickets, *addons), sold=sold, venue_full=full, needed=needed)


def _addons(desk: Desk, ticket_names: Mapping[int, str]) -> tuple[list[AddOn], dict[int, tuple[str, ...]]]:
    """Add-ons and the tickets that they need: one row for each pair, because that spares a statement."""
    query: Any = (  # its rows have ``needs`` beside an add-on's columns
        AddOn.select(AddOn, AddOnPrerequisite.tickettype.alias("needs"))
        .join(AddOnPrerequisite, JOIN.LEFT_OUTER, on=(AddOnPrerequisite.addon == AddOn.id))
        .where(AddOn.conference == desk.conference.id)
        .order_by(AddOn.order, AddOn.name, AddOnPrerequisite.tickettype)
    )
    addons: dict[int, AddOn] = {}
    needed: dict[int, tuple[str, ...]] = {}
    for row in query.objects():
        addons.setdefault(row.id, row)
        if row.needs in ticket_names:
            needed[row.id] = (*needed.get(row.id, ()), ticket_names[row.needs])
    return list(addons.values()), needed


def _product(row: TicketType | AddOn, shelf: _Shelf) -> InventoryItem:
    kind = ProductKind.TICKET if isinstance(row, TicketType) else ProductKind.ADDON
    left = stock.remaining(row.total_quantity, shelf.sold.get((kind, row.id), 0))
    why_not = _closed(row, shelf) or _gone(kind, left, shelf)
    return InventoryItem(
        kind=kind,
        id=row.id,
        slug=row.slug,
        name=row.name,
        description=row.description,
        price=row.price,
        remaining=left,
        requires_voucher=isinstance(row, TicketType) and row.requires_voucher,
        sellable=why_not is None,
        reason=why_not or _needs(row, shelf),
        order=row.order,
    )


def _closed(row: TicketType | AddOn, shelf: _Shelf) -> Reason | None:
    """Why the shop does not offer it now."""
    if not row.is_active:
        return because("shelf.inactive")
    if row.available_from is not None and row.available_from > shelf.now:
        return because("shelf.yet", **_day(shelf, row.available_from))
    if row.available_until is not None and row.available_until < shelf.now:
        return because("shelf.over", **_day(shelf, row.available_until))
    return None


def _gone(kind: ProductKind, left: int | None, shelf: _Shelf) -> Reason | None:
    if left == 0:
        return because("shelf.sold_out")
    return because("shelf.venue_full") if kind is ProductKind.TICKET and shelf.venue_full else None


def _needs(row: TicketType | AddOn, shelf: _Shelf) -> Reason | None:
    if isinstance(row, TicketType):
        return because("shelf.voucher") if row.requires_voucher else None
    needed = shelf.needed.get(row.id)
    return because("shelf.ticket", tickets=needed) if needed else None


def _day(shelf: _Shelf, moment: datetime) -> dict[str, object]:
    day = shelf.desk.local(moment)
    return {"day": day, "this_year": day.year == shelf.desk.local(shelf.now).year}
