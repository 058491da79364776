"""What the desk writes to its terminal, 80 by 24: over SSH these bytes are the time that people wait."""

import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks.programs import BADGE, PERSON, open_desk, scratch
from tests.benchmarks.table import Row, Sizes, at_most
from tests.fixtures.pty import Terminal80x24
from tests.ui.conftest import Till

F1, F2, ENTER, ESCAPE = "\x1bOP", "\x1bOQ", "\r", "\x1b"
GOOD_CARD, BAD_CARD = "\x1b[2~", "\x1b[3~"
SHIRT = "7"
KEY, CART_ROW, STAGE, OUTCOME, SCREEN, DIALOG, CLOCK = 250, 150, 450, 1_100, 5_500, 7_500, 60

QUIET = 0.6
"""Seconds: longer than a look-up or a step of a payment takes to answer, and than Enter waits after it."""


def measure(sizes: Sizes) -> list[Row]:
    with scratch() as folder:
        with open_desk(folder) as desk:
            rows = [*_looking_up(desk), *_selling(desk), *_idle(desk, sizes.idle_seconds)]
        return [*rows, _dialog(folder)]


def _looking_up(desk: Terminal80x24) -> list[Row]:
    key = _cost(desk, "x")
    hits = _cost(desk, "y")
    _cost(desk, ESCAPE)
    scan = _cost(desk, "K7Q2M9ZD\r", "not known")
    person = _cost(desk, BADGE, PERSON)
    back = _cost(desk, ESCAPE, "Last here")
    assistance = _cost(desk, F1)
    _cost(desk, ESCAPE)
    return [
        at_most("bytes: a key in the prompt", key, KEY),
        at_most("... a whole scan, with its answer on the same screen", scan, KEY),
        Row("... a list of hits in the place of what stood there", f"{hits:,}"),
        at_most("... a screen change: scan to person", person, SCREEN),
        at_most("... a screen change: back", back, SCREEN),
        at_most("... a screen change: help", assistance, SCREEN),
    ]


def _selling(desk: Terminal80x24) -> list[Row]:
    _cost(desk, BADGE, PERSON)
    cart = _cost(desk, F2, "Sell to")
    _cost(desk, SHIRT, "Enter card 25.00")
    quantity = _cost(desk, "+", "Enter card 50.00")
    _cost(desk, ENTER, "Choose the card reader")
    _cost(desk, "1", "WAITING FOR CARD")
    second = _cost_of(desk, lambda: _a_second(desk))
    declined = _cost(desk, BAD_CARD, "DECLINED")
    again = _cost(desk, ENTER, "WAITING FOR CARD")
    captured = _cost(desk, GOOD_CARD, "CAPTURED")
    receipt = _cost(desk, ENTER, "PAID")
    home = _cost(desk, ENTER, "Last here")
    return [
        at_most("... a row of the cart, with the total", quantity, CART_ROW),
        at_most("... a second of a payment", second, STAGE),
        at_most("... a payment's outcome in the place of its amount: declined", declined, OUTCOME),
        at_most("... the amount again, on the reader", again, OUTCOME),
        at_most("... a payment stage and an outcome: authorised, captured", captured, STAGE + OUTCOME),
        at_most("... a screen change: person to cart", cart, SCREEN),
        at_most("... a screen change: payment to receipt", receipt, SCREEN),
        at_most("... a screen change: receipt, checked in, to the next person", home, SCREEN),
    ]


def _idle(desk: Terminal80x24, seconds: float) -> list[Row]:
    desk.settle(1)
    before, shown = desk.bytes_read, desk.text.splitlines()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        desk.read(0.1)
    header, *rest = desk.text.splitlines()
    written = desk.bytes_read - before
    only_the_clock = rest == shown[1:] and written <= (CLOCK if header != shown[0] else 0)
    return [Row(f"... idle for {seconds:g} s", f"{written:,}", "the clock", only_the_clock)]


def _dialog(folder: Path) -> Row:
    with Till(folder) as till:
        till.wait_for("Scan something")
        return at_most("... a dialog", _cost(till, F2, "Give back"), DIALOG)


def _a_second(desk: Terminal80x24) -> None:
    shown = desk.text
    desk.wait_until(lambda: desk.text != shown, "a second to be counted")


def _cost(desk: Terminal80x24, sent: str, until: str = "") -> int:
    """The bytes that ``sent`` makes the program write until the screen shows ``until`` and it falls quiet."""

    def act() -> None:
        desk.send(sent)
        desk.wait_for(until)

    return _cost_of(desk, act)


def _cost_of(desk: Terminal80x24, act: Callable[[], object]) -> int:
    before = desk.settle(QUIET)
    act()
    return desk.settle(QUIET) - before
