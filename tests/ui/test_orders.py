"""Finding an order again, and what can be done to it: pay, resume, cancel, refund, void."""

import re
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.desk.conftest import staff_called
from tests.desk.selling import order_row
from tests.fixtures.pilot import anew, press, scan, settled, shown, write
from tests.ui.counter import READER, at_counter, begun, owed, shows, until
from tests.ui.station import Bench, bar, desk_of, row, station
from tests.ui.test_receipt import left, paid
from tui_pos.core import clock
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin import redemption
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import readers
from tui_pos.desk.search import find_orders, lookup
from tui_pos.desk.search.search import search
from tui_pos.desk.tenders import cash, complimentary
from tui_pos.simulator import Server
from tui_pos.ui.results import NextPerson
from tui_pos.ui.screens.orders import PAGE, OrdersScreen
from tui_pos.ui.screens.receipt import ReceiptScreen
from tui_pos.ui.screens.scan import ScanScreen

LIST = slice(5, 20)


def listed(pilot: Pilot[Any]) -> list[str]:
    """The rows of the list, without room between words."""
    return [" ".join(line.split()) for line in shown(pilot).split("\n")[LIST] if line.strip()]


def is_at(pilot: Pilot[Any], screen: type) -> bool:
    return isinstance(pilot.app.screen, screen)


def supervised(desk: Desk) -> Desk:
    return replace(desk, staff=staff_called("lead"))


async def test_f3_lists_the_newest_orders_and_esc_goes_home(bench: Bench) -> None:
    async with station(bench) as pilot:
        assert "F3 orders" in bar(pilot)
        reference = owed(desk_of(pilot))
        await press(pilot, "f3")
        assert row(pilot, 3).startswith(" Orders, the newest first   ")
        assert reference in listed(pilot)[0]
        assert "Noor Lindqvist 25.00 [!] not paid" in listed(pilot)[0]
        assert "T-Shirt noor@example.org" in " ".join(shown(pilot).split())
        assert bar(pilot).startswith(f"Enter open {reference}")
        await press(pilot, "escape")
        assert is_at(pilot, ScanScreen)


async def test_a_search_without_an_answer_says_so_and_then_nothing_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_answer, now = Event(), clock.now
    look = find_orders.orders

    def slow(*args: Any, **options: Any) -> Any:
        assert may_answer.wait(20)
        return look(*args, **options)

    monkeypatch.setattr(find_orders, "orders", slow)
    async with at_counter(OrdersScreen(desk)) as pilot:
        monkeypatch.setattr(clock, "now", lambda: now() + timedelta(seconds=7))
        await shows(pilot, "[?] NO ANSWER from the database for ", " s: wait.")
        may_answer.set()
        await until(pilot, lambda: "NO ANSWER" not in shown(pilot), "the note to go")


async def test_typing_finds_by_whatever_is_remembered(desk: Desk, simulator: Server) -> None:
    card = paid(desk, simulator)
    taken = owed(desk, "HUGO2026")
    cash.take_cash(desk, taken, given=lookup.order(desk, taken).due)
    async with at_counter(OrdersScreen(desk)) as pilot:
        await settled(pilot)
        for text, reference in (
            (card.lower(), card),
            ("noor 25.00", card),
            ("noor@example 4242", card),
            ("hugo 25", taken),
            ("HUGO2026 25.00", taken),
        ):
            await write(pilot, text)
            assert len(listed(pilot)) == 1, text
            assert reference in listed(pilot)[0]
            await press(pilot, "escape")
        assert len(listed(pilot)) > 9
        await write(pilot, "hugo 25")
        assert "[OK] paid Cash" in listed(pilot)[0]


async def test_enter_opens_the_only_one_and_esc_comes_back_to_the_list(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(OrdersScreen(desk)) as pilot:
        await settled(pilot)
        await write(pilot, "noor 25\r")
        assert is_at(pilot, ReceiptScreen)
        await press(pilot, "escape")
        assert is_at(pilot, OrdersScreen)
        assert reference in listed(pilot)[0]
        assert ": noor 25   1" in row(pilot, 3)
        await press(pilot, "escape")
        assert len(listed(pilot)) > 9


async def test_several_are_picked_by_number_or_with_the_arrows(desk: Desk) -> None:
    first, second = owed(desk), owed(desk)
    async with at_counter(OrdersScreen(desk)) as pilot:
        await settled(pilot)
        await write(pilot, "noor 25.00\r")
        assert "2 orders fit: press a number, or arrows." in shown(pilot)
        await press(pilot, "2")
        await shows(pilot, "OWES 25.00 USD", f" {first}   ")
        await press(pilot, "escape", "escape")
        await write(pilot, "noor 25.00")
        await press(pilot, "down", "up", "enter")
        await shows(pilot, "OWES 25.00 USD", f" {second}   ")


async def test_all_orders_begin_at_the_newest_again_and_a_scrolled_list_says_so(desk: Desk) -> None:
    orders = [owed(desk) for _ in range(30)]
    async with at_counter(OrdersScreen(desk)) as pilot:
        await settled(pilot)
        await write(pilot, f"{orders[0]}\r")
        assert is_at(pilot, ReceiptScreen)
        await press(pilot, "escape", "escape")
        assert listed(pilot)[0].startswith("1> ")
        assert orders[-1] in listed(pilot)[0]
        assert "above" not in row(pilot, 3)
        await press(pilot, "pagedown", "pagedown", "pagedown")
        assert re.search(r"   \d+ rows above", row(pilot, 3))


async def test_a_scanned_badge_is_the_next_person_and_a_scanned_order_opens(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(OrdersScreen(desk)) as pilot:
        await settled(pilot)
        await scan(pilot, reference.lower())
        await shows(pilot, "OWES 25.00 USD", f" {reference}   ")
        await press(pilot, "escape")
        await scan(pilot, "demo:TWOS2026")
        assert left(pilot) == [NextPerson("demo:TWOS2026")]


async def test_what_is_listed_is_counted_and_all_of_it_is_reached(desk: Desk) -> None:
    for _ in range(30):
        owed(desk)
    async with at_counter(OrdersScreen(desk)) as pilot:
        await settled(pilot)
        total = find_orders.count(desk)
        assert total > PAGE
        assert f"{PAGE} of {total}" in row(pilot, 3)
        for _ in range(total // 9 + 2):
            await press(pilot, "pagedown")
        assert f"   {total}   " in row(pilot, 3)
        oldest = find_orders.orders(desk, limit=total)[-1].reference
        assert bar(pilot).startswith(f"Enter open {oldest}")


async def test_nothing_that_fits_is_said(desk: Desk) -> None:
    async with at_counter(OrdersScreen(desk)) as pilot:
        await settled(pilot)
        await write(pilot, "[/off] nobody\r")
        assert "No order fits" in shown(pilot)
        await press(pilot, "enter")
        assert "Enter does nothing here." in shown(pilot)
        await press(pilot, "3")
        assert "There is no row 3." in shown(pilot)


async def test_today_alone(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(OrdersScreen(desk)) as pilot:
        await settled(pilot)
        everything = len(listed(pilot))
        await write(pilot, "/today\r")
        assert row(pilot, 3).startswith(" Orders of today")
        assert reference in listed(pilot)[0]
        assert len(listed(pilot)) < everything
        await write(pilot, "/today\r")
        assert len(listed(pilot)) == everything


async def test_an_order_that_is_not_paid_is_paid_there(desk: Desk, simulator: Server) -> None:
    reference = owed(desk)
    readers.remember_reader(desk, *READER)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        assert bar(pilot) == "Enter card 25.00   Esc back   F9 cash   F10 tender   /cancel cancel   / more"
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        simulator.tap(READER[0])
        await shows(pilot, "CAPTURED")
        await pilot.press("enter")
        await shows(pilot, "PAID 25.00 USD")


async def test_cash_in_place_of_a_waiting_card_says_that_nothing_was_charged(desk: Desk) -> None:
    reference = owed(desk)
    readers.remember_reader(desk, *READER)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("f9")
        await shows(pilot, "[!] Cancelled: nothing was charged.", "Still to pay")


async def test_it_can_be_paid_in_cash_there(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await press(pilot, "f9", "enter")
        await shows(pilot, "PAID 25.00 USD", "Paid by Cash")


async def test_a_part_that_was_paid_is_seen_on_coming_back(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await press(pilot, "f9")
        await write(pilot, "10\r")
        await press(pilot, "enter", "enter", "escape")
        assert "Still to pay                              15.00" in shown(pilot)
        assert bar(pilot) == "Enter card 15.00   Esc back   F9 cash   F10 tender   / more"


async def test_a_live_payment_is_gone_on_with(desk: Desk) -> None:
    attempt_id = begun(desk)
    reference = payments.state(desk, attempt_id).reference
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        assert bar(pilot).startswith("Enter see the card payment   Esc back")
        await pilot.press("enter")
        await shows(pilot, "WAITING FOR CARD")
        await pilot.press("escape")
        await shows(pilot, "CANCELLED")
        await pilot.press("enter")
        await shows(pilot, "Cancelled: nothing was charged.", "Enter card 25.00")


async def test_an_unpaid_order_is_cancelled_after_a_question(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/cancel\r")
        assert f"Cancel {reference}" in shown(pilot)
        await press(pilot, "escape")
        assert lookup.order(desk, reference).status == "pending"
        await write(pilot, "/cancel\r")
        await press(pilot, "enter")
        assert f"[OK] {reference} is cancelled." in shown(pilot)
        assert "CANCELLED 25.00 USD" in shown(pilot)
    assert lookup.order(desk, reference).status == "cancelled"


async def test_a_paid_order_is_not_cancelled(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/cancel\r")
        assert "/cancel does nothing here" in shown(pilot)
    assert lookup.order(desk, reference).status == "paid"


@pytest.mark.parametrize("word", ["refund", "void"])
async def test_only_a_supervisor_gives_money_back(desk: Desk, simulator: Server, word: str) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await write(pilot, f"/{word}")
        line = next(line for line in shown(pilot).split("\n") if f"/{word} " in line)
        assert re.search(r"(Give|Swap|Take) .*: only a supervisor\.$", line.rstrip())
        await press(pilot, "escape")
        await write(pilot, f"/{word}\r")
        assert "Tilda Trainee may not refund, exchange or void. Ask Lena Lead." in shown(pilot)


async def test_a_refund_asks_how_much_and_why_and_says_what_stripe_said(
    desk: Desk, simulator: Server
) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        assert bar(pilot).startswith("Enter check in and next person   Esc back   /refund refund")
        await write(pilot, "/refund\r")
        assert f"Refund {reference}" in shown(pilot)
        assert "1 T-Shirt 25.00 0 of 1" in " ".join(shown(pilot).split())
        assert bar(pilot).startswith("Enter all of it")
        await press(pilot, "3", "enter")  # an amount
        assert "25.00 is left to give back. How much of it? Enter alone: all." in " ".join(
            shown(pilot).split()
        )
        await write(pilot, "ten\r")
        assert "'ten' is not an amount" in shown(pilot)
        await anew(pilot, "25.01\r")
        assert "Only 25.00 is left: 25.01 is too much." in shown(pilot)
        await anew(pilot, "10,0\r")
        assert f"Refund 10.00 of {reference}" in shown(pilot)
        await write(pilot, "wrong size")
        assert bar(pilot).startswith("Enter refund 10.00")
        await press(pilot, "enter")
        await shows(pilot, "[OK] 10.00 card: refunded to the card")
        assert "Back to the card                         -10.00" in shown(pilot)
        assert "PART REFUNDED" in shown(pilot)
        assert [book["refunded"] for book in simulator.books().values()] == [1000]
        await write(pilot, "/refund\r")
        assert "All of it 15.00" in " ".join(shown(pilot).split())
        await press(pilot, "enter")
        assert f"Refund all 15.00 of {reference}" in shown(pilot)
        await write(pilot, "the rest too\r")
        await shows(pilot, "[OK] 15.00 card: refunded to the card", "REFUNDED 25.00 USD")
        assert [book["refunded"] for book in simulator.books().values()] == [2500]


async def test_a_refund_of_pieces_asks_which_and_whether_they_are_back(desk: Desk) -> None:
    placed = checkout.sell(desk, [("t-shirt", 3), ("lunch", 1)], attendee_code="NOOR2026")
    cash.take_cash(desk, placed.reference, placed.total)
    shirts = next(each for each in redemption.hand_outs(desk, "NOOR2026") if each.bought == 3)
    redemption.hand_out(desk, "NOOR2026", shirts.line_id, 2)
    async with at_counter(ReceiptScreen(supervised(desk), placed.reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/refund\r")
        assert "0 of 3, 2 handed out" in shown(pilot)
        await press(pilot, "1", "plus", "plus", "plus", "plus", "minus")
        assert "2 of 3, 2 handed out" in shown(pilot)
        assert bar(pilot).startswith("Enter give back 2 x T-Shirt")
        await press(pilot, "enter")
        assert "1 x T-Shirt was handed out" in shown(pilot)
        await press(pilot, "escape")
        assert order_row(placed.reference).status == "paid"
        await write(pilot, "/refund\r")
        await press(pilot, "1", "plus", "plus", "enter", "enter")
        assert f"Refund 50.00 (2 pieces) of {placed.reference}" in shown(pilot)
        await write(pilot, "too small\r")
        await shows(pilot, "GIVE BACK USD", "[OK] 50.00 cash: give it back in cash")
        told = shown(pilot)
        for line in ("3 x T-Shirt", "2 x T-Shirt: too small", "Kept", "PART REFUNDED 50.00"):
            assert line in told
    (left,) = [each for each in redemption.hand_outs(desk, "NOOR2026") if each.line_id == shirts.line_id]
    assert (left.bought, left.left) == (1, 0)


async def test_whose_ticket_goes_back_is_asked(desk: Desk) -> None:
    placed = checkout.sell(desk, [("day-pass", 2)], name="Ada Byron")
    cash.take_cash(desk, placed.reference, placed.total)
    mary = register_companion(desk, placed.reference, "Mary").access_code
    async with at_counter(ReceiptScreen(supervised(desk), placed.reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/refund\r")
        await press(pilot, "1", "enter")
        assert "Whose ticket is it?" in shown(pilot)
        await press(pilot, "2")
        assert bar(pilot).startswith(f"Enter badge {mary}")
        await press(pilot, "enter")
        await write(pilot, "ill\r")
        await shows(pilot, "GIVE BACK USD", "[OK] 120.00 cash: give it back in cash")
    assert lookup.attendee(desk, mary).verdict.code == "refunded"


async def test_an_exchange_names_the_difference_and_goes_on_to_paying_it(desk: Desk) -> None:
    reference = owed(desk)
    cash.take_cash(desk, reference, given=lookup.order(desk, reference).due)
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/exchange\r")
        assert "What is exchanged?" in shown(pilot)
        await press(pilot, "enter")
        assert "What is taken instead?" in shown(pilot)
        while not bar(pilot).startswith("Enter Hoodie"):
            await press(pilot, "down")
        await press(pilot, "enter")
        told = " ".join(shown(pilot).split())
        assert "worth 25.00, what is taken instead costs 55.00. 30.00 is still to be paid." in told
        assert order_row(reference).status == "paid"
        await press(pilot, "enter")
        await shows(pilot, "owes 30.00")
        assert bar(pilot).startswith("Enter card 30.00   Esc back   F9 cash")
    assert order_row(reference).status == "refunded"


async def test_nothing_to_refund_is_said_before_any_question(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/refund\r")
        assert "/refund does nothing here" in shown(pilot)
        assert is_at(pilot, ReceiptScreen)


async def test_a_free_order_is_taken_back_by_enter(desk: Desk) -> None:
    lead = supervised(desk)
    reference = owed(desk)
    complimentary.give_free(lead, reference, reason="speaker")
    async with at_counter(ReceiptScreen(lead, reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/refund\r")
        assert bar(pilot).startswith("Enter all of it")
        await press(pilot, "enter")
        assert f"Refund all of {reference}" in shown(pilot)
        await write(pilot, "mistake\r")
        await shows(pilot, "REFUNDED 0.00 USD")


async def test_a_refund_that_stripe_does_not_answer_is_told_as_unknown(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        simulator.fault("answer_lost", "POST /v1/refunds", times=9)
        simulator.fault("cut_before", "GET /v1/refunds*", times=9)
        await write(pilot, "/refund\r")
        await press(pilot, "enter")
        await write(pilot, "no show\r")
        await shows(pilot, "[?]", "no answer from Stripe; do not refund again")


async def test_esc_at_either_question_gives_nothing_back(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/refund\r")
        await press(pilot, "escape")
        await write(pilot, "/refund\r")
        await press(pilot, "enter", "escape")
        await write(pilot, "/void\r")
        await press(pilot, "escape")
        assert [book["refunded"] for book in simulator.books().values()] == [0]


async def test_cash_to_give_back_is_told_in_large_digits_until_enter(desk: Desk) -> None:
    reference = owed(desk)
    cash.take_cash(desk, reference, given=lookup.order(desk, reference).due)
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/refund\r")
        await press(pilot, "enter")
        assert "It goes back the way it came: Cash." in shown(pilot)
        await write(pilot, "torn shirt\r")
        await shows(pilot, "[OK] 25.00 cash: give it back in cash", "Back in cash", "GIVE BACK USD")
        for key in ("1", "f2", "f3", "f9", "escape", "down"):
            await press(pilot, key)
            assert "GIVE BACK USD" in shown(pilot)
            assert left(pilot) == []
        await press(pilot, "enter")
        if "GIVE BACK" in shown(pilot):
            await press(pilot, "enter")  # the first was for the digit in the prompt
        assert "GIVE BACK" not in shown(pilot)
        assert left(pilot) == []


async def test_a_scan_while_money_is_given_back_is_the_next_person(desk: Desk) -> None:
    reference = owed(desk)
    cash.take_cash(desk, reference, given=lookup.order(desk, reference).due)
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/void\r")
        await write(pilot, "wrong person\r")
        await shows(pilot, "GIVE BACK USD", "The sale is void.")
        await scan(pilot, "demo:OWEN2026")
        assert left(pilot) == [NextPerson("demo:OWEN2026")]


async def test_a_void_takes_the_whole_sale_back(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/void\r")
        await write(pilot, "wrong person")
        assert bar(pilot).startswith("Enter void the whole sale")
        await press(pilot, "enter")
        await shows(pilot, "The sale is void. 25.00 card: refunded to the card", "REFUNDED 25.00 USD")
        assert [book["refunded"] for book in simulator.books().values()] == [2500]


async def test_tickets_without_names_are_named_one_after_another(desk: Desk) -> None:
    reference = checkout.sell(desk, [("day-pass", 3)], name="Wanda Walk").reference
    cash.take_cash(desk, reference, given=lookup.order(desk, reference).due)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        assert "[!] 2 more without name" in shown(pilot)
        await write(pilot, "/names\r")
        assert "2 of the tickets have no name yet" in shown(pilot)
        await write(pilot, "Ines Park ines@example.org\r")
        assert "One ticket has no name" in shown(pilot)
        await write(pilot, "Ravi Chen\r")
        await settled(pilot)
        assert "[OK] Ravi Chen has badge" in shown(pilot)
        assert "without name" not in shown(pilot)
        assert bar(pilot).startswith("Enter check in and next person")
    found = {hit.title: hit.detail for hit in search(desk, "ines@example.org").found}
    assert "Ines Park" in found


async def test_names_can_be_skipped(desk: Desk) -> None:
    reference = checkout.sell(desk, [("day-pass", 2)], name="Wanda Walk").reference
    cash.take_cash(desk, reference, given=lookup.order(desk, reference).due)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/names\r")
        await press(pilot, "escape")
        assert "The tickets stay without names; /names asks again." in shown(pilot)
        await press(pilot, "enter")
        assert left(pilot) == [NextPerson()]


async def test_an_unusable_address_names_nobody_and_asks_again(desk: Desk) -> None:
    reference = checkout.sell(desk, [("day-pass", 2)], name="Wanda Walk").reference
    cash.take_cash(desk, reference, given=lookup.order(desk, reference).due)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/names\r")
        await write(pilot, "Ines ines@nowhere\r")
        assert "[X] ines@nowhere is not an e-mail address" in shown(pilot)
        assert "> Ines ines@nowhere_" in shown(pilot)
        await press(pilot, "escape", "escape")
        await shows(pilot, "[!] 1 more without name")
