"""Everybody on one order: ticked, let in together, the refused ones named."""

from dataclasses import replace
from datetime import date

from msgspec import structs

from tests.fixtures.pilot import press, scan, shown, write
from tests.ui.counter import shows
from tests.ui.station import Bench, desk_of, row, station
from tui_pos.core.config import Settings
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.context import Desk
from tui_pos.desk.search import lookup
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.ui.screens.attendee import AttendeeScreen
from tui_pos.ui.screens.group import GroupScreen
from tui_pos.ui.screens.scan import ScanScreen


def bought(desk: Desk, tickets: int, *others: str) -> list[str]:
    """The badges of an order of so many day passes: the buyer's, then those of the ``others``."""
    placed = checkout.sell(desk, [("day-pass", tickets)], name="Ada Byron")
    take_cash(desk, placed.reference, placed.due)
    buyer = receipt(desk, placed.reference).attendee
    assert buyer is not None
    made = [register_companion(desk, placed.reference, name) for name in others]
    return [buyer.access_code, *(each.access_code for each in made)]


async def test_a_group_comes_in_with_two_keys_from_any_of_its_badges(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        codes = bought(desk, 3, "Mary")
        await scan(pilot, codes[1])
        await shows(pilot, "with 1 other on ORD-", "1 ticket without a name", "F6 the group")
        await press(pilot, "f6")
        assert isinstance(pilot.app.screen, GroupScreen)
        assert "GROUP OF 2   ORD-" in row(pilot, 4)
        assert "0 of 2 in, 1 ticket without a name" in row(pilot, 4)
        assert row(pilot, 23).startswith("  Enter let 2 in    1-2 tick   Esc back")
        await press(pilot, "enter")
        assert "[OK] 2 are in." in row(pilot, 2)
        assert "2 of 2 in" in row(pilot, 4)
        assert all(lookup.attendee(desk, code).first_check_in for code in codes)
        assert row(pilot, 23).startswith("  Enter next person    Esc back")


async def test_a_number_takes_the_tick_away_and_the_others_go_in(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        codes = bought(desk, 3, "Mary", "Percy")
        await scan(pilot, codes[0])
        await press(pilot, "f6", "2")
        assert row(pilot, 23).startswith("  Enter let 2 in ")
        await press(pilot, "enter")
        came = [lookup.attendee(desk, code).first_check_in is not None for code in codes]
        assert came == [True, False, True]
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert "[!] IN SINCE" in row(pilot, 4)


class OnAnotherDay(Bench):
    """A desk on none of the days of the day pass."""

    def settings(self, reader: str = "") -> Settings:
        usual = super().settings(reader)
        demo = structs.replace(usual.conferences["demo"], days={"day-pass": (date(2001, 1, 1),)})
        return replace(usual, conferences={"demo": demo})


async def test_another_days_pass_is_ticked_by_hand_alone(bench: Bench) -> None:
    async with station(OnAnotherDay(bench.folder, bench.database_url, bench.stripe_url)) as pilot:
        desk = desk_of(pilot)
        codes = bought(desk, 2, "Mary")
        await scan(pilot, codes[0])
        await press(pilot, "f6")
        assert row(pilot, 23).startswith("  Enter next person    1-2 tick   Esc back")
        await press(pilot, "2")
        assert row(pilot, 23).startswith("  Enter let 1 in ")
        await press(pilot, "enter")
        came = [lookup.attendee(desk, code).first_check_in is not None for code in codes]
        assert came == [False, True]


async def test_who_cannot_come_in_any_more_is_named(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        codes = bought(desk, 2, "Mary")
        await scan(pilot, codes[0])
        await press(pilot, "f6")
        transfer(desk, codes[1], "Bo Ek", reason="ill")
        await press(pilot, "enter")
        assert "[!] 1 is in. Not let in: Mary." in row(pilot, 2)
        assert "Mary: The badge" in shown(pilot)
        assert lookup.attendee(desk, codes[0]).first_check_in is not None


async def test_a_scan_in_the_group_is_the_next_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        codes = bought(desk_of(pilot), 2, "Mary")
        await scan(pilot, codes[0])
        await press(pilot, "f6")
        await scan(pilot, "NOOR2026")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert "Noor Lindqvist" in row(pilot, 4)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_f6_does_nothing_for_somebody_alone(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f6")
        assert "F6 does nothing here." in shown(pilot)
        await write(pilot, "/group\r")
        assert "/group does nothing here" in shown(pilot)
