"""The tender screen: cash with change, credit, a gift, a card for a part, and any mix of them."""

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.desk.conftest import staff_called
from tests.fixtures.pilot import press, scan, settled, shown, write
from tests.ui.counter import READER, Counter, at_counter, begun, owed, shows, until
from tests.ui.station import Bench, bar, desk_of, hammer, row, station
from tui_pos.desk import payments
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.payments import readers
from tui_pos.desk.search import lookup, receipts
from tui_pos.desk.tenders.options import PaymentOption
from tui_pos.simulator import Server
from tui_pos.ui.input.key_stream import SURE
from tui_pos.ui.results import PayBy, StillOwed
from tui_pos.ui.screens import tender_view
from tui_pos.ui.screens.attendee import AttendeeScreen
from tui_pos.ui.screens.cart import CartScreen
from tui_pos.ui.screens.payment import PaymentScreen
from tui_pos.ui.screens.receipt import ReceiptScreen
from tui_pos.ui.screens.tender import TenderScreen
from tui_pos.ui.widgets.scan_input import ScanInput


def paid_by(desk: Desk, reference: str) -> list[tuple[str, str, str]]:
    """(label, amount, change) of every payment of an order."""
    return [
        (each.label, str(each.amount), str(each.change))
        for each in receipts.receipt(desk, reference).payments
    ]


def sum_rows(pilot: Pilot[Any]) -> list[str]:
    """The sums below the large amount, without the room between."""
    return [" ".join(line[44:].split()) for line in shown(pilot).split("\n")[11:20] if line[44:].strip()]


def is_at(pilot: Pilot[Any], screen: type) -> bool:
    return isinstance(pilot.app.screen, screen)


async def opened(pilot: Pilot[Any]) -> None:
    await settled(pilot)
    assert is_at(pilot, TenderScreen)


async def test_exact_cash_is_one_key(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        assert row(pilot, 0).startswith(f" Noor Lindqvist   {reference}")
        assert sum_rows(pilot) == ["Total 25.00", "Still to pay USD 25.00"]
        assert bar(pilot).startswith("Enter take 25.00 in cash   F8 card   F9 cash")
        await press(pilot, "enter")
        await shows(pilot, "PAID 25.00 USD", "Paid by Cash")
        assert is_at(pilot, ReceiptScreen)
    assert paid_by(desk, reference) == [("Cash", "25.00", "0.00")]


async def test_enter_twice_for_an_order_that_could_not_be_read_takes_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    reference = owed(desk)
    (tmp_path / "shop.sqlite3").rename(tmp_path / "away")
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await shows(pilot, "Please read")
        (tmp_path / "away").rename(tmp_path / "shop.sqlite3")
        await press(pilot, "enter")
        await shows(pilot, "Enter read the order")
        hammer(pilot, "enter", "enter")
        await shows(pilot, "Enter take 25.00 in cash")
        await settled(pilot)
        assert is_at(pilot, TenderScreen)
    assert paid_by(desk, reference) == []


async def test_a_number_is_what_they_give_and_the_change_stands_there_before_and_after(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await press(pilot, "3")
        assert "3> Cash                40.00  change 15.00" in shown(pilot)
        assert "CHANGE WILL BE USD" in shown(pilot)
        assert paid_by(desk, reference) == []
        await press(pilot, "enter")
        assert "[OK] Cash 25.00, given 40.00: give 15.00 back. All is paid." in shown(pilot)
        assert "[OK] CHANGE USD" in shown(pilot)
        assert bar(pilot) == "Enter receipt"
        await press(pilot, "enter")
        told = await shows(pilot, "PAID 25.00 USD")
        assert "Paid by Cash 25.00 Given 40.00 Change 15.00" in " ".join(told.split())
    assert paid_by(desk, reference) == [("Cash", "25.00", "15.00")]


@pytest.mark.parametrize("given", ["30.50", "30,50"])
async def test_what_they_give_can_be_typed(desk: Desk, given: str) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, given)
        assert "CHANGE WILL BE USD" in shown(pilot)
        assert bar(pilot).startswith("Enter take 30.50, give 5.50 back")
        await press(pilot, "enter")
        assert "given 30.50: give 5.50 back" in shown(pilot)
    assert paid_by(desk, reference) == [("Cash", "25.00", "5.50")]


async def test_arrows_choose_a_row_and_forget_what_was_typed(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, "77")
        await press(pilot, "down")
        assert "> _" in shown(pilot)
        await press(pilot, "enter")
        assert "given 30.00: give 5.00 back" in shown(pilot)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("abc", "'abc' is not an amount: enter one such as 12.50."),
        ("25,000", "The comma in '25,000' is not clear: enter an amount such as 12.50."),
        ("-30", "Enter the amount without a sign"),
        ("25.001", "USD has at most 2 decimals"),
        ("0", "Enter an amount above zero."),
        ("5000", "5,000.00 is too much for 25.00: count it and enter it again."),
    ],
)
async def test_an_unusable_amount_is_one_sentence_and_takes_nothing(
    desk: Desk, typed: str, sentence: str
) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, f"{typed}\r")
        assert sentence in shown(pilot)
        assert isinstance(pilot.app, Counter)
        assert pilot.app.bells == 1
    assert paid_by(desk, reference) == []


async def test_a_scan_is_refused_with_a_bell(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        for code in ("OWEN2026", "40.00"):
            await scan(pilot, code)
            assert "[!] That scan was not used: this order is to be paid first." in shown(pilot)
        assert isinstance(pilot.app, Counter)
        assert pilot.app.bells == 2
    assert paid_by(desk, reference) == []


async def test_a_digit_that_could_be_the_amount_itself_is_asked_about(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, "20.50\r")
        await press(pilot, "f9", "enter", "enter")
        assert sum_rows(pilot)[-1] == "Still to pay USD 4.50"
        await write(pilot, "5\r")
        assert "5 is Cash" in shown(pilot)
        assert len(paid_by(desk, reference)) == 1
        await write(pilot, "5.00\r")
        assert "given 5.00: give 0.50 back. All is paid." in shown(pilot)


async def test_credit_pays_what_there_is_and_the_rest_stays_on_the_screen(desk: Desk) -> None:
    reference = owed(desk, "HUGO2026")
    async with at_counter(TenderScreen(desk, reference, PayBy.OTHER)) as pilot:
        await opened(pilot)
        assert "6> Credit              20.00  of 20.00" in shown(pilot)
        assert bar(pilot).startswith("Enter use 20.00 of credit")
        await press(pilot, "enter")
        assert "[OK] Credit 20.00. 5.00 is still to be paid." in shown(pilot)
        assert sum_rows(pilot) == ["Total 25.00", "Paid by Credit -20.00", "Still to pay USD 5.00"]
        assert bar(pilot) == "Enter choose how the rest is paid"
        await press(pilot, "enter", "f9")
        assert "  Credit  " not in shown(pilot)
        await press(pilot, "enter")
        await shows(pilot, "PAID 25.00 USD", "Paid by Credit", "Paid by Cash")
    assert paid_by(desk, reference) == [("Credit", "20.00", "0.00"), ("Cash", "5.00", "0.00")]


async def test_a_second_enter_never_takes_the_rest(desk: Desk) -> None:
    reference = owed(desk, "HUGO2026")
    async with at_counter(TenderScreen(desk, reference, PayBy.OTHER)) as pilot:
        await opened(pilot)
        hammer(pilot, "enter", "enter", gap=0.1)
        await settled(pilot)
        assert sum_rows(pilot)[-1] == "Still to pay USD 5.00"
    assert paid_by(desk, reference) == [("Credit", "20.00", "0.00")]


async def test_an_amount_that_is_typed_twice_is_taken_once(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        hammer(pilot, *"30", "enter", *"30", "enter", gap=0.07)
        await settled(pilot)
    assert len(paid_by(desk, reference)) == 1


async def test_a_part_in_credit_leaves_the_other_credit_where_it_is(desk: Desk) -> None:
    reference = owed(desk, "RICH2026")
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, "10\r")
        assert "10.00 of 25.00: choose how it is paid, Esc for all." in shown(pilot)
        assert "Free of charge" not in shown(pilot)
        await press(pilot, "f10")
        assert bar(pilot).startswith("Enter use 10.00 of credit")
        await press(pilot, "enter", "enter", "f9", "enter")
        await shows(pilot, "PAID 25.00 USD")
    assert paid_by(desk, reference) == [("Credit", "10.00", "0.00"), ("Cash", "15.00", "0.00")]
    assert lookup.attendee(desk, "RICH2026").credits_total == 490


async def test_esc_gives_up_the_part_first_then_goes_back(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, "10\r")
        await press(pilot, "escape")
        assert bar(pilot).startswith("Enter take 25.00 in cash")
        await press(pilot, "escape")
        assert isinstance(pilot.app, Counter)
        assert pilot.app.left == [StillOwed()]


async def test_row_digits_and_bar_say_the_same_and_esc_from_a_part_chooses_what_was_chosen(
    desk: Desk,
) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, "10\r")
        await press(pilot, "f10")  # another row of the part's
        await press(pilot, "escape")
        assert bar(pilot).startswith("Enter take 25.00 in cash")
        assert re.search(r"1> Cash +25.00  exactly", shown(pilot))
        await press(pilot, "down")
        chosen = next(line for line in shown(pilot).split("\n") if "2> " in line)
        given, _, change = chosen.split("Cash")[1].split()[:3]
        assert bar(pilot).startswith(f"Enter take {given}, give {change} back")


async def test_who_goes_back_after_a_part_is_told_what_was_taken(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, "10\r")
        await press(pilot, "enter", "enter", "escape")
        assert isinstance(pilot.app, Counter)
        (left,) = pilot.app.left
        assert (left.taken.tender, left.taken.amount, left.due) == (Tender.CASH, Decimal(10), Decimal(15))


async def test_only_a_supervisor_gives_away_and_the_others_read_who_that_is(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        assert "Free of charge      25.00  supervisor" in shown(pilot)
        await press(pilot, "7", "enter")
        assert "Tilda Trainee may not give away for free. Ask Lena Lead." in shown(pilot)
        assert bar(pilot).startswith("Enter see who may do it")
    assert paid_by(desk, reference) == []


async def test_a_gift_asks_for_its_reason(desk: Desk) -> None:
    reference = owed(desk)
    lead = replace(desk, staff=staff_called("lead"))
    async with at_counter(TenderScreen(lead, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await press(pilot, "7", "enter")
        assert "Give 25.00 for free" in shown(pilot)
        await press(pilot, "enter")
        assert "Enter does nothing here." in shown(pilot)
        await scan(pilot, "OWEN2026")
        assert "That scan was not used: answer the question first." in shown(pilot)
        await write(pilot, "lost badge: volunteer\r")
        await shows(pilot, "PAID 0.00 USD", "Paid by Complimentary", "Complimentary: lost badge")
    (payment,) = receipts.receipt(desk, reference).payments
    assert payment.note == "lost badge: volunteer"


async def test_esc_gives_nothing_away(desk: Desk) -> None:
    reference = owed(desk)
    lead = replace(desk, staff=staff_called("lead"))
    async with at_counter(TenderScreen(lead, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await press(pilot, "7", "enter", "escape")
        assert is_at(pilot, TenderScreen)
    assert paid_by(desk, reference) == []


async def test_a_card_for_a_part_and_cash_for_the_rest(desk: Desk, simulator: Server) -> None:
    reference = owed(desk)
    readers.remember_reader(desk, *READER)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, "10")
        await pilot.press("f8")
        await shows(pilot, "WAITING FOR CARD", "attempt saved: 10.00 USD")
        simulator.tap(READER[0])
        captured = await shows(pilot, "CAPTURED 10.00", "Enter go on with the rest")
        assert "receipt" not in captured
        assert captured.splitlines()[-1].startswith("  Enter go on with the rest")
        await pilot.press("enter")
        await shows(pilot, "[OK] Visa 4242 10.00. 15.00 is still to be paid.")
        assert sum_rows(pilot)[1:] == ["Paid by Visa 4242 -10.00", "Still to pay USD 15.00"]
        await press(pilot, "enter", "f9", "enter")
        await shows(pilot, "PAID 25.00 USD", "Paid by Visa 4242", "Paid by Cash")
        assert [book["captured"] for book in simulator.books().values()] == [1000]


async def test_a_card_below_what_stripe_takes_is_explained_before_anything_is_sent(
    desk: Desk, simulator: Server
) -> None:
    reference = owed(desk)
    readers.remember_reader(desk, *READER)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await write(pilot, "0.30\r")
        assert "Card                 0.30  from 0.50" in shown(pilot)
        await press(pilot, "f8")
        assert "A card cannot be charged less than 0.50 USD" in " ".join(shown(pilot).split())
        assert simulator.books() == {}


async def test_a_cancelled_card_comes_back_to_the_other_ways(desk: Desk, simulator: Server) -> None:
    reference = owed(desk)
    readers.remember_reader(desk, *READER)
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        await pilot.press("f8")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f9")
        await until(pilot, lambda: is_at(pilot, TenderScreen), "the other ways")
        await settled(pilot)
        await press(pilot, "enter")
        await shows(pilot, "PAID 25.00 USD")
        assert [book["status"] for book in simulator.books().values()] == ["canceled"]


async def test_a_card_payment_under_way_is_shown_and_not_paid_beside(desk: Desk) -> None:
    attempt_id = begun(desk)
    reference = payments.state(desk, attempt_id).reference
    async with at_counter(TenderScreen(desk, reference, PayBy.CASH)) as pilot:
        await opened(pilot)
        assert bar(pilot).startswith("Enter see the card payment")
        await write(pilot, "40\r")
        assert paid_by(desk, reference) == []
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")


async def test_a_cash_payment_on_the_payment_screen_cancels_the_card_first(
    desk: Desk, simulator: Server
) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f9")
        assert isinstance(pilot.app, Counter)
        app = pilot.app
        await until(pilot, lambda: bool(app.left), "the payment to end")
        assert app.left[0].state.stage == "cancelled"
        assert [book["status"] for book in simulator.books().values()] == ["canceled"]


async def test_no_cash_is_taken_when_the_card_was_faster(desk: Desk, simulator: Server) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER[0])
        await shows(pilot, "CAPTURED")
        await pilot.press("f9")
        await shows(pilot, "F9 does nothing here.", "CAPTURED 25.00")
        assert isinstance(pilot.app, Counter)
        assert pilot.app.left == []


async def test_the_cart_is_paid_in_cash(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7")
        assert "F9 cash   F10 other   F6 park   Esc back" in bar(pilot)
        await press(pilot, "f9")
        assert is_at(pilot, TenderScreen)
        await press(pilot, "4", "enter", "enter")
        await shows(pilot, "PAID 25.00 USD", "Paid by Cash")
        await press(pilot, "escape")
        await shows(pilot, "Last here")
        assert lookup.attendee(desk_of(pilot), "NOOR2026").orders[0].status == "paid"


async def test_fast_hands_add_and_take_cash(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        hammer(pilot, "f2", "7", "7", "f9", gap=SURE + 0.01)
        await shows(pilot, "Still to pay USD             50.00")


async def test_a_number_typed_before_the_screen_opened_chooses_its_row(desk: Desk) -> None:
    async with at_counter(TenderScreen(desk, owed(desk), PayBy.CASH)) as pilot:
        await opened(pilot)
        pilot.app.screen.query_one(ScanInput).post_message(ScanInput.Picked(4))
        await settled(pilot)
        assert "4> Cash                50.00  change 25.00" in shown(pilot)


async def test_a_number_behind_the_key_to_pay_adds_nothing_to_the_sale(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        hammer(pilot, "f2", "7", "f9", "4", gap=0.06)
        await shows(pilot, "Total                        25.00")


async def test_going_back_from_cash_opens_the_sale_again(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "f10", "escape")
        assert is_at(pilot, CartScreen)
        assert "Nothing was taken yet. Change the sale, or take the money." in shown(pilot)
        await press(pilot, "plus")
        assert "> T-Shirt   2 x 25.00" in shown(pilot)


async def test_a_person_pays_what_they_owe_in_cash(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "ELLA2026")
        assert "F9 cash   F2 sell" in bar(pilot)
        await press(pilot, "f9", "enter")
        await shows(pilot, "PAID 25.00 USD", "Paid by Cash")


async def test_a_person_who_pays_a_part_is_shown_what_is_left(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "ELLA2026")
        await press(pilot, "f9")
        await write(pilot, "10\r")
        await press(pilot, "enter", "enter", "escape")
        assert is_at(pilot, AttendeeScreen)
        assert "owes 15.00" in shown(pilot)
        assert "Cash 10.00, given 10.00. 15.00 is still to be paid." in shown(pilot)


async def test_where_nothing_is_owed_nothing_is_taken(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f9")
        assert "F9 does nothing here." in shown(pilot)


def test_payments_beyond_three_are_summed_up(desk: Desk) -> None:
    reference = owed(desk)
    view = receipts.receipt(desk, reference)
    line = receipts.PaymentLine(
        method="credit",
        label="Credit",
        amount=Decimal(2),
        at=view.order.created_at,
        card=(),
        note="",
        receipt_url="",
    )
    rows = tender_view.sums(replace(view, payments=(line,) * 5), str)
    assert [row.cells for row in rows[1:-1]] == [
        ("Paid by Credit", "-2"),
        ("Paid by Credit", "-2"),
        ("3 more payments", "-6"),
    ]


def test_what_cash_is_rounded_by_is_a_line_below_what_is_due(desk: Desk) -> None:
    view = receipts.receipt(desk, owed(desk))
    cash = PaymentOption(
        tender=Tender.CASH, amount=Decimal("25.02"), given=Decimal(25), rounding=Decimal("-0.02")
    )
    card = PaymentOption(tender=Tender.CARD, amount=Decimal("25.02"))
    assert tender_view.rounding(None, cash) == Decimal("-0.02")
    assert not tender_view.rounding(None, card)
    assert tender_view.large(None, cash, Decimal("25.02"), Decimal("25.02")).amount == 25
    assert tender_view.sums(view, str, Decimal("-0.02"))[-1].cells == ("Rounded for cash", "-0.02")
    assert len(tender_view.sums(view, str)) == len(tender_view.sums(view, str, Decimal("-0.02"))) - 1


async def test_a_part_is_named_as_one_and_says_that_nothing_is_taken_yet(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "f9")
        await write(pilot, "10")
        assert bar(pilot).startswith("Enter 10.00: choose how")
        assert "10.00 is a part: Enter asks how it is paid; nothing is taken yet." in row(pilot, 2)
        await press(pilot, "enter")
        assert "THIS PART USD" in shown(pilot)
        assert "TO PAY USD" not in shown(pilot)
        assert "Esc all of it" in bar(pilot)
        await press(pilot, "f1")
        assert "Pay all of it in one way after all: Esc." in shown(pilot)
        assert "Leave it for later" not in shown(pilot)
        await press(pilot, "escape", "escape")
        assert "TO PAY USD" in shown(pilot)
        await press(pilot, "f1")
        assert "Leave it for later: Esc" in shown(pilot)


async def test_what_could_not_be_taken_can_be_taken_again_though_reading_failed_too(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "ELLA2026")
        await press(pilot, "f9")
        await until(pilot, lambda: "Enter take" in bar(pilot), "cash")
        (bench.folder / "shop.sqlite3").rename(bench.folder / "gone.sqlite3")
        await press(pilot, "enter")
        await until(pilot, lambda: "database" in shown(pilot), "what is wrong")
        await settled(pilot)
        (bench.folder / "gone.sqlite3").rename(bench.folder / "shop.sqlite3")
        while not is_at(pilot, TenderScreen):
            await press(pilot, "enter")
        assert "Enter take" in bar(pilot)
