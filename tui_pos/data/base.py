"""The one database that this process works in, and what every table is built from."""

from datetime import datetime
from typing import Any, Self, cast

from peewee import Check, DatabaseProxy, Field, FieldAlias, ForeignKeyField, IntegerField, Model, ModelSelect

from tui_pos.core import clock
from tui_pos.data.fields import IdField

database = DatabaseProxy()


class Rows(ModelSelect):
    """A SELECT that spells the columns of whole rows in one go.

    Peewee visits six objects for each column of each query: a quarter of the time of the tests of payments.
    """

    def __sql_selection__(self, ctx: Any, is_subquery: bool = False) -> Any:
        fields = self.selected_columns
        if is_subquery or any(isinstance(each, FieldAlias) or not isinstance(each, Field) for each in fields):
            return super().__sql_selection__(ctx, is_subquery)
        # In this order Peewee numbers the tables of a query.
        models = dict.fromkeys(each.model for each in fields)
        prefixes = {model: f'"{ctx.alias_manager[model._meta.table]}"."' for model in models}
        return ctx.literal(", ".join(f'{prefixes[each.model]}{each.column_name}"' for each in fields))


class Table(Model):
    """A row with an id; queries go to the database that ``connection.open_database`` bound."""

    id = IdField()

    class Meta:
        database = database

    @classmethod
    def select(cls, *fields: Any) -> "ModelSelect[Self]":
        """Rows of this table, or of those that ``fields`` name; Peewee's own way apart from its columns."""
        return cast("ModelSelect[Self]", Rows(cls, fields or cls._meta.sorted_fields, is_default=not fields))


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
