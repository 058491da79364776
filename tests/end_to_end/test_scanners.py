"""The installed program and slow scanners, on every screen: nothing is sold, handed out or opened by a code's
first digit, and what the test code showed is remembered."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from tests.end_to_end.test_whole_sale import demo
from tests.fixtures.pty import Terminal80x24
from tests.fixtures.scanner import scan_slowly
from tui_pos.core import scanner_test

CODES = ("12345678", "2Q2M9ZXA", "3006381333931", "1AB2", "5-PEN")


def written(home: Path) -> list[int]:
    """How many rows there are of what a desk writes: orders, redemptions, check-ins, payments, cart items."""
    tables = ("order", "productredemption", "checkin", "payment", "cartitem")
    with closing(sqlite3.connect(home / "demo" / "tui-pos.sqlite3")) as database:
        return [
            database.execute(f"SELECT count(*) FROM program_registration_{table}").fetchone()[0]
            for table in tables
        ]


def scan_all(desk: Terminal80x24, home: Path, screen: str, random: Random, answer: str) -> None:
    """Scan every code on the screen that shows ``screen``: each is said in whole, and nothing is written."""
    before = written(home)
    for code in CODES:
        scan_slowly(desk, code, random)
        desk.wait_for(answer.format(code=code.upper()))
        desk.settle(0.4)
        assert written(home) == before, code
        assert screen in desk.text


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(2))
def test_no_screen_acts_by_the_first_digit_of_a_slow_code(tmp_path: Path, seed: int) -> None:
    random, home = Random(seed), tmp_path / "home"
    with demo(home) as desk:
        desk.wait_for("Tilda Trainee")
        scan_all(desk, home, "scan a badge", random, "{code} is not known")
        desk.send("helper\r")
        desk.wait_for("2 found")
        scan_all(desk, home, "scan a badge", random, "{code} is not known")
        scan_slowly(desk, "KIMS2026", random)
        desk.wait_for("badge KIMS2026")
        before = written(home)
        for code in CODES:
            scan_slowly(desk, code, random)
            desk.wait_for(f"{code} is not known")
            desk.settle(0.4)
            assert written(home) == before
            scan_slowly(desk, "KIMS2026", random)
            desk.wait_for("badge KIMS2026")
        desk.settle(0.2)  # a key that follows a scan at its own pace would be one of its keys
        desk.send("\x1bOQ")
        desk.wait_for("Sell to ")
        desk.settle(0.2)
        scan_all(desk, home, "Sell to ", random, "{code} is not known")
        desk.send("7")
        desk.wait_for("Enter card 25.00")
        before = written(home)
        desk.settle(0.2)
        scan_all(desk, home, "Sell to ", random, "{code} is not known")
        desk.send("\x1b[20~")
        desk.wait_for("Still to pay")
        desk.settle(0.2)
        paid = written(home)[3]
        for code in CODES[:3]:
            scan_slowly(desk, code, random)
            desk.settle(0.5)
            assert written(home)[3] == paid
            assert "Still to pay" in desk.text


def test_the_test_code_is_remembered_for_the_station_and_a_product_is_sold_by_scans(tmp_path: Path) -> None:
    random, home = Random(7), tmp_path / "home"
    with demo(home) as desk:
        desk.wait_for("Tilda Trainee")
        scan_slowly(desk, f"~{scanner_test.CODE}", random)
        desk.wait_for("This scanner is fine")
        desk.settle(0.2)
        desk.send("\r")
        desk.wait_gone("This scanner is fine")
        scan_slowly(desk, "~NOOR2026", random)
        desk.wait_for("REGISTERED")
        scan_slowly(desk, "~T-SHIRT", random)
        desk.wait_for("Sell to Noor Lindqvist")
        desk.wait_for("Enter card 25.00")
        scan_slowly(desk, "~HOODIE", random)
        desk.wait_for("Enter card 80.00")
        scan_slowly(desk, "~/card", random)
        desk.wait_for("Choose the card reader")
        desk.send("\x1b")
        desk.settle(0.3)
        desk.type("/quit\r")
        desk.wait_exit()
    with closing(sqlite3.connect(home / "demo" / "tui-pos.sqlite3")) as database:
        ((station, gap, prefix, layout),) = database.execute(
            "SELECT station, gap, prefix, keyboard_layout FROM tui_pos_scanner"
        )
    assert (station, prefix, layout) == ("desk-3", "~", "us")
    assert 5_000 < gap < 90_000
