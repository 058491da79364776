"""The steps of the README's "Try it", typed as they stand there.

In a step ```text``` is typed, the name of a key is that key, and what stands between asterisks is what the
screen then shows.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.pty import Terminal80x24

README = Path(__file__).parents[2] / "README.md"
SETTLED = 0.6
"""Seconds after which Enter acts on a screen that changed by itself (``ui.enter_guard.SETTLES``)."""
KEYS = {
    "Enter": "\r",
    "Esc": "\x1b",
    "F2": "\x1bOQ",
    "F9": "\x1b[20~",
    "Ins": "\x1b[2~",
    "Del": "\x1b[3~",
}
A_HANDS_PACE = 0.15
TOKEN = re.compile(r"`(?P<text>[^`]+)`|\*(?P<seen>[^*]+)\*|\b(?P<key>Enter|Esc|Ins|Del|F\d+)\b")


def steps() -> list[str]:
    """The numbered steps, each on one line."""
    section = README.read_text(encoding="utf-8").split("## Try it")[1].split("\n## ")[0]
    found = re.findall(r"^\d+\. (.*(?:\n   .*)*)", section, flags=re.MULTILINE)
    return [" ".join(step.split()) for step in found]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Terminal80x24]:
    argv = [sys.executable, "-m", "tui_pos", "--conference", "demo"]
    with Terminal80x24(
        argv, env={"TUI_POS_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    ) as terminal:
        terminal.wait_for("Tilda Trainee")
        yield terminal


def test_the_steps_of_the_readme_sell_a_shirt_to_somebody(demo: Terminal80x24) -> None:
    assert len(steps()) >= 4
    for step in steps():
        for token in TOKEN.finditer(step):
            if seen := token["seen"]:
                demo.wait_for(seen)
            else:
                demo.settle(SETTLED)
                for key in token["text"] or [KEYS[token["key"]]]:
                    demo.send(key)
                    demo.settle(A_HANDS_PACE)
    assert "TRAINING" in demo.text
