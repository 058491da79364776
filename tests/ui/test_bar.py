"""That every key does what the bar says, and no other key does anything: random keys on every screen."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from textual.app import ComposeResult

from tests.desk.conftest import staff_called
from tests.fixtures.pilot import send_scan
from tests.ui.bar_walk import NotKept, Walk, promised, reach
from tests.ui.counter import write
from tests.ui.station import Bench, desk_of, station
from tui_pos.core.scan import Scan
from tui_pos.desk.carts import checkout
from tui_pos.desk.payments import readers
from tui_pos.simulator import Server
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Offer
from tui_pos.ui.input.key_stream import Picked
from tui_pos.ui.screens.products import ProductsScreen
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import Prompt

READER = "tmr_front_2"
Build = Callable[[Walk, Server], Awaitable[None]]


async def scanned(walk: Walk, code: str, shows: str) -> None:
    send_scan(walk.pilot, code)
    await reach(walk, shows)


async def typed(walk: Walk, *keys: str) -> None:
    """Keys that lead to the state; each is checked as any other."""
    for key in keys:
        await walk.press(key)


async def home(walk: Walk, _: Server) -> None:
    await reach(walk, "Tilda Trainee")


async def home_with_text(walk: Walk, _: Server) -> None:
    await typed(walk, "t", "t")


async def home_with_attention(walk: Walk, _: Server) -> None:
    checkout.sell(desk_of(walk.pilot), [("t-shirt", 1)], attendee_code="NOOR2026")
    await cart_full(walk, _)
    await typed(walk, "f6")


async def words(walk: Walk, _: Server) -> None:
    await scanned(walk, "NOOR2026", "Noor Lindqvist")
    await walk.press("slash")


async def attendee(walk: Walk, _: Server) -> None:
    await scanned(walk, "NOOR2026", "Noor Lindqvist")


async def attendee_who_owes(walk: Walk, _: Server) -> None:
    await scanned(walk, "INES2026", "Inês Park")


async def cart_empty(walk: Walk, _: Server) -> None:
    await typed(walk, "f2")


async def cart_full(walk: Walk, _: Server) -> None:
    await scanned(walk, "NOOR2026", "Noor Lindqvist")
    await typed(walk, "f2", "7")


async def cart_filtered(walk: Walk, _: Server) -> None:
    await cart_full(walk, _)
    await typed(walk, "t")


async def tender(walk: Walk, _: Server) -> None:
    await cart_full(walk, _)
    await typed(walk, "f10")


async def cash_in_part(walk: Walk, _: Server) -> None:
    await cart_full(walk, _)
    await typed(walk, "f9")
    write(walk.pilot, "10")
    await walk.calm()


async def payment(walk: Walk, _: Server) -> None:
    await cart_full(walk, _)
    await typed(walk, "f8")
    await reach(walk, "WAITING FOR CARD")


async def payment_declined(walk: Walk, simulator: Server) -> None:
    await payment(walk, simulator)
    simulator.tap(READER, "insufficient_funds")
    await reach(walk, "DECLINED")


async def payment_captured(walk: Walk, simulator: Server) -> None:
    await payment(walk, simulator)
    simulator.tap(READER)
    await reach(walk, "CAPTURED")


async def payment_cancelled(walk: Walk, simulator: Server) -> None:
    await payment(walk, simulator)
    await typed(walk, "escape")
    await reach(walk, "CANCELLED")


async def receipt(walk: Walk, simulator: Server) -> None:
    await payment_captured(walk, simulator)
    await typed(walk, "enter")


async def orders(walk: Walk, _: Server) -> None:
    await typed(walk, "f3")


async def reader(walk: Walk, _: Server) -> None:
    await typed(walk, "f4")


async def products(walk: Walk, _: Server) -> None:
    """A supervisor's screen on top of the trainee's desk."""
    lead = replace(desk_of(walk.pilot), staff=staff_called("lead"))
    walk.pilot.app.open_screen(ProductsScreen(lead))  # type: ignore[attr-defined]
    await reach(walk, "Enter open Regular")


async def product(walk: Walk, _: Server) -> None:
    await products(walk, _)
    await typed(walk, "2")


async def help_page(walk: Walk, _: Server) -> None:
    await typed(walk, "f1")


STATES: tuple[Build, ...] = (
    *(home, home_with_text, home_with_attention, words, attendee, attendee_who_owes),
    *(cart_empty, cart_full, cart_filtered, tender, cash_in_part),
    *(payment, payment_declined, payment_captured, payment_cancelled, receipt, orders, reader, help_page),
    *(products, product),
)
QUICK: tuple[tuple[Build, int], ...] = ((attendee_who_owes, 12), (payment_declined, 10), (cart_full, 12))


async def walked(bench: Bench, simulator: Server, build: Build, seed: str, count: int) -> None:
    async with station(bench) as pilot:
        readers.remember_reader(desk_of(pilot), READER, "Front-2")
        walk = Walk(pilot, bench.database_url.removeprefix("sqlite:///"), Random(seed))
        await build(walk, simulator)
        await walk.steps(count)


@pytest.mark.parametrize(("build", "count"), QUICK, ids=lambda each: getattr(each, "__name__", ""))
async def test_keys_do_what_the_bar_says(bench: Bench, simulator: Server, build: Build, count: int) -> None:
    await walked(bench, simulator, build, build.__name__, count)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("build", STATES, ids=lambda build: build.__name__)
async def test_on_every_screen_keys_do_what_the_bar_says(
    bench: Bench, simulator: Server, build: Build, seed: int
) -> None:
    await walked(bench, simulator, build, f"{build.__name__} {seed}", 30)


# That the test would see it


class OffItsBar(DeskScreen[None]):
    """Promises Enter alone, and acts on ``1``; or promises F9, and does nothing."""

    PROMPT = Prompt(placeholder="nothing")

    def __init__(self, promises: str) -> None:
        super().__init__()
        self.promises = promises

    def compose_body(self) -> ComposeResult:
        yield Row()

    def acts(self) -> Sequence[Offer]:
        nothing = lambda: self.say("F9 does nothing here.")  # noqa: E731
        return (Act("confirm", self.leave, "go on"), *([Act("cash", nothing)] if self.promises else []))

    def take(self, message: Any) -> None:
        if isinstance(message, Picked):
            self.leave()
        else:
            super().take(message)

    def entered(self, scan: Scan) -> None: ...


@pytest.mark.parametrize(("promises", "key"), [("", "1"), ("F9", "f9")])
async def test_a_screen_that_acts_off_its_bar_is_found(bench: Bench, promises: str, key: str) -> None:
    async with station(bench) as pilot:
        walk = Walk(pilot, bench.database_url.removeprefix("sqlite:///"), Random(1))
        pilot.app.open_screen(OffItsBar(promises))  # type: ignore[attr-defined]
        await reach(walk, "Enter go on")
        with pytest.raises(NotKept):
            await walk.press(key)
        assert "enter" in promised(pilot.app.screen, walk.look().text) or not promises
