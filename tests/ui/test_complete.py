"""An order that was paid on the web site's manage page, completed on its receipt."""

from dataclasses import replace

import pytest

from tests.chaos.website import Website
from tests.desk.conftest import staff_called
from tests.desk.selling import order_row
from tests.fixtures.pilot import press, settled, shown, write
from tests.ui.counter import at_counter, shows
from tests.ui.station import bar
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Attendee
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.search import lookup
from tui_pos.desk.tenders import tendering
from tui_pos.simulator import Server
from tui_pos.ui.screens.receipt import ReceiptScreen


def sold(desk: Desk) -> OrderView:
    return checkout.sell(desk, [("regular", 1)], name="Ada Byron")


async def test_enter_completes_it_and_then_lets_the_buyer_in(desk: Desk, simulator: Server) -> None:
    order = sold(desk)
    Website(simulator.url).pay_on_manage_page(order.reference, "manual", order.total)
    async with at_counter(ReceiptScreen(desk, order.reference)) as pilot:
        await settled(pilot)
        assert "Paid on the web site" in shown(pilot)
        assert bar(pilot).startswith("Enter complete it for its buyer")
        await press(pilot, "enter")
        await shows(pilot, "[OK] Complete: the web site had taken the money.")
        await settled(pilot)
        assert bar(pilot).startswith("Enter check in and next person")
        with connected():
            code = Attendee.get(Attendee.order == order_row(order.reference).id).access_code
        assert code in shown(pilot)
    assert lookup.attendee(desk, code).registered


@pytest.mark.parametrize("word", ["refund", "exchange", "void"])
async def test_what_was_paid_on_the_web_site_is_not_taken_back_here(
    desk: Desk, simulator: Server, word: str
) -> None:
    order = sold(desk)
    Website(simulator.url).pay_on_manage_page(order.reference, "manual", order.total)
    tendering.complete(desk, order.reference)
    lead = replace(desk, staff=staff_called("lead"))
    async with at_counter(ReceiptScreen(lead, order.reference)) as pilot:
        await settled(pilot)
        assert "Paid by Paid" not in shown(pilot)
        assert f"/{word}" not in bar(pilot)
        await write(pilot, f"/{word}\r")
        assert f"{order.reference} was paid on the web site" in shown(pilot)
        assert "…" not in shown(pilot)


async def test_two_desks_complete_it_once(desk: Desk, simulator: Server) -> None:
    order = sold(desk)
    Website(simulator.url).pay_on_manage_page(order.reference, "manual", order.total)
    async with at_counter(ReceiptScreen(desk, order.reference)) as pilot:
        await settled(pilot)
        assert bar(pilot).startswith("Enter complete it for its buyer")
        from_elsewhere(desk, order.reference)
        await press(pilot, "enter")
        await shows(pilot, f"Order {order.reference} is already paid.")
    with connected():
        assert Attendee.select().where(Attendee.order == order_row(order.reference).id).count() == 1


def from_elsewhere(desk: Desk, reference: str) -> None:
    """Another desk is quicker."""
    tendering.complete(desk, reference)


async def test_what_is_not_paid_whole_is_not_offered(desk: Desk, simulator: Server) -> None:
    order = sold(desk)
    Website(simulator.url).pay_on_manage_page(order.reference, "manual", order.total - 1)
    async with at_counter(ReceiptScreen(desk, order.reference)) as pilot:
        await settled(pilot)
        assert "complete it" not in bar(pilot)
        assert "OWES 1.00" in shown(pilot)
