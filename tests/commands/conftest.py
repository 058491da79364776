"""``till``: the demonstration conference on SQLite. ``each_till``: the same on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.till import Till, make_till
from tui_pos.bootstrap.session import open_session
from tui_pos.core import config
from tui_pos.data import connection
from tui_pos.simulator import Server


def used(till: Till) -> Till:
    """The same till after a desk was opened there, which stores the conference's rules and mode."""
    open_session(config.load(till.config), "demo", "desk-3")
    return till


@pytest.fixture
def till(
    demo_url: str,
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Till]:
    yield used(make_till(demo_url, simulator, tmp_path, monkeypatch, capsys))
    connection.close_database()


@pytest.fixture
def each_till(
    engine_url: str,
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Till]:
    yield used(make_till(engine_url, simulator, tmp_path, monkeypatch, capsys))
    connection.close_database()
