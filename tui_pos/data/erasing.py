"""Letting what was erased be gone from the file too, as far as a database lets a client do that."""

import logging

from tui_pos.data import causes
from tui_pos.data.base import database
from tui_pos.data.connection import FAILURES, connected, is_sqlite

log = logging.getLogger(__name__)


def overwrite_freed() -> None:
    """Let SQLite overwrite what this thread's connection frees; call with it open, before the first write."""
    if is_sqlite():
        database.execute_sql("PRAGMA secure_delete = ON")


def compact() -> bool:
    """Write a SQLite file anew, without what was freed before, and empty its log; False when it is in use.

    PostgreSQL does it by itself, some time later.
    """
    if not is_sqlite():
        return True
    with connected():
        try:
            database.execute_sql("VACUUM")
            (busy, _, _) = database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except FAILURES as error:
            log.warning("the file was not written anew: %s", causes.code(error))
            return False
    return not busy
