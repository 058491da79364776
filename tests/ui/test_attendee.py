"""One person: verdict first, the safe next step on Enter, orders by their number."""

import asyncio
import re
from threading import Event

import pytest

from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.ui.counter import shows, until
from tests.ui.station import Bench, Station, bar, desk_of, hammer, row, station
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin import checkin, redemption
from tui_pos.desk.payments import readers
from tui_pos.desk.search import lookup
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.simulator import Server
from tui_pos.ui.scan_result import LookUps
from tui_pos.ui.screens.attendee import AttendeeScreen
from tui_pos.ui.screens.cart import CartScreen
from tui_pos.ui.screens.reader import ReaderScreen
from tui_pos.ui.screens.receipt import ReceiptScreen
from tui_pos.ui.screens.scan import ScanScreen

VERDICTS = [
    ("NOOR2026", "[OK] REGISTERED", "check in"),
    ("TOMA2026", "[!] IN SINCE ", "next person"),
    ("INES2026", "[!] OWES 349.00", "card 349.00"),
    ("ELLA2026", "[OK] REGISTERED", "check in"),
    ("RAVI2026", "[X] CANCELLED", "sell"),
    ("OMAR2026", "[X] CANCELLED", "sell"),
    ("YUKI2026", "[X] REFUNDED", "sell"),
    ("ZARA2026", "[X] NO ORDER", "sell"),
    ("HALF2026", "[!] OWES 249.00", "card 249.00"),
]


def words(text: str) -> str:
    """What the screen says, without its columns."""
    return " ".join(text.split())


@pytest.mark.parametrize(("code", "verdict", "enter"), VERDICTS)
async def test_the_verdict_comes_first_and_enter_is_the_safe_next_step(
    bench: Bench, code: str, verdict: str, enter: str
) -> None:
    async with station(bench) as pilot:
        app = pilot.app
        assert isinstance(app, Station)
        await scan(pilot, code)
        assert verdict in row(pilot, 4)
        assert row(pilot, 23).startswith(f"  Enter {enter}    ")
        assert app.bells == (0 if "[OK]" in verdict else 1)


async def test_orders_credit_and_what_is_paid_for_are_listed(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "OWEN2026")
        text = words(shown(pilot))
        assert "1 ORD-DEMO0012 paid 469.00 Regular, 2 x T-Shirt, Lunch, Hoodie" in text
        assert "To hand out 2 2 of 2 left T-Shirt 3 1 of 1 left Lunch 4 1 of 1 left Hoodie" in text
        await scan(pilot, "HUGO2026")
        assert "Credit 20.00" in words(shown(pilot))


async def test_enter_checks_in_and_then_goes_to_the_next_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "enter")
        assert "[OK] Checked in. Enter: next person, or scan the next badge." in shown(pilot)
        assert "[OK] CHECKED IN   Noor Lindqvist" in row(pilot, 4)
        assert row(pilot, 4).endswith("desk-3")
        assert row(pilot, 23).startswith("  Enter next person")
        assert lookup.attendee(desk_of(pilot), "NOOR2026").first_check_in is not None
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_a_second_pass_tells_time_and_place_of_the_first(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "TOMA2026")
        assert "desk-2" in row(pilot, 4)
        await write(pilot, "/checkin\r")
        assert "Was checked in before: " in shown(pilot)
        assert "/checkin" not in bar(pilot)  # a pass is recorded on purpose
        await write(pilot, "/")
        assert "Record another pass." in shown(pilot)
        await press(pilot, "escape", "escape")
        recent = shown(pilot).split("Needs attention")[0]
        assert recent.count("another pass") == 1


async def test_enter_never_checks_in_who_has_not_paid(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "OMAR2026")
        await write(pilot, "/checkin\r")
        assert "Not checked in. The order was cancelled; they need a new ticket." in shown(pilot)
        assert lookup.attendee(desk_of(pilot), "OMAR2026").first_check_in is None


async def test_the_next_badge_replaces_the_person_without_a_key(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        screen = pilot.app.screen
        await scan(pilot, "INES2026")
        assert pilot.app.screen is screen
        assert "Inês Park" in row(pilot, 4)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ScanScreen)


async def test_no_key_acts_on_the_person_before_while_the_next_is_looked_up(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        answer = Event()
        find = LookUps.find
        monkeypatch.setattr(LookUps, "find", lambda *_, **how: answer.wait(10) and find(*_, **how))
        screen = pilot.app.screen
        assert isinstance(screen, AttendeeScreen)
        hammer(pilot, *"KIMS2026", "enter", gap=0.001)
        await until(pilot, lambda: screen.prompt.text == "" and not screen.prompt.is_waiting, "the scan")
        await asyncio.sleep(0.1)
        await pilot.press("enter")
        await until(pilot, lambda: not screen.prompt.is_waiting, "the key")
        answer.set()
        await until(pilot, lambda: "Kim Seo-yeon" in row(pilot, 4), "the next person")
        await settled(pilot)
        assert lookup.attendee(desk_of(pilot), "NOOR2026").first_check_in is None


async def test_a_number_pays_what_is_owed_with_the_remembered_reader(bench: Bench, simulator: Server) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await scan(pilot, "ELLA2026")
        assert "1 ORD-DEMO0009 pending 25.00 T-Shirt" in words(shown(pilot))
        await pilot.press("1")
        await shows(pilot, "WAITING FOR CARD", "Front-2")
        simulator.tap("tmr_front_2")
        await shows(pilot, "CAPTURED 25.00")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReceiptScreen), "the receipt")
        await shows(pilot, "PAID 25.00 USD")
        await press(pilot, "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScanScreen), "home")
        await shows(pilot, "Ella Novák          [OK]  checked in")


async def test_without_a_remembered_reader_it_is_chosen_first(bench: Bench, simulator: Server) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "INES2026")
        await pilot.press("enter")
        await shows(pilot, "Choose the card reader of desk-3", "Front-1")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD", "Front-1")
        await pilot.press("escape")
        await shows(pilot, "CANCELLED")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AttendeeScreen), "the person")
        await shows(pilot, "Cancelled: nothing was charged.", "[!] OWES 349.00", "Front-1 ready")
        assert [intent["status"] for intent in simulator.books().values()] == ["canceled"]


async def test_a_payment_left_alone_is_found_again_at_the_order(bench: Bench) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await scan(pilot, "INES2026")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScanScreen), "home")
        await shows(pilot, "Needs attention", "Inês Park")
        await scan(pilot, "INES2026")
        assert "on a reader" in shown(pilot)
        await pilot.press("1")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("escape")
        await shows(pilot, "CANCELLED")


async def test_the_number_of_a_paid_order_shows_its_receipt(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "1")
        assert isinstance(pilot.app.screen, ReceiptScreen)
        assert "ORD-DEMO0001" in shown(pilot)


async def test_the_card_of_the_next_person_leads_home(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await scan(pilot, "/next")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScanScreen), "home")


async def test_a_number_without_a_row_says_so(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "7")
        assert "There is no row 7." in shown(pilot)


async def test_f8_is_not_offered_where_nothing_is_owed(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f8")
        assert "F8 does nothing here." in shown(pilot)


async def test_a_door_volunteer_sees_name_verdict_and_hand_outs_alone(bench: Bench) -> None:
    async with station(bench, staff="scanner", secret="demo") as pilot:
        await scan(pilot, "INES2026")
        text = shown(pilot)
        assert "[!] OWES 349.00   Inês Park" in text
        assert "Not let in: send them to a registration desk." in text
        assert row(pilot, 23).startswith("  Enter next person")
        for hidden in ("ORD-", "example.org", "INES2026", "sell", "F2", "F9", " 1  "):
            assert hidden not in "\n".join(text.split("\n")[1:])
        await press(pilot, "1")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        await scan(pilot, "KIMS2026")
        assert "To hand out" in shown(pilot)
        assert "1 hand out" in row(pilot, 23)
        await press(pilot, "1")
        assert "Handed out 1 x Lunch" in shown(pilot)
        await press(pilot, "enter")
        assert "Checked in." in shown(pilot)


async def test_keys_typed_ahead_of_the_cart_act_there_and_not_here(bench: Bench) -> None:
    """F2 and a digit from a fast hand: the digit adds a product; here it would have shown an order."""
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        hammer(pilot, "f2", "7")
        await settled(pilot)
        assert isinstance(pilot.app.screen, CartScreen)
        assert re.search(r"card 25.00", row(pilot, 23))


async def test_coming_back_from_the_cart_shows_what_is_true_now(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "escape", "enter")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert "The sale is parked: it stands under Needs attention." in shown(pilot)
        checkin.check_in(desk_of(pilot), "NOOR2026")
        await press(pilot, "f2", "escape")
        assert "[!] IN SINCE" in row(pilot, 4)


# What is typed and scanned on somebody's screen


async def test_a_shirt_for_somebody_is_sold_by_its_name(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        assert "type a product to sell it" in row(pilot, 1)
        await write(pilot, "shi")
        assert "T-Shirt" in row(pilot, 7)
        assert row(pilot, 23).startswith("  Enter sell T-Shirt    Esc clear")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, CartScreen)
        assert "Noor Lindqvist" in shown(pilot)
        assert re.search(r"card 25.00", row(pilot, 23))


async def test_a_text_that_several_products_begin_with_lists_them_with_numbers(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await write(pilot, "s")
        assert row(pilot, 23).startswith('  Enter find "s"    Esc clear')
        assert not row(pilot, 7).startswith(" 1 ")
        await press(pilot, "enter")
        assert row(pilot, 7).startswith(" 1  ")
        name = row(pilot, 7)[4:30].strip()
        assert re.match(r" 1-\d sell   Esc close", row(pilot, 23))
        await press(pilot, "1")
        assert isinstance(pilot.app.screen, CartScreen)
        assert name in shown(pilot)


async def test_a_name_that_no_product_has_finds_the_next_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await write(pilot, "okafor\r")
        assert isinstance(pilot.app.screen, AttendeeScreen)
        assert "Tomás Okafor" in row(pilot, 4)


async def test_a_product_that_is_scanned_is_sold_to_the_one_on_the_screen(bench: Bench) -> None:
    """A badge, a product's code from the desk card: no key at all up to the cart."""
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await scan(pilot, "t-shirt")
        assert isinstance(pilot.app.screen, CartScreen)
        assert "Noor Lindqvist" in shown(pilot)


async def test_every_row_is_reached_and_enter_does_what_the_chosen_one_says(bench: Bench) -> None:
    async with station(bench) as pilot:
        desk = desk_of(pilot)
        for _ in range(11):
            placed = checkout.sell(desk, [("lunch", 1)], attendee_code="NOOR2026")
            take_cash(desk, placed.reference, placed.due)
        await scan(pilot, "NOOR2026")
        assert "Enter check in" in row(pilot, 23)
        await press(pilot, *(["down"] * 13))
        assert row(pilot, 23).startswith("  Enter hand out ")
        await press(pilot, "enter")
        assert "Handed out 1 x" in row(pilot, 2)
        left = [each.left for each in redemption.hand_outs(desk, "NOOR2026")]
        assert sum(left) == 10
        assert lookup.attendee(desk, "NOOR2026").first_check_in is None
        assert row(pilot, 23).startswith("  Enter check in")


async def test_the_bar_names_what_each_number_does(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "ELLA2026")
        assert "1 card 25.00   2 show" in row(pilot, 23)
        await scan(pilot, "GIVE2026")
        (gone,) = re.findall(r"(\d(?:-\d)?) all handed out", row(pilot, 23))
        await press(pilot, gone[0])
        assert "was handed out already" in row(pilot, 2)


async def test_from_120_columns_the_order_stands_beside_its_person(bench: Bench) -> None:
    async with station(bench) as pilot:
        await pilot.resize_terminal(120, 30)
        await scan(pilot, "OWEN2026")
        await press(pilot, "2")
        text = await shows(pilot, "Handed out", "T-Shirt, ")
        side = [line.split("│")[1] for line in text.split("\n") if "│" in line]
        assert re.search(r"ORD-DEMO\d+ +USD", side[0])
        assert any(re.search(r"T-Shirt +2 +50.00", line) for line in side)
        assert any(re.search(r"Total +469.00", line) for line in side)


# Corrections


async def test_a_name_is_corrected_with_the_reason_that_its_account_needs(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await write(pilot, "/name Noor Lind\r")
        await write(pilot, "married\r")
        await shows(pilot, "The name is Noor Lind now")
        assert "Noor Lind" in row(pilot, 4)
        assert lookup.attendee(desk_of(pilot), "NOOR2026").name == "Noor Lind"


async def test_a_ticket_is_handed_to_another_person_and_the_old_badge_is_dead(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await write(pilot, "/transfer\r")
        await write(pilot, "Bo Ek\r")
        await write(pilot, "ill\r")
        await shows(pilot, "Bo Ek has the ticket on a new badge", "REGISTERED   Bo Ek")
        await scan(pilot, "NOOR2026")
        assert "[X] HANDED OVER   NOOR2026" in row(pilot, 4)


async def test_what_to_look_at_stands_below_the_verdict(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "ELLA2026")
        assert "REGISTERED   Ella Novák" in row(pilot, 4)
        assert "owes 25.00 USD" in row(pilot, 4)
        assert row(pilot, 7).strip().startswith("[!]  25.00 is to be paid for ORD-DEMO0009")


async def test_a_name_that_the_banner_cuts_stands_in_full_below(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "LONG2026")
        assert "…" in row(pilot, 4)
        assert row(pilot, 7).strip() == "Maximiliana Wilhelmina von und zu Hohenstauffen-Wolfenbüttel"


async def test_a_shirt_by_card_for_a_scanned_person_takes_three_keys(bench: Bench) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD", "Front-2")
        await pilot.press("escape")
        await shows(pilot, "CANCELLED")


async def test_where_the_reader_has_another_payment_the_bar_offers_another_reader(
    bench: Bench, simulator: Server
) -> None:
    del simulator
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await scan(pilot, "INES2026")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f5")
        await until(pilot, lambda: isinstance(pilot.app.screen, ScanScreen), "home")
        await scan(pilot, "HALF2026")
        await press(pilot, "enter")
        assert "[X] Front-2 has the payment of ORD-DEMO0003: F4 takes another reader." in row(pilot, 2)
        assert row(pilot, 23).startswith("  Enter card 249.00    F4 other reader ")
        await press(pilot, "f4")
        assert isinstance(pilot.app.screen, ReaderScreen)


async def test_a_correction_shows_what_stands_there_now(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await write(pilot, "/name\r")
        assert "Now: Noor Lindqvist. How is the name written?" in shown(pilot)
        await write(pilot, "Noor Lind\r")
        await write(pilot, "married\r")
        assert "[OK] The name is Noor Lind now." in row(pilot, 2)
        assert "print" not in shown(pilot)


async def test_somebody_with_nothing_to_fetch_is_said_to_have_nothing(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        assert "Nothing to hand out." in shown(pilot)
        for code in ("OWEN2026", "RAVI2026"):
            await scan(pilot, code)
            assert "Nothing to hand out." not in shown(pilot)


async def test_checking_in_is_not_offered_where_it_is_refused_and_typed_it_says_why(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "RAVI2026")
        await write(pilot, "/check")
        assert "/checkin" not in shown(pilot).split("/check_")[-1]
        await write(pilot, "in\r")
        await shows(pilot, "Not checked in.")


async def test_the_list_of_words_names_what_undo_would_take_back(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "TOMA2026")
        await press(pilot, "down")
        await write(pilot, "/undo")
        assert "Take back the check-in." in shown(pilot)
