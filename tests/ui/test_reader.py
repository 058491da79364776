"""The reader screen: what it shows of each reader, and how one is chosen."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.ui.counter import at_counter, begun, shows
from tui_pos.core import clock
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import readers
from tui_pos.simulator import Server
from tui_pos.ui.screens.reader import ReaderScreen


def chosen(pilot: Pilot[Any]) -> list[str]:
    """The ids of the readers that the screen was left with."""
    app: Any = pilot.app
    return ["" if row is None else row.id for row in app.left]


def rows(pilot: Pilot[Any]) -> list[str]:
    """The rows of the list."""
    return [line.rstrip() for line in shown(pilot).splitlines()[6:10] if line.strip()]


async def test_free_and_online_readers_come_first_and_say_so(desk: Desk, simulator: Server) -> None:
    del simulator
    begun(desk)
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        assert rows(pilot)[0] == " 1> Front-1         [OK] ready   S700"
        assert rows(pilot)[1] == " 2  Side-1          [OK] ready   WisePOS E"
        assert rows(pilot)[2].startswith(
            " 3  Front-2         [!] in use   S700       here, Tilda Trainee, since "
        )
        assert rows(pilot)[3] == " 4  Back-1          [X] offline  WisePOS E"
        assert "Front-1: serial number SIM000001, place tml_demo_front_desk" in shown(pilot)


async def test_enter_takes_the_one_that_the_station_remembers(desk: Desk) -> None:
    readers.remember_reader(desk, "tmr_side_1", "Side-1")
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        assert " 3> Side-1 " in shown(pilot)
        bar = shown(pilot).splitlines()[-1]
        assert bar.startswith("  Enter choose Side-1    1-4 choose")
        await press(pilot, "enter")
        assert chosen(pilot) == ["tmr_side_1"]


async def test_enter_takes_the_one_in_use_rather_than_the_remembered(desk: Desk) -> None:
    readers.remember_reader(desk, "tmr_side_1", "Side-1")
    async with at_counter(ReaderScreen(desk, current="tmr_front_2")) as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert chosen(pilot) == ["tmr_front_2"]


async def test_enter_takes_the_first_other_one_instead_of_one(desk: Desk) -> None:
    readers.remember_reader(desk, "tmr_front_1", "Front-1")
    async with at_counter(ReaderScreen(desk, instead_of="tmr_front_1")) as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert chosen(pilot) == ["tmr_front_2"]


async def test_numbers_and_arrows_choose(desk: Desk) -> None:
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        await press(pilot, "down")
        assert "Enter choose Front-2" in shown(pilot)
        assert "Front-2: serial number SIM000002" in shown(pilot)
        await press(pilot, "9")
        assert "There is no row 9." in shown(pilot)
        await press(pilot, "4")
        assert chosen(pilot) == ["tmr_back_1"]


async def test_typed_text_filters_and_enter_takes_the_only_one(desk: Desk) -> None:
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        await write(pilot, "front")
        assert [row[4:11] for row in rows(pilot)] == ["Front-1", "Front-2"]
        await write(pilot, "\r")
        assert "2 readers fit: pick one by its number." in shown(pilot)
        await press(pilot, "2")
        assert chosen(pilot) == ["tmr_front_2"]


@pytest.mark.parametrize("state", ["offline", "in use"])
async def test_a_reader_that_cannot_take_a_payment_is_said_and_never_preselected(
    desk: Desk, simulator: Server, state: str
) -> None:
    readers.remember_reader(desk, "tmr_front_2", "Front-2")
    if state == "offline":
        simulator.set_reader("tmr_front_2", "offline")
    else:
        begun(replace(desk, station="desk-1"))
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        said = next(row for row in rows(pilot) if "Front-2" in row)
        assert state in said
        assert ("desk-1, Tilda Trainee, since" in said) is (state == "in use")
        assert "Enter choose Front-1 " in shown(pilot)
        await press(pilot, said[1])
        assert chosen(pilot) == ["tmr_front_2"]


async def test_where_no_reader_is_ready_enter_chooses_none(desk: Desk, simulator: Server) -> None:
    for reader in ("tmr_front_1", "tmr_front_2", "tmr_side_1"):
        simulator.set_reader(reader, "offline")
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        assert "[!] No reader can take a payment now" in shown(pilot)
        await press(pilot, "enter")
        assert chosen(pilot) == []
        await press(pilot, "down")
        assert "Enter choose Back-1, offline" in shown(pilot)


async def test_another_f4_opens_no_second_list(desk: Desk) -> None:
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        await press(pilot, "f4")
        assert "F4 does nothing here." in shown(pilot)
        await press(pilot, "escape")
        assert chosen(pilot) == [""]


async def test_after_five_seconds_it_is_said_that_no_answer_comes(
    desk: Desk, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulator.fault("slow", "GET /v1/terminal/readers", seconds=3)
    now = clock.now
    async with at_counter(ReaderScreen(desk)) as pilot:
        await shows(pilot, "Asking Stripe for the readers.")
        monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=7))
        await shows(pilot, "[?] NO ANSWER from Stripe for ", " s: wait.")


async def test_a_scan_is_not_used_here(desk: Desk) -> None:
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        await scan(pilot, "SIM000003")
        assert "[!] That scan was not used: choose the card reader first." in shown(pilot)
        assert chosen(pilot) == []


async def test_what_fits_no_reader_is_refused_in_one_sentence(desk: Desk) -> None:
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        await write(pilot, "OWEN2026\r")
        assert "[!] OWEN2026 fits no reader." in shown(pilot)
        await write(pilot, "zzz")
        assert "No reader fits that text." in shown(pilot)
        await press(pilot, "escape")
        assert len(rows(pilot)) == 4
        await press(pilot, "escape")
        assert chosen(pilot) == [""]


async def test_the_word_refresh_asks_again(desk: Desk, simulator: Server) -> None:
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        await press(pilot, "down")
        simulator.set_reader("tmr_front_1", "offline")
        await write(pilot, "/refresh\r")
        assert "Front-1         [X] offline" in shown(pilot)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [("forbidden_403", "/refresh asks again."), ("cut_before", "/refresh asks again.")],
)
async def test_a_failure_of_stripe_is_one_sentence(
    desk: Desk, simulator: Server, fault: str, sentence: str
) -> None:
    simulator.fault(fault, "GET /v1/terminal/readers", times=9)
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        assert "[X] " in shown(pilot)
        assert sentence in shown(pilot)
        assert "/refresh ask again" in shown(pilot).splitlines()[-1]
        await press(pilot, "enter")
        assert "Enter does nothing here." in shown(pilot)
        simulator.clear_faults()
        await write(pilot, "/refresh\r")
        assert len(rows(pilot)) == 4


async def test_a_place_without_readers_says_what_to_do(desk: Desk) -> None:
    elsewhere = replace(desk, conference=replace(desk.conference, location="tml_nowhere"))
    async with at_counter(ReaderScreen(elsewhere)) as pilot:
        await settled(pilot)
        assert "/refresh" in shown(pilot)


async def test_somebody_without_the_right_is_told_so(desk: Desk) -> None:
    nobody = replace(desk, staff=replace(desk.staff, codenames=frozenset({"view_checkin"})))
    async with at_counter(ReaderScreen(nobody)) as pilot:
        await settled(pilot)
        assert "may not see the card readers. Ask a supervisor." in shown(pilot)


async def test_this_stations_own_reader_is_marked_and_why_enter_takes_another(desk: Desk) -> None:
    readers.remember_reader(desk, "tmr_front_1", "Front-1")
    begun(desk, reader=("tmr_front_1", "Front-1"))
    async with at_counter(ReaderScreen(desk)) as pilot:
        await settled(pilot)
        assert "Front-1 (yours)" in shown(pilot)
        assert "Front-1, yours, is in use: Enter takes Front-2." in shown(pilot)
        await press(pilot, "down")
        assert "yours, is in use" not in shown(pilot)
