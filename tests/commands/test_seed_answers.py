"""What django-program's desk views (seed/views_terminal.txt) answer, row by row, and what they should have.

Each row names the view that it comes from. A row with a letter and a number, such as A3, is a defect of that
view: the right behaviour stands here instead. Keys are compared whole, so a missing or a new one shows.
"""

from collections.abc import Callable

import pytest

from tests.commands.seed import ending, selling, starting
from tests.commands.till import Till

TABLE = [*starting.ROWS, *ending.ROWS, *selling.ROWS]


@pytest.mark.parametrize("steps", [pytest.param(row[2], id=f"{row[0]}: {row[1]}") for row in TABLE])
def test_the_seeds_answers(till: Till, steps: Callable[[Till], None]) -> None:
    steps(till)
