"""What commands do to the database's file: those that look change nothing, ``upgrade`` copies it first."""

import hashlib
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.till import Till, make_till, write
from tui_pos.core import config, log_file
from tui_pos.data import backups, connection, steps, upgrades
from tui_pos.data.connection import connected
from tui_pos.data.demo.staff import password_hash
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import ConferenceRules
from tui_pos.simulator import Server

SLUG = "python-2077"
LISTING = (["conferences"], ["lookup", "NOBODY"], ["find", "zz"], ["inventory"], ["orders"], ["readers"])
NEXT = ("CREATE TABLE tui_pos_next (id {id})",)
LATER = ("CREATE TABLE tui_pos_later (id {id})",)


@pytest.fixture
def file(django_file: Path, tmp_path: Path) -> Path:
    """A database that django-program has made."""
    (tmp_path / "django").mkdir()
    return Path(shutil.move(django_file, tmp_path / "django" / "db.sqlite3"))


@pytest.fixture
def django(
    file: Path,
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Till]:
    till = make_till(f"sqlite:///{file}", simulator, tmp_path, monkeypatch, capsys)
    till.change_config("conferences.demo", f"conferences.{SLUG}")
    till.change_config("[database]\n", "[database]\nwal = true\nkeep_backups = 1\n")
    yield till
    connection.close_database()


def content(folder: Path) -> dict[str, str]:
    """Every file of the folder by its digest."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def run(till: Till, *words: str) -> int:
    status = till.run(*words, conference=SLUG, staff="admin").status
    connection.close_database()
    return status


def journal_mode(file: Path) -> str:
    with closing(sqlite3.connect(file)) as plain:
        return str(plain.execute("PRAGMA journal_mode").fetchone()[0])


def test_commands_that_look_leave_djangos_file_byte_for_byte(django: Till, file: Path) -> None:
    before = content(file.parent)
    for words in LISTING:
        assert run(django, *words) == 5, words  # there are no tables of ours, and none are made
    assert content(file.parent) == before


def test_commands_that_look_leave_an_upgraded_file_byte_for_byte(django: Till, file: Path) -> None:
    django.change_config("wal = true\n", "")
    assert run(django, "upgrade") == 0
    django.change_config("[database]\n", "[database]\nwal = true\n")
    connection.open_database(f"sqlite:///{file}")
    write(lambda: User.update(password=password_hash()).where(User.username == "admin").execute())
    connection.close_database()
    before = content(file.parent)
    for words in LISTING:
        assert run(django, *words) == (3 if "NOBODY" in words else 0), words
    assert content(file.parent) == before
    assert journal_mode(file) == "delete"
    # The first command that does something stores the conference's rules, and asks for no other journal.
    run(django, "checkout", "--attendee", "NOBODY", "--item", "nothing")
    with closing(sqlite3.connect(file)) as plain:
        assert plain.execute(f"SELECT count(*) FROM {ConferenceRules._meta.table_name}").fetchone() == (1,)
    assert journal_mode(file) == "delete"


@pytest.mark.parametrize("words", [*LISTING, ["checkout", "--item", "x"]], ids=lambda words: words[0])
def test_no_command_makes_a_database_that_is_not_there(django: Till, file: Path, words: list[str]) -> None:
    file.unlink()
    answer = django.run(*words, conference=SLUG, staff="admin")
    assert answer.status == 5
    assert f"There is no database {file}; tui-pos init makes one." in answer.err
    assert content(file.parent) == {}


def test_upgrade_turns_the_journal_that_the_config_asks_for(django: Till, file: Path) -> None:
    assert run(django, "upgrade") == 0
    assert journal_mode(file) == "wal"


def test_the_copy_is_named_in_the_answer_and_in_the_log_and_the_config_says_how_many_stay(
    django: Till, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = config.load(django.config).home / log_file.NAME
    for wanted in (steps.STEPS, (*steps.STEPS, NEXT), (*steps.STEPS, NEXT, LATER)):
        monkeypatch.setattr(upgrades, "STEPS", wanted)
        answer = django.run("--json", "upgrade", conference=SLUG).json
        (copy,) = backups.found(file)
        assert answer["backup"] == str(copy)
        said = f"copied the database to {copy} before its upgrade from step {answer['before']} to"
        assert log.read_text().endswith(f"{said} {len(wanted)}\n")
        assert django.run("--json", "upgrade", conference=SLUG).json["backup"] is None
    with connected():
        assert upgrades.version() == len(steps.STEPS) + 2
