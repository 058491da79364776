"""What the program creates on disk is for its own user alone: files 0600 in folders 0700, under any umask."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

FILE: Final = 0o600
FOLDER: Final = 0o700


def keep_to_myself() -> None:
    """Let everything that this process creates, libraries included, be for its user alone."""
    os.umask(0o077)


def resolved(path: Path) -> Path:
    """Where ``path`` leads, whether something is there or not. Raises OSError for a link to itself."""
    with suppress(RuntimeError):  # Python up to 3.12 says a loop so, later ones leave the link as it is
        found = path.resolve()
        if not found.is_symlink():
            return found
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


def at_home(path: str | Path) -> Path:
    """``path`` with the folder of a user for its ``~``; one whose user nobody knows is a name like others."""
    return Path(os.path.expanduser(path))


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


def make_file(file: Path) -> bool:
    """Make ``file`` empty; False for one that is there, which stays as it is. Raises OSError."""
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, FILE)
    except FileExistsError:
        return False
    try:
        os.fchmod(descriptor, FILE)
    finally:
        os.close(descriptor)
    return True


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


class Unfinished:
    """A new file, for its owner alone, that `put` gives the place of ``file``.

    It has a name of its own, so that several at once do not meet. Where ``file`` is a link, what it leads to
    is replaced. ``alike``: it gets the owner and the mode of what is there. Raises OSError, for a device or a
    folder too.
    """

    def __init__(self, file: Path, *, alike: bool = False) -> None:
        self._target, self._alike = resolved(file), alike
        if self._target.exists() and not self._target.is_file():
            raise OSError(errno.EINVAL, "it is no ordinary file", str(file))
        folder, name = self._target.parent, f".{self._target.name[:100]}."
        descriptor, made = tempfile.mkstemp(".unfinished", name, folder)
        self._path = Path(made)
        self.out: IO[bytes] = open(descriptor, "wb")  # noqa: SIM115  # drop closes it

    def finish(self) -> None:
        """See that all of it is on the disk, beside what it is to replace. Raises OSError."""
        self.out.flush()
        os.fsync(self.out.fileno())
        self.out.close()
        if self._alike and self._target.exists():
            liken(self._path, self._target)

    def put(self) -> None:
        """Let it take the place, once it is finished. Raises OSError."""
        os.replace(self._path, self._target)

    def drop(self) -> None:
        """Leave nothing of it, unless it has its place already."""
        with suppress(OSError):  # what could not be written cannot be flushed either
            self.out.close()
        self._path.unlink(missing_ok=True)


@contextmanager
def replacing(file: Path) -> Iterator[IO[bytes]]:
    """A new file that takes the place of ``file`` when the block ends well: see `Unfinished`.

    It is on the disk by then; when the block fails nothing is left of it, and what was there stays.
    """
    new = Unfinished(file)
    try:
        yield new.out
        new.finish()
        new.put()
    finally:
        new.drop()
