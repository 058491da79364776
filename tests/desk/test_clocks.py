"""A wrong clock: told from five seconds, and from a minute on nothing is begun that others would time."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.desk.conftest import make_desk
from tests.desk.paying import READER
from tests.fixtures.databases import opened
from tui_pos.core import clock
from tui_pos.data.connection import run_tx
from tui_pos.desk import clocks, payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.clocks import ClockSource
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.limits import Limits, Stop
from tui_pos.desk.search import lookup
from tui_pos.simulator import Server
from tui_pos.simulator.server.trace import HttpExchange
from tui_pos.terminal import Terminal

Shift = Callable[[float], None]


@pytest.fixture
def shift(monkeypatch: pytest.MonkeyPatch) -> Shift:
    """Sets this host's clock so many seconds ahead."""
    true = clock.host
    return lambda seconds: monkeypatch.setattr(clock, "host", lambda: true() + timedelta(seconds=seconds))


@pytest.fixture
def shared_desk(
    postgresql_demos: Callable[[bool], str], postgresql_copy: Callable[[str], str]
) -> Iterator[Desk]:
    """A desk without Stripe account on a database that other hosts may share, at true time."""
    with opened(postgresql_copy(postgresql_demos(False))):
        yield replace(make_desk("demo", "trainee"), limits=Limits(partial(clocks.stops, None)))


@pytest.fixture
def alone(demo_url: str, simulator: Server) -> Iterator[Desk]:
    """A desk with a Stripe account on a file, which has no clock of its own, at true time."""
    with opened(demo_url):
        account = Terminal("sk_test_simulator", api_base=simulator.url)
        limits = Limits(partial(clocks.stops, account))
        yield replace(make_desk("demo", "trainee"), account=account, limits=limits, poll_seconds=0.02)


def sell(desk: Desk) -> str:
    return checkout.sell(desk, [("t-shirt", 1)], name="Ada", email="ada@example.org").reference


@pytest.mark.parametrize("seconds", [4, -4])
def test_a_few_seconds_are_nothing(shared_desk: Desk, shift: Shift, seconds: float) -> None:
    shift(seconds)
    assert sell(shared_desk)
    assert clocks.ask(shared_desk.account) == ()


@pytest.mark.parametrize("seconds", [10, -10])
def test_the_databases_clock_is_told_from_five_seconds(
    shared_desk: Desk, shift: Shift, seconds: float
) -> None:
    shift(seconds)
    assert sell(shared_desk)
    (apart,) = clocks.ask(shared_desk.account)
    assert not apart.is_refused
    assert (apart.whose, round(apart.seconds)) == (ClockSource.DATABASE, seconds)


@pytest.mark.parametrize("seconds", [65, -1200])
def test_from_a_minute_on_nothing_is_sold_and_look_ups_go_on(
    shared_desk: Desk, shift: Shift, seconds: float
) -> None:
    shift(seconds)
    with pytest.raises(Refused, match=r"^wrong_clock\.found found=wrong_clock whose=database"):
        sell(shared_desk)
    assert shared_desk.limits.worst is Stop.TIMING
    assert lookup.attendee(shared_desk, "ZARA2026").access_code == "ZARA2026"
    shift(0)
    assert sell(shared_desk)
    assert shared_desk.limits.worst is None


@pytest.mark.parametrize(("seconds", "told"), [(2, False), (30, True), (-30, True)])
def test_stripes_clock_is_told_too(alone: Desk, shift: Shift, seconds: float, told: bool) -> None:
    shift(seconds)
    assert bool(clocks.ask(alone.account)) == told


@pytest.mark.parametrize("seconds", [65, -65])
def test_no_card_payment_is_begun_a_minute_from_stripes_clock(
    alone: Desk, shift: Shift, seconds: float
) -> None:
    reference = sell(alone)
    shift(seconds)
    with pytest.raises(Refused, match=r"^wrong_clock\.found found=wrong_clock whose=stripe"):
        payments.begin(alone, reference, READER)
    shift(0)
    assert payments.begin(alone, reference, READER).live


def test_what_stripe_said_of_a_clock_that_was_set_right_stops_nothing(
    alone: Desk, shift: Shift, simulator: Server
) -> None:
    """Cash is sold although Stripe cannot be reached to say that all is well."""
    shift(65)
    clocks.ask(alone.account)
    with pytest.raises(
        Refused, match=r"^wrong_clock\.found found=wrong_clock whose=stripe seconds=6[4-7] stops=True$"
    ):
        sell(alone)
    simulator.fault("cut_before", times=100)
    shift(0)
    clocks.ask(alone.account)
    assert sell(alone)
    assert alone.limits.worst is None


def test_stripe_is_asked_only_when_it_said_nothing_for_a_while(
    alone: Desk, exchanges: list[HttpExchange], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(exchanges)
    clocks.ask(alone.account)
    clocks.ask(alone.account)
    assert len(exchanges) == before + 1
    later = clock.monotonic() + clocks.ASK_AGAIN + 1
    monkeypatch.setattr(clock, "monotonic", lambda: later)
    clocks.ask(alone.account)
    assert len(exchanges) == before + 2


def test_time_is_shared_whatever_this_hosts_clock_says(shared_desk: Desk, shift: Shift) -> None:
    shift(30)
    held = run_tx(clock.now)
    shift(-30)
    assert timedelta(0) <= run_tx(clock.now) - held < timedelta(seconds=5)
    assert shared_desk.mode
