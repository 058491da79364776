"""What a desk asks about its station before it opens, and F12 from wherever it is pressed."""

import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from tests.desk.conftest import staff_called
from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.fixtures.pty import Terminal80x24
from tests.ui.station import Bench, Station, desk_of, ended, row, station
from tui_pos.bootstrap.session import DeskSession
from tui_pos.core import clock
from tui_pos.core.config import Settings, StationSettings
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User, UserGroup
from tui_pos.data.tables.desk import AuditEntry
from tui_pos.data.tables.desk import Station as StationRow
from tui_pos.data.tables.program import Conference
from tui_pos.desk import lease_owners
from tui_pos.desk.access import occupancy
from tui_pos.desk.context import Desk
from tui_pos.ui.app import DeskApp
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.screens.scan import ScanScreen
from tui_pos.ui.screens.sign_in import SignInScreen


class OtherStations(Bench):
    """The config knows desk-1 and desk-2 alone."""

    def settings(self, reader: str = "") -> Settings:
        return replace(super().settings(reader), stations={f"desk-{n}": StationSettings() for n in (1, 2)})


class Unnamed(Bench):
    """Nobody has named the station: it is called after an address."""

    def place(self, *, trainee: bool = True, reader: str = "") -> DeskSession:
        return replace(super().place(trainee=trainee, reader=reader), is_named=False)


def other(bench: Bench, kind: type[Bench]) -> Bench:
    return kind(bench.folder, bench.database_url, bench.stripe_url)


def occupied(bench: Bench, username: str, *, is_alive: bool = True) -> Desk:
    """desk-3 as another running desk has it, on another host."""
    place = bench.place(trainee=False)
    desk = place.desk(staff_called(username))
    owner = "other:1:1:another-host:desk-3" if is_alive else lease_owners.new_owner(desk)
    occupancy.claim(desk, owner)
    if not is_alive:
        lease_owners.ended(owner)
    with connected():
        StationRow.update(host="till-host").where(StationRow.name == "desk-3").execute()
    return desk


def holder() -> tuple[str, str]:
    """Who has desk-3: the running desk and the user."""
    with connected():
        found = StationRow.get(StationRow.name == "desk-3")
        return found.desk, User.get(User.id == found.staff_id).username if found.staff_id else ""


async def test_a_station_that_the_config_does_not_know_is_said_and_asked(bench: Bench) -> None:
    async with station(other(bench, OtherStations)) as pilot:
        text = " ".join(shown(pilot).split())
        assert "The station desk-3 is not known" in text
        assert "desk-1, desk-2." in text
        assert "Enter open desk-3" in text
        await scan(pilot, "NOOR2026")
        assert "was not used" in shown(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ScanScreen)
        await scan(pilot, "NOOR2026")
        assert "Noor Lindqvist" in shown(pilot)


async def test_whoever_did_not_mean_that_station_leaves_with_a_sentence(bench: Bench) -> None:
    async with station(other(bench, OtherStations)) as pilot:
        await press(pilot, "escape")
        await ended(pilot)
        assert isinstance(pilot.app, DeskApp)
        assert str(pilot.app.failure).endswith("Name this desk with --station.")
        assert getattr(pilot.app.failure, "code", "") == "station_unknown"


async def test_it_is_asked_once_and_not_at_every_sign_in(bench: Bench) -> None:
    async with station(other(bench, OtherStations), trainee=False) as pilot:
        await sign_in(pilot)
        assert "is not known" in shown(pilot)
        await press(pilot, "enter", "f12")
        assert isinstance(pilot.app.screen, SignInScreen)
        await sign_in(pilot)
        assert isinstance(pilot.app.screen, ScanScreen)


async def sign_in(pilot: Pilot[object], username: str = "trainee") -> None:
    await write(pilot, f"{username}\r")
    await scan(pilot, "demo")


@pytest.mark.parametrize("trainee", [True, False])
async def test_a_station_in_use_is_told_by_whom_and_since_when_and_asked(bench: Bench, trainee: bool) -> None:
    desk = occupied(bench, "lead")
    since = desk.local(clock.now())
    async with station(bench, trainee=trainee) as pilot:
        if not trainee:
            await sign_in(pilot)
        text = " ".join(shown(pilot).split())
        assert "desk-3 is in use" in text
        assert "Lena Lead has had desk-3 open since" in text
        assert any(f"{since + timedelta(minutes=n):%H:%M} on till-host." in text for n in (-1, 0))
        assert holder() == ("other:1:1:another-host:desk-3", "lead")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ScanScreen)
        assert holder()[1] == "trainee"
        with connected():
            (entry,) = AuditEntry.select().where(AuditEntry.what == "station_taken")
        assert entry.text == "Lena Lead, till-host"
        await scan(pilot, "NOOR2026")
        assert "Noor Lindqvist" in shown(pilot)


async def test_whoever_leaves_it_to_the_other_changes_nothing(bench: Bench) -> None:
    occupied(bench, "lead")
    async with station(bench) as pilot:
        await press(pilot, "escape")
        await ended(pilot)
        assert isinstance(pilot.app, DeskApp)
        assert "Lena Lead has had desk-3 open since" in str(pilot.app.failure)
    bench.place()
    assert holder() == ("other:1:1:another-host:desk-3", "lead")


@pytest.mark.parametrize("username", ["lead", "trainee"])
async def test_two_people_behind_one_address_get_a_station_each(bench: Bench, username: str) -> None:
    """All who practise are the trainee, and still somebody else."""
    occupied(bench, username)
    async with station(other(bench, Unnamed)) as pilot:
        assert "Enter opens this desk beside it, as desk-3-2." in " ".join(shown(pilot).split())
        await press(pilot, "enter")
        assert desk_of(pilot).station == "desk-3-2"
        assert "Demo Conference   desk-3-2   Tilda Trainee" in row(pilot, 0)
        assert holder() == ("other:1:1:another-host:desk-3", username)


async def test_the_same_person_behind_the_same_address_goes_on_where_they_were(bench: Bench) -> None:
    occupied(bench, "trainee")
    async with station(other(bench, Unnamed), trainee=False) as pilot:
        await sign_in(pilot)
        assert "Enter takes the station over" in " ".join(shown(pilot).split())
        await press(pilot, "enter")
        assert desk_of(pilot).station == "desk-3"


async def test_a_desk_whose_process_ended_is_not_asked_about(bench: Bench) -> None:
    occupied(bench, "lead", is_alive=False)
    async with station(bench) as pilot:
        assert isinstance(pilot.app.screen, ScanScreen)
        assert holder()[1] == "trainee"


async def test_the_desk_that_lost_its_station_locks_and_says_to_whom(bench: Bench) -> None:
    async with station(bench) as pilot:
        app = pilot.app
        assert isinstance(app, Station)
        await press(pilot, "f2")
        lead = desk_of(pilot)
        occupancy.claim(
            replace(lead, staff=staff_called("lead")), "other:1:1:another-host:desk-3", take_over=True
        )
        await press(pilot, "f1")
        app._keep_station()
        await settled(pilot)
        assert isinstance(app.screen, SignInScreen) or "took desk-3 over" in shown(pilot)
        assert "Lena Lead took desk-3 over at" in " ".join(shown(pilot).split())
        assert app.desk is None
        assert holder()[1] == "lead"


async def test_a_lock_gives_the_station_back(bench: Bench) -> None:
    async with station(bench) as pilot:
        assert holder()[1] == "trainee"
        await press(pilot, "f12")
        assert holder() == ("", "")


@pytest.mark.parametrize(
    "way", [["f1"], ["f2"], ["f2", "f1"], ["f3"], ["f3", "f1"], ["f4"], ["f2", "f10"], ["f2", "f6"]]
)
async def test_f12_locks_from_every_screen_and_from_what_stands_in_front_of_it(
    bench: Bench, way: list[str]
) -> None:
    async with station(bench) as pilot:
        for key in way:
            await press(pilot, key)
        await press(pilot, "f12")
        assert isinstance(pilot.app.screen, SignInScreen)
        assert len(pilot.app.screen_stack) == 2


async def test_f12_locks_in_front_of_a_question(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        await write(pilot, "t-shirt\r")
        await press(pilot, "escape")
        await press(pilot, "f12")
        assert isinstance(pilot.app.screen, SignInScreen)


@pytest.mark.parametrize("broken", ["inactive", "no right", "conference"])
async def test_a_cart_locks_whatever_became_of_the_person_or_the_conference(
    bench: Bench, broken: str
) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        await write(pilot, "t-shirt\r")
        with connected():
            if broken == "inactive":
                User.update(is_active=False).where(User.username == "trainee").execute()
            elif broken == "no right":
                UserGroup.delete().execute()
            else:
                Conference.update(is_active=False).execute()
        await press(pilot, "f12")
        assert isinstance(pilot.app.screen, SignInScreen)


@pytest.mark.parametrize("keys", [(), ("f2",), ("f3",)], ids=repr)
async def test_a_lock_that_is_asked_for_twice_opens_one_sign_in(bench: Bench, keys: tuple[str, ...]) -> None:
    async with station(bench) as pilot:
        await press(pilot, *keys)
        app = pilot.app
        assert isinstance(app, DeskApp)
        if keys:
            slow = threading.Event()
            top = app.screen
            assert isinstance(top, DeskScreen)
            top.ask(slow.wait, lambda _: None, lane="cart", hold=True)
            app.call_later(slow.set)
        app.lock()
        app.lock()  # before anything was put away
        await settled(pilot)
        assert [type(screen) for screen in app.screen_stack] == [ScanScreen, SignInScreen]
        await write(pilot, "lead\r")
        await scan(pilot, "demo")
        assert app.screen is app.screen_stack[0]
        assert desk_of(pilot).staff.username == "lead"


def desk_process(bench: Bench, username: str, **env: str) -> Terminal80x24:
    """A desk as a process of its own, on a terminal of its own."""
    file = bench.folder / "config.toml"
    file.write_text(
        f'[database]\nurl = "{bench.database_url}"\n[stripe]\napi_base = "{bench.stripe_url}"\n'
        '[conferences.demo]\ncurrency = "USD"\n'
    )
    argv = [
        sys.executable,
        "-m",
        "tui_pos",
        "--config",
        str(file),
        "--conference",
        "demo",
        "--staff",
        username,
    ]
    return Terminal80x24(argv, env={"TUI_POS_SECRET": "demo", **env}, timeout=60)


@pytest.mark.thorough
def test_a_second_process_asks_and_the_first_locks_and_a_killed_one_is_not_asked_about(bench: Bench) -> None:
    named = {"TUI_POS_STATION": "desk-3"}
    with desk_process(bench, "trainee", **named) as first:
        first.wait_for("Last here")
        with desk_process(bench, "lead", **named) as second:
            second.wait_for("Enter take desk-3 over")
            assert "Tilda Trainee has had desk-3 open since" in second.text
            second.send("\r")
            second.wait_for("Last here")
            first.wait_for("took desk-3 over")
            second.process.kill()
            second.process.wait()
        with desk_process(bench, "lead", **named) as third:
            third.wait_for("Last here")
            assert "in use" not in third.text


@pytest.mark.thorough
def test_two_processes_behind_one_address_do_not_share_a_station(bench: Bench) -> None:
    address = {"SSH_CONNECTION": "192.0.2.7 51000 192.0.2.1 22"}
    with desk_process(bench, "trainee", **address) as first:
        first.wait_for("192.0.2.7")
        first.wait_for("Last here")
        with desk_process(bench, "lead", **address) as second:
            second.wait_for("Enter open 192.0.2.7-2")
            second.send("\r")
            second.wait_for("192.0.2.7-2   Lena Lead")
        assert "Last here" in first.text
