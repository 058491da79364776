"""The programs that are measured, each on a terminal of 80 by 24."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks import empty_app
from tests.fixtures.pty import Terminal80x24

DESK_PROMPT = "scan a badge"
SIGNED_IN = "Tilda Trainee"
BADGE, PERSON = "NOOR2026\r", "REGISTERED"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the time of one measurement."""
    with TemporaryDirectory(prefix="tui-pos-benchmark-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def desk(home: Path) -> Terminal80x24:
    """The demonstration, its data in ``home``."""
    env = {"TUI_POS_HOME": str(home), "TUI_POS_STATION": "desk-3", "TUI_POS_CONFIG": ""}
    return Terminal80x24([sys.executable, "-m", "tui_pos", "--conference", "demo"], env=env, timeout=60)


def empty(*arguments: str) -> Terminal80x24:
    """The empty Textual app."""
    return Terminal80x24([sys.executable, empty_app.__file__, *arguments], timeout=60)


@contextmanager
def open_desk(home: Path) -> Iterator[Terminal80x24]:
    """The demonstration with the trainee signed in, at rest."""
    with desk(home) as terminal:
        terminal.wait_for(SIGNED_IN)
        terminal.settle()
        yield terminal
