"""What the desk itself works in a sale by card: processor time of its thread, less that of Stripe's client.

Processor time, so that neither waiting (for Stripe, for the card, for the disk) nor other programs count.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from tests.benchmarks.programs import scratch
from tests.benchmarks.table import Row, Sizes, at_most, median
from tests.desk.conftest import make_desk
from tests.desk.paying import Watched, begin
from tests.fixtures.databases import fill, opened
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.checkin import checkin
from tui_pos.desk.context import Desk
from tui_pos.desk.search import lookup
from tui_pos.simulator import Server
from tui_pos.terminal import Terminal
from tui_pos.terminal.connection import Connection

MILLISECOND = 1e-3


class StripesShare:
    """Seconds of processor time spent in calls to Stripe."""

    seconds = 0.0


def measure(sizes: Sizes) -> list[Row]:
    with scratch() as folder, Server(tap_after=0) as simulator:
        account = Terminal("sk_test_simulator", api_base=simulator.url)
        with opened(fill(f"sqlite:///{folder / 'shop.sqlite3'}")), stripes_share() as stripe:
            desk = replace(make_desk("demo", "trainee"), account=account, poll_seconds=0.02)
            times = [_sale(desk, stripe) for _ in range(sizes.runs * 3 + 1)]
    own = median(times[1:]) / MILLISECOND
    return [at_most("own work in a sale: found, sold, paid by card, checked in", own, 10, unit=" ms")]


def _sale(desk: Desk, stripe: StripesShare) -> float:
    began, others = time.thread_time(), stripe.seconds
    lookup.attendee(desk, "NOOR2026")
    sale = cart.start(desk, attendee_code="NOOR2026").sale_id
    total = cart.add(desk, sale, "t-shirt").total
    order = checkout.place(desk, sale, shown_total=total)
    Watched(desk, begin(desk, order).attempt_id).run()
    checkin.check_in(desk, "NOOR2026")
    return time.thread_time() - began - (stripe.seconds - others)


@contextmanager
def stripes_share() -> Iterator[StripesShare]:
    """Counts what the calls of every account take while the block runs."""
    share, call = StripesShare(), Connection.call

    def counted(self: Connection, pace: Any, use: Callable[[Any], Any]) -> Any:
        began = time.thread_time()
        try:
            return call(self, pace, use)
        finally:
            share.seconds += time.thread_time() - began

    Connection.call = counted  # type: ignore[method-assign]  # for the time of the block
    try:
        yield share
    finally:
        Connection.call = call  # type: ignore[method-assign]
