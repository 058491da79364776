"""Inserting a row under a fresh random name that nobody else has."""

from typing import Any

from peewee import Field

from tui_pos.core import clock
from tui_pos.data.base import Table
from tui_pos.desk.errors import Refused

LENGTH = 8
TRIES = 10


def insert_unique(
    table: type[Table], column: "Field[str]", prefix: str, values: dict[str, Any]
) -> tuple[int, str]:
    """Insert ``values`` with ``column`` set to ``<prefix>-`` and 8 of A-Z0-9; answers (id, that name).

    A clash writes nothing and does not hurt the running transaction: the database skips the row and the next
    name is tried. Raises Refused ``no_free_reference`` should that go on.
    """
    for _ in range(TRIES):
        name = f"{prefix}-{clock.random_code(LENGTH)}"
        query = table.insert({**values, column.name: name})
        row_id = query.on_conflict(action="nothing", conflict_target=[column]).execute()
        if row_id is not None:
            return int(row_id), name
    raise Refused("no_free_reference")
