"""What a benchmark answers, how much it measures, and how it is shown."""

import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How much is measured; the defaults are what the goals are about."""

    runs: int = 9
    attendees: tuple[int, ...] = (1_000, 100_000)
    lookups: int = 500
    scans: int = 200
    idle_seconds: float = 60
    rivals: int = 8
    sales: int = 1_000


QUICK = Sizes(runs=1, attendees=(100, 1_000), lookups=20, scans=20, idle_seconds=1, rivals=2, sales=12)
"""Shows that everything runs; its numbers say little."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``reached`` is None where there is no goal."""

    what: str
    measured: str
    goal: str = ""
    reached: bool | None = None


def at_most(what: str, measured: float, goal: float, detail: str = "", *, unit: str = "") -> Row:
    """A row whose goal is an upper bound."""
    return Row(what, _joined(f"{measured:,.0f}{unit}", detail), f"<= {goal:,.0f}{unit}", measured <= goal)


def ratio(what: str, measured: float, base: float, goal: float | None = None, detail: str = "") -> Row:
    """A row that compares ``measured`` with ``base``."""
    factor = measured / base
    goal_text = "" if goal is None else f"<= {goal:g} x"
    return Row(what, _joined(f"{factor:.2f} x", detail), goal_text, None if goal is None else factor <= goal)


def must_be(what: str, measured: object, goal: object) -> Row:
    """A row whose goal is one value."""
    return Row(what, str(measured), str(goal), measured == goal)


def median(values: Iterable[float]) -> float:
    """The middle of ``values``: one slow moment of the machine does not move it."""
    return statistics.median(values)


def _joined(number: str, detail: str) -> str:
    return f"{number}  ({detail})" if detail else number


SIGNS = {True: "[OK]", False: "[X]", None: ""}
WHAT, MEASURED, GOAL = 62, 52, 11


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """The rows as lines of text."""
    for row in rows:
        yield f"{row.what:{WHAT}} {row.measured:{MEASURED}} {row.goal:{GOAL}} {SIGNS[row.reached]}".rstrip()
