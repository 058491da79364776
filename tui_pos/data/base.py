"""The one database that this process works in, and what every table is built from."""

from datetime import datetime
from typing import Any

from peewee import Check, DatabaseProxy, ForeignKeyField, IntegerField, Model

from tui_pos.core import clock
from tui_pos.data.fields import IdField

database = DatabaseProxy()


class Table(Model):
    """A row with an id; queries go to the database that ``connection.open_database`` bound."""

    id = IdField()

    class Meta:
        database = database


def now() -> datetime:
    """Default of the ``created_at`` and ``updated_at`` columns: read when the row is written."""
    return clock.now()


def foreign_key(model: Any, **options: Any) -> Any:
    """A foreign key as Django declares it: checked at commit, no action in the database, no backref."""
    options.setdefault("on_delete", None)
    return ForeignKeyField(model, backref="+", deferrable="INITIALLY DEFERRED", **options)


def positive(column: str, default: int | None = 0, **options: Any) -> Any:
    """Django's PositiveIntegerField: an integer that the database keeps from going below zero."""
    return IntegerField(default=default, constraints=[Check(f'"{column}" >= 0')], **options)
