"""How the values of a reason are written into its sentence."""

from collections.abc import Callable, Mapping
from decimal import Decimal

from tui_pos.core import money
from tui_pos.core.clock import Moment

Sentence = str | Callable[..., str]
"""A template with the names of the values in braces, or a function that takes them by name."""


def fill(said: Sentence, values: Mapping[str, object]) -> str:
    """The sentence with its values; a function gets them as they are.

    In a template Decimals are money in the ``currency`` among the values, several texts stand with commas,
    and a ``status`` is as people read it.
    """
    if callable(said):
        return said(**values)
    currency = str(values.get("currency", ""))
    written = {name: _written(value, currency) for name, value in values.items()}
    if "status" in written:
        written["status"] = plain(str(written["status"]))
    return said.format(**written)


def when_and_where(moment: Moment) -> str:
    """The time, with the day when that is another one, and the station if it is known: "09:14 at desk-2"."""
    shown = f"{moment.at:%H:%M}" if moment.is_today else f"{moment.at:%d %b %H:%M}"
    return f"{shown} at {moment.station}" if moment.station else shown


def plain(status: str) -> str:
    """A status of the database as people read it."""
    return status.replace("_", " ")


def with_full_stop(text: str) -> str:
    """The text as a sentence: Stripe's messages and some of the details end without a full stop."""
    return text if text.endswith(".") else f"{text}."


def _written(value: object, currency: str) -> object:
    match value:
        case Decimal():
            return money.format_amount(value, currency)
        case tuple() | list():
            return ", ".join(map(str, value))
        case _:
            return value
