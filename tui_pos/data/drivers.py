"""Keeping PostgreSQL's driver out of a process that works in SQLite. Must not import Peewee at the top."""

import importlib
import sys

POSTGRESQL_DRIVERS = ("psycopg", "psycopg2", "psycopg2cffi")


def load_peewee_for(url: str) -> None:
    """Import Peewee, without PostgreSQL's driver when the database at ``url`` is SQLite.

    Peewee imports every driver that is installed, and psycopg alone takes twice as long as Peewee itself.
    Call it before anything of ``data`` or ``desk`` is imported; once Peewee is loaded it changes nothing.
    A process that left the driver out cannot open PostgreSQL later: ``open_database`` then says so.
    """
    if "peewee" in sys.modules or not url.startswith("sqlite:"):
        return
    hidden = [name for name in POSTGRESQL_DRIVERS if name not in sys.modules]
    # None in sys.modules is Python's own way to say that a module cannot be imported.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # typeshed knows modules alone
    try:
        importlib.import_module("peewee")
    finally:
        for name in hidden:
            del sys.modules[name]
