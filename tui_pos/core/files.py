"""What the program creates on disk is for its own user alone: files 0600 in folders 0700, under any umask."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

FILE: Final = 0o600
FOLDER: Final = 0o700


def keep_to_myself() -> None:
    """Let everything that this process creates, libraries included, be for its user alone."""
    os.umask(0o077)


def make_folder(folder: Path) -> None:
    """Make ``folder`` and what is missing above it; what is there stays as it is. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir(FOLDER)
    except FileExistsError:
        if not folder.is_dir():
            raise
    else:
        folder.chmod(FOLDER)


def make_file(file: Path) -> None:
    """Make ``file`` empty; one that is there stays as it is. Raises OSError."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE)
    except FileExistsError:
        return
    try:
        os.fchmod(descriptor, FILE)
    finally:
        os.close(descriptor)


def liken(copy: Path, original: Path) -> None:
    """Give ``copy`` the owner and the mode of ``original``, the owner as far as this user may."""
    found, mode = original.stat(), 0o777
    try:
        os.chown(copy, found.st_uid, found.st_gid)
    except PermissionError:  # only root gives files away; a group of one's own may be kept
        try:
            os.chown(copy, -1, found.st_gid)
        except PermissionError:
            mode = FOLDER  # it has another group, which gets no right
    copy.chmod(found.st_mode & mode)


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """A new file, for its owner alone, that takes the place of ``file`` when the block ends well.

    It is on the disk by then; when the block fails nothing is left of it, and what was there stays. Raises
    OSError, for a device or a folder too.
    """
    target = file.resolve()
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(file))
    descriptor, name = tempfile.mkstemp(".unfinished", f".{target.name[:100]}.", target.parent)
    unfinished = Path(name)
    try:
        with open(descriptor, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
