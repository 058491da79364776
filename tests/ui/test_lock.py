"""F12 through a real terminal: obeyed wherever it stands in what was read; what follows it lands nowhere."""

import sys
from pathlib import Path

import pytest

from tests.fixtures.pty import Terminal80x24
from tests.ui.station import Bench
from tui_pos.data.connection import close_database, connected, open_database
from tui_pos.data.tables.desk import AuditEntry, Sale
from tui_pos.data.tables.registration import CheckIn

F12 = "\x1b[24~"
HANDS_PAUSE = 0.5
"""Seconds: the pause of a hand is all that tells the next line from what came with the lock."""
PASTE = "\x1b[200~trainee\rdemo\r\x1b[201~"
AFTER = {
    "text": "trainee",
    "a whole sign-in": "trainee\rdemo\r",
    "keys": "\x1bOQ1\r\r2\x1b[20~",
    "a paste": PASTE,
    "another lock": f"{F12}trainee\rdemo\r{F12}lead\r",
    "many scans": "NOOR2026\r" * 300,
}


def desk(config_file: Path) -> Terminal80x24:
    argv = [sys.executable, "-m", "tui_pos", "--config", str(config_file), "--conference", "demo"]
    env = {"TUI_POS_SECRET": "demo", "TUI_POS_STATION": "desk-3"}
    return Terminal80x24([*argv, "--staff", "trainee"], env=env, timeout=60)


def written(bench: Bench) -> tuple[int, int, int]:
    """How many sign-ins, sales and check-ins there were."""
    open_database(bench.database_url)
    try:
        with connected():
            signed_in = AuditEntry.select().where(AuditEntry.what.startswith("sign_in"))
            return signed_in.count(), Sale.select().count(), CheckIn.select().count()
    finally:
        close_database()


@pytest.mark.thorough
@pytest.mark.parametrize("before", ["", "noor", "12", "NOOR2026\r" * 20 + "half"])
def test_one_read_with_text_a_lock_and_text(bench: Bench, config_file: Path, before: str) -> None:
    with desk(config_file) as terminal:
        terminal.wait_for("Last here")
        seen = written(bench)
        for after in AFTER:
            terminal.send(before + F12 + AFTER[after])
            terminal.wait_for("User name")
            terminal.settle(HANDS_PAUSE)
            terminal.type("lead\r")  # by a hand, later: the first that may land
            terminal.wait_for("Password of lead")
            assert "Tilda" not in terminal.text, after
            terminal.send("demo\r")
            terminal.wait_for("Lena Lead")
            # Lena's sign-in is told once: she signs in again at the same station, a moment later.
            assert written(bench) == (seen[0] + 1, *seen[1:]), after


def test_a_lock_at_the_sign_in_forgets_what_was_typed(bench: Bench, config_file: Path) -> None:
    with desk(config_file) as terminal:
        terminal.wait_for("Last here")
        terminal.send(F12)
        terminal.wait_for("User name")
        terminal.send(f"trai{F12}nee\rdemo\r")
        terminal.settle(HANDS_PAUSE)
        terminal.type("lead\r")
        terminal.wait_for("Password of lead")
    assert written(bench)[0] == 1
