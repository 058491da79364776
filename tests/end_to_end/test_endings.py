"""However a desk ends, on whatever screen: in two seconds, the terminal as it was, nothing left running."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import termios
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.fixtures.pty import Terminal80x24

PROGRAM = shutil.which("tui-pos", path=str(Path(sys.executable).parent)) or "tui-pos"
END = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
TWO_SECONDS = 2.5
"""And what a busy machine takes to tell."""

ATTENDEE = ("NOOR2026\r", "Noor Lindqvist")
SALE = (ATTENDEE, ("\x1bOQ", "The cart is empty"), ("shirt\r", "Enter card 25.00"))
PAYMENT = (*SALE, ("\r", "Front-1"), ("1", "WAITING FOR CARD"))
SCREENS = {
    "first": (),
    "attendee": (ATTENDEE,),
    "cart": SALE,
    "sold": (*SALE, ("\x1b[20~", "exactly"), ("\r", "PAID 25.00 USD")),
    "tender": (*SALE, ("\x1b[21~", "Still to pay")),
    "orders": (("\x1bOR", "ORD-DEMO0040"),),
    "order": (("\x1bOR", "ORD-DEMO0040"), ("1", "Paid by Card, online")),
    "reader": (("\x1bOS", "Choose the card reader"),),
    "help": (("\x1bOP", "What to do here"),),
    "sign-in": (("\x1b[24~", "Sign in to"),),
    "payment": PAYMENT,
}
"""What is typed, and what the screen then shows."""


class Desk(Terminal80x24):
    """The demonstration's desk."""

    def __init__(self, home: Path) -> None:
        env = {"TUI_POS_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
        super().__init__([PROGRAM, "--conference", "demo"], env=env, timeout=40)

    def go_to(self, screen: str) -> None:
        """From the first screen to another one."""
        self.wait_for("Tilda Trainee")
        for keys, shows in SCREENS[screen]:
            self.settle(0.1)
            self.send(keys)
            self.wait_for(shows)

    def ends_well(self, *numbers: signal.Signals) -> None:
        """Send the signals and see how it ends."""
        began = time.monotonic()
        self.signal(numbers[0])
        self.wait_ignored(numbers[0])  # the kernel tells no order of signals that it still holds
        for number in numbers[1:]:
            if self.process.poll() is None:
                self.signal(number)
        assert self.wait_exit() == 128 + numbers[0]
        assert time.monotonic() - began < TWO_SECONDS
        assert termios.tcgetattr(self.master) == self.found
        assert self.raw.rfind(b"\x1b[?1049l") > self.raw.rfind(b"\x1b[?1049h")


def processes_of(folder: Path) -> list[str]:
    """The living processes that name ``folder`` in their arguments or environment."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
        except OSError:
            continue
        if int(entry.name) != os.getpid() and str(folder).encode() in b"".join(words) and words[0]:
            found.append(words[0].replace(b"\0", b" ").decode())
    return found


def nothing_runs(folder: Path) -> None:
    deadline = time.monotonic() + 5
    while left := processes_of(folder):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


@pytest.mark.thorough
@pytest.mark.parametrize(("screen", "number"), list(zip(SCREENS, END * len(SCREENS), strict=False)))
def test_a_signal_on_any_screen(screen: str, number: signal.Signals, tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.go_to(screen)
        desk.signal(signal.SIGTSTP)
        desk.ends_well(number, signal.SIGCONT, signal.SIGTSTP)


@pytest.mark.signals
@pytest.mark.parametrize("run", range(20))
@pytest.mark.parametrize("number", END, ids=lambda number: number.name)
@pytest.mark.parametrize("screen", SCREENS)
def test_each_signal_twenty_times_on_each_screen(
    screen: str, number: signal.Signals, run: int, tmp_path: Path
) -> None:
    with Desk(tmp_path) as desk:
        desk.go_to(screen)
        others = (signal.SIGCONT, signal.SIGTSTP, *END)
        desk.ends_well(number, *(others[(run * step) % len(others)] for step in range(1, run % 7)))
    nothing_runs(tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("number", END, ids=lambda number: number.name)
def test_a_signal_on_a_payment_while_the_database_is_locked(number: signal.Signals, tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.go_to("payment")
        with closing(sqlite3.connect(tmp_path / "demo" / "tui-pos.sqlite3")) as file:
            file.execute("BEGIN IMMEDIATE")
            desk.send("\x1b")  # cancelling must be written, and cannot be
            desk.settle(0.3)
            desk.ends_well(number, signal.SIGCONT)


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["hang-up", "KILL"])
def test_no_process_outlives_its_terminal(how: str, tmp_path: Path) -> None:
    with Desk(tmp_path) as desk:
        desk.go_to("first")
        assert len(processes_of(tmp_path)) == 2  # the desk, and the stand-in for Stripe
        if how == "hang-up":
            desk.hang_up()
        else:
            desk.signal(signal.SIGKILL)
        desk.wait_exit()
        nothing_runs(tmp_path)


def test_no_command_outlives_its_terminal(tmp_path: Path) -> None:
    env = {"TUI_POS_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    sale = [PROGRAM, "--conference", "demo", "checkout", "--attendee", "NOOR2026", "--item", "t-shirt"]
    made = subprocess.run([*sale, "--json"], env=os.environ | env, capture_output=True, check=True, text=True)
    reference = json.loads(made.stdout)["reference"]
    charge = [PROGRAM, "--conference", "demo", "charge", "--order", reference, "--reader", "tmr_front_1"]
    with Terminal80x24(charge, env=env) as terminal:
        terminal.wait_for("WAITING FOR CARD")
        terminal.hang_up()
        terminal.wait_exit()
        nothing_runs(tmp_path)
