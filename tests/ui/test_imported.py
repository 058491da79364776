"""A badge that another system made: scanned on the home screen, let in, and sold to."""

from pathlib import Path

import pytest

from tests.desk.conftest import make_desk
from tests.desk.imports.lists import BRAM, FIRST, SAM, ZOE, bring_in
from tests.fixtures.databases import opened
from tests.fixtures.pilot import press, scan, shown
from tests.ui.station import Bench, station
from tui_pos.desk.search import lookup
from tui_pos.ui.screens.attendee import AttendeeScreen
from tui_pos.ui.screens.cart import CartScreen

LUMA = "https://lu.ma/check-in/evt-AbC?pk=g-One1"
SIGNED = "=eyJ0eXAi/aB3+xyz" + "0aZ" * 60 + "=="


@pytest.fixture
def people(bench: Bench, tmp_path: Path) -> Bench:
    with opened(bench.database_url):
        lead = make_desk("demo", "lead")
        bring_in(lead, tmp_path, *FIRST)
        header = "Name,Ticket,Barcode"
        bring_in(
            lead, tmp_path, f"Luma Guest,Regular,{LUMA}", f"Signed Guest,Regular,{SIGNED}", header=header
        )
    return bench


async def test_a_long_code_is_scanned_let_in_and_sold_to(people: Bench) -> None:
    async with station(people) as pilot:
        await scan(pilot, ZOE)
        screen = pilot.app.screen
        assert isinstance(screen, AttendeeScreen)
        assert "REGISTERED   Zoë Åkerlund-Nuñez" in shown(pilot)
        assert "Diet: vegan" in shown(pilot)
        assert f"Old order: QX7YP; Old code: {ZOE.upper()}" in shown(pilot)
        assert "with 1 other on" in shown(pilot)
        await press(pilot, "enter")
        assert "CHECKED IN" in shown(pilot)
        await scan(pilot, SAM)
        assert "Sam Sample" in shown(pilot)
        await scan(pilot, BRAM)
        assert "OWES" in shown(pilot)
        assert "Old order: LV9KD" in shown(pilot)
        assert "Old code" not in shown(pilot), "it is the badge"
        await scan(pilot, ZOE)
        await press(pilot, "f2")
        assert isinstance(pilot.app.screen, CartScreen)
        assert "Zoë Åkerlund-Nuñez" in shown(pilot)
    with opened(people.database_url):
        assert lookup.attendee(make_desk("demo", "lead"), ZOE).first_check_in


@pytest.mark.parametrize(
    ("code", "name", "damaged"),
    [(LUMA, "Luma Guest", "That holds no code of ours"), (SIGNED, "Signed Guest", "NOT KNOWN")],
)
async def test_addresses_and_signed_codes_are_badges_too(
    people: Bench, code: str, name: str, damaged: str
) -> None:
    async with station(people) as pilot:
        await scan(pilot, code)
        assert f"REGISTERED   {name}" in shown(pilot)
        await scan(pilot, code[:-1])
        assert damaged in shown(pilot)


async def test_a_code_is_taken_in_a_cart_as_the_persons_badge(people: Bench) -> None:
    async with station(people) as pilot:
        await press(pilot, "f2")
        assert isinstance(pilot.app.screen, CartScreen)
        await scan(pilot, ZOE)
        assert "Zoë Åkerlund-Nuñez" in shown(pilot)
