"""Whatever is pasted into a desk: it costs no memory, deafens nobody, and is told in one note."""

import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.fixtures.pty import Terminal80x24

PROGRAM = shutil.which("tui-pos", path=str(Path(sys.executable).parent)) or "tui-pos"
SIZE = 5 * 2**20
NOTE = b"characters came at once"


def times(piece: bytes) -> bytes:
    return piece * (SIZE // len(piece))


FLOODS = {
    "lines": times(b"ab12345\r"),
    "marked": b"\x1b[200~" + times(b"ab12345\r") + b"\x1b[201~",
    "badges": times(b"NOOR2026\r"),
    "no end of line": times(b"abcdefgh"),
    "digits": times(b"1\r"),
    "function keys": times(b"\x1bOR"),
    "several bytes": times("木の葉\r".encode()),
    "answer": b"\x1b]52;c;" + times(b"SGVsbG8h"),
    "no text": times(bytes(range(128, 256))),
}


@pytest.mark.thorough
def test_five_megabytes_of_anything_pasted_into_a_desk(tmp_path: Path) -> None:
    env = {"TUI_POS_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    with Terminal80x24([PROGRAM, "--conference", "demo"], env=env, timeout=40) as desk:
        desk.wait_for("Tilda Trainee")
        before = desk.megabytes(peak_from_now=True)
        for name, flood in FLOODS.items():
            go_home(desk)
            mark = desk.bytes_read
            desk.send(flood)
            sent = time.monotonic()
            desk.wait_until(lambda: NOTE in desk.raw[mark:], f"a note on {name}")  # noqa: B023  (called at once)
            desk.send("zq")
            desk.wait_for("> zq_")
            assert time.monotonic() - sent < 2.5, name
            assert desk.megabytes() - before < 50, name
            desk.send("\x7f\x7f")
            desk.wait_gone("zq")


def go_home(desk: Terminal80x24) -> None:
    """Out of what a flood had opened or looked up before it was known for one, and away from its note."""
    desk.settle(0.1)
    while "scan a badge" not in desk.text:
        desk.send("\x1b")
        desk.settle(0.1)
    desk.send("NOOR2026\r")
    desk.wait_for("[OK] REGISTERED")
    desk.wait_for("Enter check in")
    desk.send("\x1b")
    desk.wait_for("scan a badge")
    desk.wait_gone("at once")
    desk.settle(0.1)
