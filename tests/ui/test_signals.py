"""Signals in any order and state: the till ends in two seconds and leaves the terminal as it was found."""

import ctypes
import itertools
import os
import random
import signal
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.pty import Terminal80x24
from tests.ui.conftest import Till
from tui_pos.ui.kiosk import END_SIGNALS

END = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
OTHERS = sorted(set(END_SIGNALS) - set(END))
HARMLESS = (signal.SIGTSTP, signal.SIGCONT, signal.SIGWINCH)
STATES = {
    "home": ("", "Scan something"),
    "text in the prompt": ("abc", "abc"),
    "dialog": ("\x1bOQ", "Give back 35.00?"),
    "other screen": ("/reader\r", "Esc back"),
    "endless job": ("/today\r", "state 3"),
    "stuck job": ("/tap\r", "stuck"),
    "busy loop": ("/decline\r", "busy"),
    "flood of frames": ("/park\r", "flood"),
    "paste begun": ("\x1b[200~half", "Scan something"),
}
MODES_OFF = (b"\x1b[?2004l", b"\x1b[?1049l", b"\x1b[?25h", b"\x1b[?1004l")


class Found(Till):
    """A till whose threads can be looked at."""

    def tasks(self) -> list[Path]:
        """Its threads, as the kernel shows them."""
        return list(Path(f"/proc/{self.process.pid}/task").iterdir())

    def threads(self) -> list[str]:
        """The names of its threads."""
        return [(task / "comm").read_text().strip() for task in self.tasks()]


def _give(till: Terminal80x24, keys: str) -> None:
    """Type a word as a hand does; what is no word is sent at once."""
    if keys.startswith("/"):
        till.type(keys)
    else:
        till.send(keys)


def ends_well(till: Found, *numbers: signal.Signals) -> None:
    began = time.monotonic()
    for number in numbers:
        if till.process.poll() is None:
            till.signal(number)
            till.read(0)
    status = till.wait_exit()
    assert time.monotonic() - began < 2.5  # two, and what a busy machine takes to tell
    # The kernel may hand over signals that wait together in an order of its own.
    assert status - 128 in set(numbers) & set(END_SIGNALS)
    assert termios.tcgetattr(till.master) == till.found
    for sequence in MODES_OFF:
        on = sequence.replace(b"l", b"h") if sequence.endswith(b"l") else b"\x1b[?25l"
        assert till.raw.rfind(sequence) > till.raw.rfind(on), sequence
    assert till.crash_log == ""


@pytest.mark.thorough
@pytest.mark.parametrize("first", END, ids=lambda number: number.name)
@pytest.mark.parametrize("seed", range(20))
def test_any_signals_in_any_order_in_any_state(seed: int, first: signal.Signals, tmp_path: Path) -> None:
    choice = random.Random(f"{first}{seed}")
    state = list(STATES)[seed % len(STATES)]
    keys, shows = STATES[state]
    with Found(tmp_path) as till:
        till.wait_for("Scan something")
        _give(till, keys)
        till.wait_for(shows)
        for number in choice.choices(HARMLESS, k=choice.randrange(6)):
            till.signal(number)
            till.read(choice.choice((0, 0.02)))
        ends_well(till, first, *choice.choices((*END, *HARMLESS), k=choice.randrange(8)))


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("first", "second"), list(itertools.permutations(END, 2)), ids=lambda number: number.name
)
def test_the_first_signal_decides_whatever_comes_until_the_process_has_ended(
    first: signal.Signals, second: signal.Signals, tmp_path: Path
) -> None:
    with Found(tmp_path) as till:
        till.wait_for("Scan something")
        till.signal(first)
        till.wait_ignored(first)
        while till.process.poll() is None:
            till.signal(second)
            till.read(0)
        assert till.wait_exit() == 128 + first


@pytest.mark.parametrize("number", END, ids=lambda number: number.name)
def test_a_signal_that_the_kernel_gives_to_another_thread_ends_an_idle_till(
    number: signal.Signals, tmp_path: Path
) -> None:
    """As it does when the main thread has one waiting: that thread is then not woken by it."""
    with Found(tmp_path) as till:
        till.wait_for("Scan something")
        till.settle()
        pid = till.process.pid
        other = max(int(task.name) for task in till.tasks() if int(task.name) != pid)
        began = time.monotonic()
        assert ctypes.CDLL(None).tgkill(pid, other, number) == 0
        assert till.wait_exit() == 128 + number
        assert time.monotonic() - began < 2.5


@pytest.mark.parametrize("number", OTHERS, ids=lambda number: number.name)
def test_no_signal_that_ends_a_process_leaves_the_terminal_raw(
    number: signal.Signals, tmp_path: Path
) -> None:
    with Found(tmp_path) as till:
        till.wait_for("Scan something")
        ends_well(till, number, signal.SIGCONT)


@pytest.mark.thorough
def test_a_signal_at_any_moment_of_the_start_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    for run in range(12):
        number = END[run % len(END)]
        with Found(tmp_path) as till:
            until = time.monotonic() + run * 0.03
            while (left := until - time.monotonic()) > 0:
                till.read(left)
            till.signal(number)
            # 1: Python itself was interrupted while it started, before a line of ours.
            assert till.wait_exit() in (128 + number, -number, 1)
            assert termios.tcgetattr(till.master) == till.found
            assert till.raw.rfind(b"\x1b[?1049l") >= till.raw.rfind(b"\x1b[?1049h")


def test_a_call_that_never_ends_does_not_keep_a_till_that_was_left(found: Found) -> None:
    found.type("/tap\r")
    found.wait_told("home stuck")
    found.type("/quit\r")
    found.wait_until(lambda: b"\x1b[?1049l" in found.raw, "the terminal given back")
    ends_well(found, signal.SIGHUP)


@pytest.mark.parametrize("state", ["home", "busy loop"])
def test_a_till_in_the_background_of_a_shell_ends_in_time(state: str, tmp_path: Path) -> None:
    keys, shows = STATES[state]
    (tmp_path / "events").touch()
    with Terminal80x24(["bash", "--norc", "--noprofile", "-i"], env={"PS1": "READY$ "}) as shell:
        shell.wait_for("READY$")
        shell.send(f"{sys.executable} -m tests.ui.demo_app {tmp_path}/events\r")
        shell.wait_for("Scan something")
        _give(shell, keys)
        shell.wait_for(shows)
        children = Path(f"/proc/{shell.process.pid}/task/{shell.process.pid}/children").read_text()
        till = int(children.split()[0])
        os.kill(till, signal.SIGSTOP)
        shell.wait_for("Stopped")
        shell.send("bg\r")
        shell.wait_until(lambda: b"events &" in shell.raw, "the till in the background")
        shell.settle(0.1)
        found = termios.tcgetattr(shell.master)  # as the shell's line editor has set it
        began = time.monotonic()
        os.kill(till, signal.SIGTERM)
        os.kill(till, signal.SIGCONT)
        shell.wait_until(lambda: not Path(f"/proc/{till}").exists(), "the end of the till")
        assert time.monotonic() - began < 2.5
        shell.settle(0.1)
        assert termios.tcgetattr(shell.master) == found
        assert all(shell.raw.rfind(sequence) > shell.raw.rfind(b"\x1b[?1049h") for sequence in MODES_OFF)


def test_a_terminal_is_as_found_before_its_program_however_fast_that_is() -> None:
    with Terminal80x24(["stty", "raw", "-echo"]) as terminal:
        assert terminal.wait_exit() == 0
        assert termios.tcgetattr(terminal.master) != terminal.found
        assert isinstance(terminal.found[3], int)
        assert terminal.found[3] & termios.ICANON


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Found]:
    """A till at its first screen."""
    with Found(tmp_path) as till:
        till.wait_for("Scan something")
        yield till


def test_stop_is_ignored_and_continue_repaints_with_one_input_thread(found: Found) -> None:
    threads = sorted(found.threads())
    for _ in range(20):
        found.signal(signal.SIGTSTP)
        found.signal(signal.SIGCONT)
    found.send("\x1a")  # Ctrl-Z
    found.wait_for("type /quit")
    # Somebody else has had the terminal: it is cooked, and shows something else.
    termios.tcsetattr(found.master, termios.TCSANOW, found.found)  # type: ignore[arg-type]
    found.screen.reset()
    found.signal(signal.SIGCONT)
    found.wait_for("PyCon US 2027")
    found.wait_for("Workshop: async")
    found.send("K7Q2M9ZX\r")
    found.wait_for("scanned K7Q2M9ZX")
    assert sorted(found.threads()) == threads
    ends_well(found, signal.SIGTERM, signal.SIGCONT)


def test_a_stopped_till_that_is_ended_and_continued_restores_the_terminal(found: Found) -> None:
    found.signal(signal.SIGSTOP)
    ends_well(found, signal.SIGTERM, signal.SIGTSTP, signal.SIGCONT)
