"""The registration floor of a run: one database, one Stripe, one clock, and the desks that come and die.

``cash`` is what customers truly laid down, by order, ``wired`` what the web site's people booked by hand and
``prices`` what was asked for; ``told`` are the orders whose money a reconciliation named for a person;
``too_old`` are intents that are older than what a reconciliation sweeps.
"""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from tests.chaos.jobs import Job
from tests.chaos.nursery import Nursery
from tests.chaos.shared_clock import SharedClock
from tests.chaos.website import ask_stripe
from tui_pos.data import connection
from tui_pos.simulator import Child, CommandError
from tui_pos.simulator.server.control_client import OPERATIONS

READERS = ("tmr_front_1", "tmr_front_2", "tmr_side_1")
OFF_READER = "tmr_back_1"
ALL_READERS = (*READERS, OFF_READER)
HUNG_SECONDS = 30.0
MONEY_IS_WRONG = ("needs_a_person", "paid_and_cancelled", "paid_over")


class HarnessFault(AssertionError):
    """A desk crashed or hung: what no fault from outside may bring about."""


class DeskProcess:
    """The director's end of one desk process."""

    def __init__(self, line: Connection, job: Job) -> None:
        self.job = job
        self.line = line
        self.pid = 0
        self.is_dead = False
        self.outcome: tuple[str, Any] = ("killed", None)
        line.send(job)

    def receive(self) -> tuple[str, Any] | None:
        """What it says next; None when it died or ended."""
        try:
            kind, value = self.line.recv()
        except (EOFError, OSError):
            self.is_dead = True
            self.line.close()
            return None
        if kind == "pid":
            self.pid = value
        if kind in ("done", "refused", "failed", "crashed"):
            self.outcome = (kind, value)
        return kind, value

    def say(self, command: str, *given: str) -> None:
        """Press a key at it, or say go; it may be dead already."""
        try:
            self.line.send((command, *given))
        except OSError:
            return

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.pid and not self.is_dead:
            os.kill(self.pid, signal.SIGKILL)


class Floor:
    """Everything that one batch of sales happens on; ``rng`` decides all that is left to chance."""

    def __init__(
        self, url: str, folder: Path, seed: int, *, nursery: Nursery, simulator: Child, mutation: str
    ) -> None:
        self.url = url
        self.number = seed
        self.rng = random.Random(seed)
        self.nursery = nursery
        self.mutation = mutation
        self.clock = SharedClock(folder / "clock")
        self.simulator = simulator
        simulator.reset()
        self.hits: Counter[str] = Counter()
        self.reached: Counter[str] = Counter()
        self.log: list[str] = []
        self._began = time.monotonic()
        self.cash: dict[str, Decimal] = {}
        self.wired: dict[str, Decimal] = {}
        self.prices: dict[str, Decimal] = {}
        self.told: set[str] = set()
        self.too_old: set[str] = set()
        self.beside_url = ""
        connection.open_database(url)

    def close(self) -> None:
        """Let go of the database."""
        connection.close_database()

    def note(self, text: str) -> None:
        """One line for whoever has to find out what happened."""
        self.log.append(f"{time.monotonic() - self._began:7.2f} {text}")

    def desk(self, job: Job) -> DeskProcess:
        """Start a desk process on a job."""
        whole = replace(
            job,
            url=self.beside_url if job.beside else self.url,
            api_base=self.simulator.url,
            clock=self.clock.path,
            mutation=self.mutation,
        )
        fates = " ".join(f"{fate.act}@{fate.at}#{fate.nth}" for fate in job.fates)
        self.note(f"{job.station}: {job.do} {job.given} {job.capture} {fates}")
        return DeskProcess(self.nursery.bear(), whole)

    def pass_time(self, seconds: float) -> None:
        """Let time pass for desks and Stripe alike."""
        self.note(f"{seconds:.0f} s pass")
        self.clock.advance(seconds)
        self.simulator.advance(seconds)

    def let_days_pass(self, seconds: float) -> None:
        """So many that every intent is too old to be swept, and held money goes back by itself."""
        self.too_old |= set(self.simulator.books())
        self.pass_time(seconds)

    def attend(
        self,
        desks: list[DeskProcess],
        on: Callable[[DeskProcess, str, Any], None],
        idle: Callable[[], None] | None = None,
        idle_seconds: float = 0.1,
    ) -> None:
        """Listen to the desks until all have ended; call ``idle`` when none has said anything for a while."""
        silence = 0.0
        while live := [desk for desk in desks if not desk.is_dead]:
            ready = wait([desk.line for desk in live], idle_seconds)
            if not ready:
                silence += idle_seconds
                self._check_hung(live, silence)
                if idle is not None:
                    idle()
                continue
            silence = 0.0
            for desk in live:
                if desk.line in ready:
                    self._hear(desk, on)

    def _check_hung(self, live: list[DeskProcess], silence: float) -> None:
        if silence > HUNG_SECONDS:
            for desk in live:
                desk.kill()
            raise HarnessFault(f"hung: {[desk.job.do for desk in live]}")

    def _hear(self, desk: DeskProcess, on: Callable[[DeskProcess, str, Any], None]) -> None:
        said = desk.receive()
        if said is None:
            self.note(f"{desk.job.station}: ended {desk.outcome[0]} {desk.outcome[1] or ''}")
            return
        kind, value = said
        if kind == "reached":
            self.reached.update(value)
        elif kind in ("kill", "stall", "cut", "in_flight"):
            self.hits[f"{kind} {value}"] += 1
            self.note(f"{desk.job.station}: {kind} {value}")
        elif kind == "crashed":
            raise HarnessFault(value)
        elif kind == "done" and desk.job.do in ("reconciled", "checked"):
            self.told |= {mismatch.reference for mismatch in value if mismatch.kind in MONEY_IS_WRONG}
        if kind == "in_flight":
            self.fault("slow", value.removeprefix("before "), seconds=0.12)
            desk.say("go")
        elif kind not in ("pid", "reached"):
            on(desk, kind, value)

    def do(self, job: Job) -> tuple[str, Any]:
        """One job from beginning to end, with nobody interfering; how it ended."""
        desk = self.desk(job)
        self.attend([desk], go_on)
        return desk.outcome

    def fault(self, do: str, on: str, *, times: int = 1, after: int = 0, seconds: float = 0.1) -> None:
        """Order a fault of the simulator's."""
        self.note(f"fault {do} on {on} x{times} after {after}")
        self.simulator.fault(do, on, times=times, after=after, seconds=seconds)

    def alter(self, operation: str, *, times: int, **fields: object) -> None:
        """Let Stripe answer about something else."""
        self.note(f"Stripe answers {operation} x{times} with {fields}")
        order = {"do": "alter", "on": OPERATIONS[operation], "times": times, "fields": fields}
        self.simulator.command("POST", "faults", order)

    def refuse(self, operation: str, status: int, *, times: int) -> None:
        """Let Stripe refuse, however often it is asked for a while."""
        self.note(f"Stripe refuses {operation} x{times} with {status}")
        self.simulator.refuse(operation, status, times=times)

    def rate_limit(self, seconds: float) -> None:
        """Let Stripe answer to nothing for a while, because it is asked too much."""
        self.note(f"Stripe is asked too much for {seconds:.0f} s")
        self.simulator.rate_limit(seconds)

    def tap(self, reader: str, card: str = "", *, hold: bool = False) -> bool:
        """A customer presents a card; False when the reader does not want one."""
        try:
            self.simulator.tap(reader, card, hold=hold)
        except CommandError as error:
            self.note(f"tap {reader}: {error}")
            return False
        self.note(f"tap {reader} {card or 'good'}{' held' if hold else ''}")
        return True

    def finish(self, reader: str, outcome: str) -> bool:
        """The bank answers for a held card; False when none is held."""
        try:
            self.simulator.finish(reader, outcome)
        except CommandError:
            return False
        self.note(f"the bank says {outcome} at {reader}")
        return True

    def ask_stripe(self, method: str, path: str, **form: object) -> dict[str, Any]:
        """One request to Stripe's own paths, past every desk."""
        return ask_stripe(self.simulator.url, method, path, **form)


def go_on(desk: DeskProcess, kind: str, _: Any) -> None:
    """The director who interferes with nothing."""
    if kind in ("ready", "stall"):
        desk.say("go")
