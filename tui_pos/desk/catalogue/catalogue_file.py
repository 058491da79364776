"""A conference's catalogue as a file: reading it, with the place of what is wrong in it, and writing it."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

import msgspec
import tomli_w

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.desk.catalogue.catalogue_forms import (
    EXPECTED,
    FORMS,
    NONE,
    YEARS,
    Amount,
    CatalogueForm,
    ConferenceForm,
    Day,
    Line,
    Prose,
    Rate,
)
from tui_pos.desk.catalogue.managed_products import prose
from tui_pos.desk.errors import InvalidInput

LARGEST = 10_000_000
"""Bytes of a file that is read."""

FIRST = ("kind", "code", "name", "size", "slug", "price", "type", "value", "quantity")
"""The keys that a person looks for, before the others of a table."""


def read(text: bytes) -> ConferenceForm:
    """The content of a file. Raises InvalidInput ``bad_catalogue``, which names the place of the fault."""
    if len(text) > LARGEST:
        raise InvalidInput("bad_catalogue.large", most=LARGEST // 1_000_000)
    try:
        found = tomllib.loads(text.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError:
        raise InvalidInput("bad_catalogue.encoding") from None
    except (ValueError, ArithmeticError, RecursionError) as error:
        fault = (
            printable(str(error), 100) if isinstance(error, tomllib.TOMLDecodeError) else "a number or list"
        )
        raise InvalidInput("bad_catalogue.toml", fault=fault) from None
    try:
        return msgspec.convert(found, CatalogueForm, dec_hook=_decoded).conference
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None


def written(form: ConferenceForm) -> str:
    """The file with this content, as a person would write it."""
    plain = msgspec.to_builtins(form, builtin_types=(date, datetime, Decimal), enc_hook=_encoded)
    tables = {key: plain.pop(key) for key in form.__struct_fields__ if isinstance(plain.get(key), tuple)}
    blocks = [("[conference]", plain)]
    blocks += [(f"[[conference.{key}]]", each) for key, every in tables.items() for each in every]
    text = "\n".join("\n".join((head, *_lines(table), "")) for head, table in blocks)
    # What would act on a terminal, or hide what stands there.
    return re.sub(r"[^\n]", lambda char: char[0] if char[0].isprintable() else _escaped(char[0]), text)


def _lines(table: Mapping[str, object]) -> list[str]:
    keys = sorted(table, key=lambda key: FIRST.index(key) if key in FIRST else len(FIRST))
    return [f"{key} = {_literal(table[key])}" for key in keys]


def _literal(value: object) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(_lines(value))} }}" if value else "{}"
    if isinstance(value, tuple):
        return f"[{', '.join(map(_literal, value))}]"
    return tomli_w.dumps({"x": value}).removeprefix("x = ").removesuffix("\n")


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04X}" if ord(char) < 2**16 else f"\\U{ord(char):08X}"


OTHERWISE = "what the manual's page catalogue says"


def _decoded(kind: type, found: object) -> object:
    """A value of one of the types above. Raises ValueError for what is none."""
    if kind is Day and isinstance(found, date) and found.year in YEARS:
        return Day(found)
    if kind is Rate:
        return Rate(None if found == NONE else _amount(found))
    if kind is Amount:
        return _amount(found)
    if kind is Prose and isinstance(found, str):
        return Prose(prose(found))
    if issubclass(kind, Line) and isinstance(found, str):
        shown = printable(found, kind.most + 1)
        if kind.least <= len(shown) <= kind.most:
            return kind(shown)
    raise ValueError


def _amount(found: object) -> Amount:
    if isinstance(found, int | Decimal) and not isinstance(found, bool):
        amount = Amount(found)
        if amount.is_finite() and 0 <= amount <= money.MAX_AMOUNT and amount == round(amount, 3):
            return amount
    raise ValueError


def _encoded(value: object) -> object:
    match value:
        case Day():
            return value.said
        case Rate():
            return NONE if value.said is None else value.said
        case Decimal():
            return Decimal(value)
        case _:
            return str(value)


def _explained(fault: str) -> InvalidInput:
    """Why msgspec did not take a value: where it stands, counted from 1, and what belongs there."""
    path = re.search(r"`\$(.*)`$", fault)
    steps = re.findall(r"\.(\w+)|\[(\d+)\]", path[1]) if path else []
    place = "".join(f"[{int(number) + 1}]" if number else f".{name}" for name, number in steps).lstrip(".")
    names = ["", *(name for name, _ in steps if name)]
    if missing := re.search(r"required field `(\w+)`", fault):
        return InvalidInput("bad_catalogue.missing", place=f"{place}.{missing[1]}".lstrip("."))
    if unknown := re.search(r"unknown field `(.*)` - at|unknown field `(.*)`$", fault, re.DOTALL):
        forms = FORMS.get(names[-1], ())
        known = dict.fromkeys(key for form in forms for key in form.__struct_fields__)
        key = printable(unknown[1] or unknown[2] or "", 40)
        return InvalidInput("bad_catalogue.unknown", place=f"{place}.{key}".lstrip("."), known=list(known))
    plain = re.sub(r"\[\d+\]", "", place)
    expected = EXPECTED.get(plain) or EXPECTED.get(names[-1], OTHERWISE)
    if place.endswith("]"):
        return InvalidInput(
            "bad_catalogue.member", place=place, list=place.rpartition("[")[0], expected=expected
        )
    return InvalidInput("bad_catalogue.wrong", place=place, expected=expected)
