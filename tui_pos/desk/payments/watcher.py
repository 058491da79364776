"""Driving one attempt: hold its lease, step it, show each state, obey the person at the desk."""

import time
from collections.abc import Generator

from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.tables.desk import FINAL_STAGES, Stage
from tui_pos.desk import lease_owners
from tui_pos.desk.access import permissions
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.payments import accounts, attempt_log, transitions
from tui_pos.desk.payments.asking import Drive
from tui_pos.desk.payments.control import Control, Wish
from tui_pos.desk.payments.cut_off import cut_off
from tui_pos.desk.payments.state import PaymentState, picture, state, wishes

PATIENCE = 2.0
LONGEST_PAUSE = attempt_log.LEASE.total_seconds() / 3

NO_NEWS = 30.0
"""Seconds after which a watch without a person ends where nothing changes and no card is waited for."""


def watch(
    desk: Desk,
    attempt_id: int,
    control: Control | None = None,
    *,
    seconds: float | None = None,
    withdrawn: bool = False,
) -> Generator[PaymentState, None, None]:
    """Drive the payment and yield each new state, the present one first.

    With a ``control`` it goes on until the payment has ended or was detached, or for ``seconds``; without one
    it also ends where only a person can decide (``state.stuck``), or after ``NO_NEWS`` without a change.
    ``withdrawn``: the prompt was taken off the reader just now (``CutOff.is_withdrawn``).
    Whoever stops listening loses nothing: the journal keeps the payment and ``watch`` may be called again,
    anywhere, once the lease lapsed. Raises NotPermitted, NotFound, Refused when another station watches it,
    DatabaseUnavailable; CutOff, after withdrawing the prompt, when the database fails while it is driven.
    """
    permissions.require(desk, permissions.Action.CHARGE)
    desk = accounts.ours(desk)
    owner = lease_owners.new_owner(desk)
    deadline = None if seconds is None else clock.monotonic() + seconds
    with connected():
        state(desk, attempt_id)  # refuses another conference's
        drive = Drive(desk, attempt_log.load(attempt_id), withdrawn=withdrawn)
        take_lease(drive, owner)
    with attempt_log.given_back(drive.attempt, owner):
        with connected():
            drive.attempt = attempt_log.load(attempt_id)  # whoever had the lease may have moved it
        try:
            yield from _states(drive, owner, control, deadline)
        except DatabaseUnavailable as error:
            if Stage(drive.attempt.stage) in FINAL_STAGES:
                raise
            raise cut_off(drive, error) from error


def take_lease(drive: Drive, owner: str) -> None:
    """Recovery holds a lease for a moment only; who watches is told of one that stays. Raises Refused."""
    deadline = clock.monotonic() + PATIENCE
    while True:
        try:
            attempt_log.take_lease(drive.desk, drive.attempt, owner)
        except Refused:
            if clock.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _states(
    drive: Drive, owner: str, control: Control | None, deadline: float | None
) -> Generator[PaymentState, None, None]:
    shown: PaymentState | None = None
    pause, changed = 0.0, clock.monotonic()
    while True:
        with connected():
            now = picture(drive.attempt)
        if now != shown:
            yield now
            shown, changed = now, clock.monotonic()
        if not now.live or (control is None and (now.stuck or _is_old_news(now, changed))):
            return
        left = LONGEST_PAUSE if deadline is None else deadline - clock.monotonic()
        if left <= 0:
            return
        wish = _wait(control, min(pause, left, LONGEST_PAUSE))
        if wish is not None and wish.kind == "detach":
            return
        with connected(), attempt_log.one_step():
            try:
                pause = _go_on(drive, owner, wish)
            except attempt_log.Overtaken:
                pause = 0.0
            drive.attempt = attempt_log.load(drive.attempt.id)
            if drive.attempt.lease_owner != owner:
                return
        if wish is not None:
            shown = None  # whoever wished waits for an answer, even that nothing has changed


def _is_old_news(now: PaymentState, changed: float) -> bool:
    """Whether there is nothing to wait for: a card is given its own time."""
    return now.stage is not Stage.SENT and clock.monotonic() - changed > NO_NEWS


def _wait(control: Control | None, seconds: float) -> Wish | None:
    if control is not None:
        return control.next(seconds)
    time.sleep(seconds)
    return None


def _go_on(drive: Drive, owner: str, wish: Wish | None) -> float:
    attempt_log.renew_lease(drive.attempt, owner)
    if wish is not None and wish.kind in wishes(drive.attempt):
        if wish.kind in _NEEDS:
            permissions.require(drive.desk, _NEEDS[wish.kind])
        drive.pace.hurry()
        return _WISHES[wish.kind](drive, wish)
    return transitions.step(drive)


def _cancel(drive: Drive, _: Wish) -> float:
    attempt_log.ask(drive.desk, drive.attempt, "cancel")
    return 0


def _capture(drive: Drive, _: Wish) -> float:
    attempt_log.ask(drive.desk, drive.attempt, "capture")
    return 0


def _retry(drive: Drive, _: Wish) -> float:
    return transitions.send(drive)


def _switch(drive: Drive, wish: Wish) -> float:
    return transitions.switch(drive, wish.reader_id, wish.reader_label)


_WISHES = {"cancel": _cancel, "capture": _capture, "retry": _retry, "switch": _switch}
_NEEDS = {
    "capture": permissions.Action.CAPTURE,
    "retry": permissions.Action.CHARGE,
    "switch": permissions.Action.CHARGE,
}
"""What takes money is allowed by the rights of that moment; whoever saw a payment begin may give it up."""
