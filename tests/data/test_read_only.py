"""A SQLite file that may only be read, beside others who write it: as it is at each moment, never damaged."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fixtures.databases import opened
from tui_pos.data import engines, health
from tui_pos.data.connection import connected, open_database, run_tx, why_read_only
from tui_pos.data.errors import DatabaseUnavailable, ReadOnlyDatabase
from tui_pos.data.tables.auth import Group


@pytest.fixture(params=["delete", "wal"])
def file(request: pytest.FixtureRequest, django_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """django-program's file in each journal mode, which nobody has open, on a disk that is full for us."""
    with closing(sqlite3.connect(django_file)) as plain:
        assert plain.execute(f"PRAGMA journal_mode = {request.param}").fetchone() == (request.param,)
    monkeypatch.setattr(engines, "ROOM", 2**70)
    return django_file


def add(writer: sqlite3.Connection, name: str) -> None:
    """Add a group, as the web site would."""
    with writer:
        writer.execute("INSERT INTO auth_group (name) VALUES (?)", (name,))


def names() -> set[str]:
    """The groups, as this desk reads them."""
    with connected():
        return {each.name for each in Group.select()}


def test_what_others_write_meanwhile_is_seen(file: Path) -> None:
    with opened(f"sqlite:///{file}"):
        assert "is full" in why_read_only()
        before = names()
        assert [each.name for each in file.parent.iterdir()] == [file.name]
        with closing(sqlite3.connect(file)) as writer:
            add(writer, "first")
            assert names() == before | {"first"}
            add(writer, "second")
            assert names() == before | {"first", "second"}
        assert names() == before | {"first", "second"}
        with pytest.raises(ReadOnlyDatabase, match="is full"):
            run_tx(lambda: Group.create(name="ours"))
        with pytest.raises(ReadOnlyDatabase, match="is full"):
            health.try_to_write()


@pytest.mark.parametrize("file", ["delete"], indirect=True)
def test_a_file_in_the_middle_of_a_write_is_not_called_damaged(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "READING", (("busy_timeout", 50), ("query_only", 1)))
    with closing(sqlite3.connect(file)) as writer:
        writer.execute("PRAGMA cache_size = 1")  # so that pages go to the file before the commit
        with writer:
            rows = [(f"{number:04d}" + "x" * 140,) for number in range(2000)]
            writer.executemany("INSERT INTO auth_group (name) VALUES (?)", rows)
            with (
                opened(f"sqlite:///{file}"),
                pytest.raises(DatabaseUnavailable, match="database is locked") as busy,
            ):
                health.damage()
            assert type(busy.value) is DatabaseUnavailable
        with opened(f"sqlite:///{file}"):
            assert health.damage() == ""


def test_a_file_that_cannot_be_read_either_is_one_sentence(file: Path) -> None:
    file.unlink()
    file.mkdir()
    with pytest.raises(DatabaseUnavailable, match="disk of the database fails"):
        open_database(f"sqlite:///{file}")
