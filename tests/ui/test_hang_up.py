"""How a till ends: signals, hang-ups, stalled links, the end of its input, its own errors."""

import re
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fixtures.pty import Terminal80x24
from tests.ui.conftest import Till
from tui_pos.ui.input.driver import BACKLOG_LIMIT

Start = Callable[..., Till]
FRAME = 3_000
"""Bytes: what one frame of the demonstration's flood costs at least."""


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)],
    ids=["TERM", "INT", "HUP"],
)
def test_a_signal_ends_it_cleanly_and_restores_the_terminal(
    start: Start, number: signal.Signals, status: int
) -> None:
    till = start()
    till.signal(number)
    assert till.wait_exit() == status
    assert till.raw.endswith(b"\x1b[?1049l\x1b[?25h\x1b[?1004l")
    assert till.crash_log == ""


def test_work_that_goes_on_for_ever_ends_with_it(start: Start) -> None:
    till = start()
    till.type("/today\r")
    till.wait_for("state 3")
    till.hang_up()
    assert till.wait_exit() == 129
    assert till.crash_log == ""


def test_the_word_quit_ends_it(start: Start) -> None:
    till = start()
    till.type("/quit\r")
    assert till.wait_exit() == 0


def test_a_hang_up_ends_it(start: Start) -> None:
    till = start()
    till.hang_up()
    assert till.wait_exit() == 129
    assert till.crash_log == ""


def test_the_end_of_input_ends_it_where_the_signal_is_ignored(start: Start) -> None:
    till = start(controlling=False)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    till.hang_up()
    assert till.wait_exit() == 129
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 5


def stall(till: Till) -> None:
    """Let the program write more than the link and its own backlog take, and see that it goes on working."""
    till.type("/park\r")
    frames = BACKLOG_LIMIT * 5 // 4 // FRAME
    till.wait_without_reading(lambda: till.told.count("home flood") > frames, "frames behind a stalled link")


def test_a_stalled_link_does_not_freeze_it_and_a_signal_ends_it(start: Start) -> None:
    till = start()
    stall(till)
    till.signal(signal.SIGTERM)
    assert till.wait_exit(reading=False) == 143


def test_a_stalled_link_that_hangs_up_ends_it(start: Start) -> None:
    till = start()
    stall(till)
    till.hang_up()
    assert till.wait_exit() == 129


def test_a_stalled_link_that_recovers_shows_what_is_true_now(start: Start) -> None:
    till = start()
    stall(till)
    till.type("/orders\r")
    till.wait_without_reading(lambda: "home orders" in till.told, "the word behind the stalled link")
    till.type("/park\r")
    till.wait_for("Enter find")
    till.wait_until(lambda: _seen(till) == len(till.told), "the last event")
    assert till.text.splitlines()[0].startswith(" PyCon US 2027")


def _seen(till: Till) -> int:
    found = re.search(r"seen (\d+)", till.text)
    return int(found[1]) if found else 0


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_place_text_is_refused_in_one_sentence(term: str, tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.ui.demo_app", str(tmp_path / "events")]
    with Terminal80x24(argv, env={"TERM": term}) as terminal:
        assert terminal.wait_exit() == 2
        assert terminal.text.startswith("This terminal cannot place text")


def test_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.ui.demo_app", str(tmp_path / "events")]
    ended = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        "The desk's screens need a terminal: start it in one, or run one of its commands instead."
    ]


def test_an_unexpected_error_is_one_sentence_and_a_log_entry_without_secrets(start: Start) -> None:
    till = start()
    till.send("\x1b[20~")
    assert till.wait_exit() == 70
    after = till.raw[till.raw.rindex(b"\x1b[?1004l") :].decode()
    reference = re.search(r"reference (\w{6})", after)
    assert reference is not None
    assert "What was saved is safe; start it again." in after.replace("\r\n", "")
    assert "Traceback" not in after
    assert f"reference {reference[1]}" in till.crash_log
    assert "RuntimeError" in till.crash_log
    assert "sk_test_local" not in after + till.crash_log
