"""Copies of a SQLite file, made beside it before an upgrade: complete and on the disk, or not there."""

import errno
import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from tui_pos.core import clock, files
from tui_pos.data import causes
from tui_pos.data.errors import DatabaseUnavailable, SchemaMismatch

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")


def make(source: Path, step: int, keep: int) -> Path:
    """Copy ``source`` before ``step`` of an upgrade; the copy's path.

    Of older copies the newest stay, so that there are ``keep`` with it. The copy has the owner and mode of
    the original. It is read through a connection of its own: the one that holds the write lock would copy its
    own changes too. Raises SchemaMismatch for a damaged file and DatabaseUnavailable when the copy cannot be
    written.
    """
    target = source.with_name(f"{source.name}.before-step-{step}.{clock.now():%Y%m%dT%H%M%S}Z")
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        files.make_file(unfinished)
        verdict = _copy(source, unfinished)
        if verdict == "ok":
            files.liken(unfinished, source)
            unfinished.replace(target)
            _flush(target.parent)
    except (OSError, sqlite3.Error) as error:
        _remove(unfinished)
        if causes.sqlite_error(error).startswith(DAMAGED):
            raise _damaged(source, str(error)) from error
        reason = error.strerror if isinstance(error, OSError) else error
        raise DatabaseUnavailable(
            f"Before the upgrade {source} is copied to {target.name}, which failed ({reason}), so nothing"
            f" was changed: {_advice(error)}, then start again."
        ) from error
    if verdict != "ok":
        _remove(unfinished)
        raise _damaged(source, verdict)
    others = [copy for copy in found(source) if copy != target]  # some by a clock that was ahead, perhaps
    for old in others[: max(0, len(others) + 1 - keep)]:
        old.unlink(missing_ok=True)
    return target


def _damaged(source: Path, verdict: str) -> SchemaMismatch:
    return SchemaMismatch(f"{source} is damaged ({verdict}); it was not upgraded. Restore a backup.")


def _advice(error: OSError | sqlite3.Error) -> str:
    is_full = causes.sqlite_error(error) == "SQLITE_FULL" or getattr(error, "errno", None) in NO_ROOM
    return "make room there" if is_full else "see what the system's log says of that disk and folder"


def found(source: Path) -> list[Path]:
    """The copies that upgrades have made of ``source``, oldest first."""
    ours = re.compile(re.escape(source.name) + r"\.before-step-(\d+)\.(\d{8}T\d{6}Z)")
    copies = [(match, copy) for copy in source.parent.iterdir() if (match := ours.fullmatch(copy.name))]
    return [copy for match, copy in sorted(copies, key=lambda each: (each[0][2], int(each[0][1])))]


def _copy(source: Path, target: Path) -> str:
    """Copy the content and check it; what SQLite's check says."""
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)
        (verdict,) = copy.execute("PRAGMA integrity_check").fetchone()
    _flush(target)
    return str(verdict)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(unfinished: Path) -> None:
    for suffix in ("", "-journal", "-wal", "-shm"):
        unfinished.with_name(f"{unfinished.name}{suffix}").unlink(missing_ok=True)
