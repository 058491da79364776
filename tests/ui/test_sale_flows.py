"""How many keys a sale takes, who gets its tickets, and that nothing acts which is not on the screen."""

import random
import threading
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fixtures.pilot import press, scan, send_scan, settled, shown, write
from tests.ui.counter import READER, TIMEOUT, owed, shows, until
from tests.ui.station import Bench, bar, desk_of, row, station
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import CashMovement, Sale
from tui_pos.desk.carts import cart, checkout, holders
from tui_pos.desk.payments import readers
from tui_pos.desk.search.search import Found, resolve_name
from tui_pos.simulator import Server
from tui_pos.ui.results import PayBy
from tui_pos.ui.screens.cart import CartScreen
from tui_pos.ui.screens.receipt import ReceiptScreen
from tui_pos.ui.screens.scan import ScanScreen
from tui_pos.ui.screens.tender import TenderScreen


def is_at(pilot: Pilot[Any], screen: type) -> bool:
    return isinstance(pilot.app.screen, screen)


def names_of_the_sale(pilot: Pilot[Any]) -> list[str]:
    """Who gets each ticket of the only sale."""
    with connected():
        (sale,) = Sale.select()
    return [each.name for each in holders.ticket_names(desk_of(pilot), sale.id)]


def payments_made() -> int:
    """How often cash was taken."""
    with connected():
        return CashMovement.select().count()


async def test_a_shirt_for_a_scanned_person_takes_three_keys(bench: Bench, simulator: Server) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), *READER)
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER[0])
        await shows(pilot, "CAPTURED")


async def test_a_walk_up_s_ticket_takes_f2_1_the_name_and_enter_twice(
    bench: Bench, simulator: Server
) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), *READER)
        await press(pilot, "f2", "1")
        await write(pilot, "Wanda Walk\r")
        assert "For  Wanda Walk" in row(pilot, 3)
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER[0])
        await shows(pilot, "CAPTURED")
        await pilot.press("enter")
        await until(pilot, lambda: is_at(pilot, ReceiptScreen), "the receipt")
        await settled(pilot)
        assert "Wanda Walk" in row(pilot, 4)
        assert "without name" not in shown(pilot)
        await press(pilot, "enter")
        assert is_at(pilot, ScanScreen)
        assert names_of_the_sale(pilot) == ["Wanda Walk"]


async def test_a_whole_sale_of_a_product_code_needs_no_key_but_the_one_to_pay(
    bench: Bench, simulator: Server
) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), *READER)
        await scan(pilot, "t-shirt")
        assert "> T-Shirt" in shown(pilot)
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER[0])
        await shows(pilot, "CAPTURED")


async def test_each_ticket_is_asked_for_and_what_was_skipped_shows_on_the_receipt(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "1", "1", "3", "f9")
        assert "Ticket 1 of 3: Regular" in shown(pilot)
        assert bar(pilot) == "Enter skip, no name yet   Esc leave as it is   F1 help   F12 lock"
        await write(pilot, "Ines Park ines@example.org\r")
        assert "Ticket 2 of 3: Regular" in shown(pilot)
        await press(pilot, "enter")
        assert "Ticket 3 of 3: Day Pass" in shown(pilot)
        await write(pilot, "Ravi Chen\r")
        assert is_at(pilot, TenderScreen)
        assert names_of_the_sale(pilot) == ["Ines Park", "", "Ravi Chen"]
        await press(pilot, "enter")
        await shows(pilot, "PAID 818.00 USD", "1 more without name", "[!] not checked in yet")


async def test_esc_at_a_name_pays_nothing_and_enter_goes_on_with_the_same_ticket(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "1", "f9", "escape")
        assert is_at(pilot, CartScreen)
        assert "Not paid yet: Enter goes on." in shown(pilot)
        await press(pilot, "f9")
        assert "Ticket 1 of 1: Regular" in shown(pilot)
        await press(pilot, "enter")
        assert is_at(pilot, TenderScreen)
        await press(pilot, "escape", "f9")
        assert is_at(pilot, TenderScreen)  # what was skipped is not asked for again


async def test_a_name_that_cannot_be_is_said_above_the_same_question(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "1", "f9")
        await write(pilot, "Ines ines@nowhere\r")
        assert "ines@nowhere is not an e-mail address" in " ".join(shown(pilot).split())


async def test_f2_in_a_walk_up_s_sale_asks_who_buys(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "f2")
        assert "Who buys?" in shown(pilot)
        await write(pilot, "Lunch Hoodie lunch@example.org\r")
        assert "For  Lunch Hoodie   lunch@example.org" in row(pilot, 3)


async def test_a_code_that_nobody_has_is_no_name(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        for code in ("K7Q2M9ZX", "42"):
            await write(pilot, f"x{code}\r")
            assert "is not known here. F2 says who buys." in shown(pilot)
            assert "For  a walk-up" in row(pilot, 3)


NONSENSE = ("1", "6", "f8", "f10", "plus", "down", "escape", "f2", "f3", "f4", "f5", "f6", "f9", "x", "/")


@pytest.mark.parametrize("key", NONSENSE)
async def test_while_change_is_told_only_enter_acts(bench: Bench, key: str) -> None:
    async with station(bench) as pilot:
        app: Any = pilot.app
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "f9", "3", "enter")
        assert bar(pilot) == "Enter receipt   F12 lock"
        bells = app.bells
        await press(pilot, key)
        assert app.bells > bells
        assert "[OK] CHANGE USD" in shown(pilot)
        assert payments_made() == 1
        await press(pilot, "enter")
        if "CHANGE" in shown(pilot):
            await press(pilot, "enter")  # the first one was for the text that stood in the prompt
        await shows(pilot, "PAID 25.00 USD")
        assert payments_made() == 1


async def test_a_sale_that_was_left_paid_in_part_stands_under_attention(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "7", "f9")
        await write(pilot, "10\r")
        await press(pilot, "enter", "enter", "escape")
        assert is_at(pilot, CartScreen)
        assert "F6 park" not in bar(pilot)
        await press(pilot, "escape")
        assert is_at(pilot, ScanScreen)
        assert ": 15.00 is still to be paid, see Needs attention." in row(pilot, 2)
        await until(pilot, lambda: "paid in part " in shown(pilot), "the order")
        await press(pilot, "1")
        await shows(pilot, "OWES 15.00 USD")
        await press(pilot, "f9", "enter")
        await shows(pilot, "PAID 25.00 USD")


async def test_cash_that_is_left_goes_back_to_the_order_of_the_card_payment(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        readers.remember_reader(desk, *READER)
        sale = cart.start(desk, name="Wanda Walk").sale_id
        cart.add(desk, sale, "t-shirt")
        order = checkout.place(desk, sale)
        await scan(pilot, order.reference)
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f9")
        await until(pilot, lambda: is_at(pilot, TenderScreen), "the ways to pay")
        await settled(pilot)
        await press(pilot, "escape")
        assert is_at(pilot, ReceiptScreen)
        await shows(pilot, "OWES 25.00 USD", f" {order.reference} ")


async def test_after_a_part_the_way_of_the_rest_is_chosen_anew(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "f9")
        await write(pilot, "10\r")
        await press(pilot, "enter")
        assert bar(pilot) == "Enter choose how the rest is paid   F12 lock"
        await write(pilot, "1\r")
        await write(pilot, "6\r")
        assert payments_made() == 1
        assert "STILL TO PAY USD" in shown(pilot)


async def test_a_scan_while_change_is_told_is_the_next_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "f9", "3", "enter")
        await scan(pilot, "demo:HUGO2026")
        await shows(pilot, "Hugo Martin")
        assert not is_at(pilot, TenderScreen)


async def test_after_a_card_that_failed_card_stays_chosen(bench: Bench) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), *READER)
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "f9")
        await pilot.press("f8")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("escape")
        await shows(pilot, "CANCELLED")
        await pilot.press("enter")
        await until(pilot, lambda: is_at(pilot, TenderScreen), "the ways to pay")
        await settled(pilot)
        assert bar(pilot).startswith("Enter card 25.00")
        assert payments_made() == 0


async def test_a_scan_on_a_receipt_is_the_next_person_of_the_conference_it_names(bench: Bench) -> None:
    async with station(bench) as pilot:
        reference = owed(desk_of(pilot))
        await press(pilot, "f3")
        await write(pilot, f"{reference}\r")
        await shows(pilot, "OWES 25.00 USD")
        await scan(pilot, "other-conf:NOOR2026")
        await until(pilot, lambda: is_at(pilot, ScanScreen), "home")
        await shows(pilot, "other-conf")


@pytest.mark.parametrize("way", [PayBy.CASH, PayBy.OTHER])
async def test_the_bar_says_what_a_typed_amount_does(bench: Bench, way: PayBy) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "f9" if way is PayBy.CASH else "f10")
        await write(pilot, "10")
        assert bar(pilot).startswith("Enter 10.00: choose how   F8 card   F9 cash   F10 other   Esc clear")
        await press(pilot, "escape")
        await write(pilot, "nonsense")
        assert bar(pilot) == "Esc clear   F1 help   F12 lock"


async def test_the_wide_screen_shows_the_cart_once_and_cuts_no_product(bench: Bench) -> None:
    async with station(bench) as pilot:
        await pilot.resize_terminal(200, 60)
        await press(pilot, "f2", "7", "1", "1")
        told = shown(pilot)
        assert told.count("To pay USD") == 1
        assert "Workshop: 50% [/off] your build time" in told
        assert "…" not in told
        for text in ("Regular", "2 x 349.00", "698.00", "Demo Conference"):
            assert text in told


async def test_a_sale_without_a_key_badge_product_and_the_cards_of_the_desk(
    bench: Bench, simulator: Server
) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), *READER)
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2")
        for code in ("/quantity 3", "t-shirt", "/undo"):
            await scan(pilot, code)
        assert "> T-Shirt   2 x 25.00" in shown(pilot)
        send_scan(pilot, "/card")
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER[0])
        await shows(pilot, "CAPTURED 50.00")


async def test_the_next_person_is_a_code_too_once_the_change_is_told(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2")
        await scan(pilot, "t-shirt", "/cash")
        await press(pilot, "3", "enter")
        assert "CHANGE USD" in shown(pilot)
        await scan(pilot, "/next")
        await until(pilot, lambda: is_at(pilot, ScanScreen), "home")
        assert payments_made() == 1


async def test_a_card_that_pays_waits_for_the_scan_before_it_and_takes_nothing_behind_an_unknown_one(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_look, look_up = threading.Event(), resolve_name

    def looked_up(*given: Any) -> Found:
        may_look.wait(TIMEOUT)
        return look_up(*given)

    monkeypatch.setattr("tui_pos.ui.screens.cart.resolve_name", looked_up)
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7")
        for code, then, screen in (
            ("TENOFF", "Still to pay USD             22.50", TenderScreen),
            ("XXXX9999", "XXXX9999 is not known", CartScreen),
        ):
            may_look.clear()
            send_scan(pilot, code, "/cash")
            for _ in range(20):
                await pilot.pause()
            may_look.set()
            await shows(pilot, then)
            await settled(pilot)
            assert is_at(pilot, screen)
            if screen is TenderScreen:
                await press(pilot, "escape")


async def test_a_second_ticket_of_a_kind_asks_before_it_is_paid(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "1", "f9")
        assert "They have Regular already" in " ".join(shown(pilot).split())
        await press(pilot, "escape")
        assert is_at(pilot, CartScreen)
        assert "Not paid yet: Enter goes on." in shown(pilot)
        await press(pilot, "f9", "enter")
        assert "Ticket 1 of 1: Regular" in shown(pilot)
        await write(pilot, "Ines Park\r")
        assert is_at(pilot, TenderScreen)


KEYS = (
    *"123456789",
    *"noor/+-",
    *["f1", "f2", "f3", "f6", "f9", "f10", "escape", "up", "down", "pagedown", "enter"],
)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_pressed_cash_is_taken_only_by_an_enter_that_said_so(
    bench: Bench, seed: int
) -> None:
    pressed = random.Random(seed)
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", *(("f9",) if seed % 2 else ()))
        for _ in range(120):
            key, said, before = pressed.choice(KEYS), bar(pilot), payments_made()
            if key == "enter" and said.startswith(("Enter card", "Enter choose")):
                continue  # a payment under way is never idle
            await press(pilot, key)
            if payments_made() > before:
                assert key == "enter"
                assert said.startswith("Enter take")
        assert pilot.app.is_running
