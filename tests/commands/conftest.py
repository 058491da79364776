"""``till``: the demonstration conference on SQLite. ``each_till``: the same on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.till import Till, make_till
from tui_pos.data import connection
from tui_pos.simulator import Server


@pytest.fixture
def till(
    demo_url: str,
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Till]:
    yield make_till(demo_url, simulator, tmp_path, monkeypatch, capsys)
    connection.close_database()


@pytest.fixture
def each_till(
    engine_url: str,
    simulator: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Till]:
    yield make_till(engine_url, simulator, tmp_path, monkeypatch, capsys)
    connection.close_database()
