"""Duties that one process of all has for a while; a lease in the database says which."""

from datetime import timedelta

from peewee import IntegrityError

from tui_pos import clock
from tui_pos.data.base import database
from tui_pos.data.connection import run_tx
from tui_pos.data.tables.desk import Lease


def take(name: str, owner: str, seconds: float) -> bool:
    """Take or keep a duty for ``seconds``; False while somebody else has it."""

    def write() -> bool:
        now = clock.now()
        until = now + timedelta(seconds=seconds)
        changed = (
            Lease.update(owner=owner, until=until)
            .where(Lease.name == name, (Lease.owner == owner) | (Lease.until <= now))
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
    return bool(Lease.select().where(Lease.name == name, Lease.until > clock.now()).exists())


def drop(name: str, owner: str) -> None:
    """Let somebody else have the duty at once."""
    run_tx(lambda: Lease.delete().where(Lease.name == name, Lease.owner == owner).execute())
