"""The simulator as a process of its own, which ends with the process that started it."""

import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from tui_pos.simulator.server.control_client import Controls

STOP_SECONDS = 5.0


class StartError(Exception):
    """The simulator did not start; the message says why."""


class Child(Controls):
    """A simulator process: ``with Child(state_file) as simulator:`` and then ``simulator.url``.

    It lives as long as this process holds its standard input open, so it also ends when this one is killed.
    """

    def __init__(
        self, state_file: Path | None = None, *, port: int = 0, tap_after: float | None = None
    ) -> None:
        """Start it; returns when it answers. Raises StartError."""
        command = [
            sys.executable,
            "-P",
            "-m",
            "tui_pos.simulator",
            "--port",
            str(port),
            "--until-stdin-closes",
        ]
        command += ["--state", str(state_file)] if state_file is not None else []
        command += ["--tap-after", str(tap_after)] if tap_after is not None else []
        with tempfile.TemporaryFile() as errors:
            # A session of its own: the keys that interrupt or hang up the desk's terminal are not for it.
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
            assert self.process.stdout is not None
            line = self.process.stdout.readline().decode().strip()
            if not line.startswith("listening on "):
                self.stop()
                errors.seek(0)
                lines = errors.read().decode(errors="replace").strip().splitlines()
                raise StartError(lines[-1] if lines else "The simulator ended before it listened.")
        super().__init__(line.removeprefix("listening on "))

    def stop(self) -> None:
        """End it and wait until it is gone."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
