"""Signing in: one prompt, a masked password, one sentence when it does not fit."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.pilot import TIMEOUT, calls_ended, press, scan, send_scan, settled, shown, write
from tests.ui.counter import until
from tests.ui.station import Bench, Station, desk_of, ended, hammer, row, station
from tui_pos.data.connection import close_database
from tui_pos.desk.access import sign_in
from tui_pos.desk.access.passwords import verify
from tui_pos.ui.app import DeskApp
from tui_pos.ui.screens.scan import ScanScreen
from tui_pos.ui.screens.sign_in import SignInScreen
from tui_pos.ui.widgets.scan_input import ScanInput

WRONG = "The user name and the password do not fit together."


async def test_the_name_then_the_masked_password_open_the_desk(bench: Bench) -> None:
    async with station(bench, trainee=False) as pilot:
        assert "Sign in to Demo Conference at desk-3" in shown(pilot)
        await write(pilot, "trainee\r")
        assert "Password of trainee" in shown(pilot)
        await write(pilot, "demo")
        assert "> ****_" in shown(pilot)
        assert "demo" not in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ScanScreen)
        assert "Demo Conference   desk-3   Tilda Trainee" in row(pilot, 0)
        assert desk_of(pilot).staff.username == "trainee"


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("trainee", "wrong", WRONG),
        ("nobody", "demo", WRONG),
        ("[/off]", "/demo", WRONG),
        ("visitor", "demo", "Viktor Visitor may not use a desk"),
    ],
)
async def test_who_may_not_in_reads_one_sentence_and_may_try_again(
    bench: Bench, name: str, password: str, sentence: str
) -> None:
    async with station(bench, trainee=False) as pilot:
        await write(pilot, f"{name}\r")
        await scan(pilot, password)
        assert sentence in shown(pilot).replace("\n", " ")
        if not isinstance(pilot.app.screen, SignInScreen):
            await press(pilot, "enter")
        await press(pilot, "escape")
        await write(pilot, "trainee\r")
        await scan(pilot, "demo")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_escape_asks_for_another_user(bench: Bench) -> None:
    async with station(bench, trainee=False) as pilot:
        await write(pilot, "lead\r")
        assert "Esc another user" in shown(pilot)
        await press(pilot, "escape")
        assert "User name" in shown(pilot)
        assert "Type your user name, then press Enter." in shown(pilot)


async def test_a_named_member_of_staff_is_only_asked_for_the_password(bench: Bench) -> None:
    async with station(bench, staff="lead") as pilot:
        assert "Password of lead" in shown(pilot)
        await scan(pilot, "demo")
        assert desk_of(pilot).staff.username == "lead"


async def test_with_a_secret_given_nothing_is_asked(bench: Bench) -> None:
    async with station(bench, staff="lead", secret="demo") as pilot:
        assert isinstance(pilot.app.screen, ScanScreen)
        assert "Lena Lead" in row(pilot, 0)


async def test_a_wrong_secret_is_asked_for_again(bench: Bench) -> None:
    async with station(bench, staff="lead", secret="wrong") as pilot:
        assert WRONG in shown(pilot)
        await scan(pilot, "demo")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_a_password_too_long_to_be_one_is_not_checked(bench: Bench) -> None:
    async with station(bench, staff="lead") as pilot:
        await scan(pilot, "x" * 5000)
        assert "That is longer than 200 characters: type it again." in shown(pilot)


async def test_the_program_can_be_left_from_the_user_name(bench: Bench) -> None:
    async with station(bench, trainee=False) as pilot:
        hammer(pilot, *"/quit", "enter", gap=0.15)
        await ended(pilot)


async def test_after_three_wrong_passwords_the_screen_says_how_long_to_wait(bench: Bench) -> None:
    async with station(bench, trainee=False) as pilot:
        await write(pilot, "trainee\r")
        for _ in range(3):
            await scan(pilot, "guess")
            assert WRONG in shown(pilot)
        await scan(pilot, "demo")
        text = " ".join(shown(pilot).split())
        assert "Too many wrong passwords for this name: try again in" in text
        assert "Password of trainee" in text
        await press(pilot, "escape")
        await write(pilot, "lead\r")
        await scan(pilot, "demo")
        assert isinstance(pilot.app.screen, ScanScreen)


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[str], threading.Event]]:
    """The secrets that were checked, and what lets the checks end."""
    tried: list[str] = []
    may_end = threading.Event()

    def slow(secret: str, stored: str) -> bool:
        tried.append(secret)
        may_end.wait(TIMEOUT)
        return verify(secret, stored)

    monkeypatch.setattr("tui_pos.desk.access.sign_in.verify", slow)
    yield tried, may_end
    may_end.set()


@pytest.mark.parametrize(("password", "opens"), [("demo", True), ("guess", False)])
async def test_a_scan_while_the_password_is_checked_is_for_the_desk_and_no_password(
    bench: Bench, checks: tuple[list[str], threading.Event], password: str, opens: bool
) -> None:
    tried, may_end = checks
    async with station(bench, staff="trainee") as pilot:
        send_scan(pilot, password)
        await until(pilot, lambda: tried == [password], "the check")
        send_scan(pilot, "NOOR2026", "OWEN2026")
        await pilot.pause(0.2)
        may_end.set()
        await settled(pilot)
        assert tried == [password]
        if opens:
            await until(pilot, lambda: "Owen" in shown(pilot), "the second of the badges")
        else:
            assert WRONG in shown(pilot)
            await scan(pilot, "demo")
            assert isinstance(pilot.app.screen, ScanScreen)


@pytest.mark.parametrize("secret", ["demo", ""])
async def test_a_scan_while_the_desk_opens_is_for_the_desk_and_no_password(
    bench: Bench, checks: tuple[list[str], threading.Event], secret: str
) -> None:
    tried, may_end = checks
    app = Station(bench, trainee=False, staff="trainee", secret=secret)
    may_open, open_session = threading.Event(), app._open_session
    app._open_session = lambda: (may_open.wait(TIMEOUT), open_session())[1]
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: isinstance(app.screen, SignInScreen), "the sign-in")
            if not secret:
                send_scan(pilot, "demo")
                await until(pilot, lambda: "Opening the desk" in shown(pilot), "that it was read")
            send_scan(pilot, "NOOR2026")
            await pilot.pause(0.2)
            may_end.set()
            may_open.set()
            await until(pilot, lambda: "Noor Lindqvist" in shown(pilot), "the badge")
            assert tried == ["demo"]
    finally:
        await calls_ended()
        app.leave_station()
        close_database()


async def test_a_line_that_was_forgotten_is_neither_a_name_nor_a_password(
    bench: Bench, checks: tuple[list[str], threading.Event]
) -> None:
    tried, may_end = checks
    may_end.set()
    async with station(bench, trainee=False) as pilot:
        app = pilot.app
        assert isinstance(app, DeskApp)
        for typed, asked in (("", "User name"), ("trainee", "Password of trainee")):
            if typed:
                await write(pilot, f"{typed}\r")
            line = ScanInput.Entered("from-before", True)
            app.forget_input()
            assert isinstance(app.screen, SignInScreen)
            app.screen.prompt.post_message(line)
            await settled(pilot)
            assert asked in shown(pilot)
        assert tried == []


async def test_a_badge_is_no_user_name(bench: Bench) -> None:
    async with station(bench, trainee=False) as pilot:
        await scan(pilot, "NOOR2026")
        assert "[!] That scan was not used: type your user name first." in shown(pilot)
        assert "User name" in shown(pilot)


async def test_while_the_password_is_checked_nothing_is_offered(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, real = threading.Event(), sign_in.sign_in

    def held(*given: Any) -> Any:
        go_on.wait(TIMEOUT)
        return real(*given)

    monkeypatch.setattr(sign_in, "sign_in", held)
    async with station(bench, trainee=False, staff="trainee") as pilot:
        send_scan(pilot, "demo")
        try:
            await until(pilot, lambda: "Checking, please wait" in shown(pilot), "the check")
            assert "Esc" not in row(pilot, 23)
        finally:
            go_on.set()
        await settled(pilot)
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_what_was_told_to_one_does_not_stand_for_the_next(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "enter")
        assert "Scan a badge first" in row(pilot, 2)
        await press(pilot, "f12")
        await write(pilot, "lead\rdemo\r")
        assert "Lena Lead" in row(pilot, 0)
        assert "Scan a badge first" not in shown(pilot)
