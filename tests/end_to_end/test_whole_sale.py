"""The installed program in a real terminal, as a volunteer has it: from the first key to the receipt."""

import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.pty import Terminal80x24
from tui_pos.core import log_file
from tui_pos.simulator import Controls

PROGRAM = shutil.which("tui-pos", path=str(Path(sys.executable).parent)) or "tui-pos"
BADGE = "NOOR2026"
SETTLED = 0.6
"""Seconds after which Enter acts on a screen that changed by itself (``ui.enter_guard.SETTLES``)."""
READER = "tmr_front_1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def demo(home: Path, station: str = "desk-3") -> Terminal80x24:
    env = {"TUI_POS_HOME": str(home), "TUI_POS_STATION": station, "TUI_POS_CONFIG": ""}
    return Terminal80x24([PROGRAM, "--conference", "demo"], env=env, timeout=40)


@pytest.fixture
def desk(home: Path) -> Iterator[Terminal80x24]:
    with demo(home) as terminal:
        terminal.wait_for("TRAINING")
        terminal.wait_for("Tilda Trainee")
        yield terminal


def to_the_prompt(desk: Terminal80x24) -> None:
    """Scan the badge, add the shirt, pay, choose the first reader: up to the card."""
    desk.send(f"{BADGE}\r")
    desk.wait_for("[OK] REGISTERED")
    desk.send("\x1bOQ")
    desk.wait_for("Sell to Noor Lindqvist")
    desk.type("shirt\r")
    desk.wait_for("Enter card 25.00")
    desk.send("\r")
    desk.wait_for("Choose the card reader")
    desk.send("1")
    desk.wait_for("WAITING FOR CARD")


def paid(home: Path) -> list[tuple[str, float]]:
    """(order status, succeeded amount) of the orders that the desk made."""
    with sqlite3.connect(home / "demo" / "tui-pos.sqlite3") as database:
        return list(
            database.execute(
                """SELECT o.status, sum(p.amount) FROM program_registration_order o
                   JOIN tui_pos_sale s ON s.order_id = o.id
                   JOIN program_registration_payment p ON p.order_id = o.id AND p.status = 'succeeded'
                   GROUP BY o.id"""
            )
        )


def test_a_shirt_for_a_scanned_attendee_by_card(desk: Terminal80x24, home: Path) -> None:
    to_the_prompt(desk)
    desk.send("\x1b[2~")
    desk.wait_for("CAPTURED 25.00 USD   Visa 4242")
    desk.settle(SETTLED)
    desk.send("\r")
    desk.wait_for("PAID 25.00 USD")
    desk.send("\r")
    desk.wait_for("checked in")
    desk.wait_for("scan a badge")
    assert paid(home) == [("paid", 25)]
    desk.type("lindqvist\r")
    desk.wait_for("IN SINCE")
    desk.type("/quit\r")
    assert desk.wait_exit() == 0
    log = (home / log_file.NAME).read_text()
    assert [
        word for word in (BADGE, "indqvist", "@", "Visa", "4242", "Tilda", "sk_test_") if word in log
    ] == []
    for told in ("app: the desk begins", "app: the desk ends with 0", "POST /v1/payment_intents: 200"):
        assert told in log


@pytest.mark.thorough
def test_a_declined_card_and_then_a_good_one(desk: Terminal80x24, home: Path) -> None:
    to_the_prompt(desk)
    desk.send("\x1b[3~")
    desk.wait_for("[X] DECLINED")
    desk.wait_for("Nothing was charged")
    assert paid(home) == []
    desk.settle(SETTLED)
    desk.send("\r")
    desk.wait_for("WAITING FOR CARD")
    desk.send("\x1b[2~")
    desk.wait_for("CAPTURED 25.00")
    assert paid(home) == [("paid", 25)]


@pytest.mark.thorough
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGHUP])
def test_killed_in_the_middle_the_payment_is_found_again(home: Path, end: signal.Signals) -> None:
    with demo(home) as desk:
        desk.wait_for("Tilda Trainee")
        to_the_prompt(desk)
        desk.signal(end)
        desk.wait_exit()
    with demo(home) as again:
        again.wait_for("Needs attention")
        again.wait_for("WAITING FOR CARD")
        again.send("1")
        again.wait_for("Ins good card")
        again.send("\x1b[2~")
        again.wait_for("CAPTURED 25.00")
    assert paid(home) == [("paid", 25)]


@pytest.mark.thorough
def test_a_card_tapped_after_the_desk_died_is_booked_by_the_next_one(home: Path) -> None:
    with demo(home) as desk:
        desk.wait_for("Tilda Trainee")
        to_the_prompt(desk)
        with demo(home, "desk-4") as other:
            other.wait_for("Tilda Trainee")
            desk.signal(signal.SIGKILL)
            desk.wait_exit()
            Controls(f"http://127.0.0.1:{(home / 'demo' / 'stripe.port').read_text().strip()}").tap(READER)
            other.type("/quit\r")
            other.wait_exit()
            with demo(home, "desk-5") as third:
                third.wait_for("Tilda Trainee")
                third.wait_until(lambda: paid(home) == [("paid", 25)], "the payment to be booked")


def test_nonsense_gets_one_sentence_and_a_hundred_scans_get_a_hundred_look_ups(
    desk: Terminal80x24,
) -> None:
    desk.send("\x1b[200~50% [/off]\x1b[201~\r")
    desk.wait_for("50% [/off]")
    desk.send("\xff\x11\x15")
    desk.type("/quatsch\r")
    desk.wait_for("quatsch")
    desk.send(f"{BADGE}\r" * 99 + "TOMA2026\r")
    desk.wait_for("100")
    assert desk.process.poll() is None
    assert "Traceback" not in desk.text


def test_without_its_database_the_desk_says_so_and_goes_on_when_it_is_back(
    desk: Terminal80x24, home: Path
) -> None:
    file = home / "demo" / "tui-pos.sqlite3"
    away = file.with_suffix(".away")
    file.rename(away)
    desk.send(f"{BADGE}\r")
    desk.wait_for("database")
    assert "Traceback" not in desk.text
    away.rename(file)
    desk.wait_until(lambda: _found(desk), "the badge to be found again")


def _found(desk: Terminal80x24) -> bool:
    desk.send("\x1b")
    desk.settle(0.2)
    desk.send(f"{BADGE}\r")
    desk.settle(0.5)
    return "REGISTERED" in desk.text
