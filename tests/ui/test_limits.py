"""A desk that opens on something broken: what the screens say and refuse, and that it goes on by itself."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fixtures.pilot import press, scan, shown
from tests.ui.counter import shows, until
from tests.ui.station import Bench, desk_of, row, station
from tui_pos.bootstrap import doctor
from tui_pos.core import clock
from tui_pos.core.config import ConferenceSettings, Settings
from tui_pos.data import connection, health
from tui_pos.data.errors import ReadOnlyDatabase
from tui_pos.desk.limits import Stop
from tui_pos.simulator import Server
from tui_pos.simulator.engine.fixtures import LOCATION_ID
from tui_pos.simulator.server.trace import HttpExchange
from tui_pos.ui.app import DeskApp
from tui_pos.ui.screens.attendee import AttendeeScreen

KEY = "rk_test_till"
NO_CHARGES = ["rak_payment_intent_write", "rak_terminal_reader_read", "rak_charge_write"]


class Restricted(Bench):
    """A bench whose key is a restricted one."""

    def settings(self, reader: str = "") -> Settings:
        conference = ConferenceSettings(
            currency="USD", stripe_secret_key_env="DEMO_KEY", stripe_location=LOCATION_ID
        )
        return replace(super().settings(reader), conferences={"demo": conference})


@pytest.fixture
def restricted(
    tmp_path: Path, demo_url: str, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> Restricted:
    monkeypatch.setenv("DEMO_KEY", KEY)
    return Restricted(tmp_path, demo_url, simulator.url)


def broken(*_: object) -> None:
    raise ReadOnlyDatabase("The disk of the database is full (no space left): make room.")


async def test_a_desk_that_is_well_says_nothing(bench: Bench) -> None:
    async with station(bench) as pilot:
        assert isinstance(pilot.app, DeskApp)
        assert desk_of(pilot).limits.worst is None
        assert "!" not in row(pilot, 0)


async def test_where_nothing_can_be_saved_look_ups_go_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "try_to_write", broken)
    async with station(bench) as pilot:
        text = await shows(pilot, "The disk of the database is full (no space left): make room.")
        assert "Look-ups go on" in " ".join(text.split())
        assert "! LOOK-UPS ONLY" in row(pilot, 0)
        await press(pilot, "enter")
        await scan(pilot, "NOOR2026")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert "! LOOK-UPS ONLY" in row(pilot, 0)
        await press(pilot, "enter")
        await shows(pilot, "make room")
        assert "Checked in." not in shown(pilot)


async def test_it_goes_on_by_itself_when_it_is_put_right(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(health, "try_to_write", broken)
        async with station(bench) as pilot:
            await until(pilot, lambda: "! LOOK-UPS ONLY" in row(pilot, 0), "the header")
            await press(pilot, "enter")
            patch.undo()
            assert isinstance(pilot.app, DeskApp)
            pilot.app._maintain()
            await until(pilot, lambda: "LOOK-UPS" not in row(pilot, 0), "the header without it")
            await scan(pilot, "NOOR2026")
            await press(pilot, "enter")
            await shows(pilot, "Checked in.")


async def test_a_key_that_may_not_charge_takes_no_cards_until_it_may(
    restricted: Restricted, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "FIRST_PAUSE", 0.0)
    simulator.configure(rights={KEY: NO_CHARGES})
    async with station(restricted) as pilot:
        text = await shows(pilot, "rak_terminal_reader_write")
        assert "so there are no card payments: add it at Stripe" in " ".join(text.split())
        assert "! NO CARDS" in row(pilot, 0)
        assert [stop for stop in Stop if desk_of(pilot).limits.why(stop)] == [Stop.CARDS]
        await press(pilot, "enter")
        simulator.configure(rights={})
        assert isinstance(pilot.app, DeskApp)
        await until(pilot, lambda: not pilot.app._is_maintaining, "the first tick")  # type: ignore[attr-defined]
        pilot.app._maintain()
        await until(pilot, lambda: "NO CARDS" not in row(pilot, 0), "the header without it")


async def test_a_key_is_looked_at_once_stripe_can_be_reached(
    restricted: Restricted, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk that is started before the venue's network is up learns what its key may not do."""
    monkeypatch.setattr(doctor, "FIRST_PAUSE", 0.0)
    simulator.configure(rights={KEY: NO_CHARGES})
    simulator.fault("cut_before", times=1000)
    async with station(restricted) as pilot:
        await press(pilot, "enter")
        assert isinstance(pilot.app, DeskApp)
        await until(pilot, lambda: pilot.app._upkeep.again.is_due, "a first look in vain")  # type: ignore[attr-defined]
        assert "NO CARDS" not in row(pilot, 0)
        await until(pilot, lambda: not pilot.app._is_maintaining, "the first tick")  # type: ignore[attr-defined]
        simulator.command("DELETE", "faults")
        pilot.app._maintain()
        await until(pilot, lambda: "! NO CARDS" in row(pilot, 0), "the header")


async def test_what_is_slow_is_looked_at_once_and_what_failed_more_and_more_seldom(
    restricted: Restricted,
    simulator: Server,
    exchanges: list[HttpExchange],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[str] = []

    def watched(name: str) -> Callable[[], object]:
        true = getattr(health, name)

        def call() -> object:
            read.append(name)
            return true()

        return call

    for slow in ("damage", "odd_rows"):
        monkeypatch.setattr(health, slow, watched(slow))
    simulator.configure(rights={KEY: NO_CHARGES})

    def probes() -> int:
        return sum(each.method == "POST" and each.path == "/v1/refunds" for each in exchanges)

    async with station(restricted) as pilot:
        app = pilot.app
        assert isinstance(app, DeskApp)
        await until(pilot, lambda: "! NO CARDS" in row(pilot, 0), "the header")
        await until(pilot, lambda: not app._is_maintaining, "the first tick")
        true_time, looks = clock.monotonic, []
        for half_minutes in range(1, 41):
            ahead = 30 * half_minutes
            monkeypatch.setattr(clock, "monotonic", lambda ahead=ahead: true_time() + ahead)
            before = probes()
            app._maintain()
            await until(pilot, lambda: not app._is_maintaining, "a tick")
            if probes() > before:
                looks.append(half_minutes)
    assert sorted(read) == ["damage", "odd_rows"]
    assert looks[:4] == [1, 3, 7, 14]
    assert len(looks) <= 7


async def test_nobody_is_interrupted_by_what_is_found(
    restricted: Restricted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header says it on every screen; the sentence waits until the desk is at home again."""
    async with station(restricted) as pilot:
        await scan(pilot, "NOOR2026")
        monkeypatch.setattr(health, "try_to_write", broken)
        assert isinstance(pilot.app, DeskApp)
        pilot.app._maintain()
        await until(pilot, lambda: "! LOOK-UPS ONLY" in row(pilot, 0), "the header")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        await press(pilot, "escape")
        pilot.app._maintain()
        await shows(pilot, "make room")


async def test_a_wrong_clock_is_told_once_and_stops_sales_alone(
    restricted: Restricted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its seconds are others each time; what is said of it is the same."""
    true, ahead = clock.host, 70
    monkeypatch.setattr(clock, "host", lambda: true() + timedelta(seconds=ahead))
    async with station(restricted) as pilot:
        await shows(pilot, "seconds ahead of Stripe's, so nothing can be sold")
        assert "! NO SALES" in row(pilot, 0)
        await press(pilot, "enter")
        ahead = 75
        assert isinstance(pilot.app, DeskApp)
        pilot.app._maintain()
        await until(pilot, lambda: not pilot.app._is_maintaining, "the second look")  # type: ignore[attr-defined]
        assert pilot.app.screen is pilot.app._home
        ahead = 0
        pilot.app._maintain()
        await until(pilot, lambda: "NO SALES" not in row(pilot, 0), "the header without it")


def test_the_checks_of_an_opening_desk_are_the_doctor_s(bench: Bench) -> None:
    place = bench.place()
    found = {
        each.check
        for turn in (doctor.Phase.OPENING, doctor.Phase.BACKGROUND, doctor.Phase.REPEATED)
        for each in doctor.examine(doctor.subject_of(place), turn)
    }
    asked = {
        each.check
        for each in doctor.examine(
            doctor.Subject(settings=bench.settings(), slug="demo", station="desk-3"), doctor.Phase.ON_REQUEST
        )
    }
    everything = {
        each.check
        for each in doctor.examine(doctor.Subject(settings=bench.settings(), slug="demo", station="desk-3"))
    }
    assert found | asked == everything
    assert found >= {
        "writable",
        "damage",
        "rows",
        "conference",
        "key",
        "account",
        "rights",
        "location",
        "readers",
        "clock",
    }
    connection.close_database()
