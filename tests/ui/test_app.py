"""The app: what it imports before it paints, opening behind the first screen, header, the unexpected."""

import asyncio
import subprocess
import sys
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.fixtures.pty import Terminal80x24
from tests.ui.counter import shows, until
from tests.ui.station import Bench, Station, desk_of, ended, row, station
from tui_pos.bootstrap import demo
from tui_pos.core import config
from tui_pos.core.config import ConfigError
from tui_pos.data import connection
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Sale
from tui_pos.desk.errors import InvalidInput, NotFound
from tui_pos.desk.known_readers import ReaderState
from tui_pos.desk.payments import readers
from tui_pos.simulator import Server
from tui_pos.ui import app
from tui_pos.ui.app import run
from tui_pos.ui.screens.attendee import AttendeeScreen
from tui_pos.ui.screens.scan import ScanScreen
from tui_pos.ui.screens.sign_in import SignInScreen


def imported_with(module: str) -> set[str]:
    """The modules that a new process has after importing ``module``."""
    code = f"import sys, {module}; sys.stdout.write(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_neither_stripe_nor_the_database_is_imported_before_the_first_screen() -> None:
    loaded = imported_with("tui_pos.ui.app")
    assert not {"stripe", "requests", "peewee", "sqlite3", "typer"} & loaded


def test_the_demonstration_is_the_one_that_training_makes() -> None:
    assert demo.SLUG == app.DEMO


async def test_scans_are_taken_before_the_desk_is_open(bench: Bench) -> None:
    may_open = Event()

    class Slow(Station):
        def __init__(self) -> None:
            super().__init__(bench)
            self._open_session = self.open_slowly

        def open_slowly(self) -> Any:
            assert may_open.wait(10)
            return bench.place()

    async with Slow().run_test(size=(80, 24)) as pilot:
        assert "Opening the desk; scans are taken already" in shown(pilot)
        await type_scan(pilot, "NOOR2026")
        assert isinstance(pilot.app.screen, ScanScreen)
        may_open.set()
        await shows(pilot, "Noor Lindqvist", "[OK] REGISTERED")
        assert isinstance(pilot.app.screen, AttendeeScreen)
    connection.close_database()


async def type_scan(pilot: Pilot[Any], code: str) -> None:
    """A scan while a call is still on its way, for which `scan` would wait."""
    for char in code:
        await pilot.press(char)
    await pilot.press("enter")
    await pilot.pause()


async def test_a_desk_that_cannot_be_opened_ends_the_app_with_the_reason(bench: Bench) -> None:
    class Closed(Station):
        def __init__(self) -> None:
            super().__init__(bench)
            self._open_session = self.refuse

        def refuse(self) -> Any:
            raise NotFound("conference_not_found", "There is no conference nope; there is demo.")

    closed = Closed()
    async with closed.run_test(size=(80, 24)) as pilot:
        await ended(pilot)
    assert isinstance(closed.failure, NotFound)


async def test_the_header_says_where_who_and_in_which_mode(bench: Bench) -> None:
    async with station(bench) as pilot:
        assert row(pilot, 0).startswith(" Demo Conference   desk-3   Tilda Trainee   ")
        assert "TRAINING" in row(pilot, 0)


async def test_the_configured_reader_is_this_station_s_until_another_is_chosen(bench: Bench) -> None:
    async with station(bench, reader="tmr_front_2") as pilot:
        await until(pilot, lambda: "Front-2 ready" in row(pilot, 0), "the reader")
        assert readers.remembered_reader(desk_of(pilot)) == ("tmr_front_2", "Front-2")
    async with station(bench, reader="tmr_side_1") as pilot:
        await until(pilot, lambda: "Front-2 ready" in row(pilot, 0), "the reader")


async def test_the_header_knows_at_once_what_a_payment_learns_of_the_reader(bench: Bench) -> None:
    async with station(bench, reader="tmr_front_2") as pilot:
        await until(pilot, lambda: "Front-2 ready" in row(pilot, 0), "the reader")
        known = desk_of(pilot).readers
        for state in (ReaderState.OFFLINE, ReaderState.IN_USE):
            await asyncio.to_thread(known.learn, "tmr_front_2", state)
            await until(pilot, lambda: f"Front-2 {state}" in row(pilot, 0), "what was learnt")  # noqa: B023
        await asyncio.to_thread(known.learn, "tmr_front_1", ReaderState.OFFLINE)
        await asyncio.to_thread(known.payment_ended, "tmr_front_2")
        await until(pilot, lambda: "Front-2 ready" in row(pilot, 0), "that it is free again")


@pytest.mark.parametrize(
    ("reader", "says"), [("tmr_back_1", "Back-1 offline"), ("tmr_none", "tmr_none not found")]
)
async def test_the_header_says_what_is_the_matter_with_the_reader(
    bench: Bench, reader: str, says: str
) -> None:
    async with station(bench, reader=reader) as pilot:
        await until(pilot, lambda: says in row(pilot, 0), says)


async def test_a_stripe_that_does_not_answer_hinders_no_look_up(bench: Bench, simulator: Server) -> None:
    simulator.fault("cut_before", times=100)
    async with station(bench, reader="tmr_front_2") as pilot:
        await until(pilot, lambda: "tmr_front_2 not known" in row(pilot, 0), "the reader's state")
        await scan(pilot, "NOOR2026")
        assert isinstance(pilot.app.screen, AttendeeScreen)


async def test_f12_signs_out_from_anywhere_and_the_next_one_signs_in(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f12")
        assert isinstance(pilot.app.screen, SignInScreen)
        assert "Tilda" not in shown(pilot)
        assert "Noor" not in shown(pilot)
        await press(pilot, "escape", "f2", "f12")
        assert isinstance(pilot.app.screen, SignInScreen)
        await write(pilot, "lead\r")
        await scan(pilot, "demo")
        assert isinstance(pilot.app.screen, ScanScreen)
        assert "Lena Lead" in row(pilot, 0)
        await scan(pilot, "NOOR2026")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert pilot.app.screen.desk.staff.username == "lead"


async def test_quitting_parks_what_was_being_sold(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "7")
        await write(pilot, "/quit")
        await pilot.press("enter")
        await ended(pilot)
        with connected():
            assert [sale.status for sale in Sale.select()] == ["parked"]


async def test_the_unexpected_is_one_sentence_and_its_details_are_in_the_log(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with station(bench) as pilot:

        def broken(*_: object) -> None:
            raise ZeroDivisionError("with sk_test_secret in it")

        monkeypatch.setattr("tui_pos.desk.checkin.checkin.check_in", broken)
        await scan(pilot, "NOOR2026")
        await press(pilot, "enter")
        text = " ".join(shown(pilot).split())
        assert "That failed in a way nobody expected: tell the organisers reference" in text
        log = (bench.folder / "tui-pos.log").read_text()
        assert "ZeroDivisionError" in log
        assert "sk_test_secret" not in log
        await press(pilot, "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, AttendeeScreen)


def test_without_a_terminal_the_reason_is_said_and_what_else_is_wrong_first(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "unfit_terminal", lambda: "The desk's screens need a terminal.")
    settings = bench.settings()
    with pytest.raises(NotFound, match="nope"):
        run(settings, "nope", "desk-3", None)
    with pytest.raises(InvalidInput, match="need a terminal"):
        run(settings, "demo", "desk-3", None)
    connection.close_database()


def test_without_a_conference_or_a_config_it_says_how_to_begin(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "unfit_terminal", lambda: "")
    with pytest.raises(InvalidInput, match=r"known=\['demo'\]"):
        run(bench.settings(), None, "desk-3", None)
    with pytest.raises(ConfigError, match="tui-pos --conference demo"):
        run(config.Settings(home=bench.folder), "pycon", "desk-3", None)
    connection.close_database()


def test_on_a_real_terminal_an_unknown_conference_leaves_one_sentence_and_its_status(
    config_file: Path,
) -> None:
    argv = [sys.executable, "-m", "tui_pos", "--config", str(config_file), "--conference", "nope"]
    with Terminal80x24(argv) as terminal:
        assert terminal.wait_exit() == 3
        assert "There is no conference 'nope'" in terminal.text
        assert "Traceback" not in terminal.text


def test_on_a_real_terminal_a_scan_sent_at_once_finds_the_person(config_file: Path) -> None:
    argv = [sys.executable, "-m", "tui_pos", "--config", str(config_file), "--conference", "demo"]
    env = {"TUI_POS_SECRET": "demo", "TUI_POS_STATION": "desk-3"}
    with Terminal80x24([*argv, "--staff", "trainee"], env=env) as terminal:
        terminal.wait_for("Tilda Trainee")
        terminal.wait_for("Last here")
        terminal.send("NOOR2026\r")
        terminal.wait_for("[OK] REGISTERED")
        terminal.send("\x1b[24~")
        terminal.wait_for("Sign in to Demo Conference")
        terminal.type("/quit\r")
        assert terminal.wait_exit() == 0
