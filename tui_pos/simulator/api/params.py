"""What each endpoint takes: fields as data, and the one function that checks a form against them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from tui_pos.simulator.api.forms import Form
from tui_pos.simulator.engine.errors import ApiError, Json

MAX_METADATA_NAME = 40
MAX_METADATA_VALUE = 500
MAX_TEXT = 5000
MAX_DIGITS = 18
MAX_INDEX_DIGITS = 5


class Kind(Enum):
    """What a parameter's value is."""

    TEXT = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    HASH = auto()
    LIST = auto()
    METADATA = auto()
    RANGE = auto()  # a number, or a hash of bounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One parameter. ``fields`` describes a hash, ``item`` the members of a list."""

    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    fields: "Mapping[str, Field] | None" = None
    item: "Field | None" = None
    # Whether it may be sent empty, to clear it.
    clears: bool = False


Schema = Mapping[str, Field]

TEXT = Field()
INTEGER = Field(kind=Kind.INTEGER)
BOOLEAN = Field(kind=Kind.BOOLEAN)
METADATA = Field(kind=Kind.METADATA)
RANGE = Field(kind=Kind.RANGE)
TEXTS = Field(kind=Kind.LIST, item=TEXT)


def text(*choices: str, required: bool = False) -> Field:
    """A string, of these when any are given."""
    return Field(required=required, choices=choices)


def number(low: int | None = None, high: int | None = None, *, required: bool = False) -> Field:
    """A whole number within bounds."""
    return Field(kind=Kind.INTEGER, required=required, low=low, high=high)


def group(**fields: Field) -> Field:
    """A hash of named fields."""
    return Field(kind=Kind.HASH, fields=fields)


def clearable(**fields: Field) -> Field:
    """A hash that may be sent as ``""``."""
    return Field(kind=Kind.HASH, fields=fields, clears=True)


def items(item: Field, required: bool = False) -> Field:
    """A list."""
    return Field(kind=Kind.LIST, required=required, item=item)


def checked(schema: Schema, form: Form, inside: str = "") -> Json:
    """The form as typed values; a field that was not sent is absent, one sent empty is ``""``.

    Raises ApiError naming the first parameter that is unknown, missing or not of its kind.
    """
    for name in form:
        if name not in schema:
            path = _path(inside, name)
            message = f"Received unknown parameter: {path}"
            raise ApiError(message, "parameter_unknown", param=path, executed=False)
    values: Json = {}
    for name, field in schema.items():
        path = _path(inside, name)
        if name in form:
            values[name] = _converted(field, form[name], path)
        elif field.required:
            message = f"Missing required param: {path}."
            raise ApiError(message, "parameter_missing", param=path, executed=False)
    return values


def _path(inside: str, name: str) -> str:
    return f"{inside}[{name}]" if inside else name


def _converted(field: Field, value: str | Form, path: str) -> object:
    if field.required and value == "":
        message = f"You passed an empty string for '{path}'. It must have a value."
        raise ApiError(message, "parameter_invalid_empty", param=path, executed=False)
    return CONVERTERS[field.kind](field, value, path)


def _text(field: Field, value: str | Form, path: str) -> str:
    if not isinstance(value, str):
        raise ApiError(f"Invalid string: {path}", "parameter_invalid_string", param=path, executed=False)
    if len(value) > MAX_TEXT:
        message = f"Invalid string: {path} must be at most {MAX_TEXT} characters."
        raise ApiError(message, param=path, executed=False)
    if field.choices and value not in field.choices:
        allowed = ", ".join(field.choices)
        raise ApiError(f"Invalid {path}: must be one of {allowed}", param=path, executed=False)
    return value


def _integer(field: Field, value: str | Form, path: str) -> int:
    written = value if isinstance(value, str) else ""
    digits = written.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
        message = f"Invalid integer: {written[:100]}"
        raise ApiError(message, "parameter_invalid_integer", param=path, executed=False)
    whole = int(written)
    if field.low is not None and whole < field.low:
        message = f"Invalid {path}: this value must be greater than or equal to {field.low}."
        raise ApiError(message, "parameter_invalid_integer", param=path, executed=False)
    if field.high is not None and whole > field.high:
        message = f"Invalid {path}: this value must be less than or equal to {field.high}."
        raise ApiError(message, "parameter_invalid_integer", param=path, executed=False)
    return whole


def _boolean(_: Field, value: str | Form, path: str) -> bool:
    if value not in ("true", "false"):
        raise ApiError(f"Invalid boolean: {path} must be true or false.", param=path, executed=False)
    return value == "true"


def _hash(field: Field, value: str | Form, path: str) -> Json | str:
    if value == "" and field.clears:
        return ""
    if isinstance(value, str):
        raise ApiError(f"Invalid object: {path} must be a hash.", param=path, executed=False)
    return checked(field.fields or {}, value, path)


def _list(field: Field, value: str | Form, path: str) -> list[object]:
    if isinstance(value, str) or not all(key.isdecimal() and len(key) <= MAX_INDEX_DIGITS for key in value):
        raise ApiError(f"Invalid array: {path} must be a list.", param=path, executed=False)
    item = field.item or TEXT
    ordered = sorted(value.items(), key=lambda pair: int(pair[0]))
    return [_converted(item, member, f"{path}[{key}]") for key, member in ordered]


def _metadata(_: Field, value: str | Form, path: str) -> dict[str, str] | str:
    if value == "":
        return ""
    if isinstance(value, str) or not all(isinstance(member, str) for member in value.values()):
        message = f"Invalid object: {path} must be a hash of strings."
        raise ApiError(message, param=path, executed=False)
    for name, member in value.items():
        if len(name) > MAX_METADATA_NAME:
            message = f"Metadata names have at most {MAX_METADATA_NAME} characters."
            raise ApiError(message, param=path, executed=False)
        if len(member) > MAX_METADATA_VALUE:
            message = f"Metadata values have at most {MAX_METADATA_VALUE} characters."
            raise ApiError(message, param=f"{path}[{name}]", executed=False)
    return {name: str(member) for name, member in value.items()}


def _range(_: Field, value: str | Form, path: str) -> Json:
    if isinstance(value, str):
        return {"gte": _integer(INTEGER, value, path), "lte": _integer(INTEGER, value, path)}
    return checked(dict.fromkeys(("gt", "gte", "lt", "lte"), INTEGER), value, path)


CONVERTERS: dict[Kind, Callable[[Field, Any, str], object]] = {
    Kind.TEXT: _text,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.HASH: _hash,
    Kind.LIST: _list,
    Kind.METADATA: _metadata,
    Kind.RANGE: _range,
}
