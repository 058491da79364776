"""Which product of the catalogue a list means; nothing that is not in the catalogue is ever made up."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from tui_pos.core.folding import fold
from tui_pos.core.scan import printable
from tui_pos.data.fields import money
from tui_pos.data.queries import rows
from tui_pos.data.tables.registration import AddOn, OrderStatus, TicketType
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.errors import InvalidInput, NotFound
from tui_pos.desk.imports import values
from tui_pos.desk.imports.columns import Field

_PARTED = re.compile("(.+)\\s[-\u2013\u2014]\\s(.+)")
DASH = " \u2013 "
"""Between a product and which one of it, as pretix writes it."""
SOURCE_LENGTH = 60
ANY = "*"
"""Stands for the ticket of a row that names none."""


@dataclass(frozen=True, slots=True)
class Meant:
    """A product as the catalogue has it."""

    kind: ProductKind
    id: int
    slug: str
    name: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said of a list.

    Fields by folded headers, slugs by folded names of tickets, how a ticket stands by folded words; what the
    system is called that it is of, '' where nobody said.
    """

    fields: Mapping[str, Field]
    products: Mapping[str, str]
    statuses: Mapping[str, OrderStatus]
    source: str


def said(maps: Iterable[str], source: str) -> Said:
    """What ``column=field``, ``ticket:NAME=slug`` and ``status:WORD=paid`` say.

    Raises InvalidInput ``bad_map`` or ``bad_source``.
    """
    source = " ".join(source.split()).lower()
    if len(source) > SOURCE_LENGTH or not source.isprintable():
        raise InvalidInput("bad_source", most=SOURCE_LENGTH)
    fields: dict[str, Field] = {}
    products: dict[str, str] = {}
    statuses: dict[str, OrderStatus] = {}
    for each in maps:
        left, equals, right = each.rpartition("=")
        kind, colon, name = left.partition(":")
        if colon and kind.strip().lower() == Field.PRODUCT and equals and right.strip():
            products[fold(name) or name.strip()] = right.strip()
        elif colon and kind.strip().lower() == Field.STATUS and right.strip() in values.STATUSES:
            statuses[fold(name)] = OrderStatus(right.strip())
        elif equals and fold(left) and right.strip() in list(Field):
            fields[fold(left)] = Field(right.strip())
        else:
            raise InvalidInput("bad_map", text=printable(each, 80), fields=[each.value for each in Field])
    return Said(fields, products, statuses, source)


class Catalogue:
    """The products of a conference by their names and slugs, however these are spelled."""

    def __init__(self, conference_id: int, wanted: Said) -> None:
        """Read them; needs a connection. Raises NotFound ``product_not_found`` for a slug that was said."""
        self._by_name: dict[str, Meant] = {}
        by_slug: dict[str, Meant] = {}
        for kind, table in ((ProductKind.TICKET, TicketType), (ProductKind.ADDON, AddOn)):
            query = table.select(table.id, table.slug, table.name, table.price).where(
                table.conference == conference_id
            )
            for number, slug, name, price in rows(query.order_by(table.id)):
                product = Meant(kind, number, slug, name, money(price))
                by_slug.setdefault(slug.lower(), product)
                by_slug[f"{kind}:{slug}".lower()] = product
                for spelling in (fold(name), fold(slug)):
                    self._by_name.setdefault(spelling, product)
        for name, slug in wanted.products.items():
            if slug.lower() not in by_slug:
                raise NotFound("product_not_found", product=printable(slug, 60))
            self._by_name[name] = by_slug[slug.lower()]
        self.find = lru_cache(maxsize=5_000)(self._find)

    def _find(self, product: str, variation: str) -> tuple[Meant, str]:
        """The product, and what an order line calls it: with its variation, also where ours has none.

        Raises InvalidInput ``bad_row.product`` or ``bad_row.no_product``.
        """
        if not product:
            if ANY in self._by_name:
                return self._by_name[ANY], self._by_name[ANY].name
            raise InvalidInput("bad_row.no_product")
        if not variation and (parted := _PARTED.fullmatch(product)):
            product, variation = parted[1].strip(), parted[2].strip()
        full = f"{product}{DASH}{variation}" if variation else product
        if found := self._by_name.get(fold(full)):
            return found, found.name
        if found := self._by_name.get(fold(product)):
            return found, printable(f"{found.name}{DASH}{variation}", 300)
        raise InvalidInput("bad_row.product", product=printable(full, 60))
