"""The demonstration till on a real terminal; what a whole desk in the test's own process needs."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from textual._wait import wait_for_idle

from tests.fixtures.databases import opened
from tests.fixtures.pty import Terminal80x24
from tests.ui.counter import desk_at
from tests.ui.station import Bench
from tui_pos.desk.context import Desk
from tui_pos.simulator import Server
from tui_pos.ui import enter_guard, typed_ahead


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """After each key Textual waits for an idle process, up to a second: one that watches a payment never is.

    What a key leads to is awaited by `settled` and `until`.
    """
    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", partial(wait_for_idle, max_sleep=0.05))


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a screen opens late, and keys typed ahead of it would count as impatient ones."""
    monkeypatch.setattr(typed_ahead, "TYPED_AHEAD", 5.0)


@pytest.fixture(autouse=True)
def no_settling(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests press Enter as soon as the screen has changed; that it waits is tested by itself."""
    monkeypatch.setattr(enter_guard, "SETTLES", 0.0)
    monkeypatch.setattr(enter_guard, "DOUBLE", 0.0)


class Till(Terminal80x24):
    """A terminal that runs `tests.ui.demo_app` and knows what its screens were told."""

    def __init__(self, directory: Path, *arguments: str, controlling: bool = True) -> None:
        self.events = directory / "events"
        self.events.touch()
        argv = [sys.executable, "-m", "tests.ui.demo_app", str(self.events), *arguments]
        super().__init__(argv, controlling=controlling)

    @property
    def told(self) -> list[str]:
        """What the screens were told, oldest first."""
        return self.events.read_text().splitlines()

    @property
    def crash_log(self) -> str:
        """What the program wrote about errors that it did not expect."""
        path = self.events.with_suffix(".log")
        return path.read_text() if path.exists() else ""

    def wait_told(self, *lines: str) -> None:
        """Wait until the screens were told ``lines``, and nothing else, since the last time."""
        self.wait_until(lambda: len(self.told) >= len(lines), f"{len(lines)} events")
        told = self.told
        self.events.write_text("")
        assert told == list(lines)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Till]]:
    """Start a till; ``start(controlling=False)`` without the signal for a hang-up."""
    with ExitStack() as tills:

        def start_till(*arguments: str, **options: bool) -> Till:
            till = tills.enter_context(Till(tmp_path, *arguments, **options))
            till.wait_for("Scan something")
            return till

        yield start_till


@pytest.fixture(scope="module")
def shared_till(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Till]:
    """One till for the tests of a module that leave it as they found it."""
    with Till(tmp_path_factory.mktemp("till")) as till:
        till.wait_for("Scan something")
        yield till


@pytest.fixture
def till(shared_till: Till) -> Iterator[Till]:
    """The shared till at rest, still running and without a crash when the test is over."""
    shared_till.settle(0.1)
    shared_till.events.write_text("")
    yield shared_till
    assert shared_till.process.poll() is None
    assert shared_till.crash_log == ""


@pytest.fixture
def bench(tmp_path: Path, demo_url: str, simulator: Server) -> Bench:
    """What a desk of the demonstration conference needs (see `tests.ui.station`)."""
    return Bench(tmp_path, demo_url, simulator.url)


@pytest.fixture
def config_file(bench: Bench) -> Path:
    """The config of a desk there that runs as a program of its own."""
    file = bench.folder / "config.toml"
    file.write_text(
        f'[database]\nurl = "{bench.database_url}"\n[stripe]\napi_base = "{bench.stripe_url}"\n'
        '[conferences.demo]\ncurrency = "USD"\n'
    )
    return file


@pytest.fixture
def desk(demo_url: str, simulator: Server) -> Iterator[Desk]:
    """The trainee's desk at the demonstration conference as of now."""
    with opened(demo_url):
        yield desk_at(simulator.url)
