"""300 sales on each database with everything going wrong: no cent is lost, doubled or invented."""

from collections import Counter

import pytest

from tests.chaos import batch
from tests.chaos.nursery import Nursery
from tests.chaos.points import MUST_BE_HIT
from tests.fixtures.selection import ENGINES
from tui_pos.simulator import Child

pytestmark = pytest.mark.chaos

BATCHES, MOST_BATCHES = 15, 25
"""Their seeds are the same every time (``python -m tests.chaos`` takes new ones), but not when a process is
scheduled: more batches follow at the boundaries that were not hit."""


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("engine", ENGINES)
def test_every_promise_is_kept(
    engine: str, request: pytest.FixtureRequest, nursery: Nursery, stripe: Child
) -> None:
    database: batch.FreshDatabase = request.getfixturevalue(f"{engine}_batches")
    hits, ends = Counter[str](), Counter[str]()
    for seed in range(1, MOST_BATCHES + 1):
        missed = [name for name in MUST_BE_HIT if not hits[name]] if seed > BATCHES else []
        if seed > BATCHES and not missed:
            break
        result = batch.run(database, seed, nursery, stripe, boundaries=missed)
        assert not result.breaches, result.story()
        for name, count in result.hits.items():
            _, _, boundary = name.partition(" ")
            hits[boundary] += count
        ends += result.stages
    assert BATCHES * batch.SALES >= 300
    assert not [name for name in MUST_BE_HIT if not hits[name]]
    assert ends["captured"] > 50
