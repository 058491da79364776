"""Files that a piece of work makes, taken away again unless the whole of it succeeds."""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from tui_pos.core import files
from tui_pos.core.config import ConfigError


class Undo:
    """What was not there before is gone when the block is left by an error or Ctrl-C.

    A process that is killed leaves at most an empty database, which the next try uses, and a config under a
    hidden name, which nobody reads.
    """

    def __init__(self) -> None:
        self._back: list[Callable[[], object]] = []
        self._held: list[int] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while error is not None and self._back:
            with suppress(OSError):
                self._back.pop()()
        while self._held:
            os.close(self._held.pop())

    def also(self, back: Callable[[], object]) -> None:
        """Call this too, before what was asked for earlier is taken away."""
        self._back.append(back)

    def make_folder(self, folder: Path) -> None:
        """Make ``folder`` and what is missing above it. Raises ConfigError."""
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        self._back += [each.rmdir for each in reversed(missing)]
        try:
            files.make_folder(folder)
        except OSError as error:
            raise ConfigError(f"The folder {folder} cannot be made: {error.strerror}.") from error

    def hold(self, folder: Path) -> Callable[[], None]:
        """Let nobody else make or take away a database in ``folder`` until the block is left.

        What is answered lets them before. `data.upgrades` waits for the same lock before it makes tables.
        Raises ConfigError.
        """
        while True:
            self.make_folder(folder)
            try:
                held = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
                self._held.append(held)
                fcntl.flock(held, fcntl.LOCK_EX)
                if os.path.samestat(os.fstat(held), os.stat(folder)):
                    return partial(fcntl.flock, held, fcntl.LOCK_UN)
            except FileNotFoundError:
                pass  # who held it before has taken it away again
            except OSError as error:
                raise ConfigError(f"The folder {folder} cannot be locked: {error.strerror}.") from error

    def make_file(self, file: Path, *also: str) -> None:
        """Make ``file`` empty, in a folder that is held; with it goes what stands beside it as ``also``.

        One that is there already is left to whoever made it. Raises ConfigError.
        """
        try:
            is_ours = files.make_file(file)
        except OSError as error:
            raise ConfigError(f"The file {file} cannot be made: {error.strerror}.") from error
        if is_ours:
            self._back += [partial(Path(f"{file}{end}").unlink, missing_ok=True) for end in (*also, "")]

    def write(self, file: Path, text: str) -> Callable[[], None]:
        """Write ``text`` beside ``file``; what is answered puts it in its place. Raises ConfigError."""
        try:
            new = files.Unfinished(file, alike=True)
            self._back.append(new.drop)
            new.out.write(text.encode())
            new.finish()
        except OSError as error:
            raise ConfigError(f"The config {file} cannot be written: {error.strerror}.") from error
        return new.put
