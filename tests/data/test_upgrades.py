"""The desk's own tables: made step by step, alike the models, once, and never backwards."""

import errno
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
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
from tui_pos.core import clock
from tui_pos.data import backups, connection, schema, steps, upgrades
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
        assert upgrades.upgrade() == upgrades.Upgrade(len(steps.STEPS), len(steps.STEPS))
    assert version() == len(steps.STEPS)


@pytest.mark.usefixtures("shop")
def test_a_newer_database_is_refused() -> None:
    with connected():
        database.execute_sql(f"UPDATE tui_pos_schema_version SET version = {len(steps.STEPS) + 1}")
    with pytest.raises(SchemaMismatch, match="Install the newer version"):
        schema.prepare()


def test_four_processes_run_each_step_once(django_url: str) -> None:
    def work(_number: int) -> int:
        with connected():
            done = upgrades.upgrade()
            return done.after - done.before

    with opened(django_url):
        assert sum(run_together(django_url, work, 4)) == len(steps.STEPS)
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


LATER = ("CREATE TABLE tui_pos_later (id {id})",)


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


@pytest.mark.usefixtures("shop")
def test_a_step_is_told_once_it_is_stored(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(upgrades, "STEPS", (*steps.STEPS, NEXT))
    caplog.set_level("INFO", "tui_pos.data")
    last = len(steps.STEPS) + 1

    def undone() -> None:
        upgrades._apply(last)
        raise LookupError

    with connected(), pytest.raises(LookupError):
        connection.run_tx(undone)
    assert "done" not in caplog.text
    with connected():
        upgrades.upgrade()
    assert f"step {last} of {last} done" in caplog.text


def test_a_later_upgrade_copies_the_file_once_whatever_the_steps(
    shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upgrades, "STEPS", (*steps.STEPS, NEXT, LATER))
    if is_sqlite():
        file_of(shop).chmod(0o640)
        if os.geteuid() == 0:
            os.chown(file_of(shop), 12345, 54321)
    with connected():
        done = upgrades.upgrade()
        assert database.table_exists("tui_pos_later")
    assert (done.before, done.after) == (len(steps.STEPS), len(steps.STEPS) + 2)
    if not is_sqlite():
        assert done.backup is None
        return
    assert done.backup is not None
    assert list(file_of(shop).parent.glob("*.before*")) == [done.backup]
    original, copy = file_of(shop).stat(), done.backup.stat()
    assert (copy.st_mode, copy.st_uid, copy.st_gid) == (original.st_mode, original.st_uid, original.st_gid)
    with closing(sqlite3.connect(done.backup)) as file:
        assert file.execute("SELECT version FROM tui_pos_schema_version").fetchone() == (len(steps.STEPS),)
        assert file.execute("SELECT count(*) FROM auth_user").fetchone()[0] > 40


def test_a_new_database_has_no_copy_and_djangos_has_one(django_url: str, tmp_path: Path) -> None:
    with opened(django_url):
        done = schema.prepare()
        assert (done.backup is not None) == is_sqlite()
    with opened(f"sqlite:///{tmp_path / 'new.sqlite3'}"):
        assert schema.prepare().backup is None


def test_processes_that_upgrade_together_make_one_copy(demo_url: str) -> None:
    def work(_number: int) -> int:
        with pytest.MonkeyPatch.context() as patch, connected():
            patch.setattr(upgrades, "STEPS", (*steps.STEPS, NEXT, LATER))
            return int(upgrades.upgrade().backup is not None)

    with opened(demo_url):
        assert sum(run_together(demo_url, work, 4)) == 1
    assert len(backups.found(file_of(demo_url))) == 1


def test_the_oldest_copies_are_removed(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = file_of(demo_url)
    start = clock.now()
    other = source.with_name(f"{source.name}.before-step-9.by-hand")
    other.write_text("not ours to remove")
    made = []
    for minute in range(5):
        moment = start + timedelta(minutes=minute)
        monkeypatch.setattr(clock, "now", partial(datetime.fromtimestamp, moment.timestamp(), UTC))
        made.append(backups.make(source, 9 + minute, 3))
    assert backups.found(source) == made[2:]
    assert other.exists()


NOTHING_WRITTEN = """
import resource, sys
from tui_pos.data import connection, schema, upgrades, steps
upgrades.STEPS = (*steps.STEPS, ("CREATE TABLE tui_pos_next (id {id})",))
connection.open_database("sqlite:///" + sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))
try:
    schema.prepare()
except Exception as error:
    print(type(error).__name__, error)
"""


def test_without_a_complete_copy_the_upgrade_does_not_begin(demo_url: str) -> None:
    source = file_of(demo_url)
    command = [sys.executable, "-c", NOTHING_WRITTEN, str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"DatabaseUnavailable Before the upgrade {source} is copied to ")
    assert done.stdout.rstrip().endswith(
        "nothing was changed: see what the system's log says of that disk and folder, then start again."
    )
    assert not list(source.parent.glob("*before*"))
    with opened(demo_url):
        assert version() == len(steps.STEPS)
        with connected():
            assert not database.table_exists("tui_pos_next")


def told_by_sqlite(name: str) -> sqlite3.Error:
    """An error as the driver raises it."""
    error = sqlite3.OperationalError("told by SQLite")
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (told_by_sqlite("SQLITE_FULL"), DatabaseUnavailable, "make room there, then start again"),
        (OSError(errno.ENOSPC, "No space left"), DatabaseUnavailable, "make room there, then start again"),
        (OSError(errno.EDQUOT, "Quota exceeded"), DatabaseUnavailable, "make room there, then start again"),
        (
            OSError(errno.EACCES, "Permission denied"),
            DatabaseUnavailable,
            "disk and folder, then start again",
        ),
        (told_by_sqlite("SQLITE_IOERR_WRITE"), DatabaseUnavailable, "see what the system's log says of that"),
        (told_by_sqlite("SQLITE_CORRUPT"), SchemaMismatch, "is damaged"),
    ],
)
def test_why_a_copy_failed_is_told_as_it_is(
    demo_url: str, monkeypatch: pytest.MonkeyPatch, error: Exception, kind: type[Exception], says: str
) -> None:
    def fail(*_files: Path) -> str:
        raise error

    monkeypatch.setattr(backups, "_copy", fail)
    with pytest.raises(kind, match=says):
        backups.make(file_of(demo_url), 9, 3)
    assert backups.found(file_of(demo_url)) == []


@pytest.mark.parametrize("keep", [1, 3])
def test_copies_of_a_clock_that_was_ahead_do_not_cost_the_new_one(demo_url: str, keep: int) -> None:
    source = file_of(demo_url)
    ahead = [source.with_name(f"{source.name}.before-step-{n}.20991231T00000{n}Z") for n in range(3)]
    for each in ahead:
        each.touch()
    made = backups.make(source, 9, keep)
    assert set(backups.found(source)) == {made, *ahead[len(ahead) + 1 - keep :]}


@pytest.mark.parametrize("wal", [False, True])
def test_djangos_file_keeps_its_journal_mode_unless_wal_is_asked_for(django_file: Path, wal: bool) -> None:
    def mode() -> str:
        with closing(sqlite3.connect(django_file)) as plain:
            return str(plain.execute("PRAGMA journal_mode").fetchone()[0])

    assert mode() == "delete"
    connection.open_database(f"sqlite:///{django_file}", wal=wal)
    schema.prepare()
    with connected():
        (synchronous,) = database.execute_sql("PRAGMA synchronous").fetchone()
    connection.close_database()
    assert (mode(), synchronous) == (("wal", 2) if wal else ("delete", 3))


def test_older_tables_are_refused_by_who_only_looks(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrades, "STEPS", (*steps.STEPS, NEXT))
    with opened(demo_url):
        with pytest.raises(SchemaMismatch, match="open a desk on it, or run tui-pos upgrade"):
            schema.check()
        assert version() == len(steps.STEPS)
