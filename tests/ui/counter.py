"""A counter of the demonstration conference with one screen open: for tests, and to look at.

``python -m tests.ui.counter DATABASE_URL SIMULATOR_URL [READER]`` takes a card payment on a real terminal.
"""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from textual import events
from textual.pilot import Pilot
from textual.screen import Screen

from tests.desk.conftest import make_desk
from tests.fixtures.databases import opened
from tests.fixtures.pilot import NAMES, calls_ended, shown
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk, Mode
from tui_pos.terminal import Terminal
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.kiosk import KioskApp, run_kiosk
from tui_pos.ui.messages import failures
from tui_pos.ui.navigation import Navigation
from tui_pos.ui.screens.payment import PaymentScreen
from tui_pos.ui.widgets.status_line import Status

READER = ("tmr_front_2", "Front-2")
ZONE = "Europe/Prague"
"""Where the demonstration conference is."""
TIMEOUT = 20.0
A_HANDS_PACE = 0.09


class Counter(KioskApp):
    """Opens ``screen``; ``left`` is what it was left with."""

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__(explain=failures.explain)
        self.status = Status(
            conference="Demo Conference",
            station="desk-3",
            staff="Tilda Trainee",
            reader="Front-1",
            reader_state="ready",
            mode=Mode.TRAINING,
            timezone=ZONE,
        )
        self._navigation = Navigation(self)
        self._screen_to_open = screen
        self.left: list[Any] = []
        self.bells = 0

    def first_screen(self) -> Screen[Any]:
        return DeskScreen()

    def navigator_for(self, screen: Screen[Any]) -> Navigation:
        return self._navigation.beside(screen)

    def on_ready(self) -> None:
        self.open_screen(self._screen_to_open, self.left.append)

    def bell(self) -> None:
        self.bells += 1


def desk_at(simulator_url: str) -> Desk:
    """The trainee's desk on the open database, with an account at the simulator that repeats no call."""
    account = Terminal("sk_test_simulator", api_base=simulator_url, retries=0)
    return replace(make_desk("demo", "trainee"), account=account, poll_seconds=0.02)


def owed(desk: Desk, attendee: str = "NOOR2026", item: str = "t-shirt") -> str:
    """The reference of a new order that is to be paid."""
    return checkout.sell(desk, [(item, 1)], attendee_code=attendee).reference


def begun(desk: Desk, attendee: str = "NOOR2026", reader: tuple[str, str] = READER) -> int:
    """A payment that was saved and not sent yet."""
    return payments.begin(desk, owed(desk, attendee), *reader).attempt_id


@asynccontextmanager
async def at_counter(screen: Screen[Any], size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[Any]]:
    """A counter with ``screen`` open."""
    try:
        async with Counter(screen).run_test(size=size) as pilot:
            yield pilot
    finally:
        await calls_ended()


def write(pilot: Pilot[Any], text: str) -> None:
    """Type ``text`` as a hand does, and Enter; waits for nothing that it leads to."""
    now = time.monotonic()
    for place, char in enumerate(f"{text}\r"):
        event = events.Key(NAMES.get(char, char), char)
        event.time = now + place * A_HANDS_PACE
        pilot.app.post_message(event)


async def until(pilot: Pilot[Any], happened: Callable[[], bool], what: str) -> None:
    """Wait until ``happened()``; fail with a picture of the screen."""
    deadline = time.monotonic() + TIMEOUT
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain for {what}; the screen:\n{shown(pilot)}"
        await asyncio.sleep(0.01)
        await pilot.pause()


async def shows(pilot: Pilot[Any], *texts: str) -> str:
    """Wait until the screen shows all of ``texts``; return it."""
    await until(pilot, lambda: all(text in shown(pilot) for text in texts), repr(texts))
    return shown(pilot)


def main(database_url: str, simulator_url: str, reader: str = "tmr_front_2") -> int:
    with opened(database_url):
        desk = replace(desk_at(simulator_url), poll_seconds=0.1)
        attempt_id = begun(desk, reader=(reader, reader.removeprefix("tmr_").replace("_", "-").title()))
        return run_kiosk(Counter(PaymentScreen(desk, attempt_id)))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
