"""What somebody types for a field of a product, as the value that it stands for.

``none`` empties a field that may be empty. What is wrong raises InvalidInput, or MoneyError for a price.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.desk.catalogue import product_codes
from tui_pos.desk.catalogue.catalogue_forms import NONE, YEARS
from tui_pos.desk.catalogue.managed_products import (
    MOST,
    ManagedProduct,
    ProductValues,
    cleaned,
    faults,
    moment_of,
    slug_of,
)
from tui_pos.desk.catalogue.pricing import ZERO, ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput

SIGNS = {"more": "+", "fewer": "-"}
"""What a sign that was pressed before a number makes of the stock."""
YES_OR_NO = {"yes": True, "y": True, "no": False, "n": False}


@dataclass(frozen=True, slots=True)
class Pieces:
    """So many more of a product; fewer, if below 0."""

    count: int


Answer = ProductValues | Pieces
"""The values that a product shall have, or by how much its stock changes."""

Read = Callable[[Desk, ProductValues, str], object]


def fields_of(kind: ProductKind) -> tuple[str, ...]:
    """The fields of such a product that can be typed, in the order in which they are shown."""
    return tuple(name for name in _READ if _ONLY.get(name, kind) is kind)


def answer(desk: Desk, product: ManagedProduct, field: str, text: str) -> Answer:
    """What typing ``text`` for a field asks for, or behind a sign (`SIGNS`), where a number is pieces."""
    text = text.strip()
    if field in SIGNS:
        text = f"{SIGNS[field]}{text}" if text.isdecimal() else text.removeprefix("=")
        field = "total_quantity"
    if field == "total_quantity" and (more := pieces(text)) is not None:
        return more
    return changed(desk, product.kind, product.values, field, text)


def changed(desk: Desk, kind: ProductKind, values: ProductValues, field: str, text: str) -> ProductValues:
    """The values with one field as it was typed."""
    typed: dict[str, Any] = {field: _READ[field](desk, values, text.strip())}
    return _checked(desk, kind, replace(values, **typed), field)


def named(desk: Desk, kind: ProductKind, name: str, order: int) -> ProductValues:
    """The values of a new product of this name, hidden and without a price."""
    name = name.strip()
    values = ProductValues(name=name, slug=slug_of(name), price=ZERO, order=order, is_active=False)
    return _checked(desk, kind, values, "name", "slug")


def _checked(desk: Desk, kind: ProductKind, values: ProductValues, *fields: str) -> ProductValues:
    wanted = cleaned(kind, values)
    for name, reason in faults(wanted, desk.conference.currency):
        if name in fields:
            raise InvalidInput(reason)
    return wanted


def pieces(text: str) -> Pieces | None:
    """What ``+20`` or ``-5`` stands for; None for any other text."""
    found = re.fullmatch(r"([+-])\s?([0-9]{1,12})", text.strip())
    return Pieces(int(found[1] + found[2])) if found else None


def _text(_desk: Desk, _values: ProductValues, text: str) -> object:
    return text


def _price(desk: Desk, _values: ProductValues, text: str) -> object:
    return money.parse_amount(text, desk.conference.currency, allow_zero=True)


def _stock(desk: Desk, values: ProductValues, text: str) -> object:
    return None if text.lower() == NONE else _whole(desk, values, text)


def _whole(_desk: Desk, _values: ProductValues, text: str) -> object:
    if not re.fullmatch(r"0*[1-9][0-9]{0,11}", text):
        raise InvalidInput("invalid_product.number", most=MOST)
    return int(text)


def _order(_desk: Desk, _values: ProductValues, text: str) -> object:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise InvalidInput("invalid_product.order", most=MOST)
    return int(text)


def _opens(desk: Desk, _values: ProductValues, text: str) -> object:
    return _moment(desk, text, closes=False)


def _closes(desk: Desk, _values: ProductValues, text: str) -> object:
    return _moment(desk, text, closes=True)


def _moment(desk: Desk, text: str, *, closes: bool) -> datetime | None:
    if text.lower() == NONE:
        return None
    try:
        said = date.fromisoformat(text) if len(text) == len("2027-05-14") else datetime.fromisoformat(text)
    except ValueError:
        said = date.min
    if said.year not in YEARS:
        raise InvalidInput("invalid_product.day", text=printable(text, 40))
    return moment_of(said, desk.conference.timezone, closes=closes)


def _codes(desk: Desk, values: ProductValues, text: str) -> object:
    """A code that it has not is added, one that it has is taken away."""
    if text.lower() == NONE:
        return ()
    code = product_codes.checked(desk, text)
    return tuple(set(values.codes) ^ {code})


def _rate(_desk: Desk, _values: ProductValues, text: str) -> object:
    if text.lower() == NONE:
        return None
    try:
        return Decimal(text.removesuffix("%").strip().replace(",", "."))
    except InvalidOperation:
        raise InvalidInput("invalid_product.vat") from None


def _is_yes(_desk: Desk, _values: ProductValues, text: str) -> object:
    if text.lower() not in YES_OR_NO:
        raise InvalidInput("invalid_product.answer")
    return YES_OR_NO[text.lower()]


def _tickets(_desk: Desk, _values: ProductValues, text: str) -> object:
    """Names or slugs of tickets, with commas."""
    return () if text.lower() == NONE else tuple(slug_of(each) for each in text.split(",") if each.strip())


_READ: dict[str, Read] = {
    "name": _text,
    "price": _price,
    "total_quantity": _stock,
    "limit_per_user": _whole,
    "available_from": _opens,
    "available_until": _closes,
    "codes": _codes,
    "vat_rate": _rate,
    "requires_voucher": _is_yes,
    "requires": _tickets,
    "order": _order,
}
_ONLY = {
    "limit_per_user": ProductKind.TICKET,
    "requires_voucher": ProductKind.TICKET,
    "requires": ProductKind.ADDON,
}
