"""The benchmarks run: in miniature, and without their numbers."""

from tests.benchmarks import imports, lookup, sale, search, statements
from tests.benchmarks.table import QUICK, Row, at_most, lines, ratio


def test_those_that_need_no_terminal_still_run() -> None:
    rows = [row for part in (imports, lookup, sale, search, statements) for row in part.measure(QUICK)]
    assert len(list(lines(rows))) == len(rows) > 6


def test_a_row_says_whether_its_goal_was_reached() -> None:
    assert at_most("bytes", 250, 250) == Row("bytes", "250", "<= 250", True)
    assert ratio("start", 3, 2, 1.4) == Row("start", "1.50 x", "<= 1.4 x", False)
    assert ratio("start", 3, 2).reached is None
