"""Scanners that type slowly, through a real terminal: by radio, behind a virtual desktop, over a bad link."""

import time
from random import Random

import pytest

from tests.fixtures.scanner import scan_slowly
from tests.ui.conftest import Till
from tui_pos.core import scanner_test
from tui_pos.core.keyboard_layouts import Layout, Layouts


def wait_scanned(till: Till, *lines: str) -> None:
    """Wait until the screens were told ``lines``, and no more than a filter by what came before a stall."""

    def told() -> list[str]:
        return [line for line in till.told if " changed " not in line]

    till.wait_until(lambda: len(told()) >= len(lines), f"{len(lines)} events")
    till.settle(0.2)
    assert told() == list(lines)
    till.events.write_text("")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("code", ["4006381333931", "7Q2M9ZXA", "12345678"])
def test_a_slow_code_that_begins_with_a_digit_is_one_scan_and_picks_nothing(
    till: Till, code: str, seed: int
) -> None:
    scan_slowly(till, code, Random(f"{code}{seed}"))
    wait_scanned(till, f"home scanned {code}")


def test_slow_scans_back_to_back_stay_apart(till: Till) -> None:
    for code in ("1AB2C3D4", "2AB2C3D4"):
        scan_slowly(till, code, Random(code), "\r\n")
    wait_scanned(till, "home scanned 1AB2C3D4", "home scanned 2AB2C3D4")


def test_a_quick_typist_is_none(till: Till) -> None:
    random = Random(1)
    for char in "lindqvist\r":
        time.sleep(random.uniform(0.090, 0.150))
        till.send(char)
    till.wait_until(lambda: "home typed lindqvist" in till.told, "the typed name")
    assert not [line for line in till.told if "scanned" in line or "picked" in line]
    till.events.write_text("")


def test_a_digit_is_shown_while_it_waits_and_enter_waits_for_nothing(till: Till) -> None:
    till.send("3")
    till.wait_for("> 3 ")
    till.wait_told("home picked 3")
    till.wait_gone("> 3 ")
    till.send("4\r")
    till.wait_told("home picked 4", "home confirmed")


@pytest.mark.parametrize("seed", range(3))
def test_a_slow_code_that_is_sent_while_the_screen_changes_reaches_the_new_one_whole(
    till: Till, seed: int
) -> None:
    till.send("\x1bOS")
    time.sleep(0.08)  # sooner it would have come out of the barcode
    scan_slowly(till, "4Q2M9ZX1", Random(seed))
    # Which of the two depends on how long the screen took to open.
    whole = {"other scanned 4Q2M9ZX1", "other typed 4Q2M9ZX1"}
    till.wait_until(lambda: not whole.isdisjoint(till.told), "the code")
    assert all(line in whole or line.startswith("other changed ") for line in till.told)
    till.settle(0.2)
    till.events.write_text("")
    till.send("\x1b")
    till.wait_told("home other gave None")


def test_the_test_code_says_what_the_scanner_does_and_does_nothing(till: Till) -> None:
    scan_slowly(till, scanner_test.CODE, Random(3))
    till.wait_for("This scanner is fine")
    till.settle(0.2)
    assert [line for line in till.told if " changed " not in line] == []


def test_a_shifted_layout_is_the_scanners_fault_until_the_test_code_showed_it(till: Till) -> None:
    german = Layouts(Layout.US, Layout.GERMAN)
    till.send(german.damaged("https://pycon.example/b/YQ2M9ZXA") + "\r")
    till.wait_for("Scanner types US, computer")
    till.send("\r")
    till.wait_gone("The scanner types")
    till.send(german.damaged(scanner_test.CODE) + "\r")
    till.wait_for("what is scanned here is mapped back")
    till.send("\r")
    till.wait_gone("mapped back")
    till.settle(0.1)
    till.send(german.damaged("https://pycon.example/b/YQ2M9ZXA") + "\r")
    till.wait_told("home scanned YQ2M9ZXA")
    till.send(scanner_test.CODE + "\r")
    till.wait_for("This scanner is fine")
    till.send("\r")
    till.wait_gone("This scanner is fine")
