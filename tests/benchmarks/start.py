"""Cold starts: of the desk, and of a command's ``--help``."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import programs
from tests.benchmarks.empty_app import PROMPT
from tests.benchmarks.table import Row, Sizes, median, ratio
from tests.fixtures.pty import Terminal80x24

TYPER_ALONE = """
import typer
app = typer.Typer(add_completion=False, rich_markup_mode=None)
@app.command()
def hello() -> None: ...
app(["--help"])
"""


def measure(sizes: Sizes) -> list[Row]:
    """The programs take turns, so that a busy moment of the machine hits all of them."""
    with programs.scratch() as home:
        first = _seconds_until(lambda: programs.desk(home), programs.SIGNED_IN)
        _seconds_until(programs.empty, PROMPT)
        desk, person, empty, help_, typer_help = [], [], [], [], []
        for _ in range(sizes.runs):
            empty.append(_seconds_until(programs.empty, PROMPT))
            to_prompt, to_person = _desk_start(home)
            desk.append(to_prompt)
            person.append(to_person)
            typer_help.append(_seconds_of("-c", TYPER_ALONE))
            help_.append(_seconds_of("-m", "tui_pos", "--help"))
    base = median(empty)
    return [
        ratio(
            "cold start to a prompt that takes a scan / empty Textual app",
            median(desk),
            base,
            1.5,
            f"{_ms(median(desk))} / {_ms(base)}, median of {sizes.runs}",
        ),
        ratio("... to the person whose badge was scanned into that prompt", median(person), base),
        ratio("... of the very first start, which makes the demonstration", first, base),
        ratio(
            "tui-pos --help / the same of an empty Typer program",
            median(help_),
            median(typer_help),
            detail=f"{_ms(median(help_))} / {_ms(median(typer_help))}",
        ),
    ]


def _seconds_until(start: Callable[[], Terminal80x24], text: str) -> float:
    began = time.perf_counter()
    with start() as terminal:
        terminal.wait_for(text)
        return time.perf_counter() - began


def _desk_start(home: Path) -> tuple[float, float]:
    """Seconds to the prompt, and to the person whose badge is scanned as soon as it is there."""
    began = time.perf_counter()
    with programs.desk(home) as terminal:
        terminal.wait_for(programs.DESK_PROMPT)
        prompt = time.perf_counter()
        terminal.send(programs.BADGE)
        terminal.wait_for(programs.PERSON)
        return prompt - began, time.perf_counter() - began


def _seconds_of(*arguments: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
