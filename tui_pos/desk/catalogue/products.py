"""What can be put into a cart: ticket types and add-ons as one kind of value."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from peewee import SQL, Value

from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.fields import money, utc
from tui_pos.data.queries import Row, rows
from tui_pos.data.tables.registration import AddOn, TicketType
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind, ProductLine
from tui_pos.desk.errors import InvalidInput, NotFound

SLUG_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A ticket type or an add-on as it is now.

    ``total_quantity`` 0 means unlimited, ``limit_per_user`` None that there is no limit.
    """

    kind: ProductKind
    id: int
    slug: str
    name: str
    price: Decimal
    is_active: bool
    available_from: datetime | None
    available_until: datetime | None
    total_quantity: int
    limit_per_user: int | None
    requires_voucher: bool

    @property
    def key(self) -> ProductKey:
        """Which product it is."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class RequestedProduct:
    """So many of a product."""

    product: Product
    quantity: int

    @property
    def line(self) -> ProductLine:
        """The line for ``pricing``."""
        product = self.product
        return ProductLine(
            kind=product.kind,
            id=product.id,
            name=product.name,
            quantity=self.quantity,
            unit_price=product.price,
        )


def of_row(row: TicketType | AddOn) -> Product:
    """The product behind a row."""
    ticket = row if isinstance(row, TicketType) else None
    return Product(
        kind=ProductKind.TICKET if ticket else ProductKind.ADDON,
        id=row.id,
        slug=row.slug,
        name=row.name,
        price=row.price,
        is_active=row.is_active,
        available_from=row.available_from,
        available_until=row.available_until,
        total_quantity=row.total_quantity,
        limit_per_user=ticket.limit_per_user if ticket else None,
        requires_voucher=ticket.requires_voucher if ticket else False,
    )


def not_tickets(conference_id: int, slugs: Iterable[str]) -> list[str]:
    """Those of the slugs that no ticket of the conference has, in their order."""
    tickets = TicketType.select(TicketType.slug).where(TicketType.conference == conference_id)
    with connected():
        there = {slug for (slug,) in rows(tickets)}
    return [slug for slug in dict.fromkeys(slugs) if slug not in there]


def named(conference_id: int, slugs: Iterable[str]) -> dict[str, Product]:
    """The product behind each slug, whatever its state; in one statement.

    A slug that a ticket and an add-on share is told apart as ``ticket:slug`` and ``addon:slug``.
    Raises NotFound for the first slug that nothing has, InvalidInput for one that both have.
    """
    wanted = list(dict.fromkeys(slugs))
    bare = {printable(slug.rpartition(":")[2], SLUG_LENGTH) for slug in wanted}
    query = _select(TicketType, conference_id, bare, TicketType.limit_per_user, TicketType.requires_voucher)
    query += _select(AddOn, conference_id, bare, SQL("NULL"), Value(False))  # + is UNION ALL
    found = {(product.kind, product.slug): product for product in map(_product, rows(query))}
    return {slug: _the_one(slug, found) for slug in wanted}


def _select(table: Any, conference_id: int, slugs: Iterable[str], limit: Any, voucher: Any) -> Any:
    return table.select(
        Value(table.__name__),
        table.id,
        table.slug,
        table.name,
        table.price,
        table.is_active,
        table.available_from,
        table.available_until,
        table.total_quantity,
        limit,
        voucher,
    ).where(table.conference == conference_id, table.slug.in_(list(slugs)))


def _product(row: Row) -> Product:
    table, number, slug, name, price, is_active, starts, ends, total_quantity, limit, voucher = row
    return Product(
        kind=ProductKind.TICKET if table == TicketType.__name__ else ProductKind.ADDON,
        id=number,
        slug=slug,
        name=name,
        price=money(price),
        is_active=bool(is_active),
        available_from=None if starts is None else utc(starts),
        available_until=None if ends is None else utc(ends),
        total_quantity=total_quantity,
        limit_per_user=limit,
        requires_voucher=bool(voucher),
    )


def _the_one(slug: str, found: dict[tuple[ProductKind, str], Product]) -> Product:
    kind, _, bare = slug.rpartition(":")
    matches = [found[each, bare] for each in ProductKind if (each, bare) in found and kind in ("", each)]
    shown = printable(slug, 40)
    if not matches:
        raise NotFound("product_not_found", product=shown)
    if len(matches) > 1:
        raise InvalidInput("product_ambiguous", product=shown)
    return matches[0]
