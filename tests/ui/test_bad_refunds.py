"""Refunds that may not be, as they are typed on the receipt: one sentence each, nothing written or sent."""

import pytest

from tests.desk.selling import everything
from tests.fixtures.pilot import press, settled, shown, write
from tests.ui.counter import at_counter, shows
from tests.ui.test_orders import supervised
from tests.ui.test_receipt import paid
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.refunds import refunds
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.tenders import cash
from tui_pos.simulator import Server
from tui_pos.ui.screens.receipt import ReceiptScreen


@pytest.mark.thorough
@pytest.mark.parametrize("typed", ["0", "-5", "25.01", "1e9", "abc", "2.345"])
async def test_an_amount_that_cannot_go_back(desk: Desk, simulator: Server, typed: str) -> None:
    reference = paid(desk, simulator)
    before, books = everything(), simulator.books()
    async with at_counter(ReceiptScreen(supervised(desk), reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/refund\r")
        await press(pilot, "3", "enter")  # an amount
        await write(pilot, f"{typed}\r")
        if f"Refund {typed} of" in " ".join(shown(pilot).split()):  # the desk knows what is left
            await write(pilot, "why not\r")
            await shows(pilot, "At most 25.00 USD is left to refund")
        else:
            assert "back to the card" not in shown(pilot).lower()
    assert (everything(), simulator.books()) == (before, books)


async def test_pieces_that_another_desk_has_taken_back_meanwhile(desk: Desk) -> None:
    lead = supervised(desk)
    placed = checkout.sell(desk, [("t-shirt", 2)], attendee_code="NOOR2026")
    cash.take_cash(desk, placed.reference, placed.total)
    async with at_counter(ReceiptScreen(lead, placed.reference)) as pilot:
        await settled(pilot)
        await write(pilot, "/refund\r")
        await press(pilot, "1", "plus", "plus")
        assert "2 of 2" in shown(pilot)
        refunds.refund(lead, placed.reference, lines=[Piece("t-shirt")], reason="too small")
        between = everything()
        await press(pilot, "enter")
        await shows(pilot, "Only 1 x T-Shirt is left to give back.")
        assert everything() == between
        refunds.refund(lead, placed.reference, lines=[Piece("t-shirt")], reason="too small")
        before = everything()
        await write(pilot, "/refund\r")
        await shows(pilot, f"Nothing is left to refund on order {placed.reference}.")
    assert everything() == before
