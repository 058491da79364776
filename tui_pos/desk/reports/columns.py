"""Columns of exported lists: what each is made of, and how its cells are read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tui_pos.core import money
from tui_pos.core.list_files import Value as Cell
from tui_pos.data import fields
from tui_pos.data.queries import Row
from tui_pos.data.tables.auth import User
from tui_pos.desk.access.people import called
from tui_pos.desk.reports import ledger
from tui_pos.desk.stored_reasons import unpack

Read = Callable[[Any, str], Cell]
"""From what the driver gives to the cell's value, in a currency."""


def text(raw: Any, _: str) -> str:
    """A text as it is stored."""
    return "" if raw is None else str(raw)


def told(raw: Any, _: str) -> str:
    """What a program said, in words."""
    return str(unpack(raw or ""))


def count(raw: Any, _: str) -> int | None:
    """A whole number."""
    return None if raw is None else int(raw)


def flag(raw: Any, _: str) -> bool:
    """Yes or no."""
    return bool(raw)


def time(raw: Any, _: str) -> Cell:
    """A time of the database."""
    return None if raw is None else fields.utc(raw)


def major(raw: Any, currency: str) -> Decimal | None:
    """An amount that is stored as a decimal."""
    return None if raw is None else shown(ledger.decimal(raw), currency)


def minor(raw: Any, currency: str) -> Decimal | None:
    """An amount that is stored in minor units."""
    return None if raw is None else money.from_minor(int(raw), currency)


def shown(amount: Decimal, currency: str) -> Decimal:
    """An amount with the currency's decimals, as files hold it."""
    return Decimal(money.amount_string(amount, currency))


@dataclass(frozen=True, slots=True)
class Column:
    """One column or several, made of what the driver gives for SQL expressions, in a currency."""

    names: tuple[str, ...]
    of: tuple[Any, ...]
    read: Callable[[Row, str], Sequence[Cell]]


def column(name: str, of: Any, read: Read = text) -> Column:
    """One column, of one SQL expression."""
    return Column((name,), (of,), lambda raw, currency: (read(raw[0], currency),))


def name_of_user() -> Column:
    """The name of a person, of a query that joins their account."""
    names = (User.first_name, User.last_name, User.username)
    return Column(("name",), names, lambda raw, _: (called(*raw),))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """A list: ``query`` has its rows, whatever it selects; ``at`` is what a span of days is about.

    ``currency`` is an SQL expression, None for a list without amounts.
    """

    columns: Sequence[Column]
    query: Any
    at: Any
    currency: Any = None
