"""The codes of products: what is printed on them (EAN, UPC, GTIN) or on the desk's card sheet.

A product may have several; without any it answers to its slug.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from peewee import IntegrityError, fn

from tui_pos.core import product_numbers
from tui_pos.core.addresses import CODE, DASHED_CODE
from tui_pos.core.scan import ScanKind, parse, printable
from tui_pos.data.base import database
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.fields import money
from tui_pos.data.queries import rows
from tui_pos.data.tables.imports import ImportedTicket
from tui_pos.data.tables.products import ProductCode
from tui_pos.data.tables.registration import AddOn, Attendee, Order, TicketType, Voucher
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind
from tui_pos.desk.catalogue.products import named
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refused, because

LONGEST = 50


@dataclass(frozen=True, slots=True)
class CodedProduct:
    """A product and a code of it. ``key`` is its slug with ``ticket:`` or ``addon:``; ``price`` Decimal."""

    product: ProductKey
    code: str
    key: str
    name: str
    price: Decimal


def find_by_code(desk: Desk, text: str) -> CodedProduct | None:
    """The product whose code was scanned or typed, with or without leading zeros, as UPC-E or inside GS1.

    Needs a connection. None where no code is it; asks nothing for what cannot be one.
    """
    spellings = product_numbers.spellings(text) if len(text) <= LONGEST else ()
    if not spellings:
        return None
    found = {each.code: each for each in _read(desk, spellings)}
    return next((found[code] for code in spellings if code in found), None)


def known(desk: Desk) -> tuple[CodedProduct, ...]:
    """Every code of the conference, by product. Raises NotPermitted."""
    require(desk, Action.LOOK_UP)
    with connected():
        return tuple(sorted(_read(desk), key=lambda each: (each.key, each.code)))


def add(desk: Desk, slug: str, text: str) -> CodedProduct:
    """Let a product answer to a code; that it does already is fine.

    Raises NotPermitted, what `products.named` raises, InvalidInput ``invalid_product_code`` for what no scan
    gives as one code, and Refused ``product_code_taken`` where another product has it, or it is another's
    slug, a badge, an order or a voucher.
    """
    require(desk, Action.SET_UP)
    code = checked(desk, text)

    def work() -> CodedProduct:
        product = named(desk.conference.id, [slug])[slug]
        give(desk, product.key, code)
        key = f"{product.kind}:{product.slug}"
        return CodedProduct(product.key, code, key, product.name, product.price)

    return run_tx(work)


def checked(desk: Desk, text: str) -> str:
    """The code as it is stored. Raises InvalidInput ``invalid_product_code``."""
    code = product_numbers.canonical(text)
    is_code = bool(CODE.fullmatch(code) or DASHED_CODE.fullmatch(code)) and len(code) <= LONGEST
    if not is_code or parse(code, order_prefix=desk.order_prefix).kind is not ScanKind.CODE:
        raise InvalidInput("invalid_product_code", text=printable(text, 40))
    return code


def give(desk: Desk, product: ProductKey, code: str) -> None:
    """Let a product answer to a ``checked`` code; that it does already is fine.

    Call inside a transaction. Raises Refused ``product_code_taken``.
    """
    _refuse_taken(desk, code, product)
    kind, number = product
    try:
        with database.atomic():
            ProductCode.create(conference=desk.conference.id, kind=kind, product_id=number, code=code)
    except IntegrityError:
        other = next(iter(_read(desk, (code,))), None)
        if other is None:  # its product is gone
            _of(desk, code).execute()
            give(desk, product, code)
        elif other.product != product:
            raise Refused("product_code_taken", code=code, product=other.name) from None


def remove(desk: Desk, text: str) -> str:
    """Take a code away, and answer it as it was stored.

    Raises NotPermitted, and NotFound ``product_code_not_found``.
    """
    require(desk, Action.SET_UP)
    code = product_numbers.canonical(text)
    if not run_tx(lambda: _of(desk, code).execute()):
        raise NotFound("product_code_not_found", code=printable(text, 40))
    return code


def _refuse_taken(desk: Desk, code: str, product: ProductKey) -> None:
    """Refuse what is something else already: each scan of it would find that too, or that alone."""
    for kind, table in ((ProductKind.TICKET, TicketType), (ProductKind.ADDON, AddOn)):
        for number, name in _bearing(desk, table.slug, code, table.id, table.name):
            if (kind, number) != product:
                raise Refused("product_code_taken.slug", code=code, product=name)
    for reason, column in (
        (because("product_code_taken.badge", code=code), Attendee.access_code),
        (because("product_code_taken.order", code=code), Order.reference),
        (because("product_code_taken.voucher", code=code), Voucher.code),
    ):
        if _bearing(desk, column, code, column):
            raise Refused(reason)
    # Stored in capitals, and of many thousands: found by its index.
    of_a_list = ImportedTicket.scan_code.in_(product_numbers.written(code))
    if ImportedTicket.select().where(ImportedTicket.conference == desk.conference.id, of_a_list).exists():
        raise Refused("product_code_taken.badge", code=code)


def _bearing(desk: Desk, column: Any, code: str, *selected: Any) -> list[Any]:
    """The conference's rows with this code, in whatever case, and of a number with or without its zeros."""
    table = column.model
    written = fn.UPPER(column).in_(product_numbers.written(code))
    query = table.select(*selected).where(table.conference == desk.conference.id, written)
    return list(rows(query))


def _of(desk: Desk, code: str) -> Any:
    return ProductCode.delete().where(ProductCode.conference == desk.conference.id, ProductCode.code == code)


def _read(desk: Desk, codes: Iterable[str] | None = None) -> list[CodedProduct]:
    """The codes whose product is there: one statement for both kinds."""
    wanted = None if codes is None else list(codes)
    query = _select(desk, ProductKind.TICKET, TicketType, wanted)
    query += _select(desk, ProductKind.ADDON, AddOn, wanted)  # + is UNION ALL
    return [
        CodedProduct((ProductKind(kind), number), code, f"{kind}:{slug}", name, money(price))
        for code, kind, number, slug, name, price in rows(query)
    ]


def _select(desk: Desk, kind: ProductKind, table: Any, codes: list[str] | None) -> Any:
    query = (
        ProductCode.select(ProductCode.code, ProductCode.kind, table.id, table.slug, table.name, table.price)
        .join(table, on=(ProductCode.product_id == table.id))
        .where(
            ProductCode.conference == desk.conference.id,
            ProductCode.kind == kind,
            table.conference == desk.conference.id,
        )
    )
    return query if codes is None else query.where(ProductCode.code.in_(codes))
