"""Memory: of one station beside an empty Textual app, and whether a day of sales makes it grow."""

import subprocess
import sys
from pathlib import Path

from tests.benchmarks import programs
from tests.benchmarks.table import Row, Sizes, ratio
from tests.benchmarks.wire import ENTER, F2, GOOD_CARD, QUIET, SHIRT
from tests.fixtures.databases import fill
from tests.fixtures.pty import Terminal80x24
from tui_pos.simulator import Server

MIB = 2**20
GROWTH = 10
"""MiB."""

SCREENS_REPEAT_AFTER = 10
"""Sales after which everything was imported and every cache has been filled once."""


def measure(_: Sizes) -> list[Row]:
    """After a sale by card: by then a station has imported all that it ever does."""
    with programs.scratch() as home:
        with programs.open_desk(home) as terminal:
            _sell(terminal)
            desk = memory(terminal.process.pid)
        with programs.empty("stripe") as terminal:
            terminal.wait_for("Type here")
            terminal.settle()
            empty = memory(terminal.process.pid)
    what = "memory of one station after a sale / empty Textual app with stripe"
    return [ratio(what, desk, empty, 1.3, f"{desk / MIB:.1f} / {empty / MIB:.1f} MiB, shared pages divided")]


def _sell(desk: Terminal80x24) -> None:
    for sent, until in (
        (programs.BADGE, programs.PERSON),
        (F2, "Sell to"),
        (SHIRT, "Enter card 25.00"),
        (ENTER, "Choose the card reader"),
        ("1", "WAITING FOR CARD"),
        (GOOD_CARD, "CAPTURED"),
        (ENTER, "PAID"),
        (ENTER, "Last here"),
    ):
        desk.send(sent)
        desk.wait_for(until)
        desk.settle(QUIET)


def memory(pid: int) -> int:
    """The bytes of a process: its own pages, and its share of those that others have too."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("the kernel does not say how much memory a process has")


def measure_growth(sizes: Sizes) -> list[Row]:
    with programs.scratch() as folder, Server(tap_after=0) as simulator:
        url = fill(f"sqlite:///{folder / 'shop.sqlite3'}")
        arguments = [str(folder), url, simulator.url, str(SCREENS_REPEAT_AFTER), str(sizes.sales)]
        program = [sys.executable, "-m", "tests.benchmarks.busy_day", *arguments]
        done = subprocess.run(program, check=True, capture_output=True, text=True)
    early, late = (int(number) for number in done.stdout.split())
    what = f"growth over {sizes.sales:,} sales, from the {SCREENS_REPEAT_AFTER}th on"
    grown = (late - early) / MIB
    measured = f"{grown:.1f} MiB  ({early / MIB:.1f} to {late / MIB:.1f} MiB)"
    return [Row(what, measured, f"< {GROWTH} MiB", grown < GROWTH)]
