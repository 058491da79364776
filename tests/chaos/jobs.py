"""What a desk process of a run does: one job each, with its fates, told to the director as it goes."""

import os
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from stripe import _http_client

from tests.chaos import mutations
from tests.chaos.boundaries import Boundaries, Fate
from tests.chaos.shared_clock import SharedClock
from tests.desk.conftest import make_desk
from tui_pos.core import clock
from tui_pos.data import connection, installation
from tui_pos.data.connection import connected
from tui_pos.data.errors import DataError
from tui_pos.data.tables.desk import Attempt
from tui_pos.data.tables.registration import Attendee, Order, OrderLine
from tui_pos.desk import conference_rules, conferences, lease_owners, payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin import redemption
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.payments import CommandQueue, resolve
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.refunds import refunds, voids
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.tenders import cash
from tui_pos.terminal import Terminal, TerminalError, Timeouts

TIMEOUTS = Timeouts(connect=2.0, read=0.6, command=0.6, process=0.6)
"""Short, so that a slow answer is soon a missing one; a busy machine then only adds to the bad days."""


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work for a new desk process: ``do`` names it in JOBS, ``given`` is what it needs.

    ``beside``: on the database of another installation that has the same Stripe account. ``says``: what its
    host's config says of the conference. ``is_old``: by the program of before.
    """

    do: str
    given: tuple[Any, ...] = ()
    station: str = "desk-1"
    staff: str = "lead"
    capture: str = "automatic"
    retries: int = 2
    fates: tuple[Fate, ...] = ()
    mutation: str = ""
    beside: bool = False
    says: Rules = field(default_factory=Rules)
    is_old: bool = False
    url: str = ""
    api_base: str = ""
    clock: Path = field(default_factory=Path)


class Worker:
    """A desk process at work: its desk, its boundaries, and the line to the director."""

    def __init__(self, line: Connection, job: Job) -> None:
        self.job = job
        self.control = CommandQueue()
        self._line = line
        self._lock = threading.Lock()
        self._go = threading.Semaphore(0)
        self.boundaries = Boundaries(job.fates, self.tell, self.wait)
        threading.Thread(target=self._listen, daemon=True).start()

    def tell(self, kind: str, value: object) -> None:
        """Report to the director."""
        with self._lock:
            self._line.send((kind, value))

    def wait(self) -> None:
        """Until the director says go."""
        self._go.acquire()

    def _listen(self) -> None:
        while True:
            try:
                command, *given = self._line.recv()
            except (EOFError, OSError):
                os._exit(1)  # the director is gone
            if command == "go":
                self._go.release()
            else:
                getattr(self.control, command)(*given)

    def desk(self) -> Desk:
        """Open the database and the Stripe account, as a desk does when it starts."""
        job = self.job
        clock.now = SharedClock(job.clock).now
        _http_client.HTTPClient.INITIAL_DELAY = 0.01  # stripe waits half a second before each repeat
        connection.open_database(job.url)
        mutations.apply(job.mutation)
        if job.is_old:
            mutations.version_before()
        whose = installation.take_over(renew=True).key if job.beside else ""
        if job.says != Rules():
            conference_rules.resolve(conferences.find("demo"), job.says, f"the config of {job.station}")
        desk = make_desk("demo", job.staff, job.station)
        assert not whose or desk.installation == whose
        return replace(
            desk,
            conference=replace(desk.conference, capture=job.capture),
            account=Terminal(
                "sk_test_simulator", api_base=job.api_base, timeouts=TIMEOUTS, retries=job.retries
            ),
            poll_seconds=0.01,
        )


def serve(line: Connection) -> None:
    """Do the one job that comes over the line; the last word is how it ended and every boundary reached."""
    worker = Worker(line, line.recv())
    worker.tell("pid", os.getpid())
    try:
        desk = worker.desk()
        worker.boundaries.install()
        outcome, value = "done", JOBS[worker.job.do](worker, desk, *worker.job.given)
    except Refusal as error:
        outcome, value = "refused", (error.code, str(error))
    except (DataError, TerminalError) as error:
        outcome, value = "failed", repr(error)
    except BaseException as error:
        worker.tell("crashed", "".join(traceback.format_exception(error)))
        raise
    worker.tell("reached", worker.boundaries.reached)
    worker.tell(outcome, value)


def sell(_: Worker, desk: Desk, items: list[tuple[str, int]], badge: str | None) -> tuple[str, Decimal]:
    """Sell to a badge or to a walk-up; the order's reference and total."""
    who = {"attendee_code": badge} if badge else {"name": "Walk Upton", "email": "walk@example.org"}
    placed = checkout.sell(desk, items, **who)
    return placed.reference, placed.total


def charge(worker: Worker, desk: Desk, reference: str, reader: str, amount: Decimal | None) -> None:
    """Begin and watch a payment, with a person at the desk."""
    worker.tell("ready", None)
    worker.wait()
    begun = payments.begin(desk, reference, reader, reader, amount=amount)
    resume(worker, desk, begun.attempt_id)


def resume(worker: Worker, desk: Desk, attempt_id: int) -> None:
    """Take up a payment that another desk began."""
    for state in payments.watch(desk, attempt_id, worker.control):
        worker.tell("state", state)


def charge_by_command(
    worker: Worker, desk: Desk, reference: str, reader: str, amount: Decimal | None
) -> None:
    """The same without a person: it ends where one would have to decide."""
    worker.tell("ready", None)
    worker.wait()
    begun = payments.begin(desk, reference, reader, reader, amount=amount)
    for state in payments.watch(desk, begun.attempt_id):
        worker.tell("state", state)


def act(_: Worker, desk: Desk, command: str, intent_id: str) -> str:
    """``cancel`` or ``capture`` by intent, as the commands do."""
    return str({"cancel": payments.cancel, "capture": payments.capture}[command](desk, intent_id).stage)


def refund(worker: Worker, desk: Desk, reference: str, amount: Decimal | None) -> list[str]:
    """Give ``amount`` back (None: all that is left)."""
    worker.tell("ready", None)
    worker.wait()
    return [str(view.stage) for view in refunds.refund(desk, reference, amount, reason="chaos")]


def give_pieces_back(worker: Worker, desk: Desk, reference: str, number: int, came_back: bool) -> list[str]:
    """Give one piece of the order's line with this number back, or all of it when the number is even."""
    worker.tell("ready", None)
    worker.wait()
    lines = refunds.refundable(desk, reference).lines
    if not lines:
        return []
    line = lines[number % len(lines)]
    piece = Piece(
        str(line.line_id), line.left if number % 2 == 0 else 1, line.badges[0] if line.badges else ""
    )
    if line.badges and piece.quantity > 1:
        piece = replace(piece, quantity=1)
    made = refunds.refund(desk, reference, lines=[piece], came_back=came_back)
    return [str(view.stage) for view in made]


def hand_out(_: Worker, desk: Desk, reference: str) -> int:
    """Hand one piece of each add-on of an order out to its buyer; how many."""
    with connected():
        order = Order.get(Order.reference == reference)
        attendee = Attendee.get_or_none(
            Attendee.user == order.user_id, Attendee.conference == order.conference_id
        )
        add_ons = OrderLine.select().where(
            OrderLine.order == order, OrderLine.addon.is_null(False), OrderLine.quantity > 0
        )
        lines = [row.id for row in add_ons]
    if attendee is None:
        return 0
    for line_id in lines:
        redemption.hand_out(desk, attendee.access_code, line_id)
    return len(lines)


def resolved(_: Worker, desk: Desk) -> list[str]:
    """A supervisor ends what does not end by itself, by the first decision that is offered."""
    with connected():
        live = Attempt.select().where(Attempt.finished_at.is_null(), Attempt.intent_id.is_null(False))
        intents = [str(row.intent_id) for row in live]
    done = []
    for intent_id in intents:
        options = resolve.inspect(desk, intent_id).options
        if options:
            resolve.resolve(desk, intent_id, options[0], "chaos")
            done.append(f"{intent_id} {options[0]}")
    return done


def void(_: Worker, desk: Desk, reference: str) -> bool:
    """Take the whole sale back."""
    return voids.void(desk, reference, "chaos").done


def pay_cash(
    worker: Worker, desk: Desk, reference: str, amount: Decimal | None, handed: tuple[Decimal, str]
) -> Decimal:
    """Take cash for an order, as handed over in a dialog with a key of its own; what was booked."""
    given, key = handed
    worker.tell("ready", None)
    worker.wait()
    return cash.take_cash(desk, reference, given, amount, key=key).amount


def cancel_order(_: Worker, desk: Desk, reference: str) -> str:
    """Give a pending order up."""
    return checkout.cancel_order(desk, reference).status


def reconciled(_: Worker, desk: Desk) -> list[reconciliation.Mismatch]:
    """Recover everything that nobody watches; what a person still has to look at."""
    return [each for each in reconciliation.run(desk).mismatches if not each.done]


def checked(_: Worker, desk: Desk) -> list[reconciliation.Mismatch]:
    """What the treasurer is told, with nothing changed."""
    return list(reconciliation.run(desk, check=True).mismatches)


def tick(_: Worker, desk: Desk) -> bool:
    """What a running station does every half minute."""
    return maintenance.tick(desk, lease_owners.new_owner(desk))


JOBS: dict[str, Callable[..., object]] = {
    each.__name__: each
    for each in (
        sell,
        charge,
        charge_by_command,
        resume,
        act,
        refund,
        give_pieces_back,
        hand_out,
        resolved,
        void,
        pay_cash,
        cancel_order,
        reconciled,
        checked,
        tick,
    )
}
