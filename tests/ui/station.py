"""A whole desk of the demonstration conference, in the test's own process, with keys and scans."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot

from tests.fixtures.pilot import NAMES, TIMEOUT, calls_ended, settled, shown
from tui_pos.bootstrap import demo
from tui_pos.bootstrap.session import DeskSession, open_session
from tui_pos.core.config import ConferenceSettings, Settings, StationSettings
from tui_pos.data import connection
from tui_pos.desk.access import sign_in
from tui_pos.desk.context import Desk, Staff
from tui_pos.simulator.engine.fixtures import LOCATION_ID
from tui_pos.ui.app import DeskApp


class QuickPlace(DeskSession):
    """Looks at payments more often, so that tests need not wait for a second."""

    def desk(self, staff: Staff) -> Desk:
        return replace(super().desk(staff), poll_seconds=0.02)


@dataclass
class Bench:
    """What a desk in a test needs: a folder, a database and an address for Stripe."""

    folder: Path
    database_url: str
    stripe_url: str

    def settings(self, reader: str = "") -> Settings:
        """The settings; ``reader`` is the one that the config gives to desk-3."""
        return Settings(
            home=self.folder,
            database_url=self.database_url,
            api_base=self.stripe_url,
            conferences={"demo": ConferenceSettings(currency="USD", stripe_location=LOCATION_ID)},
            stations={"desk-3": StationSettings(reader=reader)} if reader else {},
        )

    def place(self, *, trainee: bool = True, reader: str = "") -> DeskSession:
        """The open desk-3; with the trainee at it, as the demonstration has it."""
        opened = open_session(self.settings(reader), "demo", "desk-3")
        known = {each.name: getattr(opened, each.name) for each in fields(opened)}
        known["trainee"] = sign_in.without_asking(demo.TRAINEE) if trainee else None
        return QuickPlace(**known)


class Station(DeskApp):
    """Counts its bells."""

    def __init__(self, bench: Bench, *, trainee: bool = True, reader: str = "", **options: Any) -> None:
        super().__init__(
            bench.settings(reader),
            lambda: bench.place(trainee=trainee, reader=reader),
            is_demo=trainee,
            **options,
        )
        self.bells = 0

    def bell(self) -> None:
        self.bells += 1


@asynccontextmanager
async def station(
    bench: Bench, *, size: tuple[int, int] = (80, 24), **options: Any
) -> AsyncIterator[Pilot[Any]]:
    """A desk that stands open, with the trainee at it unless ``options`` say otherwise."""
    app = Station(bench, **options)
    try:
        async with app.run_test(size=size) as pilot:
            await settled(pilot)
            yield pilot
    finally:
        await calls_ended()
        app.leave_station()
        connection.close_database()


def desk_of(pilot: Pilot[Any]) -> Desk:
    """Who is signed in where."""
    assert isinstance(pilot.app, DeskApp)
    assert pilot.app.desk is not None
    return pilot.app.desk


def row(pilot: Pilot[Any], number: int) -> str:
    """One row of the screen, 0 on top."""
    return shown(pilot).split("\n")[number]


def bar(pilot: Pilot[Any]) -> str:
    """The key bar, three blanks between its keys."""
    return re.sub(" {2,}", "   ", row(pilot, 23).strip())


async def ended(pilot: Pilot[Any]) -> None:
    """Wait until the program is left."""
    deadline = time.monotonic() + TIMEOUT
    while pilot.app.is_running:
        assert time.monotonic() < deadline, "the program was not left"
        await asyncio.sleep(0.01)


def hammer(pilot: Pilot[Any], *keys: str, gap: float = 0.06) -> None:
    """Post ``keys`` at once, stamped ``gap`` seconds apart: a fast hand at a slow program."""
    now = time.monotonic()
    for place, key in enumerate(keys):
        event = events.Key(NAMES.get(key, key), key if len(key) == 1 else None)
        event.time = now + place * gap
        pilot.app.post_message(event)
