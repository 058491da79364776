"""The desk's own tables: made step by step, alike the models, once, and never backwards."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from peewee import (
    AutoField,
    BigIntegerField,
    CharField,
    ForeignKeyField,
    IntegerField,
    ProgrammingError,
    TextField,
)

from tests.fixtures.databases import opened
from tests.fixtures.processes import run_together
from tui_pos.data import schema, steps, upgrades
from tui_pos.data.base import Table, database
from tui_pos.data.connection import connected, is_sqlite
from tui_pos.data.errors import DatabaseUnavailable, SchemaMismatch
from tui_pos.data.fields import UTCDateTimeField
from tui_pos.data.tables import DESK

NEXT = ("CREATE TABLE tui_pos_next (id {id}, at {time} NOT NULL)",)


def version() -> int:
    """How far the open database has been upgraded."""
    with connected():
        (found,) = database.execute_sql("SELECT version FROM tui_pos_schema_version").fetchone()
    return int(found)


def declared(field: object) -> str:
    """The type, as the steps spell it, of the column behind a model's field."""
    if isinstance(field, ForeignKeyField):
        wide = field.rel_model._meta.table_name != "auth_user"
        return "bigint" if wide else "integer"
    if isinstance(field, CharField):
        return f"varchar({field.max_length})"
    spelled = {
        TextField: "text",
        BigIntegerField: "bigint",
        IntegerField: "integer",
        UTCDateTimeField: "{time}",
    }
    return "{id}" if isinstance(field, AutoField) else spelled[type(field)]


def columns_of_steps(url: str) -> dict[str, dict[str, tuple[str, bool]]]:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        names = [table._meta.table_name for table in DESK]
        return {
            name: {
                column: (kind.lower(), bool(required or primary))
                for _, column, kind, required, _, primary in file.execute(f"PRAGMA table_info({name})")
            }
            for name in names
        }


def test_steps_and_models_are_alike(demo_url: str) -> None:
    words = {"{id}": "integer", "{time}": "datetime"}
    made = columns_of_steps(demo_url)
    for table in DESK:
        expected = {}
        for field in table._meta.sorted_fields:
            kind = declared(field)
            expected[field.column_name] = (words.get(kind, kind), not field.null)
        assert made[table._meta.table_name] == expected, table


def unique_columns(table: type[Table]) -> set[tuple[str, ...]]:
    """What the model says is unique, but for its id and for partial indexes."""
    fields = table._meta.fields
    single = {(field.column_name,) for field in fields.values() if field.unique and not field.primary_key}
    several = {
        tuple(fields[name].column_name for name in names)
        for names, is_unique in table._meta.indexes
        if is_unique
    }
    return single | several


@pytest.mark.usefixtures("shop")
def test_unique_columns_and_references_are_alike() -> None:
    with connected():
        for table in DESK:
            name = table._meta.table_name
            made = {
                tuple(index.columns)
                for index in database.get_indexes(name)
                if index.unique and "live" not in index.name and index.columns != ["id"]
            }
            assert made == unique_columns(table), name
            references = {(key.column, key.dest_table) for key in database.get_foreign_keys(name)}
            keys = [field for field in table._meta.sorted_fields if isinstance(field, ForeignKeyField)]
            assert references == {(key.column_name, key.rel_model._meta.table_name) for key in keys}, name


@pytest.mark.usefixtures("shop")
def test_an_upgraded_database_is_left_as_it_is() -> None:
    with connected():
        assert upgrades.upgrade() == 0
    assert version() == len(steps.STEPS)


@pytest.mark.usefixtures("shop")
def test_a_newer_database_is_refused() -> None:
    with connected():
        database.execute_sql(f"UPDATE tui_pos_schema_version SET version = {len(steps.STEPS) + 1}")
    with pytest.raises(SchemaMismatch, match="Install the newer version"):
        schema.prepare()


def test_four_processes_run_each_step_once(real_url: str) -> None:
    def work(_number: int) -> int:
        with connected():
            return upgrades.upgrade()

    with opened(real_url):
        assert sum(run_together(real_url, work, 4)) == len(steps.STEPS)
        assert version() == len(steps.STEPS)


@pytest.mark.usefixtures("shop")
def test_a_step_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = (*NEXT, "CREATE INTO tui_pos_other")
    monkeypatch.setattr(upgrades, "STEPS", (*steps.STEPS, broken))
    with pytest.raises((DatabaseUnavailable, ProgrammingError), match="syntax error"), connected():
        upgrades.upgrade()
    assert version() == len(steps.STEPS)
    with connected():
        assert not database.table_exists("tui_pos_next")


def test_a_later_step_backs_up_the_file_first(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrades, "STEPS", (*steps.STEPS, NEXT))
    with connected():
        assert upgrades.upgrade() == 1
        assert database.table_exists("tui_pos_next")
    assert version() == len(steps.STEPS) + 1
    if is_sqlite():
        path = Path(shop.removeprefix("sqlite:///"))
        backup = path.with_name(f"{path.name}.before-step-{len(steps.STEPS) + 1}")
        with closing(sqlite3.connect(backup)) as file:
            assert file.execute("SELECT version FROM tui_pos_schema_version").fetchone() == (
                len(steps.STEPS),
            )
            assert file.execute("SELECT count(*) FROM auth_user").fetchone()[0] > 40
        assert {found.name for found in path.parent.glob("*.before*")} == {backup.name}
