"""What the database holds already of the tickets of a list, and what a list would do to each."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from peewee import JOIN, fn

from tui_pos.core import product_numbers
from tui_pos.core.folding import fold
from tui_pos.core.scan import printable
from tui_pos.data.queries import among, rows
from tui_pos.data.snapshots import snapshot, stream
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import ReplacedBadge
from tui_pos.data.tables.imports import ImportedTicket
from tui_pos.data.tables.products import ProductCode
from tui_pos.data.tables.registration import (
    AddOn,
    Attendee,
    Order,
    OrderLine,
    OrderStatus,
    TicketType,
    Voucher,
)
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.imports.entries import Entry

FITS = re.compile("[A-Z0-9]{4,20}")
"""What an access code may be, so that a badge of it is scanned as any other."""

LETTERS: Mapping[str, str] = {
    OrderStatus.PAID: "P",
    OrderStatus.PENDING: "O",
    OrderStatus.CANCELLED: "C",
    OrderStatus.REFUNDED: "R",
}
_LETTERS, _PIECE = 3, 12
"""Of a stored digest: so many letters, then pieces of so many digits."""


class Part(StrEnum):
    """What of a ticket a newer list may say anew."""

    STATUS = "status"
    CHECK_IN = "check_in"
    PERSON = "person"
    TICKET = "ticket"
    FACTS = "facts"
    CODE = "code"


class Known(NamedTuple):
    """A ticket that was imported before, as it is now."""

    id: int
    is_ticket: bool
    source: str
    source_key: str
    scan_code: str | None
    row_digest: str
    order_id: int
    order_line_id: int
    attendee_id: int | None
    order_reference: str
    status: str
    user_id: int | None
    first_name: str | None
    last_name: str | None
    checked_in_at: object


class Digest(NamedTuple):
    """What lists said of a ticket: how it stands in clear, the rest as short hashes.

    ``followed`` is how it stands by the last list that was followed in this, ``said`` what the last one said.
    """

    followed: str
    said: str
    came_in: str
    name: str
    email: str
    ticket: str
    cost: str
    facts: str

    def __str__(self) -> str:
        return "".join(self)


def digest(entry: Entry, last: Digest | None = None) -> Digest:
    """What a row says now; of what it is silent about, what was said ``last``."""
    letter = LETTERS[entry.status] if entry.says_status or last is None else last.said
    # What the catalogue calls a product is not the list's word.
    ticket = (entry.kind, entry.product, entry.variation)
    cost = None if entry.price is None else (entry.quantity, entry.price)
    pieces = (entry.name or None, entry.email or None, ticket, cost, entry.facts)
    kept = last[3:] if last is not None else [""] * len(pieces)
    hashed = (
        then if piece is None and last is not None else _hash(piece)
        for piece, then in zip(pieces, kept, strict=True)
    )
    return Digest(last.followed if last else letter, letter, "1" if entry.came_in else "0", *hashed)


def last_digest(text: str) -> Digest:
    """The digest that is stored."""
    starts = range(_LETTERS, len(text), _PIECE)
    return Digest(*text[:_LETTERS], *(text[start : start + _PIECE] for start in starts))


def _hash(value: object) -> str:
    return blake2b(repr(value).encode("utf-8", "replace"), digest_size=_PIECE // 2).hexdigest()


def differing(entry: Entry, known: Known) -> tuple[Part, ...]:
    """What the list says otherwise than it did; of how a ticket stands, than was followed."""
    old = last_digest(known.row_digest)
    new = digest(entry, old)
    is_ticket = entry.kind == ProductKind.TICKET
    found = {
        Part.STATUS: entry.says_status and new.said != old.followed,
        # That somebody did not come in is never news.
        Part.CHECK_IN: is_ticket and entry.came_in and not known.checked_in_at and new.came_in != old.came_in,
        # Of what is beside a ticket nobody is the holder but the ticket's.
        Part.PERSON: is_ticket and (new.name, new.email) != (old.name, old.email),
        Part.TICKET: (new.ticket, new.cost) != (old.ticket, old.cost),
        Part.FACTS: is_ticket and new.facts != old.facts,
        # Nor that a list has no codes.
        Part.CODE: bool(entry.code) and entry.code != known.scan_code,
    }
    return tuple(part for part, is_other in found.items() if is_other)


@dataclass(slots=True)
class Group:
    """The tickets of one order of the list: new ones, known ones, and rows that cannot be used."""

    reference: str
    new: list[Entry] = field(default_factory=list)
    known: list[tuple[Entry, Known]] = field(default_factory=list)
    refused: list[tuple[Entry, Reason]] = field(default_factory=list)


class Codes(NamedTuple):
    """Codes that are taken: by badges of this conference, by those of any, by orders and what it sells."""

    here: frozenset[str]
    anywhere: frozenset[str]
    sold: frozenset[str]


class Origin(NamedTuple):
    """The system or list that rows came from ('' for no known one), and the labels of its facts.

    The labels are of what the list tells of everybody, though it be nothing.
    """

    source: str = ""
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Batch:
    """Some groups, with what is known about them."""

    groups: tuple[Group, ...]
    codes: Codes
    origin: Origin


def look(
    conference_id: int,
    groups: Sequence[Sequence[Entry]],
    origin: Origin,
    listed: Callable[[list[str]], set[str]],
) -> Batch:
    """Compare the tickets of some orders with the database; needs a connection, reads only.

    ``listed`` says which of some codes stand anywhere in the list.
    """
    entries = [entry for group in groups for entry in group]
    found = _known(conference_id, entries, origin.source)
    codes = _taken(conference_id, [each.code for each in entries if each.code])
    others = [each.scan_code for each in found if each.scan_code]
    sorting = _Sorting(
        by_key={each.source_key: each for each in found if each.source == origin.source},
        by_code={each.scan_code: each for each in found if each.scan_code},
        codes=codes,
        listed=listed(others) if others else set(),
    )
    return Batch(tuple(map(sorting.sorted_in, groups)), codes, origin)


def people_of_others(conference_id: int, source: str) -> set[int]:
    """Hashes of names and addresses of the people here whom no list of ``source`` brought.

    Needs a connection. To be asked with `who`, by the process that made it.
    """
    theirs = ImportedTicket.select(ImportedTicket.attendee).where(
        ImportedTicket.conference == conference_id,
        ImportedTicket.source == source,
        ImportedTicket.attendee.is_null(False),
    )
    query = (
        Attendee.select(User.email, User.first_name, User.last_name)
        .join(User, on=(Attendee.user == User.id))
        .where(Attendee.conference == conference_id, User.email != "", Attendee.id.not_in(theirs))
    )
    with snapshot():
        return {who(email, f"{first} {last}") for email, first, last in stream(query)}


def who(email: str, name: str) -> int:
    """By what somebody is told from others across lists: address and name, however they are spelled."""
    return hash((email.lower(), fold(name)))


@dataclass(frozen=True, slots=True)
class _Sorting:
    """Tells which tickets of a list are known."""

    by_key: Mapping[str, Known]
    by_code: Mapping[str, Known]
    codes: Codes
    listed: set[str]
    used: set[int] = field(default_factory=set)

    def sorted_in(self, entries: Sequence[Entry]) -> Group:
        """The rows of one order, by what is known of them."""
        group = Group(entries[0].order)
        for entry in entries:
            known = self._of(entry)
            if why := self._why_refused(entry, known):
                group.refused.append((entry, why))
            elif known is None:
                group.new.append(entry)
            else:
                self.used.add(known.id)
                group.known.append((entry, known))
        return group

    def _of(self, entry: Entry) -> Known | None:
        """A code is one person's; a number may be given again, to another whose code is in the list too."""
        by_key = (
            self.by_key[key]
            for key in entry.keys
            if _is_same(self.by_key.get(key), entry, key)
            and (key == entry.keys[0] or self.by_key[key].id not in self.used)
            and not (entry.code and self.by_key[key].scan_code in self.listed - {entry.code})
        )
        return self.by_code.get(entry.code) or next(by_key, None)

    def _why_refused(self, entry: Entry, known: Known | None) -> Reason | None:
        if known is not None and known.id in self.used:
            return because("bad_row.twice")
        is_new = known is None or known.scan_code != entry.code
        if is_new and entry.code in self.codes.here:
            return because("bad_row.badge_taken", text=printable(entry.code, 40))
        if is_new and entry.code in self.codes.sold:
            return because("bad_row.code_sold", text=printable(entry.code, 40))
        return None


def _is_same(known: Known | None, entry: Entry, key: str) -> bool:
    """Whether a ticket is the row's; one that is known by an address alone must have the name too."""
    if known is None:
        return False
    if not key.startswith("person:") or key == entry.keys[0]:
        return True
    return fold(f"{known.first_name or ''} {known.last_name or ''}") == fold(entry.name)


def _known(conference_id: int, entries: Sequence[Entry], source: str) -> list[Known]:
    """The tickets of the same system by their keys, those of any by their codes."""
    query = (
        ImportedTicket.select(
            ImportedTicket.id,
            OrderLine.addon.is_null(True),
            ImportedTicket.source,
            ImportedTicket.source_key,
            ImportedTicket.scan_code,
            ImportedTicket.row_digest,
            ImportedTicket.order,
            ImportedTicket.order_line,
            ImportedTicket.attendee,
            ImportedTicket.order_reference,
            Order.status,
            User.id,
            User.first_name,
            User.last_name,
            Attendee.checked_in_at,
        )
        .join(Order, JOIN.LEFT_OUTER, on=(ImportedTicket.order == Order.id))
        .join(OrderLine, JOIN.LEFT_OUTER, on=(ImportedTicket.order_line == OrderLine.id), src=ImportedTicket)
        .join(Attendee, JOIN.LEFT_OUTER, on=(ImportedTicket.attendee == Attendee.id), src=ImportedTicket)
        .join(User, JOIN.LEFT_OUTER, on=(Attendee.user == User.id), src=Attendee)
        .where(ImportedTicket.conference == conference_id)
    )
    found: dict[int, Known] = {}
    keys = [key for entry in entries for key in entry.keys]
    codes = [entry.code for entry in entries if entry.code]
    for where in (
        (among(ImportedTicket.source_key, keys), ImportedTicket.source == source),
        (among(ImportedTicket.scan_code, codes),),
    ):
        for row in rows(query.where(*where)):
            found[row[0]] = Known(*row)
    return list(found.values())


def _taken(conference_id: int, codes: Sequence[str]) -> Codes:
    """Which of these are badges, or were until a ticket was handed over; orders, or what is sold."""
    here, anywhere = set(), set()
    fitting = [each for each in codes if FITS.fullmatch(each)]
    for table, column in ((Attendee, Attendee.access_code), (ReplacedBadge, ReplacedBadge.code)):
        query = table.select(column, table.conference)
        for code, conference in rows(query.where(among(column, fitting))) if fitting else ():
            anywhere.add(code)
            if conference == conference_id:
                here.add(code)
    products = {each: product_numbers.canonical(each) for each in codes}
    of_products = ProductCode.select(ProductCode.code).where(
        ProductCode.conference == conference_id, among(ProductCode.code, products.values())
    )
    of_product = {code for (code,) in rows(of_products)}
    sold = {code for code, stored in products.items() if stored in of_product}
    for column in (TicketType.slug, AddOn.slug, Voucher.code):
        spelled, of_conference = fn.UPPER(column), column.model.conference == conference_id
        query = column.model.select(spelled).where(of_conference, among(spelled, codes))
        sold.update(code for (code,) in rows(query))
    # Of any conference: else SQLite goes through all orders of this one.
    orders = Order.select(Order.reference).where(among(Order.reference, codes))
    sold.update(code for (code,) in rows(orders))
    return Codes(frozenset(here), frozenset(anywhere), frozenset(sold))
