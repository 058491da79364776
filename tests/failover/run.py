"""Eight desks sell while their database's leader is killed again and again; then the books are compared.

Three desks take cards and three take cash by themselves, two more are screens that somebody serves. What was
acknowledged must be there, once, and every desk must sell again after each failure without being restarted.
"""

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from tests.chaos import invariants
from tests.commands.till import CONFIG
from tests.desk.conftest import make_desk
from tests.failover.cluster import NAME, Cluster, cluster
from tests.failover.screen import Volunteer
from tests.fixtures.databases import adopted, make_demo, make_django, opened
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Order, OrderStatus
from tui_pos.desk import reconciliation
from tui_pos.desk.context import Desk
from tui_pos.simulator import Child
from tui_pos.terminal import Terminal

SCREENS = (("desk-1", "NOOR2026", "card"), ("desk-2", "TOMA2026", "cash"))
CARDS = (("desk-3", "tmr_front_2"), ("desk-4", "tmr_side_1"), ("desk-5", "tmr_back_1"))
CASH = ("desk-6", "desk-7", "desk-8")
PRICE = Decimal("25.00")

BACK_AGAIN = 90.0
"""Seconds within which every desk must have sold again."""

SAYS_SO = 40.0
"""Seconds within which every desk must have said that the database is away; a transaction is tried for 15."""

Say = Callable[[str], None]


class Seller:
    """A desk process; ``heard`` is all that it said."""

    def __init__(self, url: str, stripe: str, station: str, how: str, reader: str) -> None:
        self.station = station
        self.heard: list[tuple[str, str, str]] = []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.failover.seller", url, stripe, station, how, reader],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            word, reference, text = json.loads(line)
            self.heard.append((word, reference, text))

    def all(self, word: str) -> dict[str, str]:
        """What was said with this word, by reference."""
        return {reference: text for each, reference, text in list(self.heard) if each == word}

    @property
    def paid(self) -> list[str]:
        """The orders that it called paid."""
        return list(self.all("paid"))

    @property
    def said(self) -> int:
        """How often it said that something was wrong."""
        return sum(word == "said" for word, _, _ in list(self.heard))

    @property
    def told(self) -> list[str]:
        """What it said was wrong."""
        return sorted({text for word, _, text in list(self.heard) if word == "said"})

    def finish(self) -> None:
        """Let it end its sale, and itself."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(120)
        self._thread.join(10)
        assert self._process.stderr is not None
        assert self._process.returncode == 0, f"{self.station}: {self._process.stderr.read()}"

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()


@dataclass
class Result:
    """What a run came to; ``breaches`` empty when every promise was kept."""

    paid: int = 0
    swallowed: int = 0
    pauses: list[float] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    told: dict[str, list[str]] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)


def run(kills: int, seed: int, say: Say = lambda _: None) -> Result:
    """Kill the leader ``kills`` times; breaches are answered, not raised."""
    rng, result = random.Random(seed), Result()
    with ExitStack() as stack:
        servers = stack.enter_context(cluster())
        _fill(servers)
        stripe = stack.enter_context(Child(tap_after=0.3))
        stripe.set_reader("tmr_back_1", "online")
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tui-pos-screens-")))
        since = clock.now()
        desks = _open(servers, stripe, folder, stack)
        for number in range(kills):
            _trade(rng.uniform(2, 6), servers, rng)
            # Every second time nobody leads until each desk has said so: an agent takes its time too.
            result.pauses.append(_fail(servers, desks, until_told=number % 2 == 0))
            say(f"leader {number + 1} killed; every desk sold again after {result.pauses[-1]:.1f} s")
            servers.heal()
        for desk in desks:
            desk.finish()
        result.swallowed = servers.swallowed
        result.told = {desk.station: desk.told for desk in desks}
        with opened(servers.url):
            _check(result, desks, stripe, since)
    return result


def _fill(servers: Cluster) -> None:
    make_demo(servers.leader, NAME, make_django(servers.leader), frozen=False)
    adopted(servers.leader.url(NAME))
    servers.double()


def _open(servers: Cluster, stripe: Child, folder: Path, stack: ExitStack) -> list[Seller | Volunteer]:
    config = folder / "config.toml"
    text = CONFIG.replace("URL", servers.url).replace("BASE", stripe.url)
    config.write_text(f'{text}\n[stations.desk-1]\nreader = "tmr_front_1"\n[stations.desk-2]\n')
    desks: list[Seller | Volunteer] = [
        *(Seller(servers.url, stripe.url, station, "card", reader) for station, reader in CARDS),
        *(Seller(servers.url, stripe.url, station, "cash", "") for station in CASH),
    ]
    screens = [Volunteer(config, folder / station, station, badge, how) for station, badge, how in SCREENS]
    for each in (*desks, *screens):
        stack.callback(each.close)
    for screen in screens:
        screen.start()
    desks += screens
    _wait_for_sales(desks)
    return desks


def _trade(seconds: float, servers: Cluster, rng: random.Random) -> None:
    """Let them sell for a while, some without hearing that what they wrote was written."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(left, rng.uniform(0.5, 1.5)))
        servers.swallow()


def _fail(servers: Cluster, desks: list[Seller | Volunteer], *, until_told: bool) -> float:
    """Seconds from when somebody leads again until every desk has sold again."""
    before = {desk.station: desk.said for desk in desks}
    servers.leader.kill()
    deadline = time.monotonic() + SAYS_SO
    while until_told and (silent := [desk for desk in desks if desk.said == before[desk.station]]):
        if time.monotonic() > deadline:
            late = [line for desk in silent for line in (desk.station, *_pictures(desk))]
            raise AssertionError("\n".join(["these desks never said that the database was away:", *late]))
        time.sleep(0.1)
    servers.fail_over()
    began = time.monotonic()
    _wait_for_sales(desks)
    return time.monotonic() - began


def _wait_for_sales(desks: list[Seller | Volunteer]) -> None:
    before = {desk.station: len(desk.paid) for desk in desks}
    deadline = time.monotonic() + BACK_AGAIN
    while waiting := [desk for desk in desks if len(desk.paid) < before[desk.station] + 2]:
        # Two each: the first may have been taken before and only be told now.
        if time.monotonic() > deadline:
            late = [line for desk in waiting for line in (desk.station, *desk.told[-3:], *_pictures(desk))]
            raise AssertionError("\n".join(["these desks do not sell any more:", *late]))
        for desk in waiting:
            assert not (isinstance(desk, Volunteer) and desk.stuck), getattr(desk, "stuck", "")
        time.sleep(0.1)


def _pictures(desk: Seller | Volunteer) -> list[str]:
    return desk.history[-6:] if isinstance(desk, Volunteer) else []


def _check(result: Result, desks: list[Seller | Volunteer], stripe: Child, since: datetime) -> None:
    desk = _treasurer(stripe)
    reconciliation.run(desk)
    cash: dict[str, Decimal] = {}
    prices: dict[str, Decimal] = {}
    for each in desks:
        result.paid += len(each.paid)
        if isinstance(each, Seller):
            cash |= {reference: Decimal(text) for reference, text in each.all("laid down").items()}
            prices |= {reference: Decimal(text) for reference, text in each.all("sold").items()}
            continue
        if each.how == "cash":
            cash |= dict.fromkeys(each.laid_down, PRICE)
    acknowledged = [reference for each in desks for reference in each.paid]
    twice = {each for each in acknowledged if acknowledged.count(each) > 1}
    result.breaches += [f"{each} was acknowledged twice" for each in sorted(twice)]
    with connected():
        there = {row.reference: row.status for row in Order.select().where(Order.created_at >= since)}
    result.breaches += [
        f"{each} was acknowledged and is {there.get(each, 'lost')}"
        for each in acknowledged
        if there.get(each) != OrderStatus.PAID
    ]
    result.breaches += invariants.breaches(stripe.books(), since, clock.now(), set(), prices)
    result.breaches += invariants.cash_agrees(cash, {}, since)
    for screen in (each for each in desks if isinstance(each, Volunteer)):
        named = [text for text in screen.history if any(f in text for f in _references(result.breaches))]
        result.pictures += named


def _references(breaches: list[str]) -> list[str]:
    return [each.partition(":")[0] for each in breaches if each.startswith("ORD-")]


def _treasurer(stripe: Child) -> Desk:
    account = Terminal("sk_test_simulator", api_base=stripe.url)
    return replace(make_desk("demo", "trainee", "desk-9"), account=account, poll_seconds=0.05)
