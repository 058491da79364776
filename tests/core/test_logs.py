"""Logging as it is set up: one line a record, nothing private in it, no trouble when it cannot be written."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tui_pos.core import log_file, logs
from tui_pos.core.reasons import because

log = logging.getLogger("tui_pos.desk.sale")

PRIVATE = {
    "a Stripe key": "sk_test_51Habcdefghijklmnop",
    "a restricted live key": "rk_live_51Habcdefghijklmnop",
    "a token of a reader": "pst_test_YWNjdF8x",
    "a password in a URL": "postgresql://desk:geheim@db/program",
    "a password with @ in a URL": "postgresql://desk:p@geheim@db/program",
    "a password of a DSN": "password='geheim teil' host=db",
    "another password of a DSN": "user=desk password=geheim",
    "a request's authorization": "Authorization: Basic geheimZ2VoZWlt",
    "an e-mail address": "ottilie.quandt+desk@mail.example.net",
    "a card's number": "4242424242424242",
    "a card's number as it is printed": "4000 0027 6000 3184",
}
TOLD = "Key (email)=({}) is there already."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A set-up that the next one takes the place of."""
    logs.set_up(tmp_path / "home", "info")
    logs.at_station("desk 3")
    yield tmp_path / "home"
    logs.set_up(tmp_path / "home", "notset")


def log_of(home: Path) -> str:
    return (home / log_file.NAME).read_text()


def test_a_line_says_when_where_and_which_room(home: Path) -> None:
    log.info("order %s", "ORD-1")
    log.warning("two\nlines \x1b[31mred")
    first, second = log_of(home).splitlines()
    assert first.split(" ", 1)[1].startswith("INFO desk_3 ")
    assert first.endswith(" desk.sale: order ORD-1")
    assert second.endswith(" desk.sale: two lines red")


@pytest.mark.parametrize("private", PRIVATE.values(), ids=PRIVATE.keys())
def test_what_is_private_never_gets_into_it(home: Path, private: str) -> None:
    log.error("it failed: %s", TOLD.format(private))
    log_file.record_crash(RuntimeError(TOLD.format(private)), home / log_file.NAME)
    text = log_of(home)
    assert text.count("it failed:") == 1
    assert "RuntimeError" in text
    assert private not in text
    assert "geheim" not in text


def test_what_is_needed_is_not_taken_for_private() -> None:
    for kept in ("pi_3Q4242424242424242 of acct_1Q", "2026-11-27T08:00:00.123Z", "req_12345678901234567"):
        assert log_file.redact(kept) == kept


def test_the_level_decides_and_other_packages_only_warn(home: Path) -> None:
    log.debug("a reading")
    logging.getLogger("peewee").debug("SELECT ottilie")
    logging.getLogger("urllib3").info("connection")
    assert not (home / log_file.NAME).exists()
    logging.getLogger("asyncio").error("a task failed")
    assert log_of(home).count("\n") == 1
    logs.set_up(home, "debug")
    log.debug("a reading")
    logs.set_up(home, "warning")
    log.info("not any more")
    assert [line.rpartition(": ")[2] for line in log_of(home).splitlines()] == ["a task failed", "a reading"]


def test_a_log_that_cannot_be_written_stops_nothing_and_can_be_told(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    logs.set_up(file, "info")
    log.info("order")
    assert logs.fault(file) == because("log_not_written", file=str(file / log_file.NAME), fault="File exists")
    assert logs.fault(home) is None, "another desk's log"
    logs.set_up(home, "info")
    log.info("order")
    assert (logs.fault(home), logs.fault(file)) == (None, None)
