"""The attempt log: the allowed moves between stages, each written with its event, and the lease."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from tui_pos.core import clock
from tui_pos.data.connection import connected, on_commit, run_tx
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.tables.desk import FINAL_STAGES, Attempt, AttemptEvent, Obstacle, RequestedAction, Stage
from tui_pos.desk import lease_owners
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound, Reason, Refused, because
from tui_pos.desk.leases import has_lapsed
from tui_pos.desk.orders.live_payment import holder
from tui_pos.desk.stored_reasons import Said, pack

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)

_TRUTH = frozenset(Stage) - {Stage.CREATED}

MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.CREATED: frozenset({Stage.INTENT, Stage.UNKNOWN, Stage.FAILED, Stage.CANCELLED}),
    Stage.INTENT: _TRUTH - {Stage.INTENT},
    Stage.SENT: _TRUTH - {Stage.SENT},
    Stage.AUTHORIZING: _TRUTH - {Stage.AUTHORIZING},
    Stage.DECLINED: _TRUTH - {Stage.DECLINED},
    Stage.AUTHORIZED: frozenset({Stage.CAPTURED, Stage.CANCELLED, Stage.EXPIRED, Stage.UNKNOWN}),
    Stage.UNKNOWN: _TRUTH - {Stage.UNKNOWN},
    Stage.CAPTURED: frozenset(),
    Stage.CANCELLED: frozenset(),
    Stage.FAILED: frozenset(),
    Stage.EXPIRED: frozenset(),
}
"""The stages that may follow each stage. Until a card is authorised the prompt may be shown, withdrawn
and shown again; after that the moves lead only towards a final stage, which nothing follows."""


CLEARED: dict[str, object] = {"decline_code": "", "obstacle": Obstacle.NONE, "message": ""}
"""The columns that are cleared when no obstacle or refusal is left."""


@dataclass(slots=True)
class _Step:
    """What was asked of Stripe since the step began: its id of the last request that it answered."""

    request_id: str = ""


_this_step: ContextVar[_Step | None] = ContextVar("this_step", default=None)


@contextmanager
def one_step() -> Iterator[None]:
    """Events that are written in this block carry the id of the request to Stripe that led to them."""
    token = _this_step.set(_Step())
    try:
        yield
    finally:
        _this_step.reset(token)


def answered(request_id: str) -> None:
    """Stripe answered in this step; empty where it did not."""
    step = _this_step.get()
    if step is not None:
        step.request_id = request_id


class StaleAttempt(Exception):
    """Another process moved the attempt meanwhile; read it again."""


def load(attempt_id: int) -> Attempt:
    """The attempt as it is stored now. Raises NotFound."""
    attempt: Attempt | None = Attempt.get_or_none(Attempt.id == attempt_id)
    if attempt is None:
        raise NotFound("attempt_not_found", attempt=attempt_id)
    return attempt


def move(desk: Desk, attempt: Attempt, stage: Stage, said: Said, **columns: Any) -> None:
    """Write one allowed move with its event, as one transaction or inside the caller's.

    ``attempt`` is brought up to date. Raises StaleAttempt when it is no longer where the caller saw it or
    somebody took it over, and ValueError for a move that the table does not allow (a fault in this program).
    """
    before = Stage(attempt.stage)
    if stage not in MOVES[before]:
        raise ValueError(f"an attempt may not move from {before} to {stage}")
    now = clock.now()
    changes = {**_forgotten(before, stage), **_packed(columns), "stage": stage, "updated_at": now}
    if stage in FINAL_STAGES:
        changes["finished_at"] = now

    def write() -> None:
        if not Attempt.update(**changes).where(*_as_seen(attempt)).execute():
            raise StaleAttempt
        note(desk, attempt.id, stage, said)

    run_tx(write)
    for name, value in changes.items():
        setattr(attempt, name, value)
    if stage in FINAL_STAGES:
        desk.readers.payment_ended(attempt.reader_id)


def _forgotten(before: Stage, stage: Stage) -> dict[str, Any]:
    """The columns that a move clears; a move to UNKNOWN clears none.

    The problem by any other move, the message by a move out of UNKNOWN. The refusals by any move, but out of
    UNKNOWN only by one to a final stage: the call may be refused again.
    """
    over: dict[str, Any] = {}
    if stage is not Stage.UNKNOWN:
        over["problem"] = ""
        if before is not Stage.UNKNOWN or stage in FINAL_STAGES:
            over |= {"refusals": 0, "retry_at": None}
    if before is Stage.UNKNOWN:
        over["message"] = ""
    return over


def update(attempt: Attempt, **columns: Any) -> None:
    """Write columns of an attempt that is not moving. Raises StaleAttempt as ``move`` does."""
    changes = {**_packed(columns), "updated_at": clock.now()}
    if not run_tx(lambda: Attempt.update(**changes).where(*_as_seen(attempt)).execute()):
        raise StaleAttempt
    for name, value in changes.items():
        setattr(attempt, name, value)


def _packed(columns: dict[str, Any]) -> dict[str, Any]:
    """The columns, with reasons as they are stored."""
    return {name: pack(value) if isinstance(value, Reason) else value for name, value in columns.items()}


def _as_seen(attempt: Attempt) -> tuple[Any, Any, Any]:
    """The row, unless it moved or changed hands: a desk that hung must not write over its successor."""
    return (
        Attempt.id == attempt.id,
        Attempt.stage == attempt.stage,
        Attempt.lease_owner == attempt.lease_owner,
    )


def tell(desk: Desk, attempt: Attempt, said: Said, **columns: Any) -> None:
    """Add an event to an attempt that is not moving, with the columns that go with it.

    Raises StaleAttempt as ``move`` does: a desk that hung must not write after its successor has ended the
    payment.
    """

    def write() -> None:
        update(attempt, **columns)
        note(desk, attempt.id, attempt.stage, said)

    run_tx(write)


def ask(desk: Desk, attempt: Attempt, action: RequestedAction, why: Reason | None = None) -> None:
    """Commit what was asked for before acting on it, so that whoever drives the payment goes on with it.

    The pause after a refusal is dropped, because a person asked.
    """
    said = why or because("event.asked", action=action)
    tell(desk, attempt, said, requested_action=action, message=why or "", retry_at=None)


def note(desk: Desk, attempt_id: int, stage: str, said: Said, request_id: str = "") -> None:
    """Add an event: who, where, when, what was seen (a text is cut at 1,000 characters).

    Its ``request_id`` is Stripe's, of the request whose answer led to it: that of the step, where it is not
    given.
    """
    step = _this_step.get()
    request_id = request_id or (step.request_id if step else "")
    run_tx(
        lambda: AttemptEvent.create(
            attempt=attempt_id,
            at=clock.now(),
            station=desk.station,
            staff=desk.staff.id,
            stage=stage,
            text=pack(said) if isinstance(said, Reason) else said[:1000],
            request_id=request_id[:100],
        )
    )
    on_commit(partial(log.info, "attempt %d %s %s", attempt_id, stage, request_id or "-"))


def is_watched(attempt: Attempt, now: datetime) -> bool:
    """Whether somebody has a lease on it that has not lapsed."""
    return attempt.lease_until is not None and not has_lapsed(attempt.lease_until, LEASE, now)


def take_lease(desk: Desk, attempt: Attempt, owner: str) -> None:
    """Take the lease on the attempt. Raises Refused ``attempt_held`` naming the station of who has it."""

    def take() -> datetime | None:
        now = clock.now()
        free = Attempt.lease_owner.in_(_not_held(attempt, owner)) | Attempt.lease_until.is_null()
        free |= has_lapsed(Attempt.lease_until, LEASE, now)
        taken = Attempt.update(lease_owner=owner, lease_until=now + LEASE).where(
            Attempt.id == attempt.id, free
        )
        return now + LEASE if taken.execute() else None

    until = run_tx(take)
    if until is None:
        raise _held(desk, load(attempt.id))
    lease_owners.at_work(owner)
    attempt.lease_owner, attempt.lease_until = owner, until


def _held(desk: Desk, attempt: Attempt) -> Refused:
    """The refusal that names who watches, which need not be who started the payment."""
    station = lease_owners.station_of(attempt.lease_owner)
    if station and desk.station.startswith(station):
        return Refused("attempt_held.here")
    if station and not attempt.station.startswith(station):
        return Refused("attempt_held.elsewhere", station=station)
    return Refused("attempt_held", holder=holder(desk, attempt))


def _not_held(attempt: Attempt, owner: str) -> list[str]:
    """The owners whose lease does not count: this one, and one whose process has ended."""
    holder_now = load(attempt.id).lease_owner
    return [owner, holder_now] if lease_owners.is_gone(holder_now) else [owner]


def renew_lease(attempt: Attempt, owner: str) -> None:
    """Keep the lease; written only when half of it is gone. Raises StaleAttempt when somebody took over."""
    if attempt.lease_until is not None and LEASE / 2 < attempt.lease_until - clock.now() <= LEASE:
        return

    def renew() -> datetime | None:
        until = clock.now() + LEASE
        mine = (Attempt.id == attempt.id) & (Attempt.lease_owner == owner)
        return until if Attempt.update(lease_until=until).where(mine).execute() else None

    until = run_tx(renew)
    if until is None:
        raise StaleAttempt
    attempt.lease_until = until


def drop_lease(attempt: Attempt, owner: str) -> None:
    """End the lease, so that others can take it at once."""
    run_tx(
        lambda: (
            Attempt.update(lease_owner="", lease_until=None)
            .where(Attempt.id == attempt.id, Attempt.lease_owner == owner)
            .execute()
        )
    )


@contextmanager
def given_back(attempt: Attempt, owner: str) -> Iterator[None]:
    """Drop the lease when the block is left; where the database is gone, this process may take it anew."""
    told: tuple[type[Exception], ...] = ()
    try:
        yield
    except (DatabaseUnavailable, GeneratorExit):
        told = (DatabaseUnavailable,)  # the first failure is reported already
        raise
    finally:
        lease_owners.ended(owner)
        with suppress(*told), connected():
            drop_lease(attempt, owner)
