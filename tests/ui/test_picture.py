"""The README's picture is what the payment screen looks like now.

``TUI_POS_UPDATE_PICTURE=1 pytest tests/ui/test_picture.py`` draws it anew.
"""

import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.fixtures.databases import FrozenClock, opened
from tests.ui.counter import at_counter, begun, desk_at, shows
from tui_pos.core import clock
from tui_pos.desk.context import Desk
from tui_pos.simulator import Server
from tui_pos.ui.screens.payment import PaymentScreen

PICTURE = Path(__file__).with_name("payment.svg")
REDRAW = "TUI_POS_UPDATE_PICTURE"


@pytest.fixture
def desk(
    frozen_clock: FrozenClock, demo_url: str, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    """A desk at which nothing is left to chance."""
    del frozen_clock
    numbers = count(1)
    monkeypatch.setattr(clock, "random_code", lambda length: f"8F3K2A{next(numbers):02}"[:length])
    with opened(demo_url):
        yield desk_at(simulator.url)


def settled(svg: str) -> str:
    """Without what differs from run to run (ids), or would be fetched from elsewhere (fonts)."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"terminal-\d+", "terminal-0", svg)
    return re.sub(r"pi_\w{24}", "pi_" + "9fQ2" * 6, svg)


async def test_the_readmes_picture_is_true(desk: Desk) -> None:
    async with at_counter(PaymentScreen(desk, begun(desk))) as pilot:
        screen = await shows(pilot, "reader Front-2 shows the amount")
        assert screen.splitlines()[0].endswith(" 13:00")
        assert " 13:00:00.000  attempt saved" in screen
        picture = settled(pilot.app.export_screenshot(title="tui-pos"))
    if os.environ.get(REDRAW):
        PICTURE.write_text(picture, encoding="utf-8")
    assert PICTURE.read_text(encoding="utf-8") == picture, f"draw it anew with {REDRAW}=1"
