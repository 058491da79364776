"""What a scanned or typed string means in this conference."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import Any

from peewee import JOIN, Expression, fn

from tui_pos.core import clock, scan
from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, Attendee, Order, TicketType
from tui_pos.desk.access.people import called, sees_addresses, without_addresses
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue import product_codes, vouchers
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, because
from tui_pos.desk.orders import badges
from tui_pos.desk.stored_reasons import Said

log = logging.getLogger(__name__)

MAX_WORDS = 6
"""More words narrow nothing down; they only make a statement that takes long."""


class HitKind(StrEnum):
    """What was found."""

    ATTENDEE = "attendee"
    ORDER = "order"
    VOUCHER = "voucher"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Found:
    """One hit, and ``key`` to open it with.

    The key of an attendee is the access code, of an order its reference, of a voucher its code, of a product
    its slug, with ``ticket:`` or ``addon:`` before it where both have it. ``detail`` says how it stands,
    and why a voucher cannot be used now. ``email`` is an attendee's, for who may read it.
    """

    kind: HitKind
    key: str
    title: str
    detail: Said
    email: str = ""
    code: str = ""
    """What it was found by, where that is not its key: the code of a product."""


def search(desk: Desk, text: str, limit: int = 9) -> tuple[Found, ...]:
    """People, then orders of others, whose name, e-mail, code or reference hold every word of ``text``.

    Case does not matter. Nothing is found for a text without a word. Who may read no e-mail address is shown
    none, and finds by a whole one alone.
    """
    require(desk, Action.LOOK_UP)
    words = scan.printable(text, scan.MAX_LENGTH).split()[:MAX_WORDS]
    if not words:
        return ()
    with connected():
        people, user_ids = _people(desk, words, limit)
        orders = _orders(desk, words, user_ids, limit - len(people)) if len(people) < limit else ()
        found = (*people, *orders)
        log.debug("a search found %d", len(found))
        return found


def resolve(desk: Desk, text: str) -> tuple[Found, ...]:
    """What a scan means here: a badge, else an order, a voucher, a product, else what a search finds.

    One hit when it names one thing. Raises NotFound ``nothing_found``, Refused ``other_conference`` for a
    foreign badge, InvalidInput ``invalid_scan`` for what cannot be a scan.
    """
    require(desk, Action.LOOK_UP)
    parsed = scan.parse(text, order_prefix=desk.order_prefix)
    if parsed.kind not in (scan.ScanKind.CODE, scan.ScanKind.ORDER, scan.ScanKind.SEARCH):
        raise InvalidInput(parsed.reason or because("invalid_scan.empty"))
    if parsed.conference is not None:
        badges.refuse_other(desk, parsed.conference)
    with connected():
        found = _named(desk, parsed.text) or search(desk, parsed.text)
        if found:
            return found
        _refuse_foreign_badge(desk, parsed.text)
    raise NotFound("nothing_found", text=parsed.raw_shown, conference=desk.conference.name)


def resolve_name(desk: Desk, text: str) -> Found:
    """What bears exactly this name: a badge, an e-mail's owner, an order, a voucher or a product.

    Raises what ``resolve`` raises, and NotFound where it only found something similar.
    """
    wanted = text.strip().casefold()
    hits = resolve(desk, text)
    if len(hits) == 1:
        exact = {hits[0].key.casefold(), hits[0].email.casefold(), hits[0].code.casefold()}
        if wanted in exact or wanted.rpartition(":")[2] in exact:
            return hits[0]
    raise NotFound("nothing_found.named", text=text)


def _named(desk: Desk, text: str) -> tuple[Found, ...]:
    """What bears exactly this name; the first kind that has it."""
    upper = text.upper()
    return (
        tuple(found for found, _ in _attendees(desk, Attendee.access_code == upper, 1))
        or tuple(_found_orders(desk, Order.reference == upper, 1))
        or _voucher(desk, text)
        or _coded(desk, text)
        or _products(desk, text.lower())
    )


def _people(desk: Desk, words: list[str], limit: int) -> tuple[list[Found], list[int]]:
    """The attendees and their user ids."""
    fields = (User.first_name, User.last_name, Attendee.access_code)
    addresses = (User.username, User.email)
    found = list(_attendees(desk, every_word(desk, words, fields, addresses), limit))
    return [hit for hit, _ in found], [user_id for _, user_id in found]


def _attendees(desk: Desk, condition: Expression, limit: int) -> Iterable[tuple[Found, int]]:
    query = (
        Attendee.select(
            Attendee.access_code,
            Attendee.user,
            User.first_name,
            User.last_name,
            User.username,
            User.email,
            Order.status,
        )
        .join(User)
        .join(Order, JOIN.LEFT_OUTER, on=(Attendee.order == Order.id), src=Attendee)
        .where(Attendee.conference == desk.conference.id, condition)
        .order_by(User.last_name, User.first_name, Attendee.id)
        .limit(limit)
    )
    for code, user_id, *name, email, status in rows(query):
        shown = email if sees_addresses(desk) else ""
        detail = because("found.person", email=shown, status=status or "no_order")
        yield Found(HitKind.ATTENDEE, code, without_addresses(desk, called(*name)), detail, shown), user_id


def _orders(desk: Desk, words: list[str], found_users: list[int], limit: int) -> Iterable[Found]:
    """Orders of people who are not among those found already."""
    fields = (Order.reference, User.first_name, User.last_name)
    condition = every_word(desk, words, fields, (Order.billing_name, Order.billing_email))
    return _found_orders(
        desk, condition & Order.user.not_in(found_users) if found_users else condition, limit
    )


def _found_orders(desk: Desk, condition: Expression, limit: int) -> Iterable[Found]:
    query = (
        Order.select(
            Order.reference,
            Order.status,
            Order.total,
            Order.billing_name,
            User.first_name,
            User.last_name,
            User.username,
        )
        .join(User)
        .where(Order.conference == desk.conference.id, condition)
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(limit)
    )
    for reference, status, total, buyer, *name in rows(query):
        detail = because("found.order", status=status, total=total, currency=desk.conference.currency)
        yield Found(HitKind.ORDER, reference, without_addresses(desk, buyer or called(*name)), detail)


def _voucher(desk: Desk, text: str) -> tuple[Found, ...]:
    try:
        voucher = vouchers.find(desk.conference.id, text)
    except NotFound:
        return ()
    problem = vouchers.problem(voucher, clock.now())
    return (Found(HitKind.VOUCHER, voucher.code, f"Voucher {voucher.code}", problem or ""),)


def _products(desk: Desk, slug: str) -> tuple[Found, ...]:
    """The product of this slug; a ticket and an add-on may share one."""
    found = [
        (kind, row)
        for kind, table in ((ProductKind.TICKET, TicketType), (ProductKind.ADDON, AddOn))
        for row in table.select().where(table.conference == desk.conference.id, fn.LOWER(table.slug) == slug)
    ]
    return tuple(
        Found(
            HitKind.PRODUCT,
            f"{kind}:{row.slug}" if len(found) > 1 else row.slug,
            row.name,
            because("found.product", price=row.price, currency=desk.conference.currency),
        )
        for kind, row in found
    )


def _coded(desk: Desk, text: str) -> tuple[Found, ...]:
    """The product that has this code on its packing or card."""
    product = product_codes.find_by_code(desk, text)
    if product is None:
        return ()
    detail = because("found.product", price=product.price, currency=desk.conference.currency)
    return (Found(HitKind.PRODUCT, product.key, product.name, detail, code=text),)


def _refuse_foreign_badge(desk: Desk, text: str) -> None:
    """Raise when it is a badge of another conference."""
    query = Conference.select(Conference.name).join(Attendee, on=(Attendee.conference == Conference.id))
    other: Conference | None = query.where(Attendee.access_code == text.upper()).first()
    if other is not None:
        raise badges.other_conference(desk, other.name)


def every_word(desk: Desk, words: list[str], fields: Iterable[Any], addresses: Iterable[Any]) -> Expression:
    """Each word is somewhere in one of the fields, or in one that may hold an address (`says`)."""
    columns, where = tuple(fields), tuple(addresses)
    return reduce(and_, (says(desk, word, columns, where) for word in words))


def says(desk: Desk, word: str, fields: Iterable[Any], addresses: Iterable[Any]) -> Expression:
    """The word is somewhere in one of the fields, or in one that may hold an e-mail address.

    Who may read no address cannot find one out piece by piece: a part of a column that may hold one counts
    only where there is no address in it, else it must be the whole.
    """
    found = [holds_word(column, word) for column in fields]
    for column in addresses:
        part = holds_word(column, word)
        if not sees_addresses(desk):
            part = (part & ~column.contains("@")) | (fn.LOWER(column) == word.lower())
        found.append(part)
    any_of_them: Expression = reduce(or_, found)
    return any_of_them


def holds_word(column: Any, word: str) -> Expression:
    """Whether the column contains the word in any case; ``%`` and ``_`` are themselves.

    SQLite folds the case of ASCII alone, so the usual spellings of other letters are asked for one by one.
    """
    spellings = {word} if word.isascii() else {word, word.lower(), word.upper(), word.title()}
    holds: Expression = reduce(or_, (column.contains(spelling) for spelling in sorted(spellings)))
    return holds
