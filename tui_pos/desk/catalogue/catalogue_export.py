"""The conference's catalogue as a file that an import makes the same catalogue of."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any

from msgspec import UNSET

from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.catalogue import catalogue_file, offers
from tui_pos.desk.catalogue import catalogue_forms as forms
from tui_pos.desk.catalogue.catalogue_import import CONFERENCE_COLUMNS, offer_targets
from tui_pos.desk.catalogue.managed_products import ManagedProduct, ProductValues, load, slug_of
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk


def export_catalogue(desk: Desk) -> str:
    """The file's text. Raises NotPermitted."""
    require(desk, Action.MANAGE)
    with connected():
        products = list(load(desk).values())
        row = Conference.get_by_id(desk.conference.id)
        desk = replace(desk, conference=replace(desk.conference, timezone=row.timezone))  # as it is now
        known = offer_targets(desk)
        conference = {key: getattr(row, column) for key, column in CONFERENCE_COLUMNS.items()}
        said: dict[str, Any] = {
            "slug": desk.conference.slug,
            "currency": desk.conference.currency,
            **{key: None if value == "" else value for key, value in conference.items()},
            # django-program reads no file without one.
            "sections": ({"name": row.name, "start": row.start_date, "end": row.end_date},),
            "tickets": tuple(_tickets(desk, [each for each in products if each.kind is ProductKind.TICKET])),
            "addons": tuple(_addons(desk, [each for each in products if each.kind is ProductKind.ADDON])),
            "vouchers": tuple(offers.read(desk, offers.VOUCHERS, known)),
            "discounts": tuple(
                each for where in offers.DISCOUNTS for each in offers.read(desk, where, known)
            ),
        }
    return catalogue_file.written(forms.ConferenceForm(**said))


def _tickets(desk: Desk, products: Sequence[ManagedProduct]) -> Iterator[forms.Ticket]:
    for place, product in enumerate(products):
        values = product.values
        yield forms.Ticket(
            quantity=values.total_quantity or 0,
            per_user=values.limit_per_user or 0,
            voucher_required=values.requires_voucher,
            **_alike(desk, values, place),
        )


def _addons(desk: Desk, products: Sequence[ManagedProduct]) -> Iterator[forms.AddOn]:
    """The add-ons, those of one thing in several sizes as one where they are still alike."""
    place = 0
    for _, group in groupby(products, key=lambda each: each.values.size_of or each.key):
        sizes = [each.values for each in group]
        if _can_be_folded(sizes):
            yield _folded(desk, sizes, place)
        else:
            for number, values in enumerate(sizes):
                yield forms.AddOn(
                    quantity=values.total_quantity or 0,
                    requires=tuple(map(forms.Line, values.requires)),
                    **_alike(desk, values, place + number),
                )
        place += len(sizes)


def _alike(desk: Desk, values: ProductValues, place: int) -> dict[str, Any]:
    """The keys that tickets and add-ons have alike; without those that an import would add by itself."""
    return {
        "name": values.name,
        "slug": None if values.slug == slug_of(values.name) else values.slug,
        "price": values.price,
        "available": offers.available(desk, values.available_from, values.available_until),
        "description": values.description or UNSET,
        "vat": UNSET if values.vat_rate is None else values.vat_rate,
        "codes": values.codes or UNSET,
        "active": UNSET if values.is_active else False,
        "order": UNSET if values.order == place else values.order,
    }


def _can_be_folded(sizes: Sequence[ProductValues]) -> bool:
    """Whether an import of one add-on with these sizes makes the same add-ons of it."""
    first = sizes[0]
    base = first.name.removesuffix(f" {first.size}")
    alike = {
        (each.description, each.available_from, each.available_until, each.requires, each.vat_rate)
        for each in sizes
    }
    return (
        bool(first.size)
        and len(alike) == 1
        and all(each.name == f"{base} {each.size}" for each in sizes)
        and all(each.slug == f"{each.size_of}-{slug_of(each.size)}" for each in sizes)
        and [each.order for each in sizes] == [first.order + number for number in range(len(sizes))]
    )


def _folded(desk: Desk, sizes: Sequence[ProductValues], place: int) -> forms.AddOn:
    first = sizes[0]
    name = first.name.removesuffix(f" {first.size}")
    alike = _alike(desk, first, place) | {
        "name": name,
        "slug": None if first.size_of == slug_of(name) else first.size_of,
        "codes": UNSET,
        "active": UNSET,
    }
    return forms.AddOn(
        requires=tuple(map(forms.Line, first.requires)),
        sizes=tuple(_size(each, first) for each in sizes),
        **alike,
    )


def _size(values: ProductValues, first: ProductValues) -> str | forms.Size:
    size = forms.Size(
        size=values.size,
        quantity=values.total_quantity or 0,
        price=None if values.price == first.price else forms.Amount(values.price),
        codes=tuple(map(forms.Line, values.codes)) or UNSET,
        active=UNSET if values.is_active else False,
    )
    return values.size if size == forms.Size(size=values.size) else size
