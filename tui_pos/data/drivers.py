"""Keeping PostgreSQL's driver out of a process that works in SQLite. Imports nothing, so that it is early."""

import sys
from types import ModuleType
from typing import cast

POSTGRESQL = ("psycopg", "psycopg2", "psycopg2cffi")


def leave_out_unused(url: str) -> None:
    """For the rest of this process, hide PostgreSQL's drivers when the database at ``url`` is SQLite.

    Peewee imports every driver that it finds, and psycopg takes twice as long as Peewee itself. So call this
    before anything imports Peewee; a driver that is loaded already stays.
    """
    if url.startswith("sqlite:"):
        for name in POSTGRESQL:
            # None there is Python's own way to say that a module cannot be imported.
            sys.modules.setdefault(name, cast(ModuleType, None))


def is_left_out(name: str) -> bool:
    """Whether the driver of this name was hidden from this process."""
    return name in sys.modules and sys.modules[name] is None
