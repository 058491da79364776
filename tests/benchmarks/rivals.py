"""Desks that sell the last of a ticket at the same moment, each a process of its own, on both databases."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.programs import scratch
from tests.benchmarks.table import Row, Sizes, must_be
from tests.desk.carts.test_last_fifty import LEFT, leave_fifty, sell_out
from tests.desk.conftest import make_desk
from tests.fixtures.databases import fill, make_demo, make_django, opened
from tests.fixtures.postgresql import is_installed, running_server
from tests.fixtures.processes import run_together
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.desk.catalogue import stock

TICKET = "corporate"


def measure(sizes: Sizes) -> list[Row]:
    with scratch() as folder:
        rows = [_race("SQLite", fill(f"sqlite:///{folder / 'shop.sqlite3'}"), sizes.rivals)]
    if not is_installed():
        return [*rows, Row("... on PostgreSQL", "not measured: no PostgreSQL")]
    with _postgresql() as url:
        return [*rows, _race("PostgreSQL", url, sizes.rivals)]


@contextmanager
def _postgresql() -> Iterator[str]:
    with running_server() as server:
        yield make_demo(server, "shop", make_django(server), frozen=False)


def _race(engine: str, url: str, rivals: int) -> Row:
    with opened(url):
        key, all_of_them = leave_fifty(TICKET)
        began = time.perf_counter()
        run_together(url, lambda number: sell_out(f"desk-{number}", TICKET), rivals)
        seconds = time.perf_counter() - began
        with connected():
            sold = stock.sold(make_desk("demo", "trainee").conference.id, clock.now())[key]
    what = f"{rivals} processes sell the last {LEFT} on {engine}, in {seconds:.1f} s"
    return must_be(what, LEFT - (all_of_them - sold), LEFT)
