"""Looking a badge up, beside the same statements given to sqlite3 directly, among more and more attendees."""

import random
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TypeVar

from peewee import QueryEvent

from tests.benchmarks.crowd import make_crowd
from tests.benchmarks.programs import scratch
from tests.benchmarks.table import Row, Sizes, median, ratio
from tests.desk.conftest import make_desk
from tests.fixtures.databases import opened
from tui_pos.data.base import database
from tui_pos.desk.search import lookup

T = TypeVar("T")
CROWDED = 100_000
Statement = tuple[str, tuple[object, ...]]


def measure(sizes: Sizes) -> list[Row]:
    rows, seconds = [], []
    for count in sizes.attendees:
        desk_seconds, raw_seconds = _among(count, sizes.lookups)
        seconds.append(desk_seconds)
        rows.append(
            ratio(
                f"a look-up among {count:,} attendees / the same statements in raw sqlite3",
                desk_seconds,
                raw_seconds,
                3 if count >= CROWDED else None,
                f"{desk_seconds * 1e6:,.0f} / {raw_seconds * 1e6:,.0f} microseconds",
            )
        )
    for count, slower in zip(sizes.attendees[1:], seconds[1:], strict=True):
        what = f"a look-up among {count:,} / among {sizes.attendees[0]:,} attendees"
        rows.append(ratio(what, slower, seconds[0], 1.5))
    return rows


def _among(count: int, lookups: int) -> tuple[float, float]:
    """The median seconds of one look-up, and of its statements alone."""
    with scratch() as folder:
        file = folder / "shop.sqlite3"
        codes = random.Random(count).sample(make_crowd(file, count), min(count, lookups))
        with opened(f"sqlite:///{file}"):
            desk = make_desk("demo", "trainee")
            lookup.attendee(desk, codes[0])
            statements = [statements_of(partial(lookup.attendee, desk, code)) for code in codes]
            by_desk = times(lambda code: lookup.attendee(desk, code), codes)
        return median(by_desk), median(_raw_times(file, statements))


def statements_of(work: Callable[[], object]) -> list[Statement]:
    """The statements that ``work`` runs, with their values."""
    seen: list[Statement] = []

    def note(event: QueryEvent) -> None:
        seen.append((event.sql, tuple(event.params or ())))

    database.obj.query_hooks.append(note)
    try:
        work()
    finally:
        database.obj.query_hooks.remove(note)
    return seen


def _raw_times(file: Path, statements: Iterable[list[Statement]]) -> list[float]:
    with closing(sqlite3.connect(file)) as raw:

        def run(of_one: list[Statement]) -> None:
            for sql, values in of_one:
                raw.execute(sql, values).fetchall()

        each = list(statements)
        run(each[0])
        return times(run, each)


def times(act: Callable[[T], object], each: Iterable[T]) -> list[float]:
    times = []
    for one in each:
        began = time.perf_counter()
        act(one)
        times.append(time.perf_counter() - began)
    return times
