"""The receipt screen: what it tells, and how the person gets in."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fixtures.pilot import press, scan, settled, shown
from tests.ui.counter import READER, at_counter, begun, owed, shows, until
from tests.ui.station import bar
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.carts.holders import Holder
from tui_pos.desk.checkin import checkin
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import CommandQueue, Stage
from tui_pos.desk.search import lookup
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.simulator import Server
from tui_pos.ui.results import NextPerson, PayBy
from tui_pos.ui.screens.receipt import ReceiptScreen
from tui_pos.ui.screens.tender import TenderScreen


def paid(desk: Desk, simulator: Server, attendee: str = "NOOR2026", card: str = "visa") -> str:
    """The reference of an order that was paid by card at this desk."""
    attempt_id, control = begun(desk, attendee), CommandQueue()
    for state in payments.watch(desk, attempt_id, control):
        if state.stage is Stage.SENT:
            simulator.tap(READER[0], card)
    return state.reference


def left(pilot: Pilot[Any]) -> list[Any]:
    """What the screen was left with."""
    app: Any = pilot.app
    found: list[Any] = app.left
    return found


async def test_it_tells_what_was_paid_by_what(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        lines = shown(pilot).splitlines()
        assert lines[0].startswith(f" {reference}   Noor Lindqvist")
        assert "Front" not in lines[0]
        assert lines[4].startswith("   [OK] PAID 25.00 USD   Noor Lindqvist")
        assert lines[4].endswith(reference)
        assert lines[6].startswith(" Visa 4242   ")
        assert lines[6].endswith("desk-3, Tilda Trainee")
        told = shown(pilot)
        for line in (
            "1 x T-Shirt, 1 to hand out                25.00  Card          Visa 4242",
            "Total                                     25.00  Application   Visa Credit",
            "Paid by Visa 4242                         25.00  AID           A0000000031010",
            "Account       credit",
            "Approval      123456",
            "Read          contactless",
            "Verified      not required",
            "[OK] registered   badge NOOR2026   [!] not checked in yet",
        ):
            assert line in told
        assert bar(pilot).startswith("Enter check in and next person   Esc back")


async def test_the_others_of_the_order_are_named_and_a_key_away(desk: Desk) -> None:
    placed = checkout.sell(desk, [("day-pass", 2)], [Holder("Mary Shelley")], name="Ada Byron")
    take_cash(desk, placed.reference, placed.total)
    async with at_counter(ReceiptScreen(desk, placed.reference)) as pilot:
        await settled(pilot)
        assert "1 more on it: F6" in shown(pilot)
        assert "F6 the group" in bar(pilot)
        await press(pilot, "f6")
        await shows(pilot, "Ada Byron", "Mary Shelley")
        await press(pilot, "escape")
        await shows(pilot, "PAID 240.00 USD")


async def test_enter_checks_in_and_goes_to_the_next_person(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await press(pilot, "enter")
        assert left(pilot) == [NextPerson()]
    assert lookup.attendee(desk, "NOOR2026").first_check_in is not None


async def test_esc_goes_on_without_checking_in(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await press(pilot, "escape")
        assert left(pilot) == [None]
    assert lookup.attendee(desk, "NOOR2026").first_check_in is None


async def test_who_is_in_already_is_not_checked_in_again(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator, attendee="TOMA2026")
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        assert "[OK] registered   badge TOMA2026   Checked in" in shown(pilot)
        assert bar(pilot).startswith("Enter next person   Esc back")
        await press(pilot, "enter")
        assert left(pilot) == [NextPerson()]


async def test_who_was_let_in_meanwhile_is_seen_before_going_on(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        checkin.check_in(replace(desk, station="desk-1"), "NOOR2026")
        await press(pilot, "enter")
        assert "[!] Somebody checked this badge in before: " in shown(pilot)
        assert "at desk-1" in shown(pilot)
        assert left(pilot) == []
        await press(pilot, "enter")
        assert left(pilot) == [NextPerson()]


async def test_a_walk_up_has_no_badge(desk: Desk) -> None:
    reference = checkout.sell(desk, [("day-pass", 1)], voucher="COMP2026", name="Wanda Walk").reference
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        told = shown(pilot)
        assert "[OK] PAID 0.00 USD" in told
        assert "Discount, COMP2026                      -120.00" in told
        assert bar(pilot).startswith("Enter ")


async def test_an_order_that_is_not_paid_says_what_it_owes(desk: Desk) -> None:
    reference = owed(desk)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        assert "[!] OWES 25.00 USD" in shown(pilot)
        assert "Still to pay                              25.00" in shown(pilot)


async def test_a_scanned_badge_goes_to_the_next_person(desk: Desk, simulator: Server) -> None:
    reference = paid(desk, simulator)
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        await scan(pilot, "OWEN2026")
        assert left(pilot) == [NextPerson("OWEN2026")]
    assert lookup.attendee(desk, "NOOR2026").first_check_in is None


async def test_an_unknown_order_is_one_sentence(desk: Desk) -> None:
    async with at_counter(ReceiptScreen(desk, "ORD-NOSUCH")) as pilot:
        await settled(pilot)
        assert "There is no order ORD-NOSUCH in Demo Conference." in shown(pilot)
        await press(pilot, "escape")
        assert left(pilot) == [None]


async def test_a_receipt_longer_than_the_screen_scrolls(desk: Desk) -> None:
    slugs = ("regular", "day-pass", "online", "t-shirt", "hoodie", "lunch", "chefs-dinner", "cafe-creme")
    reference = checkout.sell(desk, [(slug, 1) for slug in slugs], name="Bulk Buyer").reference
    for number in range(12):
        take_cash(desk, reference, Decimal(number + 1), Decimal(number + 1))
    async with at_counter(ReceiptScreen(desk, reference)) as pilot:
        await settled(pilot)
        first, last = "1 x Regular", "Still to pay"
        assert (first in shown(pilot), last in shown(pilot)) == (True, False)
        assert "PgUp PgDn more rows" in shown(pilot)
        for key, down in (("pagedown", True), ("pageup", False)):
            for _ in range(2):
                await press(pilot, key)
            assert (first in shown(pilot), last in shown(pilot)) == (not down, down)
        for _ in range(30):
            await press(pilot, "down")
        assert (first in shown(pilot), last in shown(pilot)) == (False, True)
        await press(pilot, "up")
        assert last not in shown(pilot)


@pytest.mark.parametrize("screen", [ReceiptScreen, partial(TenderScreen, first=PayBy.CASH)])
async def test_what_could_not_be_read_is_read_by_enter(
    desk: Desk, tmp_path: Path, screen: Callable[[Desk, str], Any]
) -> None:
    reference = owed(desk)
    (tmp_path / "shop.sqlite3").rename(tmp_path / "away")
    async with at_counter(screen(desk, reference)) as pilot:
        await shows(pilot, "Please read", "The database file")
        (tmp_path / "away").rename(tmp_path / "shop.sqlite3")
        await press(pilot, "enter")
        await until(pilot, lambda: "Please read" not in shown(pilot), "the dialog to close")
        assert bar(pilot).startswith("Enter read the ")
        await press(pilot, "enter")
        await shows(pilot, "25.00", reference)
