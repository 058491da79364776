"""The demonstration: its database, and the simulator in Stripe's place, shared by all its desks on one host.

The simulator is a process of its own (``python -m tui_pos.bootstrap.demo FOLDER``): it outlives a killed
desk, and several desks share it. Two locks, which the kernel drops whenever their process dies, keep count:
every desk shares ``in-use``, and the simulator ends once it can have that one for itself; the simulator holds
``stripe.port``, so a port that nobody holds is an old one. What it knows lies in ``stripe.sqlite3``.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tui_pos.core import clock, files
from tui_pos.core.config import ConferenceSettings, Settings
from tui_pos.data import connection, demo, schema
from tui_pos.desk.errors import Refusal
from tui_pos.simulator.engine.fixtures import LOCATION_ID

SLUG = demo.SLUG
TRAINEE = "trainee"
"""Who is signed in without being asked."""

SIMULATOR_KEY = "sk_test_simulator"
DEMO_SETTINGS = ConferenceSettings(
    currency="USD", stripe_location=LOCATION_ID, proofs={"student": "a student card"}
)
UNUSED_SECONDS = 1.5
"""How long the simulator waits for another desk once none is left: a script's next command."""

_in_use: dict[Path, int] = {}


class TrainingError(Refusal):
    """The demonstration cannot be made; the sentence says why."""

    exit_status = 5

    def __init__(self, message: str) -> None:
        super().__init__("training", message)


def prepare(settings: Settings) -> Settings:
    """The settings of the demonstration, made where it is not there yet, with its database open.

    Raises TrainingError and DataError.
    """
    folder = settings.home / "demo"
    try:
        files.make_folder(folder)
        _join(folder)
        with _locked(folder / "start"):
            port = _port(folder)
            starting = None if port else _start(folder)
            url = f"sqlite:///{folder / 'tui-pos.sqlite3'}"
            connection.open_database(url)
            schema.prepare(settings.keep_backups)
            demo.create_demo(clock.now())
            if starting:
                port = _port_of(starting, folder)
    except OSError as error:
        raise TrainingError(
            f"The demonstration cannot be written to {folder}: {error.strerror}."
            " Name a folder of yours with $TUI_POS_HOME."
        ) from error
    return replace(
        settings,
        database_url=url,
        api_base=f"http://127.0.0.1:{port}",
        conferences={SLUG: DEMO_SETTINGS},
    )


def leave() -> None:
    """Stop using the simulator; it ends when the last process has left."""
    while _in_use:
        os.close(_in_use.popitem()[1])


def _join(folder: Path) -> None:
    if folder not in _in_use:
        lock = _opened(folder / "in-use")
        fcntl.flock(lock, fcntl.LOCK_SH)
        _in_use[folder] = lock


def _port(folder: Path) -> str:
    """The port of the running simulator, "" when none runs."""
    lock = _opened(folder / "stripe.port")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.read(lock, 16).decode().strip()
    else:
        return ""
    finally:
        os.close(lock)


def _start(folder: Path) -> "subprocess.Popen[str]":
    files.make_file(folder / "stripe.log")
    with (folder / "stripe.log").open("w") as complaints:
        # A session of its own: the keys that interrupt or hang up the desk's terminal are not for it.
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "tui_pos.bootstrap.demo", str(folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=complaints,
            start_new_session=True,
            text=True,
        )


def _port_of(starting: "subprocess.Popen[str]", folder: Path) -> str:
    assert starting.stdout is not None
    with starting.stdout as said:
        port = said.readline().strip()
    if not port:
        complaints = (folder / "stripe.log").read_text(errors="replace").strip().splitlines()
        reason = complaints[-1] if complaints else "it ended at once"
        raise TrainingError(f"The simulator does not start: {reason}")
    return port


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    lock = _opened(file)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _opened(file: Path) -> int:
    files.make_file(file)
    return os.open(file, os.O_RDWR | os.O_CLOEXEC)


def simulate(folder: Path) -> None:
    """Be the simulator of this folder until no desk is left; writes the port to standard output."""
    from tui_pos.simulator import StateFileError, serve

    lock = _opened(folder / "stripe.port")
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.ftruncate(lock, 0)

    def announce(url: str) -> None:
        port = url.rpartition(":")[2]
        os.write(lock, port.encode())
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()

    threading.Thread(target=_end_when_unused, args=(folder,), daemon=True).start()
    try:
        serve(0, folder / "stripe.sqlite3", None, announce)
    except StateFileError as error:
        sys.stderr.write(f"{error}\n")
    finally:
        # Before in-use, which a process that ends lets go of in any order: who then joins finds no port here.
        os.close(lock)


def _end_when_unused(folder: Path) -> None:
    """A desk that joins while the lock is ours waits until this process is gone, and then starts another."""
    lock = _opened(folder / "in-use")
    while True:
        fcntl.flock(lock, fcntl.LOCK_EX)  # had once the last desk is gone, however it went
        fcntl.flock(lock, fcntl.LOCK_UN)
        threading.Event().wait(UNUSED_SECONDS)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        os.kill(os.getpid(), signal.SIGINT)
        return


if __name__ == "__main__":
    simulate(Path(sys.argv[1]))
