"""Small things that a stranger stumbled over: keys without a meaning, words, what a screen asks for."""

from typing import Any

import pytest

from tests.fixtures.pilot import press, scan, shown, write
from tests.ui.station import Bench, bar, row, station


@pytest.mark.parametrize("key", ["f7", "f11", "home", "end", "left", "right", "tab"])
async def test_a_key_without_a_meaning_says_so_once(bench: Bench, key: str) -> None:
    async with station(bench) as pilot:
        app: Any = pilot.app
        await press(pilot, "enter")
        assert "Scan a badge first" in row(pilot, 2)
        bells = app.bells
        await press(pilot, key)
        assert f"{key.title()} does nothing here." in row(pilot, 2)
        assert app.bells == bells + 1


async def test_a_sale_that_a_key_parks_is_told_as_one_that_esc_parks(bench: Bench) -> None:
    async with station(bench) as pilot:
        await press(pilot, "f2", "7", "f6")
        assert "The sale to a walk-up is parked: it stands under Needs attention." in row(pilot, 2)


async def test_words_are_explained_in_sentences(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await write(pilot, "/")
        text = shown(pilot)
        assert "Sell something: to who is shown, else to a walk-up." in text
        assert not any(f" {word}." in text for word in ("Sell", "Next", "Other"))
        await press(pilot, "escape", "f2", "7")
        await press(pilot, "f1")
        assert "Pay another way, or split the amount." in shown(pilot)


async def test_an_amount_that_is_typed_marks_no_row_and_change_asks_for_nothing(bench: Bench) -> None:
    async with station(bench) as pilot:
        await scan(pilot, "NOOR2026")
        await press(pilot, "f2", "7", "f9")
        assert "1> Cash" in shown(pilot)
        await write(pilot, "50")
        assert "1> Cash" not in shown(pilot)
        assert bar(pilot).startswith("Enter take 50.00, give 25.00 back")
        await press(pilot, "escape")
        assert "1> Cash" in shown(pilot)
        await write(pilot, "50\r")
        assert "CHANGE USD" in shown(pilot)
        assert "what they give" not in row(pilot, 1)
        assert "scan the next person" in row(pilot, 1)
