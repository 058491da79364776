"""A desk without a terminal that sells one shirt after the other; every card is good.

``python -m tests.benchmarks.busy_day FOLDER DATABASE_URL SIMULATOR_URL EARLY SALES`` prints its memory in
bytes after EARLY and after all SALES.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from textual import events
from textual.pilot import Pilot

from tests.benchmarks.memory import memory
from tests.fixtures.pilot import NAMES, send_scan, shown
from tests.ui.station import Bench, station
from tui_pos.ui import enter_guard

PACE = 0.005
PATIENCE = 4_000
"""Looks at the screen before a sale is given up."""


async def main(folder: str, database_url: str, simulator_url: str, early: str, sales: str) -> None:
    enter_guard.SETTLES = enter_guard.DOUBLE = 0.0  # nobody has to look at what changed
    bench = Bench(Path(folder), database_url, simulator_url)
    async with station(bench, reader="tmr_front_1") as pilot:
        await shows(pilot, "Front-1 ready")
        for number in range(1, int(sales) + 1):
            await sell(pilot)
            if number in (int(early), int(sales)):
                print(memory(os.getpid()), flush=True)


async def sell(pilot: Pilot[Any]) -> None:
    """A badge is shown, then a stranger buys a shirt by card."""
    send_scan(pilot, "NOOR2026")
    await shows(pilot, "REGISTERED", "Esc next person")
    await press(pilot, "escape", "Last here")
    await press(pilot, "f2", "Sell to")
    await press(pilot, "7", "T-Shirt")
    await press(pilot, "\r", "CAPTURED")
    await press(pilot, "\r", "PAID 25.00")
    await press(pilot, "\r", "Last here")


async def press(pilot: Pilot[Any], key: str, *texts: str) -> None:
    """Press one key and wait until the screen shows ``texts``."""
    await asyncio.sleep(PACE)
    pilot.app.post_message(events.Key(NAMES.get(key, key), key if len(key) == 1 else None))
    await shows(pilot, *texts)


async def shows(pilot: Pilot[Any], *texts: str) -> None:
    """Wait until the screen shows all of ``texts``."""
    for _ in range(PATIENCE):
        screen = shown(pilot)
        if all(text in screen for text in texts):
            return
        await asyncio.sleep(PACE)
    raise AssertionError(f"waited in vain for {texts}; the screen:\n{shown(pilot)}")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
