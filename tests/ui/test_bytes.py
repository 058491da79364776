"""What a till costs on the wire: bytes do not wander with the machine's load, so here they are asserted."""

from collections.abc import Callable

from tests.ui.conftest import Till

KEY, ROW, STAGE, SCREEN, DIALOG, CLOCK = 250, 150, 450, 5_500, 7_500, 60


def test_one_key_in_the_prompt(till: Till) -> None:
    assert 0 < till.cost(lambda: till.send("x")) <= KEY
    till.send("\x1b")
    till.wait_gone("> x")


def test_a_whole_scan_with_its_answer(till: Till) -> None:
    assert 0 < till.cost(lambda: till.send("4006381333931\r")) <= KEY


def test_a_row_of_the_cart(till: Till) -> None:
    assert 0 < till.cost(lambda: till.send("+")) <= ROW


def test_choosing_another_row_paints_two(till: Till) -> None:
    assert 0 < till.cost(lambda: till.send("\x1b[B")) <= 2 * ROW
    till.send("\x1b[A")


def test_a_second_of_a_payment(till: Till) -> None:
    assert 0 < till.cost(lambda: till.send("\x1b[19~")) <= STAGE


def test_opening_and_closing_a_screen(till: Till) -> None:
    assert 0 < till.cost(lambda: till.send("\x1bOS")) <= SCREEN
    assert 0 < till.cost(lambda: till.send("\r")) <= SCREEN
    till.wait_for("other gave done")


def test_opening_and_closing_a_dialog(till: Till) -> None:
    assert 0 < till.cost(lambda: till.send("\x1bOQ")) <= DIALOG
    assert 0 < till.cost(lambda: till.send("\x1b")) <= DIALOG
    till.wait_for("seen")


def test_the_clock_of_a_covered_screen_paints_nothing(start: Callable[..., Till]) -> None:
    till = start("--minute-ends-soon")
    till.send("\x1bOQ")
    till.wait_for("Give back 35.00?")
    before, header = till.settle(0.2), till.text.splitlines()[0]
    till.wait_until(lambda: till.text.splitlines()[0] != header, "the next minute")
    assert till.settle(0.2) - before <= CLOCK


def test_at_rest_nothing_is_written_but_the_clocks_five_cells(start: Callable[..., Till]) -> None:
    till = start("--minute-ends-soon")
    before, header = till.settle(0.2), till.text.splitlines()[0]
    till.wait_until(lambda: till.text.splitlines()[0] != header, "the next minute")
    assert till.settle(0.2) - before <= CLOCK
