"""The home screen: every scan is looked up, in order, and opens what it means."""

import asyncio
from threading import Event

import pytest

from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.ui.counter import until
from tests.ui.station import Bench, Station, desk_of, hammer, row, station
from tui_pos.data import connection
from tui_pos.data.demo.people import PEOPLE
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.payments import readers
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.scan_result import LookUps
from tui_pos.ui.screens.attendee import AttendeeScreen
from tui_pos.ui.screens.cart import CartScreen
from tui_pos.ui.screens.hit_list import HitList
from tui_pos.ui.screens.receipt import ReceiptScreen
from tui_pos.ui.screens.scan import ScanScreen

HUNDRED = [f"{person.stem}2026" for person in PEOPLE] * 3


def last_here(shown_screen: str) -> list[str]:
    """The rows under "Last here", without their times."""
    rows = shown_screen.split("\n")
    start = next(place for place, text in enumerate(rows) if "Last here" in text) + 1
    left = [text[:56] for text in rows[start : start + 8]]
    return [" ".join(text.split()[1:]) for text in left if text.strip()]


async def test_a_name_that_is_typed_very_fast_is_searched_and_a_code_is_not(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "tomas")
        assert "Tomás Okafor" in shown(pilot)
        await scan(pilot, "TOMAS")
        assert "NOT KNOWN" in shown(pilot)


async def test_a_scan_opens_the_person_with_the_verdict_first(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "demo:noor2026")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert row(pilot, 4).strip() == "[OK] REGISTERED   Noor Lindqvist"
        await press(pilot, "escape")
        assert last_here(shown(pilot)) == ["Noor Lindqvist [OK] registered"]


async def test_a_hundred_scans_in_one_write_are_a_hundred_look_ups_in_order(bench: Bench) -> None:
    codes = HUNDRED[:100]
    async with station(bench) as pilot:
        await scan(pilot, *codes)
        home = pilot.app.screen
        assert isinstance(home, ScanScreen)
        names = {f"{person.stem}2026": person.last for person in PEOPLE}
        looked_up = [line.title for line in home.looked_up]
        assert len(looked_up) == 100
        assert all(names[code].split()[0] in title for code, title in zip(codes, looked_up, strict=True))
        assert "100 scans came at once: each is listed here, none was opened." in shown(pilot)


async def test_impatient_scans_of_the_same_badge_are_one_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026", "noor2026", "demo:NOOR2026")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_several_people_at_once_are_listed_even_over_an_open_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await scan(pilot, "OMAR2026", "INES2026")
        assert isinstance(pilot.app.screen, ScanScreen)
        assert last_here(shown(pilot)) == [
            "Inês Park [!] owes 349.00",
            "Omar Haddad [X] cancelled",
            "Noor Lindqvist [OK] registered",
        ]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("K7Q2M9ZX", "K7Q2M9ZX is not known in Demo Conference."),
        ("pycon-us-2027:K7Q2M9ZX", "pycon-us-2027"),
        ("ORD-NOWHERE1", "ORD-NOWHERE1 is not known in Demo Conference."),
        ("[/off]", "[/off] is not known in Demo Conference."),
        ("K7Q2\x1dM9ZX", "That holds control characters"),
        ("A" * 300, "That is longer than 200 characters"),
    ],
)
async def test_what_is_not_known_is_one_sentence_and_a_bell(bench: Bench, code: str, sentence: str) -> None:
    async with station(bench) as pilot:
        app = pilot.app
        assert isinstance(app, Station)
        await scan(pilot, code)
        assert sentence in shown(pilot)
        assert app.bells == 1


async def test_an_unknown_badge_takes_the_person_before_off_the_screen(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await scan(pilot, "K7Q2M9ZX")
        assert isinstance(pilot.app.screen, ScanScreen)
        assert "[X] K7Q2M9ZX is not known in Demo Conference." in shown(pilot)


async def test_an_owed_order_opens_its_person_and_a_paid_one_its_receipt(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "ORD-DEMO0003")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert pilot.app.screen.person.access_code == "INES2026"
        await press(pilot, "escape")
        await scan(pilot, "ORD-DEMO0001")
        assert isinstance(pilot.app.screen, ReceiptScreen)


async def test_an_owed_order_of_a_stranger_asks_whether_to_take_it_by_card(bench: Bench) -> None:
    async with station(bench) as pilot:
        placed = checkout.sell(desk_of(pilot), [("t-shirt", 1)], name="Wim Walkup")
        await scan(pilot, placed.reference)
        assert isinstance(pilot.app.screen, Confirm)
        assert "Wim Walkup" in shown(pilot)
        assert "1 x T-Shirt: 25.00 is to be paid." in shown(pilot)
        assert "Enter take 25.00 by card" in shown(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ScanScreen)


@pytest.mark.parametrize(("code", "says"), [("TENOFF", "TENOFF"), ("t-shirt", "T-Shirt")])
async def test_a_voucher_or_a_product_begins_a_sale_to_a_walk_up(bench: Bench, code: str, says: str) -> None:
    async with station(bench) as pilot:
        await scan(pilot, code)
        assert isinstance(pilot.app.screen, CartScreen)
        assert says in shown(pilot)


async def test_typing_searches_as_it_stands_still_and_arrow_and_enter_open(bench: Bench) -> None:
    async with station(bench) as pilot:
        await write(pilot, "helper")
        assert "Vola Helper" in row(pilot, 3)
        assert "Volt Helper" in row(pilot, 4)
        await press(pilot, "down", "down", "enter")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert pilot.app.screen.person.name == "Volt Helper"


async def test_several_hits_are_numbered_and_escape_forgets_them(bench: Bench) -> None:
    async with station(bench) as pilot:
        await write(pilot, "helper\r")
        assert "2 found; arrows and PgDn reach all." in shown(pilot)
        assert row(pilot, 23).startswith(" 1-2 open   Esc close")
        await press(pilot, "escape")
        assert "Last here" in shown(pilot)
        await write(pilot, "helper\r")
        await press(pilot, "1")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert pilot.app.screen.person.name == "Vola Helper"


async def test_markup_and_wide_names_are_shown_as_they_are(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "MARK2026")
        assert "[bold]Mark[/] Upton %s" in shown(pilot)
        await scan(pilot, "WIDE2026")
        await press(pilot, "escape")
        assert "小龍 李" in shown(pilot)
        assert "[bold]Mark[/] Upton %s" in shown(pilot)


async def test_a_parked_sale_needs_attention_and_its_number_takes_it_up(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        sale = cart.start(desk, name="Ravi Chen")
        cart.park(desk, cart.add(desk, sale.sale_id, "hoodie").sale_id)
        await press(pilot, "f1", "escape")
        assert "F5 attention" in shown(pilot)
        assert "1  [!]   Ravi Chen" in shown(pilot)
        await press(pilot, "1")
        assert isinstance(pilot.app.screen, CartScreen)
        assert "Ravi Chen" in shown(pilot)
        assert "Hoodie" in shown(pilot)


async def test_f5_opens_the_only_thing_that_needs_attention(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f5")
        assert "F5 does nothing here." in shown(pilot)
        desk = desk_of(pilot)
        cart.park(desk, cart.start(desk, name="Ravi Chen").sale_id)
        await press(pilot, "f1", "escape", "f5")
        assert isinstance(pilot.app.screen, CartScreen)


async def test_the_desk_looks_around_by_itself(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_pos.ui.screens.scan.EVERY", 0.05)
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        cart.park(desk, cart.start(desk, name="Ravi Chen").sale_id)
        await until(pilot, lambda: "Ravi Chen" in shown(pilot), "the parked sale")


async def test_a_scan_that_could_not_be_looked_up_is_listed_as_such(bench: Bench) -> None:
    async with station(bench) as pilot:
        (bench.folder / "shop.sqlite3").rename(bench.folder / "gone.sqlite3")
        connection.close_database()
        await scan(pilot, "NOOR2026")
        (bench.folder / "gone.sqlite3").rename(bench.folder / "shop.sqlite3")
        home = pilot.app.screen_stack[0]
        assert isinstance(home, ScanScreen)
        (line,) = home.looked_up
        assert (line.title, line.tone) == ("NOOR2026", "bad")
        assert "The database file" in str(line.detail)


@pytest.mark.parametrize("key", ["f6", "f8", "f9", "f10", "insert", "delete"])
async def test_a_key_without_a_function_says_so_and_is_not_in_the_bar(bench: Bench, key: str) -> None:
    async with station(bench) as pilot:
        shown_key = {"delete": "Del", "insert": "Ins"}.get(key, key.upper())
        assert shown_key not in row(pilot, 23)
        await press(pilot, key)
        assert f"{shown_key} does nothing here." in shown(pilot)


async def test_help_lists_what_works_on_this_screen_and_nothing_else(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f1")
        text = shown(pilot)
        assert ["F2", "/walkup"] in [line.split()[:2] for line in text.split("\n")]
        assert ["F4", "/reader"] in [line.split()[:2] for line in text.split("\n")]
        assert "Sell to somebody without a badge: F2." in text
        assert "F7" not in text
        assert "reprint" not in text
        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_the_key_bar_shows_a_door_volunteer_only_what_they_may(bench: Bench) -> None:
    async with station(bench, staff="scanner", secret="demo") as pilot:
        assert "F2" not in row(pilot, 23)
        assert "F4" not in row(pilot, 23)
        await press(pilot, "f2")
        assert "F2 does nothing here." in shown(pilot)


async def test_keys_wait_for_the_answer_to_a_scan(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan and F2 in a row sell to the person scanned, and not to a walk-up."""
    async with station(bench) as pilot:
        home = pilot.app.screen
        assert isinstance(home, ScanScreen)
        answer = Event()
        find = LookUps.find
        monkeypatch.setattr(LookUps, "find", lambda *_, **how: answer.wait(10) and find(*_, **how))
        hammer(pilot, *"INES2026", "enter", gap=0.001)
        await until(pilot, lambda: home.prompt.text == "", "the scan")
        await asyncio.sleep(0.1)
        await pilot.press("f2")
        await pilot.pause(0.1)
        assert not home.prompt.is_waiting
        assert pilot.app.screen is home
        answer.set()
        await until(pilot, lambda: isinstance(pilot.app.screen, CartScreen), "the cart")
        await settled(pilot)
        assert "Inês Park" in shown(pilot)


async def test_the_reader_chosen_with_f4_is_remembered_and_named(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f4")
        await until(pilot, lambda: "Front-2" in shown(pilot), "the readers")
        await press(pilot, "2", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScanScreen), "home")
        await settled(pilot)
        assert "Front-2 ready    TRAINING" in row(pilot, 0)
        assert readers.remembered_reader(desk_of(pilot)) == ("tmr_front_2", "Front-2")


async def test_a_database_that_is_back_leaves_nothing_stale_on_the_screen(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_pos.ui.screens.scan.EVERY", 0.05)
    async with station(bench) as pilot:
        (bench.folder / "shop.sqlite3").rename(bench.folder / "gone.sqlite3")
        await until(pilot, lambda: "[X] The database file" in shown(pilot), "what is wrong")
        (bench.folder / "gone.sqlite3").rename(bench.folder / "shop.sqlite3")
        await until(pilot, lambda: "[OK] The database answers again." in shown(pilot), "that it is back")
        assert "The database file" not in shown(pilot)


async def test_the_same_alert_is_never_asked_to_be_read_twice(bench: Bench) -> None:
    async with station(bench) as pilot:
        home = pilot.app.screen_stack[0]
        assert isinstance(home, ScanScreen)
        for _ in range(3):
            home.alert("The database failed: " + "x" * 80)
            await settled(pilot)
        assert len(pilot.app.screen_stack) == 2
        await pilot.press("enter")
        await settled(pilot)
        assert pilot.app.screen is home


async def test_a_search_that_was_left_has_no_chosen_hit(bench: Bench) -> None:
    async with station(bench) as pilot:
        await write(pilot, "li")
        await press(pilot, "down")
        hits = pilot.app.screen.query_one(HitList)
        assert hits.chosen_hit is not None
        hits.hide()
        assert hits.chosen_hit is None
