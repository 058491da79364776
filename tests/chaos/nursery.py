"""Where desk processes come from: one process that imported everything and forks a desk in 2 ms.

Importing the program takes a third of a second, and a run needs thousands of desks.
"""

import gc
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

from tests.chaos import jobs
from tui_pos.terminal import Terminal, TerminalError

ROOT = Path(__file__).parents[2]


class Nursery:
    """The director's side: ``bear()`` answers the line to a new desk process."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.nursery", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=ROOT,
                env={**os.environ, "NO_PROXY": "127.0.0.1"},
            )

    def bear(self) -> Connection:
        """A line to a desk process that waits for its job; it ends when the line is closed."""
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._line, [b"1"], [theirs.fileno()])
        return Connection(ours.detach())

    def close(self) -> None:
        """No more desks."""
        self._line.close()
        self._process.wait()


def main(number: int) -> None:
    """Fork a desk for every line that comes, until the director is gone."""
    _warm_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system then buries the dead desks
    director = socket.socket(fileno=number)
    while True:
        data, lines, _, _ = socket.recv_fds(director, 1, 1)
        if not data:
            return
        (line,) = lines
        if os.fork() == 0:
            director.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            jobs.serve(Connection(line))
            os._exit(0)
        os.close(line)


def _warm_up() -> None:
    """Do once what every desk would do again: stripe imports a service when it is first used."""
    terminal = Terminal("sk_test_simulator", api_base="http://127.0.0.1:9", retries=0)  # nobody answers there
    asking: tuple[Callable[[], object], ...] = (
        lambda: terminal.create_intent(100, "usd", metadata={}, key="1"),
        lambda: terminal.reader("tmr_1"),
        lambda: terminal.refunds("pi_1"),
    )
    for ask in asking:
        with suppress(TerminalError):
            ask()
    gc.freeze()  # a forked desk then shares these pages instead of copying them


if __name__ == "__main__":
    main(int(sys.argv[1]))
