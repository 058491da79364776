"""A catalogue's file into the conference: what it names is added or changed, what it does not name stays.

A dry run does all of it in a transaction that is undone, so it tells exactly what ``apply`` would do, and
what would be refused.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from msgspec import UNSET

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import run_tx
from tui_pos.data.tables.program import Conference
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue import catalogue_file, editing, offers, product_codes, stock
from tui_pos.desk.catalogue import catalogue_forms as forms
from tui_pos.desk.catalogue.editing import Products
from tui_pos.desk.catalogue.import_report import ImportReport, Subject
from tui_pos.desk.catalogue.managed_products import (
    SIZE_LENGTH,
    Difference,
    ManagedProduct,
    ProductValues,
    cleaned,
    differences,
    faults,
    load,
    slug_of,
)
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.conference_rules import has_sold
from tui_pos.desk.context import Desk, is_zone
from tui_pos.desk.errors import InvalidInput, Refusal, Refused, because

KEY_OF = {
    "total_quantity": "quantity",
    "limit_per_user": "per_user",
    "available_until": "available",
    "vat_rate": "vat",
}
"""The file's key for a field of a product, where it is another word."""

CONFERENCE_COLUMNS = {
    "name": "name",
    "start": "start_date",
    "end": "end_date",
    "timezone": "timezone",
    "venue": "venue",
    "website_url": "website_url",
    "pretalx_event_slug": "pretalx_event_slug",
    "total_capacity": "total_capacity",
    "revenue_budget": "revenue_budget",
    "grant_budget": "grant_budget",
    "target_attendance": "target_attendance",
}
PLANNED = ("revenue_budget", "grant_budget", "target_attendance")
"""Of these 0 stands for none, as the file has no other word for it that django-program reads."""
IGNORED = ("sections", "sponsor_levels")
"""What of the file the desk has no table for."""


class _Undone(Exception):
    """Ends the transaction of a dry run."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A product of the file: where it stands, and the values that it says."""

    place: str
    kind: ProductKind
    said: Mapping[str, Any]


def import_catalogue(desk: Desk, text: bytes, *, apply: bool) -> ImportReport:
    """Bring the conference's catalogue to what the file says; without ``apply`` only tell what that changes.

    Raises InvalidInput ``bad_catalogue`` with the place in the file, and Refused ``catalogue_of_web_site``.
    """
    require(desk, Action.MANAGE)
    form = catalogue_file.read(text)
    told: list[ImportReport] = []

    def work() -> ImportReport:
        report = _imported(desk, form)
        told[:] = [report]
        if not apply:
            raise _Undone
        report.applied = True
        return report

    try:
        return run_tx(work)
    except _Undone:
        return told[0]


def _imported(desk: Desk, form: forms.ConferenceForm) -> ImportReport:
    report = ImportReport()
    there = editing.begin(desk)
    desk = _conference(desk, form, there, report)
    entries = _entries(desk, form)
    _refuse_twice(form, entries)
    _products(desk, there, entries, report)
    _offers(desk, form, report)
    for name in IGNORED:
        if found := getattr(form, name):
            report.notes.append(because("catalogue.ignored", place=f"conference.{name}", found=len(found)))
    return report


@contextmanager
def _at(place: str) -> Iterator[None]:
    """Say of what is refused inside where in the file it stands."""
    try:
        yield
    except Refusal as error:
        if error.code == "bad_catalogue":
            raise
        raise InvalidInput("bad_catalogue.refused", place=place, found=error.reason) from None


# The conference


def _conference(desk: Desk, form: forms.ConferenceForm, there: Products, report: ImportReport) -> Desk:
    """Write what is told of the conference; the desk in its time zone from then on."""
    here = desk.conference
    if form.slug is not None and form.slug != here.slug:
        raise InvalidInput(
            "bad_catalogue.conference", place="conference.slug", said=form.slug, slug=here.slug
        )
    if form.currency is not None and form.currency.upper() != here.currency:
        raise InvalidInput(
            "bad_catalogue.currency", place="conference.currency", said=form.currency, stored=here.currency
        )
    row = Conference.get_by_id(here.id)
    said = {key: value for key in CONFERENCE_COLUMNS if (value := getattr(form, key)) is not None}
    said |= {key: said[key] or None for key in PLANNED if key in said}
    _refuse_conference(desk, form, row)
    changes = [
        Difference(column, before, said[key])
        for key, column in CONFERENCE_COLUMNS.items()
        if key in said and said[key] != (before := getattr(row, column))
    ]
    if changes:
        columns = {each.field: each.after for each in changes}
        Conference.update(updated_at=clock.now(), **columns).where(Conference.id == here.id).execute()
    _note(desk, report, Subject("conference", here.slug, form.name or row.name), changes)
    seats = stock.seats_taken({each.key: each.sold for each in there.values()})
    if form.total_capacity and form.total_capacity < seats:
        report.notes.append(because("catalogue.capacity", capacity=form.total_capacity, sold=seats))
    return replace(desk, conference=replace(here, timezone=form.timezone or row.timezone))


def _refuse_conference(desk: Desk, form: forms.ConferenceForm, row: Conference) -> None:
    starts, ends = form.start or row.start_date, form.end or row.end_date
    if ends < starts:
        raise InvalidInput("bad_catalogue.dates", place="conference.end")
    for key in ("revenue_budget", "grant_budget"):
        amount = getattr(form, key)
        if amount is not None and amount != round(amount, 2):
            raise InvalidInput("bad_catalogue.wrong", place=f"conference.{key}", expected=forms.EXPECTED[key])
    if form.timezone is None or form.timezone == row.timezone:
        return
    place = "conference.timezone"
    if not is_zone(form.timezone):
        raise InvalidInput("bad_catalogue.wrong", place=place, expected=forms.EXPECTED["timezone"])
    if has_sold(desk.conference.id):
        raise InvalidInput("bad_catalogue.zone", place=place, stored=row.timezone)


# Products


def _entries(desk: Desk, form: forms.ConferenceForm) -> list[_Entry]:
    """Every ticket and add-on of the file, one for each size."""
    found = []
    for number, ticket in enumerate(form.tickets, start=1):
        place = f"conference.tickets[{number}]"
        said = _said(desk, ticket, place) | {
            "limit_per_user": ticket.per_user,
            "requires_voucher": ticket.voucher_required,
        }
        found.append(_Entry(place, ProductKind.TICKET, said))
    for number, addon in enumerate(form.addons, start=1):
        place = f"conference.addons[{number}]"
        said = _said(desk, addon, place) | {"requires": addon.requires}
        if addon.sizes:
            found += _sizes(addon.sizes, place, said)
        else:
            no_size = {} if addon.sizes is UNSET else {"size": "", "size_of": ""}
            found.append(_Entry(place, ProductKind.ADDON, said | no_size))
    return found


def _said(desk: Desk, product: forms.Ticket | forms.AddOn, place: str) -> dict[str, Any]:
    """The values of a product; what is left out of what django-program does not have is not among them."""
    slug = slug_of(product.name) if product.slug is None else product.slug
    if not slug:
        raise InvalidInput("bad_catalogue.no_slug", place=f"{place}.name")
    opens, closes = offers.times(desk, product.available, place)
    beside = {
        "description": product.description,
        "vat_rate": UNSET if product.vat is UNSET else product.vat.said,
        "codes": product.codes,
        "is_active": product.active,
        "order": product.order,
    }
    return {
        "name": product.name,
        "slug": slug,
        "price": product.price,
        "total_quantity": product.quantity or None,
        "available_from": opens,
        "available_until": closes,
        **{name: value for name, value in beside.items() if value is not UNSET},
    }


def _sizes(sizes: Sequence[str | forms.Size], place: str, said: Mapping[str, Any]) -> Iterator[_Entry]:
    for field_name in ("total_quantity", "codes"):
        if said.get(field_name):
            key = KEY_OF.get(field_name, field_name)
            raise InvalidInput("bad_catalogue.of_sizes", place=f"{place}.{key}")
    for number, each in enumerate(sizes, start=1):
        size = forms.Size(size=each) if isinstance(each, str) else each
        name, here = printable(size.size, SIZE_LENGTH + 1), f"{place}.sizes[{number}]"
        if not slug_of(name):
            raise InvalidInput("bad_catalogue.wrong", place=here, expected=forms.EXPECTED["size"])
        own = {
            "name": size.name or f"{said['name']} {name}",
            "slug": f"{said['slug']}-{slug_of(name)}",
            "total_quantity": size.quantity or None,
            "size": name,
            "size_of": said["slug"],
        }
        if size.price is not None:
            own["price"] = size.price
        if size.codes is not UNSET:
            own["codes"] = size.codes
        if size.active is not UNSET:
            own["is_active"] = size.active
        if size.order is not UNSET:
            own["order"] = size.order
        elif "order" in said:
            own["order"] = said["order"] + number - 1
        yield _Entry(here, ProductKind.ADDON, {**said, **own})


def _refuse_twice(form: forms.ConferenceForm, entries: Sequence[_Entry]) -> None:
    """Refuse two products of a kind with one slug, and two vouchers with one code."""
    seen: dict[tuple[str, str], str] = {}
    named = [(entry.kind.value, entry.said["slug"], f"{entry.place}.slug") for entry in entries]
    named += [
        ("voucher", each.code.casefold(), f"conference.vouchers[{number}].code")
        for number, each in enumerate(form.vouchers, start=1)
    ]
    for kind, name, place in named:
        first = seen.setdefault((kind, name), place)
        if first != place:
            raise InvalidInput("bad_catalogue.twice", place=place, name=name, first=first)


def _products(desk: Desk, there: Products, entries: Sequence[_Entry], report: ImportReport) -> None:
    by_slug = {(each.kind, each.values.slug): each for each in there.values()}
    named = {(entry.kind, entry.said["slug"]) for entry in entries}
    report.absent = [
        Subject(kind, slug, each.values.name)
        for (kind, slug), each in by_slug.items()
        if (kind, slug) not in named
    ]
    tickets = {slug for kind, slug in (*by_slug, *named) if kind is ProductKind.TICKET}
    placed = _placed(by_slug, entries)
    work = []
    for entry, order in zip(entries, placed, strict=True):
        found = by_slug.get((entry.kind, entry.said["slug"]))
        values = _values(desk, entry, found, order)
        for number, slug in enumerate(entry.said.get("requires", ()), start=1):
            if slug not in tickets:
                place = f"{entry.place}.requires[{number}]"
                raise InvalidInput("bad_catalogue.not_there", place=place, name=slug)
        work.append((entry, found, values))
    for _, found, values in work:  # before any of them is given to another product
        if found is not None:
            editing.give_codes(desk, found.key, found.values.codes, _both(found.values.codes, values.codes))
    for entry, found, values in work:
        changes = None if found is None else differences(found.values, values)
        if changes is None or changes:
            with _at(entry.place):
                editing.store(desk, entry.kind, found, values)
        _note(desk, report, Subject(entry.kind, values.slug, values.name), changes)
        if found is not None and 0 < (values.total_quantity or 0) < found.sold:
            report.notes.append(
                because(
                    "catalogue.below_sold", product=values.name, stock=values.total_quantity, sold=found.sold
                )
            )
    after = load(desk)  # as the codes are now, of whatever stands before or behind it in the file
    keys = {(each.kind, each.values.slug): each for each in after.values()}
    for entry, _, values in work:
        with _at(f"{entry.place}.slug"):
            editing.refuse_taken_slug(after, entry.kind, keys[entry.kind, values.slug], values)


def _both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(code for code in one if code in other)


def _placed(
    by_slug: Mapping[tuple[ProductKind, str], ManagedProduct], entries: Sequence[_Entry]
) -> Iterator[int]:
    """The place of each product among its kind, where the file does not say one.

    A file that names all of a kind says it by its order. Else what is there keeps its place and what is new
    comes last: keys at every desk count products by their places.
    """
    for kind in ProductKind:
        mine = [entry for entry in entries if entry.kind is kind]
        there = {slug: each.values.order for (of, slug), each in by_slug.items() if of is kind}
        is_whole = there.keys() <= {entry.said["slug"] for entry in mine}
        last = max(there.values(), default=-1)
        for place, entry in enumerate(mine):
            slug = entry.said["slug"]
            if slug not in there:
                last += 1
            yield place if is_whole else there.get(slug, last)


def _values(desk: Desk, entry: _Entry, found: ManagedProduct | None, order: int) -> ProductValues:
    said = {"order": order, **entry.said}
    with _at(f"{entry.place}.codes"):
        if "codes" in said:
            said["codes"] = tuple(product_codes.checked(desk, each) for each in said["codes"])
    values = cleaned(entry.kind, replace(found.values, **said) if found else ProductValues(**said))
    for name, reason in faults(values, desk.conference.currency):
        raise InvalidInput(
            "bad_catalogue.refused", place=f"{entry.place}.{KEY_OF.get(name, name)}", found=reason
        )
    return values


# Vouchers and discounts


def _offers(desk: Desk, form: forms.ConferenceForm, report: ImportReport) -> None:
    for name in offers.make_groups(form.discounts):
        editing.tell(desk, f"group:{name}", ())
        report.notes.append(because("catalogue.group", name=name))
    known = offer_targets(load(desk).values())
    vouchers = {row.code: row for row in offers.stored(desk, offers.VOUCHERS)}
    alike = {code.casefold(): code for code in vouchers}
    for number, voucher in enumerate(form.vouchers, start=1):
        place, found = f"conference.vouchers[{number}]", vouchers.get(voucher.code)
        stored = alike.get(voucher.code.casefold())
        if found is None and stored is not None:  # a voucher is found however its code is written
            raise InvalidInput(
                "bad_catalogue.stored", place=f"{place}.code", name=voucher.code, stored=stored
            )
        with _at(f"{place}.code"):
            if product := product_codes.find_by_code(desk, voucher.code):
                raise Refused("voucher_code_taken", code=voucher.code, product=product.name)
        changes = offers.write(desk, voucher, found, known, place)
        vouchers.pop(voucher.code, None)
        _note(desk, report, Subject("voucher", voucher.code), changes if found else None)
    conditions: dict[tuple[type, str], list[Any]] = defaultdict(list)
    for where in offers.DISCOUNTS:
        for row in offers.stored(desk, where):
            conditions[where.form, row.name].append(row)
    for number, discount in enumerate(form.discounts, start=1):
        # Names need not be unique: the second of a name in the file is the second that is stored.
        same = conditions[type(discount), discount.name]
        found = same.pop(0) if same else None
        changes = offers.write(desk, discount, found, known, f"conference.discounts[{number}]")
        _note(desk, report, Subject("discount", discount.name), changes if found else None)
    report.absent += [Subject("voucher", code) for code in vouchers]
    report.absent += [Subject("discount", row.name) for rows in conditions.values() for row in rows]


def offer_targets(products: Iterable[ManagedProduct]) -> offers.Targets:
    """What vouchers and discounts can be limited to; a slug that sizes begin with stands for all of them."""
    slugs: dict[ProductKind, dict[str, tuple[int, ...]]] = {kind: {} for kind in ProductKind}
    sizes: dict[str, tuple[int, ...]] = {}
    for product in products:
        slugs[product.kind][product.values.slug] = (product.id,)
        if product.values.size_of:
            of = product.values.size_of
            sizes[of] = (*sizes.get(of, ()), product.id)
    addons = slugs[ProductKind.ADDON]
    both = {slug: (*addons.get(slug, ()), *sizes.get(slug, ())) for slug in (*addons, *sizes)}
    return offers.targets(slugs[ProductKind.TICKET], both)


def _note(desk: Desk, report: ImportReport, subject: Subject, changes: Sequence[Difference] | None) -> None:
    report.add(subject, changes)
    if changes is None or changes:
        editing.tell(desk, f"{subject.kind}:{subject.key}", changes or ())
