"""Signing in: one prompt, a masked password, one sentence when it does not fit."""

import pytest

from tests.fixtures.pilot import press, scan, shown, write
from tests.ui.station import Bench, desk_of, ended, hammer, row, station
from tui_pos.screens.scan import ScanScreen
from tui_pos.screens.sign_in import SignInScreen

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
        await scan(pilot, name)
        await scan(pilot, password)
        assert sentence in shown(pilot).replace("\n", " ")
        if not isinstance(pilot.app.screen, SignInScreen):
            await press(pilot, "enter")
        await press(pilot, "escape")
        await scan(pilot, "trainee")
        await scan(pilot, "demo")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_escape_asks_for_another_user(bench: Bench) -> None:
    async with station(bench, trainee=False) as pilot:
        await scan(pilot, "lead")
        assert "Esc another user" in shown(pilot)
        await press(pilot, "escape")
        assert "User name" in shown(pilot)
        await press(pilot, "enter")
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
        hammer(pilot, *"/quit", "enter")
        await ended(pilot)


async def test_after_three_wrong_passwords_the_screen_says_how_long_to_wait(bench: Bench) -> None:
    async with station(bench, trainee=False) as pilot:
        await scan(pilot, "trainee")
        for _ in range(3):
            await scan(pilot, "guess")
            assert WRONG in shown(pilot)
        await scan(pilot, "demo")
        text = " ".join(shown(pilot).split())
        assert "Too many wrong passwords for this name: try again in" in text
        assert "Password of trainee" in text
        await press(pilot, "escape")
        await scan(pilot, "lead")
        await scan(pilot, "demo")
        assert isinstance(pilot.app.screen, ScanScreen)
