"""What stands on the home screen: true at once, all of it reachable, and a first step for somebody new."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from rich.style import Style

from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.ui.counter import shows
from tests.ui.station import Bench, desk_of, row, station
from tui_pos.desk.access import sign_in
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.checkin import checkin
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.refunds import voids
from tui_pos.desk.search.search import resolve
from tui_pos.desk.search.today import House, StationNow, TenderFigures, Today
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tones import Tone
from tui_pos.ui.messages import home
from tui_pos.ui.screens import home_view
from tui_pos.ui.screens.attendee import AttendeeScreen
from tui_pos.ui.screens.cart import CartScreen
from tui_pos.ui.screens.scan import ScanScreen
from tui_pos.ui.widgets import look

AT = datetime(2026, 5, 14, 9, 14, tzinfo=UTC)


async def test_an_empty_home_of_the_demo_says_what_to_type_and_it_is_there(bench: Bench) -> None:
    async with station(bench) as pilot:
        text = shown(pilot)
        assert home.TRY_THIS in row(pilot, 2)
        tries = (*home.EXAMPLES, *home.SELLING_EXAMPLES)
        for typed, what in tries:
            assert f"{typed} {what}" in text
        desk = desk_of(pilot)
        codes = [typed for typed, _ in tries if typed != "F2"]
        assert [resolve(desk, code).total for code in codes] == [1, 1, 2, 1]


async def test_the_first_sale_takes_a_person_few_keys_and_no_wrong_turn(bench: Bench) -> None:
    """What the note and the bar say, one after the other, from the empty home to somebody who is in."""
    async with station(bench) as pilot:
        (code,) = re.findall(r"Type (\w+) and Enter", row(pilot, 2))
        await write(pilot, f"{code}\r")
        assert row(pilot, 23).startswith("  Enter check in ")
        await press(pilot, "enter")
        assert row(pilot, 23).startswith("  Enter next person ")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_what_was_typed_is_listed_although_the_list_was_hidden_meanwhile(bench: Bench) -> None:
    async with station(bench) as pilot:
        await write(pilot, "lindqvist")
        assert "Last here" not in shown(pilot)
        await press(pilot, "enter", "escape")
        text = shown(pilot)
        assert re.search(r"Noor Lindqvist +\[OK\]  registered", text)
        await press(pilot, "f1")
        checkin.check_in(desk_of(pilot), "NOOR2026")
        await press(pilot, "escape")
        assert re.search(r"Noor Lindqvist +\[OK\]  checked in", shown(pilot))


async def test_today_is_true_as_soon_as_somebody_comes_back(bench: Bench) -> None:
    async with station(bench) as pilot:
        assert "in            5 of 40" in shown(pilot)
        await scan(pilot, "NOOR2026")
        await press(pilot, "enter")
        desk = desk_of(pilot)
        placed = checkout.sell(desk, [("t-shirt", 2)], name="Wim Walkup")
        take_cash(desk, placed.reference, placed.due)
        await press(pilot, "enter")
        text = shown(pilot)
        assert "in            6 of 40" in text
        assert "cash 1          50.00" in text
        assert re.search(r"Wim Walkup +\[OK\]  cash 50.00", text)


async def test_a_void_is_listed_and_leaves_the_figures_at_once(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        placed = checkout.sell(desk, [("t-shirt", 2)], name="Wim Walkup")
        take_cash(desk, placed.reference, placed.due)
        await press(pilot, "f1")
        voids.void(replace(desk, staff=sign_in.without_asking("lead")), placed.reference, "mistake")
        await press(pilot, "escape")
        text = shown(pilot)
        assert re.search(r"Wim Walkup +void", text)
        assert re.search(r"cash 1 +0.00", text)


async def test_the_door_sees_no_takings(bench: Bench) -> None:
    async with station(bench, staff="scanner", secret="demo") as pilot:
        desk = desk_of(pilot)
        placed = checkout.sell(
            replace(desk, staff=sign_in.without_asking("lead")), [("t-shirt", 2)], name="Wim Walkup"
        )
        take_cash(replace(desk, staff=sign_in.without_asking("lead")), placed.reference, placed.due)
        await press(pilot, "f1", "escape")
        text = shown(pilot)
        assert "of 40" in text
        assert not re.search("cash 1|F2|sell|by card", text)


async def test_an_unknown_badge_is_a_banner_and_the_next_scan_goes_on(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await scan(pilot, "K7Q2M9ZX")
        assert row(pilot, 4).strip() == "[X] NOT KNOWN   K7Q2M9ZX"
        assert "K7Q2M9ZX is not known in Demo Conference." in shown(pilot)
        assert re.search(r"K7Q2M9ZX +\[X\]   not known", shown(pilot))
        assert row(pilot, 23).startswith("  Enter go on")
        await scan(pilot, "INES2026")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        await press(pilot, "escape")
        assert "NOT KNOWN" not in shown(pilot)


async def test_a_foreign_badge_says_whose_it_is(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "pycon-us-2027:K7Q2M9ZX")
        assert "[X] OTHER CONFERENCE" in row(pilot, 4)
        assert "That badge is for 'pycon-us-2027'" in shown(pilot)
        await press(pilot, "enter")
        assert "Last here" in row(pilot, 3)


async def test_all_hits_are_reached_and_counted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pos.ui.scan_result.PAGE", 19)
    async with station(bench) as pilot:
        await write(pilot, "example.org")
        assert "40 found; arrows and PgDn reach all." in row(pilot, 2)
        assert (
            row(pilot, 23) == '  Enter find "example.org"    Esc clear   PgUp PgDn more   F1 help   F12 lock'
        )
        assert not re.search(r"^ \d ", row(pilot, 3))
        for _ in range(6):
            await press(pilot, "pagedown")
        assert "40 of 40" in row(pilot, 2)
        opens = re.search(r"Enter open (.+?)    Esc", row(pilot, 23))
        assert opens is not None
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert pilot.app.screen.person.name == opens[1]


async def test_no_digit_opens_a_row_while_text_stands(bench: Bench) -> None:
    async with station(bench) as pilot:
        await write(pilot, "helper")
        await press(pilot, "down", "1")
        home_screen = pilot.app.screen
        assert isinstance(home_screen, ScanScreen)
        assert home_screen.prompt.text == "helper1"
        assert row(pilot, 23).startswith('  Enter find "helper1"')
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ScanScreen)
        assert "[X] NOT KNOWN" in shown(pilot)


async def test_hits_that_enter_lists_have_numbers_that_act(bench: Bench) -> None:
    async with station(bench) as pilot:
        await write(pilot, "helper\r")
        assert row(pilot, 3).startswith(" 1  Vola Helper")
        assert row(pilot, 23).startswith(" 1-2 open   Esc close")
        await press(pilot, "down", "down", "enter")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert pilot.app.screen.person.name == "Volt Helper"


async def test_from_120_columns_the_figures_have_a_pane_with_readers(bench: Bench) -> None:
    async with station(bench) as pilot:
        await pilot.resize_terminal(120, 30)
        await shows(pilot, "Readers", "Front-1")
        await settled(pilot)
        (heading,) = [line for line in shown(pilot).split("\n") if "Today at desk-3" in line]
        assert "│" in heading
        await pilot.resize_terminal(80, 24)
        await settled(pilot)
        assert "Readers" not in shown(pilot)
        assert "Today at desk-3" in row(pilot, 3)


def test_bars_are_as_high_as_their_share() -> None:
    assert home_view.bars((0, 1, 2, 4, 8)) == "▁▂▃▅█"
    assert home_view.bars((0, 0)) == "▁▁"


@pytest.mark.parametrize(("term", "has"), [("linux", False), ("xterm-256color", True)])
def test_a_text_console_gets_no_eighths(term: str, has: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("locale.getencoding", lambda: "UTF-8")
    assert look.eighths_of({"TERM": term}) is has
    monkeypatch.setattr("locale.getencoding", lambda: "ISO-8859-1")
    assert not look.eighths_of({"TERM": "xterm-256color"})


async def test_what_waits_is_reached_beyond_nine_and_enter_opens_the_chosen_one(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        for number in range(11):
            sale = cart.start(desk, name=f"Buyer {number:02}")
            cart.park(desk, cart.add(desk, sale.sale_id, "lunch").sale_id)
        await press(pilot, "f1", "escape")
        assert "Buyer 10" not in shown(pilot)
        await press(pilot, *(["down"] * 11))
        assert row(pilot, 23).startswith("  Enter open Buyer 10 ")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, CartScreen)
        assert "Buyer 10" in shown(pilot)


async def test_the_demo_says_what_to_try_next_until_all_was_tried(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "KIMS2026")  # not what the hint says: it stays
        await press(pilot, "escape")
        for what, step in (*home.TRY_NEXT, *home.TRY_SELLING):
            assert row(pilot, 2).strip() == step
            if what == "F2":
                await press(pilot, "f2")
            else:
                await scan(pilot, what)
            await press(pilot, "escape")
        assert not row(pilot, 2)


def test_the_pane_holds_figures_readers_and_the_other_stations() -> None:
    today = Today(
        tenders=(TenderFigures(tender=Tender.CARD, currency="USD", count=9, taken=Decimal(412)),),
        inside=23,
        registered=412,
        came=(0, 0, 0, 1, 2, 4),
        house=House(inside=23, registered=412, at=AT, last_check_in=0),
    )
    stations = (
        StationNow(name="desk-2", staff="Amira Haddad", since=AT, reader="Front-1", is_here=False),
        StationNow(name="desk-3", staff="Tilda Trainee", since=AT, reader="", is_here=True),
    )
    for money in (True, False):
        lines = home_view.side(
            today,
            stations,
            (),
            station="desk-3",
            currency="USD",
            time=lambda at: f"{at:%H:%M}",
            money=money,
            eighths=True,
        )
        texts = [tuple(cell if isinstance(cell, str) else cell[0] for cell in line.cells) for line in lines]
        assert (("card", "9", "412.00", "") in texts) is money
        assert ("in", "", "23 of 412", "") in texts
        assert ("last hour", "", "7 ▁▁▁▃▅█", "") in texts
        assert ("desk-2: Amira Haddad, since 09:14, Front-1",) in texts
        assert not any("Tilda" in cell for text in texts for cell in text)


@pytest.mark.parametrize("rounding", [Decimal("-0.02"), Decimal(0)])
def test_the_figures_say_how_much_of_the_cash_is_rounding(rounding: Decimal) -> None:
    cash = TenderFigures(
        tender=Tender.CASH, currency="CHF", count=1, taken=Decimal("10.00"), rounding=rounding
    )
    house = House(inside=0, registered=0, at=AT, last_check_in=0)
    today = Today(tenders=(cash,), inside=0, registered=0, came=(), house=house)
    told = ("rounding", "-0.02") if rounding else ("", "")
    for money in (True, False):
        rows = home_view.figures(today, money=money, eighths=True)
        assert (told in rows) is (money and bool(rounding))
        lines = home_view.side(
            today, (), (), station="d", currency="CHF", time=str, money=money, eighths=True
        )
        shown = [line.cells for line in lines]
        assert (("rounding", "", "-0.02", "") in shown) is (money and bool(rounding))


@pytest.mark.parametrize(
    ("code", "tone"), [("NOOR2026", Tone.OK), ("INES2026", Tone.WARN), ("OMAR2026", Tone.BAD)]
)
async def test_the_verdict_fills_three_rows_with_its_colour(bench: Bench, code: str, tone: Tone) -> None:
    async with station(bench) as pilot:
        await scan(pilot, code)
        wanted = Style.parse(look.style(look.TONE_ROLES[tone]))
        for y in (3, 4, 5):
            strip = pilot.app.screen._compositor.render_strips()[y]
            filled = [
                segment for segment in strip if segment.style and segment.style.bgcolor == wanted.bgcolor
            ]
            assert sum(segment.cell_length for segment in filled) >= 78


async def test_a_long_text_that_is_not_known_keeps_its_end_and_the_sentence(bench: Bench) -> None:
    async with station(bench) as pilot:
        await write(pilot, "begin" + "x" * 100 + "end\r")
        assert re.search(r"NOT KNOWN   beginx+…x+end", row(pilot, 4))
        assert re.search(r"\[X\] beginx+…x+.* is not known in Demo Conference\.", row(pilot, 6))


async def test_a_long_entry_moves_no_figure(bench: Bench) -> None:
    async with station(bench) as pilot:
        before = row(pilot, 4).index("in  ")
        await scan(pilot, "X" * 60)
        await press(pilot, "enter")
        assert "XXXX" in row(pilot, 4)
        assert row(pilot, 4).index("in  ") == before
        assert row(pilot, 3).index("Today at") == row(pilot, 4).index("in  ")


async def test_nothing_found_speaks_of_no_rows(bench: Bench) -> None:
    async with station(bench) as pilot:
        await write(pilot, "zzzz")
        assert "None found" in row(pilot, 2)
        assert "reach all" not in shown(pilot)


async def test_the_door_is_offered_no_parked_sale(bench: Bench) -> None:
    async with station(bench, staff="scanner", secret="demo") as pilot:
        lead = replace(desk_of(pilot), staff=sign_in.without_asking("lead"))
        sale = cart.start(lead, name="Buyer")
        cart.park(lead, cart.add(lead, sale.sale_id, "lunch").sale_id)
        await press(pilot, "f1", "escape")
        assert "Buyer" in shown(pilot)
        assert "open" not in row(pilot, 23)
        await press(pilot, "1")
        assert "may not sell" not in shown(pilot)
