"""Columns in Django's storage form, so that the web site and the desk read what the other wrote.

A plain Peewee decimal loses its scale on SQLite, and a plain date-time writes an offset there that Django's
text comparison then misses. The functions at the end are what tables call: they carry the types.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, overload

from peewee import SQL, AutoField, Context, Field, NodeList, SqliteDatabase

from tui_pos.core.scan import printable
from tui_pos.data.errors import OddValue

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
MONEY_LIMIT = Decimal(10**8)
"""numeric(10,2) ends below it; SQLite would take more without a word."""


class IdField(AutoField):
    """Django's id: on SQLite AUTOINCREMENT, so that a deleted row's id never comes back on a receipt."""

    def ddl(self, ctx: Context) -> NodeList:
        """The column's definition for CREATE TABLE (used on SQLite alone)."""
        return NodeList((super().ddl(ctx), SQL("AUTOINCREMENT")))


class MoneyField(Field):
    """numeric(10,2): Decimal in and out, always with two places; more places are refused, never rounded."""

    field_type = "DECIMAL"

    def db_value(self, value: object) -> object:
        """A Decimal as the column takes it.

        Raises ValueError for an amount that it would store as another, TypeError for what is no amount.
        """
        if value is None:
            return None
        if not isinstance(value, Decimal | int) or isinstance(value, bool):
            raise TypeError(f"money must be a Decimal, not {type(value).__name__}")
        amount = Decimal(value)
        if not amount.is_finite() or abs(amount) >= MONEY_LIMIT:
            raise ValueError(f"{value} is more money than the column holds")
        exact = amount.quantize(CENT)
        if exact != amount:
            raise ValueError(f"{value} has a fraction of a cent")
        return exact

    def python_value(self, value: object) -> object:
        """What SQLite kept as integer or real, or PostgreSQL as numeric, as a Decimal with two places.

        Raises OddValue for what is no amount.
        """
        return None if value is None else money(value, self)


class UTCDateTimeField(Field):
    """timestamptz; on SQLite naive UTC text as Django writes it. Aware datetimes in, aware UTC out."""

    field_type = "TIMESTAMPTZ"

    def db_value(self, value: object) -> object:
        """SQLite: UTC text without offset. PostgreSQL: with it, so that no session's time zone changes it.

        Raises ValueError for a naive time.
        """
        if value is None:
            return None
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise ValueError(f"a time must be an aware datetime, not {value!r}")
        moment = value.astimezone(UTC)
        if self._is_sqlite():
            return moment.replace(tzinfo=None).isoformat(sep=" ")
        return moment

    def python_value(self, value: object) -> object:
        """The stored time, aware, in UTC. Raises OddValue for what is no time."""
        return None if value is None else utc(value, self)

    def _is_sqlite(self) -> bool:
        # A field of no table is asked by a test alone; SQLite's is the form that must be exact.
        model = getattr(self, "model", None)
        return model is None or isinstance(model._meta.database.obj, SqliteDatabase)


def money(value: object, field: Field | None = None) -> Decimal:
    """A money column as the driver hands it over, as a Decimal with two places.

    Raises OddValue, which names ``field``.
    """
    try:
        amount = Decimal(str(value)).quantize(CENT)
    except InvalidOperation:
        raise _odd(value, "an amount", field) from None
    if not amount.is_finite():
        raise _odd(value, "an amount", field)
    return amount


def utc(value: object, field: Field | None = None) -> datetime:
    """A time column as the driver hands it over (SQLite: text, PostgreSQL: aware), aware and in UTC.

    Raises OddValue, which names ``field``.
    """
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _odd(value, "a time", field) from None


def _odd(value: object, expected: str, field: Field | None) -> OddValue:
    where = f" ({field.model._meta.table_name}.{field.column_name})" if field is not None else ""
    return OddValue(
        f"The web site's data holds {printable(str(value), 40)!r} where {expected} belongs{where}:"
        " correct it there; tui-pos doctor names each such row."
    )


@overload
def money_column(*, null: Literal[True]) -> "Field[Decimal | None]": ...
@overload
def money_column(*, default: Decimal = ...) -> "Field[Decimal]": ...
def money_column(*, null: bool = False, default: Decimal | None = None) -> "Field[Any]":
    """A money column; without default it must be given."""
    return MoneyField(null=null, default=default)


@overload
def time_column(*, null: Literal[True]) -> "Field[datetime | None]": ...
@overload
def time_column(*, default: Callable[[], datetime] = ...) -> "Field[datetime]": ...
def time_column(*, null: bool = False, default: Callable[[], datetime] | None = None) -> "Field[Any]":
    """A time column, aware UTC; ``default`` is called when the row is written."""
    return UTCDateTimeField(null=null, default=default)
