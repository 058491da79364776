"""The README's pictures are what the screens look like now.

``TUI_POS_UPDATE_PICTURES=1 pytest tests/ui/test_picture.py`` draws them anew.
"""

import os
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.fixtures.databases import FrozenClock
from tests.fixtures.pilot import press, scan
from tests.ui.counter import shows
from tests.ui.station import Bench, desk_of, station
from tui_pos.core import clock
from tui_pos.desk.payments import readers
from tui_pos.simulator import Server

PICTURES = Path(__file__).with_name("pictures")
REDRAW = "TUI_POS_UPDATE_PICTURES"
README = Path(__file__).parents[2] / "README.md"
LARGEST = 120_000
"""Bytes of a picture."""

Reach = Callable[[Pilot[Any]], Awaitable[object]]


@dataclass(frozen=True)
class Picture:
    """The file's name, the size of the terminal, and how the screen is reached from the home screen."""

    name: str
    size: tuple[int, int]
    reach: Reach


async def a_morning(pilot: Pilot[Any]) -> None:
    """What happened here before."""
    for code in ("ELLA2026", "K7Q2M9ZX", "TOMA2026", "INES2026"):
        await scan(pilot, code)
        await press(pilot, "escape")


async def attendee(pilot: Pilot[Any]) -> None:
    await scan(pilot, "NOOR2026")


async def cart(pilot: Pilot[Any]) -> None:
    await attendee(pilot)
    await press(pilot, "f2", "7", "7", "2")


async def payment(pilot: Pilot[Any]) -> None:
    await attendee(pilot)
    await press(pilot, "f2", "7")
    await pilot.press("f8")
    await shows(pilot, "WAITING FOR CARD  0 s", "the amount")


ALL = (
    Picture("home", (80, 24), a_morning),
    Picture("attendee", (80, 24), attendee),
    Picture("cart", (80, 24), cart),
    Picture("payment", (80, 24), payment),
    Picture("wide", (200, 60), a_morning),
)


@pytest.fixture
def still(frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left to chance."""
    del frozen_clock
    numbers = count(1)
    monkeypatch.setattr(clock, "random_code", lambda length: f"8F3K2A{next(numbers):02}"[:length])


@pytest.fixture
def bench(tmp_path: Path, frozen_demo_url: str, simulator: Server) -> Bench:
    """A desk at which the demonstration has just begun."""
    return Bench(tmp_path, frozen_demo_url, simulator.url)


def same_each_time(svg: str) -> str:
    """Without what differs from run to run (ids), or would be fetched from elsewhere (fonts)."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"terminal-\d+", "t", svg)
    return re.sub(r"pi_\w{24}", "pi_" + "9fQ2" * 6, svg)


@pytest.mark.parametrize("picture", ALL, ids=lambda picture: picture.name)
async def test_a_picture_of_the_readme_is_true(bench: Bench, still: None, picture: Picture) -> None:
    del still
    async with station(bench, size=picture.size) as pilot:
        readers.remember_reader(desk_of(pilot), "tmr_front_2", "Front-2")
        await picture.reach(pilot)
        drawn = same_each_time(pilot.app.export_screenshot(title="tui-pos"))
    file = PICTURES / f"{picture.name}.svg"
    if os.environ.get(REDRAW):
        file.write_text(drawn, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == drawn, f"draw it anew with {REDRAW}=1"
    assert len(drawn) < LARGEST


def test_the_readme_shows_every_picture() -> None:
    shown = re.findall(r"\]\(tests/ui/pictures/(\w+)\.svg\)", README.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(picture.name for picture in ALL)
    assert sorted(file.stem for file in PICTURES.iterdir()) == sorted(shown)
