"""Duties that one process of all has for a while, as leases in the database."""

from datetime import datetime, timedelta
from typing import Any

from peewee import IntegrityError

from tui_pos.core import clock
from tui_pos.data.base import database
from tui_pos.data.connection import run_tx
from tui_pos.data.tables.desk import Lease

MAX_DUTY = timedelta(seconds=60)
"""No duty is taken for longer at once."""

CLOCKS_APART = timedelta(minutes=1)
"""Two transactions, or the clocks of two processes, do not differ by more."""


def has_lapsed(until: Any, length: timedelta, now: datetime) -> Any:
    """Whether ``until`` (a time, then a bool; or a column, then an SQL condition) is over.

    It was set at most ``length`` ahead. One that is further ahead was set before the clock was put back, and
    counts as over, or it would hold for too long.
    """
    return (until <= now) | (until > now + length + CLOCKS_APART)


def take(name: str, owner: str, seconds: float) -> bool:
    """Take or keep a duty for ``seconds``, up to ``MAX_DUTY``; False while somebody else has it."""

    def write() -> bool:
        now = clock.now()
        until = now + timedelta(seconds=seconds)
        changed = (
            Lease.update(owner=owner, until=until)
            .where(Lease.name == name, (Lease.owner == owner) | has_lapsed(Lease.until, MAX_DUTY, now))
            .execute()
        )
        if changed:
            return True
        try:
            with database.atomic():
                Lease.create(name=name, owner=owner, until=until)
        except IntegrityError:
            return False
        return True

    return run_tx(write)


def is_taken(name: str) -> bool:
    """Whether somebody has the duty now; needs a connection."""
    lapsed = has_lapsed(Lease.until, MAX_DUTY, clock.now())
    return bool(Lease.select().where(Lease.name == name, ~lapsed).exists())


def drop(name: str, owner: str) -> None:
    """Let somebody else have the duty at once."""
    run_tx(lambda: Lease.delete().where(Lease.name == name, Lease.owner == owner).execute())
