"""What one desk changes in the catalogue is what every other desk shows and takes next."""

from dataclasses import replace
from decimal import Decimal

from tests.desk.conftest import make_desk
from tests.fixtures.pilot import press, shown
from tests.ui.station import Bench, station
from tui_pos.desk.catalogue import editing


def reprice(slug: str, price: str) -> None:
    """Another desk changes a price."""
    desk = make_desk("demo", "lead", "desk-9")
    seen = next(each for each in editing.products(desk) if each.values.slug == slug)
    editing.change(desk, seen, replace(seen.values, price=Decimal(price)))


async def test_a_changed_price_is_in_the_cart_that_is_open_and_in_the_next_catalogue(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2")
        assert "25.00" in shown(pilot)
        reprice("t-shirt", "19.90")
        await press(pilot, "7")  # the shirt
        assert "Enter card 19.90" in shown(pilot)
        await press(pilot, "f6", "f2")  # parked; the next cart
        assert "25.00" not in shown(pilot)
        assert "19.90" in shown(pilot)
