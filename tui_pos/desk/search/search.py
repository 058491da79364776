"""What a scanned or typed string means in this conference."""

import logging
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from peewee import JOIN, fn

from tui_pos.core import clock, folding, scan
from tui_pos.core.folding import Wanted
from tui_pos.data import fields, search_index
from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.search_index import Hit, Page
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import SearchKind
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, Attendee, Order, TicketType
from tui_pos.desk.access.people import called, sees_addresses, without_addresses
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue import product_codes, vouchers
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, because
from tui_pos.desk.orders import badges
from tui_pos.desk.orders.order_views import orders_called
from tui_pos.desk.stored_reasons import Said

log = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True)
class Hits:
    """One page of what was found; ``total`` counts all of it."""

    found: tuple[Found, ...] = ()
    total: int = 0


def search(desk: Desk, text: str, *, first: int = 0, limit: int = 9) -> Hits:
    """People, and orders of others, whose name, e-mail, code or reference hold every word of ``text``.

    Spelling makes no difference (`core.folding`). Whole names and codes come first, then words that begin so,
    then any part; the page begins after the ``first`` hits. Nothing is found for a text without a word. Who
    may read no e-mail address is shown none, and finds by a whole one alone.
    """
    require(desk, Action.LOOK_UP)
    with connected():
        for wanted in folding.wanted(text[: scan.MAX_LENGTH]):
            hits = _page(desk, wanted, first, limit)
            if hits.total:
                log.debug("a search found %d", hits.total)
                return hits
    return Hits()


def _page(desk: Desk, wanted: Wanted, first: int, limit: int) -> Hits:
    page = _indexed(desk, wanted, first, limit)
    if any(hit.key is None for hit in page.hits) and search_index.update(desk.conference.id, all_of_it=True):
        page = _indexed(desk, wanted, first, limit)  # what the web site deleted was still in the index
    return Hits(tuple(_found(desk, hit, hit.key) for hit in page.hits if hit.key is not None), page.total)


def _indexed(desk: Desk, wanted: Wanted, first: int, limit: int) -> Page:
    addresses = sees_addresses(desk)
    return search_index.find(desk.conference.id, wanted, addresses=addresses, first=first, limit=limit)


def _found(desk: Desk, hit: Hit, key: str) -> Found:
    name = called(hit.first_name, hit.last_name, hit.username)
    if hit.kind is SearchKind.ATTENDEE:
        return _person(desk, key, name, hit.email, hit.status)
    return _order(desk, key, hit.billing_name or name, hit.status, fields.money(hit.total))


def _person(desk: Desk, code: str, name: str, email: str, status: str | None) -> Found:
    shown = email if sees_addresses(desk) else ""
    detail = because("found.person", email=shown, status=status or "no_order")
    return Found(HitKind.ATTENDEE, code, without_addresses(desk, name), detail, shown)


def _order(desk: Desk, reference: str, buyer: str, status: str | None, total: Decimal) -> Found:
    detail = because("found.order", status=status or "", total=total, currency=desk.conference.currency)
    return Found(HitKind.ORDER, reference, without_addresses(desk, buyer), detail)


def resolve(desk: Desk, text: str, *, scanned: bool = False, first: int = 0, limit: int = 9) -> Hits:
    """What a line means here: a badge, else an order, a voucher, a product, else what a search finds.

    One hit when it names one thing, else a page as of `search`. What was ``scanned`` is named exactly or is
    not known: a damaged code must fit nobody. Raises NotFound ``nothing_found``, Refused ``other_conference``
    for a foreign badge, InvalidInput ``invalid_scan`` for what cannot be a scan.
    """
    require(desk, Action.LOOK_UP)
    parsed = scan.parse(text, order_prefix=desk.order_prefix)
    with connected():
        if parsed.kind is not scan.ScanKind.CODE and (named := _imported(desk, text)):
            return Hits(named, len(named))  # a code of another system may look like anything
        if parsed.kind not in (scan.ScanKind.CODE, scan.ScanKind.ORDER, scan.ScanKind.SEARCH):
            raise InvalidInput(parsed.reason or because("invalid_scan.empty"))
        if parsed.conference is not None:
            badges.refuse_other(desk, parsed.conference)
        if named := _named(desk, parsed.text, text):
            return Hits(named, len(named))
        if not scanned and (hits := search(desk, parsed.text, first=first, limit=limit)).total:
            return hits
        _refuse_foreign_badge(desk, parsed.text)
    raise NotFound("nothing_found", text=parsed.raw_shown, conference=desk.conference.name)


def resolve_name(desk: Desk, text: str) -> Found:
    """What bears exactly this name: a badge, an e-mail's owner, an order, a voucher or a product.

    Raises what ``resolve`` raises, and NotFound where it only found something similar, or several.
    """
    wanted = {text.strip().casefold(), text.strip().casefold().rpartition(":")[2]}
    hits = resolve(desk, text).found
    exact = [hit for hit in hits if wanted & {hit.key.casefold(), hit.email.casefold(), hit.code.casefold()}]
    if len(exact) == 1:
        return exact[0]
    raise NotFound("nothing_found.named", text=text)


def _named(desk: Desk, text: str, whole: str) -> tuple[Found, ...]:
    """What bears exactly this name; the first kind that has it. ``whole`` is all that was scanned."""
    upper = text.upper()
    return (
        _attendees(desk, upper)
        or _imported(desk, whole)
        or _orders(desk, Order.reference == upper)
        or _orders(desk, Order.id.in_(orders_called(desk.conference.id, text)))
        or _voucher(desk, text)
        or _coded(desk, text)
        or _products(desk, text.lower())
    )


def _attendees(desk: Desk, code: str) -> tuple[Found, ...]:
    """The attendee with this access code."""
    query = (
        Attendee.select(
            Attendee.access_code,
            User.first_name,
            User.last_name,
            User.username,
            User.email,
            Order.status,
        )
        .join(User)
        .join(Order, JOIN.LEFT_OUTER, on=(Attendee.order == Order.id), src=Attendee)
        .where(Attendee.conference == desk.conference.id, Attendee.access_code == code)
    )
    return tuple(
        _person(desk, code, called(*name), email, status) for code, *name, email, status in rows(query)
    )


def _imported(desk: Desk, text: str) -> tuple[Found, ...]:
    """The attendee whose ticket another system gave this code."""
    code = badges.imported(desk, text)
    return () if code is None else _attendees(desk, code)


def _orders(desk: Desk, wanted: Any) -> tuple[Found, ...]:
    """The orders that are ``wanted``."""
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
        .where(Order.conference == desk.conference.id, wanted)
        .order_by(Order.id)
    )
    return tuple(
        _order(desk, reference, billed or called(*name), status, total)
        for reference, status, total, billed, *name in rows(query)
    )


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
    """Raise when it is a badge of another conference, or one that was replaced."""
    query = Conference.select(Conference.name).join(Attendee, on=(Attendee.conference == Conference.id))
    other: Conference | None = query.where(Attendee.access_code == text.upper()).first()
    if other is not None:
        raise badges.other_conference(desk, other.name)
    if (replaced := badges.replaced(desk, text.upper())) is not None:
        raise replaced
