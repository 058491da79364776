"""How the values of a reason are written into its sentence."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from tui_pos.core import money

Sentence = str | Callable[..., str]
"""A template with the names of the values in braces, or a function that takes them by name."""


def fill(said: Sentence, values: Mapping[str, object]) -> str:
    """The sentence with its values: Decimals as money in the ``currency`` among them, several texts with
    commas. A function gets the values as they are."""
    if callable(said):
        return said(**values)
    currency = str(values.get("currency", ""))
    return said.format(**{name: _written(value, currency) for name, value in values.items()})


def plain(status: str) -> str:
    """A status of the database as people read it."""
    return status.replace("_", " ")


def _written(value: object, currency: str) -> object:
    match value:
        case Decimal():
            return money.format_amount(value, currency)
        case tuple() | list():
            return ", ".join(map(str, value))
        case _:
            return value
