"""Reasons as text columns keep them, so that a row says a code with values and ``ui.messages`` the words.

What a person typed is kept as it is, and rows of before hold sentences: both come back as texts.
"""

from decimal import Decimal
from enum import Enum

import msgspec

from tui_pos.core.reasons import Reason

Said = Reason | str
"""A reason, or a text; '' for nothing."""

_BEGINS = '{"key":'


def pack(said: Said | None) -> str:
    """The text for the column; the same for equal reasons.

    Values may be texts, numbers, Decimals, reasons, and lists of these; anything else is kept as its text.
    """
    if isinstance(said, Reason):
        return msgspec.json.encode(_plain(said)).decode()
    return said or ""


def unpack(text: str) -> Said:
    """What ``pack`` was given."""
    if not text.startswith(_BEGINS):
        return text
    try:
        said = _value(msgspec.json.decode(text))
    except (msgspec.DecodeError, ArithmeticError, TypeError):
        return text
    return said if isinstance(said, Reason) else text


def _plain(value: object) -> object:
    match value:
        case Reason():
            return {"key": value.key, **{name: _plain(each) for name, each in value.values.items()}}
        case Decimal():
            return {"decimal": str(value)}
        case list() | tuple():
            return [_plain(each) for each in value]
        case bool() | int() | float() | None:
            return value
        case Enum():
            return str(value.value)
    return str(value)


def _value(found: object) -> object:
    match found:
        case {"key": str(key), **values}:
            return Reason(key, {str(name): _value(each) for name, each in values.items()})
        case {"decimal": str(number)}:
            return Decimal(number)
        case list():
            return [_value(each) for each in found]
    return found
