"""Many rows in few statements: Peewee builds one object for each value, which takes longer than all else."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from tui_pos.data.base import Table, database
from tui_pos.data.connection import is_sqlite
from tui_pos.data.queries import batches

_AS_THEY_ARE = (str, int, bool, type(None))
"""What every column takes that takes such a value at all."""
MOST_VALUES = 30_000
"""So many values of one statement: SQLite takes 32,766, PostgreSQL 65,535."""


def insert(table: type[Table], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write rows that all have the same columns, by the names of the fields; their ids, in the same order.

    A value is what the field takes; a column that no row names has its field's default.
    """
    if not rows:
        return []
    names = tuple(rows[0])
    others = _others(table, names)
    defaults = (each.default() if callable(each.default) else each.default for each in others)
    fixed = [each.db_value(default) for each, default in zip(others, defaults, strict=True)]
    own = [table._meta.fields[name] for name in names]
    fields = [*own, *others]
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    ids: list[int] = []
    for some in batches(rows, MOST_VALUES // len(fields)):
        values: list[object] = []
        stored: dict[object, object] = {}  # the same few times and amounts stand in many rows
        for row in some:
            for field, value in zip(own, row.values(), strict=True):
                if type(value) not in _AS_THEY_ARE:
                    if (field, value) not in stored:
                        stored[field, value] = field.db_value(value)
                    value = stored[field, value]
                values.append(value)
            values += fixed
        one = f"({', '.join('?' * len(fields))})"
        sql = (
            f"INSERT INTO {table._meta.table_name} ({columns}) VALUES {', '.join([one] * len(some))}"
            " RETURNING id"
        )
        ids += sorted(row[0] for row in execute(sql, values).fetchall())
    return ids


def execute(sql: str, values: Iterable[object]) -> Any:
    """Run a statement with the engine's own mark in the place of each ``?``."""
    return database.execute_sql(sql if is_sqlite() else sql.replace("?", "%s"), tuple(values))


@cache
def _others(table: type[Table], names: tuple[str, ...]) -> tuple[Any, ...]:
    """The columns beside these and the id."""
    return tuple(field for field in table._meta.sorted_fields if field.name not in (*names, "id"))
