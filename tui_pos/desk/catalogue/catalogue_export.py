"""The conference's catalogue as a file that an import makes the same catalogue of."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from msgspec import UNSET

from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import AddOn, AddOnPrerequisite, TicketType
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue import catalogue_file, offers
from tui_pos.desk.catalogue import catalogue_forms as forms
from tui_pos.desk.catalogue.catalogue_import import CONFERENCE_COLUMNS, offer_targets
from tui_pos.desk.catalogue.managed_products import ProductValues, load, slug_of
from tui_pos.desk.catalogue.pricing import ProductKey, ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because


@dataclass(frozen=True, slots=True)
class ExportedCatalogue:
    """The file's text, and what had to be left out of it."""

    text: str
    notes: tuple[Reason, ...] = ()


def export_catalogue(desk: Desk) -> ExportedCatalogue:
    """What the conference sells. Raises NotPermitted."""
    require(desk, Action.MANAGE)
    with connected():
        there, lost_keys = load(desk), _limited_elsewhere(desk)
        products = [each for key, each in there.items() if key not in lost_keys]
        row = Conference.get_by_id(desk.conference.id)
        desk = replace(desk, conference=replace(desk.conference, timezone=row.timezone))  # as it is now
        known = offer_targets(products)
        conference = {key: getattr(row, column) for key, column in CONFERENCE_COLUMNS.items()}
        said: dict[str, Any] = {
            "slug": desk.conference.slug,
            "currency": desk.conference.currency,
            **{key: 0 if value is None else value for key, value in conference.items()},
            # django-program reads no file without one.
            "sections": ({"name": row.name, "start": row.start_date, "end": row.end_date},),
            "tickets": tuple(
                _ticket(desk, each.values) for each in products if each.kind is ProductKind.TICKET
            ),
            "addons": tuple(
                _addons(desk, [each.values for each in products if each.kind is ProductKind.ADDON])
            ),
        }
        notes = [_unnamed("add-on", each.values.name) for key, each in there.items() if key in lost_keys]
        for key, tables in (("vouchers", (offers.VOUCHERS,)), ("discounts", offers.DISCOUNTS)):
            said[key] = ()
            for table in tables:
                found, lost = offers.read(desk, table, known)
                said[key] += tuple(found)
                notes += [_unnamed(key.removesuffix("s"), each) for each in lost]
        said["vouchers"], alike = _spelled_once(said["vouchers"])
    return ExportedCatalogue(catalogue_file.written(forms.ConferenceForm(**said)), (*notes, *alike))


def _spelled_once(vouchers: Iterable[forms.Voucher]) -> tuple[tuple[forms.Voucher, ...], list[Reason]]:
    """Those whose code no earlier one has in other letters: an import refuses the second of two."""
    first: dict[str, forms.Voucher] = {}
    notes = []
    for each in vouchers:
        kept = first.setdefault(each.code.casefold(), each)
        if kept is not each:
            name, same = printable(each.code, 100), printable(kept.code, 100)
            notes.append(because("catalogue.alike", name=name, first=same))
    return tuple(first.values()), notes


def _limited_elsewhere(desk: Desk) -> set[ProductKey]:
    """The add-ons that need a ticket of another conference: without it everybody could buy them."""
    here = desk.conference.id
    query = (
        AddOnPrerequisite.select(AddOnPrerequisite.addon)
        .join(AddOn)
        .switch(AddOnPrerequisite)
        .join(TicketType)
        .where(AddOn.conference == here, TicketType.conference != here)
    )
    return {(ProductKind.ADDON, number) for (number,) in rows(query)}


def _unnamed(kind: str, name: str) -> Reason:
    return because("catalogue.unnamed", kind=kind, name=printable(name, 100))


def _ticket(desk: Desk, values: ProductValues) -> forms.Ticket:
    return forms.Ticket(
        quantity=values.total_quantity or 0,
        per_user=values.limit_per_user or 0,
        voucher_required=values.requires_voucher,
        **_alike(desk, values),
    )


def _addons(desk: Desk, products: Iterable[ProductValues]) -> Iterator[forms.AddOn]:
    """The add-ons, the sizes of one as one where they are alike but for what each has of its own."""
    alike: dict[Hashable, list[ProductValues]] = defaultdict(list)
    for each in products:
        window = (each.available_from, each.available_until)
        what = (each.size_of, each.description, window, each.requires, each.vat_rate)
        alike[what if _is_size(each) else each.slug].append(each)
    for sizes in alike.values():
        first = sizes[0]
        if _is_size(first):
            yield _folded(desk, sizes)
        else:
            yield forms.AddOn(
                quantity=first.total_quantity or 0,
                requires=_lines(first.requires),
                sizes=UNSET if first.size else (),
                **_alike(desk, first),
            )


def _is_size(values: ProductValues) -> bool:
    """Whether an import makes the slug of it."""
    return bool(values.size) and values.slug == f"{values.size_of}-{slug_of(values.size)}"


def _alike(desk: Desk, values: ProductValues) -> dict[str, Any]:
    """The keys that tickets and add-ons have alike; all of those that an import would leave as they are."""
    return {
        "name": values.name,
        "slug": None if values.slug == slug_of(values.name) else values.slug,
        "price": values.price,
        "available": offers.available(desk, values.available_from, values.available_until),
        "description": values.description,
        "vat": forms.Rate(values.vat_rate),
        "codes": _lines(values.codes),
        "active": values.is_active,
        "order": values.order,
    }


def _folded(desk: Desk, sizes: Sequence[ProductValues]) -> forms.AddOn:
    first = sizes[0]
    named = (each.name.removesuffix(f" {each.size}") for each in sizes if each.name.endswith(f" {each.size}"))
    name = next(named, first.name)
    alike = _alike(desk, first) | {
        "name": name,
        "slug": None if first.size_of == slug_of(name) else first.size_of,
        "codes": UNSET,
        "active": UNSET,
    }
    return forms.AddOn(
        requires=_lines(first.requires),
        sizes=tuple(_size(each, name, first, first.order + number) for number, each in enumerate(sizes)),
        **alike,
    )


def _size(values: ProductValues, name: str, first: ProductValues, order: int) -> forms.Size:
    return forms.Size(
        size=values.size,
        name=None if values.name == f"{name} {values.size}" else forms.Name(values.name),
        quantity=values.total_quantity or 0,
        price=None if values.price == first.price else forms.Amount(values.price),
        codes=_lines(values.codes),
        active=values.is_active,
        order=UNSET if values.order == order else values.order,
    )


def _lines(texts: Iterable[str]) -> tuple[forms.Line, ...]:
    return tuple(map(forms.Line, texts))
