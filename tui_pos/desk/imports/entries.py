"""A list as tickets: each row is checked by itself, and waits beside the database until all were read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache, partial
from hashlib import blake2b

import msgspec

from tui_pos.core.folding import fold
from tui_pos.core.scan import printable
from tui_pos.core.sheet_reader import Row, Sheet
from tui_pos.data.staging import Staged, Staging, Waiting
from tui_pos.data.tables.registration import OrderStatus
from tui_pos.desk.context import Desk, zone_of
from tui_pos.desk.errors import InvalidInput, Reason, because
from tui_pos.desk.imports import values
from tui_pos.desk.imports.columns import OTHER_ADDRESS, Columns, Field
from tui_pos.desk.imports.products import Catalogue
from tui_pos.desk.orders import guests
from tui_pos.desk.orders.badges import MOST_CODE, folded_code

REFERENCE_LENGTH = 200
KEY_LENGTH = 300
FACT_LENGTH = 1_000
MOST_FACTS = 40
MOST_BAD = 1_000
"""So many bad rows are kept to be told; the others are counted."""
AT_ONCE = 1_000
TOTALS = frozenset(
    ("total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "somme", "totale", "grand total")
)


class Entry(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One row: a ticket with its holder, or something beside a ticket.

    ``code`` is folded as a scan is looked up. ``price`` is None where the list says none, ``facts`` where it
    tells none of anybody; ``says_status``: the list says how it stands. ``variation`` is what of the
    description the catalogue does not say. ``keys`` tell it from others in each file, the likeliest first.
    """

    number: int
    order: str
    position: str
    parent: str
    code: str
    keys: tuple[str, ...]
    first: str
    last: str
    email: str
    buyer: str
    buyer_email: str
    kind: str
    product: int
    description: str
    variation: str
    quantity: int
    price: Decimal | None
    listed: Decimal
    status: OrderStatus
    says_status: bool
    came_in: bool
    came_at: datetime | None
    ordered: datetime | None
    facts: tuple[tuple[str, str], ...] | None

    @property
    def name(self) -> str:
        """The holder's name, '' where the list has none."""
        return f"{self.first} {self.last}".strip()

    @property
    def total(self) -> Decimal:
        """What its order line costs: what the list says; else nothing, or what is to be paid for it here."""
        if self.price is not None:
            return self.price
        return self.listed * self.quantity if self.status == OrderStatus.PENDING else Decimal("0.00")


@dataclass(slots=True)
class BadRows:
    """The rows that cannot be used: how many, and the first of them with the reason of each."""

    count: int = 0
    told: list[tuple[int, Reason]] = field(default_factory=list)

    def add(self, number: int, reason: Reason, count: int = 1) -> None:
        """Note one row, or several that have one reason."""
        self.count += count
        if len(self.told) < MOST_BAD:
            self.told.append((number, reason))


def stage(sheet: Sheet, reader: "RowReader", staging: Staging, told: Callable[[int], object]) -> BadRows:
    """Read the list into ``staging``; answers the rows that cannot be used. ``told`` hears of rows read."""
    bad = BadRows()
    waiting: list[Waiting] = []
    for count, (number, cells) in enumerate(sheet.rows, 1):
        try:
            entry = reader.read((number, cells))
        except InvalidInput as error:
            bad.add(number, error.reason)
            continue
        if entry is not None:
            waiting.append(_waiting(entry))
        if len(waiting) >= AT_ONCE:
            staging.add(waiting)
            waiting.clear()
            told(count)
    staging.add(waiting)
    for what, value, numbers, count in staging.take_alike():
        shown = printable(value.partition(":")[2] if what == "key" else value, 40)
        reason = because(f"bad_row.alike_{what}", rows=numbers, count=count, text=shown)
        bad.add(numbers[0], reason, count)
    bad.told.sort(key=lambda each: each[0])
    return bad


def _waiting(entry: Entry) -> Waiting:
    by_id = entry.keys[0] if entry.keys else ""
    address = f"#{entry.number}" if by_id else entry.email.lower() or fold(entry.name)
    who = address if by_id else f"{address}|{fold(entry.name)}|{entry.kind}{entry.product}"
    group = f"o{entry.order}" if entry.order else f"r{entry.number}"
    return Waiting(entry.number, group, entry.code, by_id, address, who, msgspec.msgpack.encode(entry))


_decoder = msgspec.msgpack.Decoder(Entry)


def unpacked(staged: Staged) -> Entry:
    """The row as it was read, with its keys."""
    entry = _decoder.decode(staged.data)
    if entry.keys:
        return entry
    address = entry.email.lower() or fold(entry.name)
    alone = _key(f"person:{address}")
    among = _key(f"person:{address}|{fold(entry.name)}|{entry.kind}{entry.product}|{staged.nth}")
    # Who was alone with an address stays who they are when others share it: by name, the first of several.
    keys = (alone, among) if staged.others == 1 else (among, alone) if staged.nth == 1 else (among,)
    return msgspec.structs.replace(entry, keys=keys)


def _key(text: str) -> str:
    if len(text) <= KEY_LENGTH:
        return text
    return f"{text[:200]}|{blake2b(text.encode(), digest_size=16).hexdigest()}"


def batched(staging: Staging, most: int) -> Iterator[list[list[Entry]]]:
    """The tickets, those of one order together, in batches of ``most`` tickets or of one large order."""
    batch: list[list[Entry]] = []
    count = 0
    for group in staging.groups():
        batch.append([unpacked(each) for each in group])
        count += len(group)
        if count >= most:
            yield batch
            batch, count = [], 0
    if batch:
        yield batch


class RowReader:
    """Makes tickets of rows, by what the columns of their list say."""

    def __init__(
        self, desk: Desk, columns: Columns, catalogue: Catalogue, words: Mapping[str, OrderStatus]
    ) -> None:
        self._columns, self._catalogue = columns, catalogue
        self._currency = desk.conference.currency
        self._zone: tzinfo = zone_of(desk.conference.timezone) or UTC
        self._single = {which: places[0] for which, places in columns.places.items()}
        self._has_status = columns.has(Field.STATUS, Field.PAID)
        self._has_price = columns.has(Field.PRICE)
        self._id_is = columns.header(Field.TICKET_ID) if columns.has(Field.TICKET_ID) else ""
        # What stands in few different cells is understood once.
        remember = lru_cache(maxsize=10_000)
        self._amount = remember(partial(values.amount, currency=self._currency))
        words = {**values.STANDINGS, **words}
        self._standing = remember(partial(values.standing, words=words))
        self._paid = remember(partial(values.paid, words=words))
        self._fact = remember(_fact)

    def read(self, row: Row) -> Entry | None:
        """The ticket of a row, None for a line of totals. Raises InvalidInput ``bad_row``."""
        number, cells = row
        cell = self._cell(cells)
        product = values.said(cell(Field.PRODUCT))
        if not product and _is_total(cells):
            return None
        meant, description = self._catalogue.find(product, values.said(cell(Field.VARIATION)))
        first, last = self._names(cell)
        email, others = self._addresses(cell(Field.EMAIL))
        buyer_email, _ = self._addresses(cell(Field.BUYER_EMAIL))
        order, position = _short(cell(Field.ORDER)), _short(cell(Field.POSITION))
        code = self._code(cell(Field.CODE))
        if not (first or last or email or order or code):
            raise InvalidInput("bad_row.nobody")
        price = self._amount(cell(Field.PRICE))
        values.check_currency(cell(Field.CURRENCY), self._currency)
        status, says_status = self._status(cell, price)
        came_in, came_at = self._came(cell, cells) if status == OrderStatus.PAID else (False, None)
        return Entry(
            number=number,
            order=order,
            position=position,
            parent=_short(cell(Field.ADD_ON_TO)),
            code=code,
            keys=self._keys(order, position, _short(cell(Field.TICKET_ID)), code),
            first=first,
            last=last,
            email=email,
            buyer=_line(values.said(cell(Field.BUYER))),
            buyer_email=buyer_email,
            kind=meant.kind,
            product=meant.id,
            description=description,
            variation=description.removeprefix(meant.name),
            quantity=values.quantity(cell(Field.QUANTITY)),
            price=price,
            listed=meant.price,
            status=status,
            says_status=says_status,
            came_in=came_in,
            came_at=came_at,
            ordered=self._ordered(cells),
            facts=self._facts(cells, others),
        )

    def _cell(self, cells: Sequence[str]) -> Callable[[Field], str]:
        places, count = self._single, len(cells)

        def cell(which: Field) -> str:
            place = places.get(which, count)
            return cells[place] if place < count else ""

        return cell

    def _every(self, which: Field, cells: Sequence[str]) -> Iterator[str]:
        return (cells[each] for each in self._columns.places.get(which, ()) if each < len(cells))

    def _names(self, cell: Callable[[Field], str]) -> tuple[str, str]:
        """First and last name; a whole name is parted as the desk parts one."""
        first, last = (_line(values.said(cell(which))) for which in (Field.FIRST, Field.LAST))
        if not (first or last):
            whole = _line(values.said(cell(Field.NAME)))
            first, last = values.family_and_given(whole) or guests.split_name(whole)
        if max(len(first), len(last)) > guests.USER_NAME_LENGTH:
            raise InvalidInput("bad_row.name", most=guests.USER_NAME_LENGTH)
        return first, last

    def _addresses(self, cell: str) -> tuple[str, list[str]]:
        """The first e-mail address in a cell, and the others."""
        if not cell:
            return "", []
        found = values.addresses(cell)
        if not found and values.said(cell):
            raise InvalidInput("bad_row.email", text=printable(cell.strip(), 60))
        for address in found:
            if not guests.is_email(address):
                raise InvalidInput("bad_row.email", text=printable(address, 60))
        return (found[0], found[1:]) if found else ("", [])

    def _code(self, cell: str) -> str:
        code = folded_code(values.code(cell))
        if len(code) > MOST_CODE:
            raise InvalidInput("bad_row.long_code", most=MOST_CODE)
        return code

    def _keys(self, order: str, position: str, number: str, code: str) -> tuple[str, ...]:
        if order and position:
            return (_key(f"order:{order}/{position}"),)
        if number:
            return (_key(f"{self._id_is}:{number}"),)
        return (_key(f"code:{code}"),) if code else ()

    def _status(self, cell: Callable[[Field], str], price: Decimal | None) -> tuple[OrderStatus, bool]:
        """How it stands, and whether the list says so."""
        void = cell(Field.VOID)
        if self._paid(void) not in (None, OrderStatus.PENDING):  # by yes, or in a word
            return OrderStatus.CANCELLED, True
        found = self._standing(cell(Field.STATUS))
        told = self._paid(cell(Field.PAID))
        if found in (None, OrderStatus.PAID) and told is not None:
            found = told
        if found is None and self._has_status and (price or not self._has_price):
            raise InvalidInput("bad_row.no_status")  # what costs nothing needs no word
        return found or OrderStatus.PAID, found is not None or self._columns.has(Field.VOID)

    def _came(self, cell: Callable[[Field], str], cells: Sequence[str]) -> tuple[bool, datetime | None]:
        found = [values.came_in(each, self._zone) for each in self._every(Field.CHECKED_IN, cells)]
        found += [values.moments(each, self._zone) for each in self._every(Field.CHECK_INS, cells)]
        by_word = fold(values.said(cell(Field.STATUS))) in values.CHECKED_IN
        times = [at for _, at in found if at is not None]
        return by_word or any(yes for yes, _ in found), min(times, default=None)

    def _ordered(self, cells: Sequence[str]) -> datetime | None:
        """When it was bought, if that can be read: nothing depends on it."""
        for each in self._every(Field.ORDERED, cells):
            with suppress(InvalidInput):
                if found := values.moment(each, self._zone):
                    return found
        return None

    def _facts(self, cells: Sequence[str], others: Sequence[str]) -> tuple[tuple[str, str], ...] | None:
        found = [
            (label, value)
            for place, label in self._columns.facts.items()
            if place < len(cells) and (value := self._fact(cells[place]))
        ]
        if others:
            found.append((OTHER_ADDRESS, ", ".join(others)))
        return tuple(found[:MOST_FACTS]) if found or self._columns.facts else None


def _fact(cell: str) -> str:
    return _line(values.said(cell), FACT_LENGTH)


def _line(text: str, limit: int = guests.NAME_LENGTH * 2) -> str:
    """The text on one line; letters that no terminal shows fall away."""
    if text.isprintable():
        return " ".join(text[: limit + 1].split())[:limit]
    return printable(text, limit)


def _short(cell: str) -> str:
    """A reference. Raises InvalidInput ``bad_row.rounded`` or ``bad_row.long_reference``."""
    if not cell:
        return cell
    meant = _line(values.code(cell), REFERENCE_LENGTH + 1)
    if len(meant) > REFERENCE_LENGTH:
        raise InvalidInput("bad_row.long_reference", most=REFERENCE_LENGTH)
    return meant


def _is_total(cells: Sequence[str]) -> bool:
    filled = next((each for each in cells if each.strip()), "")
    return bool(filled) and fold(filled) in TOTALS
