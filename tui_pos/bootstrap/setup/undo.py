"""Files that a piece of work makes, taken away again unless the whole of it succeeds."""

import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tui_pos.core import files
from tui_pos.core.config import ConfigError


class Undo:
    """What was not there before is gone when the block is left by an error or Ctrl-C.

    A process that is killed leaves at most an empty database and a config under another name: both are used
    again by the next try.
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

    def make_file(self, file: Path, *also: str, unless: Callable[[], bool] = lambda: False) -> None:
        """Make ``file`` empty; with it goes what stands beside it under names that end in ``also``.

        One that another process has made is left to that one, and so is one into which another has put
        something, as ``unless`` says. Until the block is left no other makes or takes
        away files here. Raises nothing where there is no folder: who opens the file says so.
        """
        if not file.parent.is_dir():
            return
        folder = os.open(file.parent, os.O_RDONLY | os.O_CLOEXEC)
        self._held.append(folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        if file.exists():
            return

        def take_away() -> None:
            if not unless():
                for end in ("", *also):
                    Path(f"{file}{end}").unlink(missing_ok=True)

        self._back.append(take_away)
        try:
            files.make_file(file)
        except OSError as error:
            raise ConfigError(f"The file {file} cannot be made: {error.strerror}.") from error

    def write(self, file: Path, text: str) -> Callable[[], None]:
        """Write ``text`` beside ``file``; what is answered puts it in its place. Raises ConfigError."""
        new = file.with_name(f".{file.name}.new")
        try:
            new.unlink(missing_ok=True)
            files.make_file(new)
            with new.open("w", encoding="utf-8") as written:
                self._back.append(new.unlink)
                written.write(text)
                written.flush()
                os.fsync(written.fileno())
            if file.exists():
                files.liken(new, file)
        except OSError as error:
            raise ConfigError(f"The config {file} cannot be written: {error.strerror}.") from error
        return lambda: os.replace(new, file)
