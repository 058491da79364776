"""The accountant's day: what came in and went back on a day of the conference, and what it was for.

Each payment and refund is a row for each product that it was for. The sums by tender, station, product and
VAT rate are made of these rows, so all of them add up to the same. Never across currencies.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from peewee import JOIN

from tui_pos.core import money
from tui_pos.core.list_files import Table, Value
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import batches
from tui_pos.data.snapshots import snapshot, stream
from tui_pos.data.tables.desk import Refund, RefundLine
from tui_pos.data.tables.products import ProductDetail
from tui_pos.data.tables.registration import AddOn, OrderLine, TicketType
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput
from tui_pos.desk.orders.balance import ACCEPTED
from tui_pos.desk.reports import ledger
from tui_pos.desk.reports.allocation import NO_LINE, Shares
from tui_pos.desk.reports.ledger import Entry, Moments

CENT = Decimal("0.01")

NO_RATE = ""
"""The VAT rate of what none was told for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """The part of an entry that is for one product; its ``rounding`` stands with the first part alone."""

    entry: Entry
    product: str
    description: str
    vat_rate: str
    amount: Decimal
    rounding: Decimal = ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A line of an order: what was sold, and what it cost before anything went back, in cents."""

    id: int
    product: str
    description: str
    vat_rate: str
    cost: int


_NO_LINE = _Line(id=NO_LINE, product="", description="", vat_rate=NO_RATE, cost=0)


def moments_of(desk: Desk, first: date, last: date) -> Moments:
    """From the beginning of one day to the end of another. Raises InvalidInput ``invalid_day``."""
    try:
        return desk.begins(first), desk.begins(last + timedelta(days=1))
    except OverflowError:
        raise InvalidInput("invalid_day") from None


def postings(desk: Desk, day: date) -> list[Posting]:
    """The postings of a day, in the order in which the money moved."""
    when = moments_of(desk, day, day)
    found: list[Posting] = []
    with snapshot():
        for ids in batches(ledger.orders_with_money(desk, when)):
            found += _of_orders(desk, ids, when)
    return sorted(found, key=lambda each: (each.entry.at, each.entry.order_id))


def _of_orders(desk: Desk, ids: Sequence[int], when: Moments) -> Iterator[Posting]:
    """The postings within a time of these orders; all of their money is gone through."""
    lines, pieces = _lines(ids, desk.vat_rate), _pieces(ids)
    moved: dict[int, list[Entry]] = defaultdict(list)
    for entry in ledger.entries(desk, ids):
        moved[entry.order_id].append(entry)
    for order_id, theirs in moved.items():
        of_order = lines[order_id]
        shares = Shares({line.id: line.cost for line in of_order.values()})
        for entry in sorted(theirs, key=lambda each: (each.at, each.is_refund, each.id)):
            if entry.line_id in of_order:
                parts = shares.moved(entry.line_id, _cents(entry.amount))
            elif entry.is_refund:
                back = shares.went_back(_cents(-entry.amount), pieces.get(entry.id, {}))
                parts = {line: -part for line, part in back.items()}
            else:
                parts = shares.came_in(_cents(entry.amount))
            if when[0] <= entry.at < when[1]:
                yield from _posted(entry, parts, of_order)


def _posted(entry: Entry, parts: dict[int, int], lines: dict[int, _Line]) -> Iterator[Posting]:
    rounding = entry.rounding
    for line_id, part in parts.items() or ([(NO_LINE, 0)] if rounding else []):
        line = lines.get(line_id, _NO_LINE)
        yield Posting(
            entry=entry,
            product=line.product,
            description=line.description,
            vat_rate=line.vat_rate,
            amount=part * CENT,
            rounding=rounding,
        )
        rounding = ZERO


def _cents(amount: Decimal) -> int:
    return int(amount / CENT)


def _lines(ids: Sequence[int], usual_rate: str) -> dict[int, dict[int, _Line]]:
    """What these orders were for; lines that only lower the price are left out."""
    ticket_vat, addon_vat = ProductDetail.alias(), ProductDetail.alias()
    query = (
        OrderLine.select(
            OrderLine.order,
            OrderLine.id,
            TicketType.slug,
            AddOn.slug,
            OrderLine.description,
            ticket_vat.vat_rate,
            addon_vat.vat_rate,
            OrderLine.line_total,
        )
        .join(TicketType, JOIN.LEFT_OUTER)
        .join(AddOn, JOIN.LEFT_OUTER, src=OrderLine)
        .join(
            ticket_vat,
            JOIN.LEFT_OUTER,
            on=(ticket_vat.kind == "ticket") & (ticket_vat.product_id == TicketType.id),
            src=OrderLine,
        )
        .join(
            addon_vat,
            JOIN.LEFT_OUTER,
            on=(addon_vat.kind == "addon") & (addon_vat.product_id == AddOn.id),
            src=OrderLine,
        )
        .where(OrderLine.order.in_(ids))
        .order_by(OrderLine.id)
    )
    back = _given_back_of_lines(ids)
    found: dict[int, dict[int, _Line]] = defaultdict(dict)
    for order_id, line_id, ticket, addon, description, of_ticket, of_addon, total in stream(query):
        found[order_id][line_id] = _Line(
            id=line_id,
            product=ticket or addon or "",
            description=description,
            vat_rate=of_ticket or of_addon or usual_rate or NO_RATE,
            cost=max(_cents(ledger.decimal(total)) + back.get(line_id, 0), 0),
        )
    return found


def _refund_lines(ids: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """(refund, order line, price in cents) of the pieces of these orders that went back."""
    query = (
        RefundLine.select(RefundLine.refund, RefundLine.order_line, RefundLine.amount, RefundLine.currency)
        .join(Refund)
        .where(Refund.order.in_(ids), Refund.stage.in_(ACCEPTED))
        .order_by(RefundLine.id)
    )
    for refund, line, amount, currency in stream(query):
        yield refund, line, _cents(money.from_minor(amount, currency))


def _given_back_of_lines(ids: Sequence[int]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for _, line, amount in _refund_lines(ids):
        found[line] += amount
    return found


def _pieces(ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """By refund, what of it each line had cost."""
    found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for refund, line, amount in _refund_lines(ids):
        found[refund][line] += amount
    return found


# As tables


def tables(day: date, found: Sequence[Posting]) -> list[Table]:
    """The day as an accountant reads it: the sums, then the postings that they are made of."""
    return [
        Table("tenders", ("day", "tender", *_MONEY), _sums(day, found, lambda each: (each.entry.way,))),
        Table(
            "stations",
            ("day", "station", "tender", *_MONEY),
            _sums(day, found, lambda each: (each.entry.station, each.entry.way)),
        ),
        Table("products", ("day", "product", "vat_rate", *_MONEY), _sums(day, found, _product)),
        Table("vat", ("day", "vat_rate", *_MONEY, "net", "vat"), _vat(day, found)),
        Table("postings", _COLUMNS, (_row(day, each) for each in found)),
    ]


_MONEY = ("count", "received", "given_back", "amount", "rounding", "currency")
_COLUMNS = (
    "day",
    "at",
    "order",
    "kind",
    "tender",
    "station",
    "staff",
    "product",
    "description",
    "vat_rate",
    "amount",
    "rounding",
    "currency",
)


def _row(day: date, each: Posting) -> Sequence[Value]:
    entry = each.entry
    return (
        day,
        entry.at,
        entry.reference,
        "refund" if entry.is_refund else "payment",
        entry.way.value,
        entry.station,
        entry.staff,
        each.product,
        each.description,
        each.vat_rate,
        _places(each.amount, entry.currency),
        _places(each.rounding, entry.currency),
        entry.currency,
    )


def _product(each: Posting) -> tuple[str, str]:
    """What was sold, by its code; a free amount by what it was called."""
    return each.product or each.description, each.vat_rate


def _groups(
    found: Iterable[Posting], key: Callable[[Posting], tuple[str, ...]]
) -> list[tuple[tuple[str, ...], list[Posting]]]:
    groups: dict[tuple[str, ...], list[Posting]] = defaultdict(list)
    for each in found:
        groups[*key(each), each.entry.currency].append(each)
    return sorted(groups.items())


def _sums(
    day: date, found: Iterable[Posting], key: Callable[[Posting], tuple[str, ...]]
) -> Iterator[Sequence[Value]]:
    for (*group, currency), theirs in _groups(found, key):
        yield (day, *group, *_summed(theirs, currency))


def _summed(theirs: Sequence[Posting], currency: str) -> Sequence[Value]:
    """The columns of ``_MONEY``."""
    entries = {(each.entry.is_refund, each.entry.id) for each in theirs}
    received = sum((each.amount for each in theirs if not each.entry.is_refund), ZERO)
    back = -sum((each.amount for each in theirs if each.entry.is_refund), ZERO)
    rounding = sum((each.rounding for each in theirs), ZERO)
    return (
        len(entries),
        *(_places(each, currency) for each in (received, back, received - back, rounding)),
        currency,
    )


def _vat(day: date, found: Iterable[Posting]) -> Iterator[Sequence[Value]]:
    """By VAT rate; the tax is in the price, and reckoned once from the sum."""
    for (rate, currency), theirs in _groups(found, lambda each: (each.vat_rate,)):
        gross = sum((each.amount for each in theirs), ZERO)
        vat = _included(gross, rate, currency)
        net = None if vat is None else _places(gross - vat, currency)
        yield (day, rate, *_summed(theirs, currency), net, vat)


def _included(gross: Decimal, rate: str, currency: str) -> Decimal | None:
    """The tax in a sum; None where no rate was told."""
    try:
        per_cent = Decimal(rate)
        return _places(money.round_half_up(gross * per_cent / (100 + per_cent), currency), currency)
    except (InvalidOperation, ZeroDivisionError, money.MoneyError):
        return None


def _places(amount: Decimal, currency: str) -> Decimal:
    """An amount with the currency's decimals, as files hold it."""
    return Decimal(money.amount_string(amount, currency))
