"""Driving one attempt: hold its lease, step it, show each state, obey the person at the desk."""

import time
from collections.abc import Generator

from tui_pos import clock
from tui_pos.data.connection import connected
from tui_pos.desk import accounts
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.payments import journal, steps
from tui_pos.desk.payments.control import Control, Wish
from tui_pos.desk.payments.settle import Drive
from tui_pos.desk.payments.state import PaymentState, picture, wishes
from tui_pos.desk.staff import permissions

PATIENCE = 2.0
LONGEST_PAUSE = journal.LEASE.total_seconds() / 3


def watch(desk: Desk, attempt_id: int, control: Control | None = None) -> Generator[PaymentState, None, None]:
    """Drive the payment and yield each new state, the present one first.

    With a ``control`` it goes on until the payment has ended or was detached; without one it also ends where
    only a person can decide (``state.stuck``). Whoever stops listening loses nothing: the journal keeps the
    payment and ``watch`` may be called again, anywhere, once the lease lapsed. Raises NotPermitted, NotFound,
    Refused when another station watches it, DatabaseUnavailable.
    """
    permissions.require(desk, permissions.Action.CHARGE)
    desk = accounts.ours(desk)
    owner = journal.new_owner(desk)
    with connected():
        drive = Drive(desk, journal.load(attempt_id))
        _take_lease(drive, owner)
        drive.attempt = journal.load(attempt_id)  # whoever had the lease may have moved it
    try:
        yield from _states(drive, owner, control)
    finally:
        with connected():
            journal.drop_lease(drive.attempt, owner)


def _take_lease(drive: Drive, owner: str) -> None:
    """Recovery holds a lease for a moment only; who watches is told of one that stays."""
    deadline = clock.monotonic() + PATIENCE
    while True:
        try:
            journal.take_lease(drive.desk, drive.attempt, owner)
        except Refused:
            if clock.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _states(drive: Drive, owner: str, control: Control | None) -> Generator[PaymentState, None, None]:
    shown: PaymentState | None = None
    pause = 0.0
    while True:
        with connected():
            now = picture(drive.attempt)
        if now != shown:
            yield now
            shown = now
        if not now.live or (now.stuck and control is None):
            return
        wish = _wait(control, min(pause, LONGEST_PAUSE))
        if wish is not None and wish.kind == "detach":
            return
        with connected():
            try:
                pause = _go_on(drive, owner, wish)
            except journal.Overtaken:
                pause = 0.0
            drive.attempt = journal.load(drive.attempt.id)
            if drive.attempt.lease_owner != owner:
                return
        if wish is not None:
            shown = None  # whoever wished waits for an answer, even that nothing has changed


def _wait(control: Control | None, seconds: float) -> Wish | None:
    if control is not None:
        return control.next(seconds)
    time.sleep(seconds)
    return None


def _go_on(drive: Drive, owner: str, wish: Wish | None) -> float:
    journal.renew_lease(drive.attempt, owner)
    if wish is not None and wish.kind in wishes(drive.attempt):
        return _WISHES[wish.kind](drive, wish)
    return steps.step(drive)


def _cancel(drive: Drive, _: Wish) -> float:
    journal.ask(drive.desk, drive.attempt, "cancel")
    return 0


def _capture(drive: Drive, _: Wish) -> float:
    journal.ask(drive.desk, drive.attempt, "capture")
    return 0


def _retry(drive: Drive, _: Wish) -> float:
    return steps.send(drive)


def _switch(drive: Drive, wish: Wish) -> float:
    return steps.switch(drive, wish.reader_id, wish.reader_label)


_WISHES = {"cancel": _cancel, "capture": _capture, "retry": _retry, "switch": _switch}
