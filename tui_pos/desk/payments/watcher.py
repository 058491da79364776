"""Driving one attempt: hold its lease, step it, yield each state, carry out the person's commands."""

import time
from collections.abc import Generator

from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.tables.desk import FINAL_STAGES, RequestedAction, Stage
from tui_pos.desk import lease_owners
from tui_pos.desk.access import permissions
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.payments import accounts, attempt_log, transitions
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.desk.payments.control import CommandKind, CommandQueue, PaymentCommand
from tui_pos.desk.payments.cut_off import cut_off
from tui_pos.desk.payments.state import PaymentState, commands, payment_state, state

PATIENCE = 2.0
LONGEST_PAUSE = attempt_log.LEASE.total_seconds() / 3

NO_NEWS = 30.0
"""Seconds after which a watch without a person ends where nothing changes and no card is waited for."""


def watch(
    desk: Desk,
    attempt_id: int,
    control: CommandQueue | None = None,
    *,
    seconds: float | None = None,
    withdrawn: bool = False,
) -> Generator[PaymentState, None, None]:
    """Advance the payment and yield each new state, the present one first.

    With a ``control`` it goes on until the payment has ended or was detached, or for ``seconds``; without one
    it also ends where only a person can decide (``state.stuck``), or after ``NO_NEWS`` without a change.
    ``withdrawn``: the prompt was taken off the reader just now (``CutOff.is_withdrawn``).
    The generator may be closed at any time: the attempt log keeps the payment, and ``watch`` may be called
    again, on any host, once the lease has ended. Raises NotPermitted, NotFound, Refused when another station
    watches it, DatabaseUnavailable; CutOff, after withdrawing the prompt, when the database fails while it is
    driven.
    """
    permissions.require(desk, permissions.Action.CHARGE)
    desk = accounts.ours(desk)
    owner = lease_owners.new_owner(desk)
    deadline = None if seconds is None else clock.monotonic() + seconds
    with connected():
        state(desk, attempt_id)  # refuses another conference's
        worker = AttemptWorker(desk=desk, attempt=attempt_log.load(attempt_id), withdrawn=withdrawn)
        take_lease(worker, owner)
    with attempt_log.given_back(worker.attempt, owner):
        with connected():
            worker.attempt = attempt_log.load(attempt_id)  # whoever had the lease may have moved it
        try:
            yield from _states(worker, owner, control, deadline)
        except DatabaseUnavailable as error:
            if Stage(worker.attempt.stage) in FINAL_STAGES:
                raise
            raise cut_off(worker, error) from error


def take_lease(worker: AttemptWorker, owner: str) -> None:
    """Take the lease, waiting a moment for recovery to end its own. Raises Refused ``attempt_held``."""
    deadline = clock.monotonic() + PATIENCE
    while True:
        try:
            attempt_log.take_lease(worker.desk, worker.attempt, owner)
        except Refused:
            if clock.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _states(
    worker: AttemptWorker, owner: str, control: CommandQueue | None, deadline: float | None
) -> Generator[PaymentState, None, None]:
    shown: PaymentState | None = None
    pause, changed = 0.0, clock.monotonic()
    while True:
        with connected():
            now = payment_state(worker.attempt)
        if now != shown:
            yield now
            shown, changed = now, clock.monotonic()
        if not now.live or (control is None and (now.stuck or _is_old_news(now, changed))):
            return
        left = LONGEST_PAUSE if deadline is None else deadline - clock.monotonic()
        if left <= 0:
            return
        command = _wait(control, min(pause, left, LONGEST_PAUSE))
        if command is not None and command.kind is CommandKind.DETACH:
            return
        with connected(), attempt_log.one_step():
            try:
                pause = _go_on(worker, owner, command)
            except attempt_log.StaleAttempt:
                pause = 0.0
            worker.attempt = attempt_log.load(worker.attempt.id)
            if worker.attempt.lease_owner != owner:
                return
        if command is not None:
            shown = None  # whoever asked waits for an answer, even that nothing has changed


def _is_old_news(now: PaymentState, changed: float) -> bool:
    """Whether nothing has changed for ``NO_NEWS`` seconds; a prompt for a card has its own time limit."""
    return now.stage is not Stage.SENT and clock.monotonic() - changed > NO_NEWS


def _wait(control: CommandQueue | None, seconds: float) -> PaymentCommand | None:
    if control is not None:
        return control.next(seconds)
    time.sleep(seconds)
    return None


def _go_on(worker: AttemptWorker, owner: str, command: PaymentCommand | None) -> float:
    attempt_log.renew_lease(worker.attempt, owner)
    if command is not None and command.kind in commands(worker.attempt):
        if command.kind in _NEEDS:
            permissions.require(worker.desk, _NEEDS[command.kind])
        worker.pace.retry_now()
        return _HANDLERS[command.kind](worker, command)
    return transitions.step(worker)


def _cancel(worker: AttemptWorker, _: PaymentCommand) -> float:
    attempt_log.ask(worker.desk, worker.attempt, RequestedAction.CANCEL)
    return 0


def _capture(worker: AttemptWorker, _: PaymentCommand) -> float:
    attempt_log.ask(worker.desk, worker.attempt, RequestedAction.CAPTURE)
    return 0


def _retry(worker: AttemptWorker, _: PaymentCommand) -> float:
    return transitions.send(worker)


def _switch(worker: AttemptWorker, command: PaymentCommand) -> float:
    return transitions.switch(worker, command.reader_id, command.reader_label)


_HANDLERS = {
    CommandKind.CANCEL: _cancel,
    CommandKind.CAPTURE: _capture,
    CommandKind.RETRY: _retry,
    CommandKind.SWITCH: _switch,
}
_NEEDS = {
    CommandKind.CAPTURE: permissions.Action.CAPTURE,
    CommandKind.RETRY: permissions.Action.CHARGE,
    CommandKind.SWITCH: permissions.Action.CHARGE,
}
"""The right that a command needs at that moment; a cancel needs none beyond that of watching."""
