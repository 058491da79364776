"""The long run behind ``python -m tests.chaos``; not collected by the test suite."""

import os
import sys
import time
from collections import Counter

import pytest

from tests.chaos import batch
from tests.chaos.nursery import Nursery
from tui_pos.simulator import Child

ONLY = os.environ.get("CHAOS_DATABASE")
DATABASES = (ONLY,) if ONLY else ("sqlite", "postgresql")


@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", DATABASES)
def test_by_hand(request: pytest.FixtureRequest, nursery: Nursery, stripe: Child, name: str) -> None:
    """Batches until as many sales were made on the database as asked for; ends at the first breach."""
    given = {key: os.environ[f"CHAOS_{key}"] for key in ("SALES", "SEED", "MUTATION")}
    database = request.getfixturevalue(f"{name}_batches")
    seed, wanted, done, began = int(given["SEED"]), int(given["SALES"]), 0, time.monotonic()
    hits, reached, ends = Counter[str](), Counter[str](), Counter[str]()
    while done < wanted:
        result = batch.run(database, seed, nursery, stripe, mutation=given["MUTATION"])
        done += result.sales
        hits += result.hits
        reached += result.reached
        ends += result.stages
        say(f"{name}: {done} sales, {time.monotonic() - began:.0f} s, seed {seed}")
        if result.breaches or "CHAOS_TELL" in os.environ:
            say(result.story())
        assert not result.breaches
        seed += 1
    for counter in (reached, hits, ends):
        say("\n".join(f"{count:6} {name}" for name, count in sorted(counter.items())))


def say(text: str) -> None:
    """A line that is seen at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
