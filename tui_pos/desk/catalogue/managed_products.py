"""Products as who keeps the catalogue sees them: what of one can be changed, and what is told beside it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from re import fullmatch, sub
from typing import Any

from tui_pos.core import clock, money
from tui_pos.core.scan import printable
from tui_pos.data.queries import rows
from tui_pos.data.tables.products import ProductCode, ProductDetail
from tui_pos.data.tables.registration import AddOn, AddOnPrerequisite, Order, OrderLine, TicketType
from tui_pos.desk.catalogue import stock
from tui_pos.desk.catalogue.pricing import HUNDRED, ZERO, ProductKey, ProductKind
from tui_pos.desk.context import Desk, zone_of
from tui_pos.desk.errors import Reason, because

TABLES: dict[ProductKind, type[TicketType] | type[AddOn]] = {
    ProductKind.TICKET: TicketType,
    ProductKind.ADDON: AddOn,
}
NAME_LENGTH = 200
SIZE_LENGTH = 50
MOST = 2**31 - 1
"""What an integer column holds."""
LIMIT = 10
"""How many of a ticket one person may buy, where nothing else is said; as in the web shop."""

OPENS, CLOSES = time(0, 0, 0), time(23, 59, 59)
"""The time of day of a sale that is told by days alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductValues:
    """What of a product can be changed.

    ``total_quantity`` None is unlimited. ``limit_per_user`` (0: nobody can buy it) and ``requires_voucher``
    are of tickets alone, ``requires`` (slugs of tickets, of which the buyer needs one) of add-ons alone.
    ``order`` is the place among its kind, ``vat_rate`` per cent. An add-on that is one ``size`` of several
    names in ``size_of`` the slug that all of them begin with.
    """

    name: str
    slug: str
    price: Decimal
    description: str = ""
    total_quantity: int | None = None
    limit_per_user: int | None = LIMIT
    available_from: datetime | None = None
    available_until: datetime | None = None
    requires_voucher: bool = False
    requires: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    vat_rate: Decimal | None = None
    order: int = 0
    is_active: bool = True
    size: str = ""
    size_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedProduct:
    """A product as it was read: ``sold`` are the pieces sold or held now, ``was_sold`` tells of any order."""

    kind: ProductKind
    id: int
    values: ProductValues
    updated_at: datetime
    sold: int = 0
    was_sold: bool = False

    @property
    def key(self) -> ProductKey:
        """Which product it is."""
        return self.kind, self.id


@dataclass(frozen=True, slots=True)
class Difference:
    """A field of a product, or of something else in the catalogue, before and after a change."""

    field: str
    before: object
    after: object


def slug_of(name: str) -> str:
    """The slug that django-program makes of a name; '' for one of punctuation alone."""
    kept = sub(r"[^\w\s-]", "", name.lower())
    return sub(r"[\s-]+", "-", kept).strip("-_")


def moment_of(said: date, timezone: str, *, closes: bool = False) -> datetime:
    """When a sale opens, or ``closes``, that is said as a day, or as a time without or with its offset.

    Without one it is on the clock of the conference's ``timezone``. Raises OverflowError at the ends of time.
    """
    if not isinstance(said, datetime):
        said = datetime.combine(said, CLOSES if closes else OPENS)
    return said.replace(tzinfo=said.tzinfo or zone_of(timezone) or UTC).astimezone(UTC)


def said_of(moment: datetime, timezone: str, *, closes: bool = False) -> date:
    """The shortest that ``moment_of`` makes this moment of."""
    there = moment.astimezone(zone_of(timezone) or UTC)
    local = there.replace(tzinfo=None, fold=0)  # of an hour that comes twice the first
    same = (each for each in (local.date(), local) if moment_of(each, timezone, closes=closes) == moment)
    return next(same, datetime.fromisoformat(there.isoformat()))


def cleaned(kind: ProductKind, values: ProductValues) -> ProductValues:
    """The same as they are stored: texts printable, lists sorted, without what its kind does not have."""
    is_ticket = kind is ProductKind.TICKET
    return replace(
        values,
        name=printable(values.name, NAME_LENGTH + 1),
        price=values.price + ZERO,  # with two places, as it is stored
        description=prose(values.description),
        limit_per_user=_limit(values) if is_ticket else None,
        requires_voucher=values.requires_voucher and is_ticket,
        requires=() if is_ticket else tuple(sorted(set(values.requires))),
        codes=tuple(sorted(set(values.codes))),
        size=printable(values.size, SIZE_LENGTH + 1),
    )


def _limit(values: ProductValues) -> int:
    return LIMIT if values.limit_per_user is None else values.limit_per_user


def prose(text: str) -> str:
    """Text of several lines without what a database does not take, or what acts on a terminal."""
    return "".join(char for char in text if char == "\n" or char.isprintable())


def faults(values: ProductValues, currency: str) -> Iterator[tuple[str, Reason]]:
    """What is wrong with ``cleaned`` values by themselves: the field, and why."""
    step, most = money.quantum(currency), money.MAX_AMOUNT
    price, opens, closes = values.price, values.available_from, values.available_until
    whole = because("invalid_product.number", most=MOST)
    is_window = opens is None or closes is None or opens < closes
    for field, is_right, reason in (
        ("name", 0 < len(values.name) <= NAME_LENGTH, because("invalid_product.name", most=NAME_LENGTH)),
        ("slug", bool(fullmatch(r"[\w-]{1,200}", values.slug)), because("invalid_product.slug")),
        (
            "price",
            price.is_finite() and ZERO <= price <= most and not price % step,
            because("invalid_product.price", most=most, step=step, currency=currency),
        ),
        ("total_quantity", values.total_quantity is None or 1 <= values.total_quantity <= MOST, whole),
        ("limit_per_user", values.limit_per_user is None or 0 <= values.limit_per_user <= MOST, whole),
        ("order", 0 <= values.order <= MOST, because("invalid_product.order", most=MOST)),
        ("available_from", is_window, because("invalid_product.window")),
        ("available_until", is_window, because("invalid_product.window")),
        ("vat_rate", values.vat_rate is None or _is_rate(values.vat_rate), because("invalid_product.vat")),
        ("size", len(values.size) <= SIZE_LENGTH, because("invalid_product.size", most=SIZE_LENGTH)),
    ):
        if not is_right:
            yield field, reason


def _is_rate(rate: Decimal) -> bool:
    return rate.is_finite() and ZERO <= rate < HUNDRED and rate == rate.quantize(Decimal("0.001"))


def differences(before: Any, after: Any) -> tuple[Difference, ...]:
    """What of two values of one dataclass is not the same, in the order of its fields."""
    pairs = (
        (field.name, getattr(before, field.name), getattr(after, field.name)) for field in fields(before)
    )
    return tuple(Difference(name, old, new) for name, old, new in pairs if old != new)


def on_its_clock(desk: Desk, change: Difference) -> Difference:
    """The same with its times on the conference's clock, as people are told them."""
    before, after = (
        desk.local(each) if isinstance(each, datetime) else each for each in (change.before, change.after)
    )
    return replace(change, before=before, after=after)


def load(desk: Desk) -> dict[ProductKey, ManagedProduct]:
    """Every product, tickets first, in the shop's order; call with a connection open. Seven statements."""
    sold, was_sold = stock.sold(desk.conference.id, clock.now()), _ever_sold(desk)
    codes, details, needed = _codes(desk), _details(desk), _needed(desk)
    found: dict[ProductKey, ManagedProduct] = {}
    for kind, table in TABLES.items():
        for row in (
            table.select().where(table.conference == desk.conference.id).order_by(table.order, table.name)
        ):
            key = (kind, row.id)
            found[key] = ManagedProduct(
                kind=kind,
                id=row.id,
                values=_values(row, codes.get(key, ()), details.get(key), needed.get(row.id, ())),
                updated_at=row.updated_at,
                sold=sold.get(key, 0),
                was_sold=key in was_sold,
            )
    return found


def _values(
    row: TicketType | AddOn, codes: tuple[str, ...], detail: ProductDetail | None, needed: tuple[str, ...]
) -> ProductValues:
    ticket = row if isinstance(row, TicketType) else None
    return ProductValues(
        name=row.name,
        slug=row.slug,
        price=row.price,
        description=row.description,
        total_quantity=row.total_quantity or None,
        limit_per_user=ticket.limit_per_user if ticket else None,
        available_from=row.available_from,
        available_until=row.available_until,
        requires_voucher=ticket.requires_voucher if ticket else False,
        requires=() if ticket else needed,
        codes=codes,
        vat_rate=Decimal(detail.vat_rate) if detail and detail.vat_rate else None,
        order=row.order,
        is_active=row.is_active,
        size=detail.size if detail else "",
        size_of=detail.size_of if detail else "",
    )


def _ever_sold(desk: Desk) -> set[ProductKey]:
    """What stands on an order line, whatever became of the order."""
    query = OrderLine.select(OrderLine.ticket_type, OrderLine.addon).join(Order).distinct()
    found = rows(query.where(Order.conference == desk.conference.id))
    return {
        (ProductKind.ADDON, addon) if addon is not None else (ProductKind.TICKET, ticket)
        for ticket, addon in found
    }


def _codes(desk: Desk) -> dict[ProductKey, tuple[str, ...]]:
    query = ProductCode.select(ProductCode.kind, ProductCode.product_id, ProductCode.code)
    codes: dict[ProductKey, list[str]] = defaultdict(list)
    for kind, number, code in rows(query.where(ProductCode.conference == desk.conference.id)):
        codes[ProductKind(kind), number].append(code)
    return {key: tuple(sorted(each)) for key, each in codes.items()}


def _details(desk: Desk) -> dict[ProductKey, ProductDetail]:
    query = ProductDetail.select().where(ProductDetail.conference == desk.conference.id)
    return {(ProductKind(row.kind), row.product_id): row for row in query}


def _needed(desk: Desk) -> dict[int, tuple[str, ...]]:
    query = (
        AddOnPrerequisite.select(AddOnPrerequisite.addon, TicketType.slug)
        .join(TicketType)
        .where(TicketType.conference == desk.conference.id)
    )
    needed: dict[int, list[str]] = defaultdict(list)
    for addon, slug in rows(query):
        needed[addon].append(slug)
    return {addon: tuple(sorted(slugs)) for addon, slugs in needed.items()}
