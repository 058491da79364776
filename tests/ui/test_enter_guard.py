"""Enter does only what stood on the screen when it was pressed."""

import pytest

from tests.fixtures.pilot import press, scan, settled, shown
from tests.ui.station import Bench, hammer, station
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import CheckIn, Payment
from tui_pos.ui import enter_guard
from tui_pos.ui.enter_guard import EnterGuard


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The monotonic clock, as the guard reads it."""
    at = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: at[0])
    monkeypatch.setattr(enter_guard, "SETTLES", 0.5)
    monkeypatch.setattr(enter_guard, "DOUBLE", 0.3)
    return at


LONG_AGO = float("-inf")


@pytest.mark.usefixtures("now")
def test_what_was_not_on_the_screen_yet_is_not_done() -> None:
    guard = EnterGuard()
    guard.shown("card 25.00", by_itself=False)
    assert guard.refuses(99.9, LONG_AGO)
    assert not guard.refuses(100.1, LONG_AGO)


@pytest.mark.parametrize(("by_itself", "refused"), [(True, True), (False, False)])
def test_what_changed_by_itself_waits_half_a_second(now: list[float], by_itself: bool, refused: bool) -> None:
    guard = EnterGuard()
    guard.shown("cancel", by_itself=False)
    now[0] = 110.0
    guard.shown("try again", by_itself=by_itself)
    assert guard.refuses(110.4, LONG_AGO) is refused
    assert not guard.refuses(110.6, LONG_AGO)


def test_the_same_meaning_drawn_again_is_no_change(now: list[float]) -> None:
    guard = EnterGuard()
    guard.shown("find", by_itself=False)
    now[0] = 110.0
    guard.shown("find", by_itself=True)
    assert not guard.refuses(110.1, LONG_AGO)


def test_an_enter_pressed_twice_does_what_it_did_once(now: list[float]) -> None:
    guard = EnterGuard()
    guard.shown("take 25.00", by_itself=False)
    now[0] = 110.0
    guard.shown("receipt", by_itself=False)  # what the first of the two did
    assert guard.refuses(110.05, 109.98)
    assert not guard.refuses(110.4, 109.98)
    guard.shown("receipt", by_itself=False)
    assert not guard.refuses(110.7, 110.5)  # the same step twice, as on purpose


def test_what_may_be_typed_ahead_is_not_done_twice(now: list[float]) -> None:
    guard = EnterGuard()
    now[0] = 110.0
    guard.shown("pay 25.00", by_itself=False)
    assert not guard.refuses(109.9, LONG_AGO, ahead=True)
    assert guard.refuses(110.05, 109.98, ahead=True)


async def test_two_enters_at_once_let_nobody_in_unseen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enter_guard, "DOUBLE", 0.3)
    async with station(bench) as pilot:
        await scan(pilot, "OWEN2026")
        hammer(pilot, "enter", "enter")
        await settled(pilot)
        assert "CHECKED IN" in shown(pilot)
        assert "The screen has just changed" in shown(pilot)
        with connected():
            assert CheckIn.select().where(CheckIn.station == "desk-3").count() <= 1


async def test_cash_is_not_taken_by_enters_that_came_before_its_amount(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enter_guard, "DOUBLE", 0.3)
    async with station(bench) as pilot:
        await scan(pilot, "INES2026")
        with connected():
            before = Payment.select().count()
        hammer(pilot, "f9", "enter", "enter")
        await settled(pilot)
        with connected():
            assert Payment.select().count() == before
        monkeypatch.setattr(enter_guard, "DOUBLE", 0.0)
        await press(pilot, "enter")
        with connected():
            assert Payment.select().count() == before + 1
