"""The machine as the doctor sees it: config, modes of files, terminal, station."""

import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.bootstrap.doctor.conftest import faults, settings_for
from tests.fixtures.pty import Terminal80x24
from tui_pos.bootstrap.doctor import Level, Subject, host
from tui_pos.core import clock, config, exit_codes
from tui_pos.core.config import ConferenceSettings, Settings
from tui_pos.desk.limits import Stop
from tui_pos.simulator import Server
from tui_pos.ui.messages import sentence

LOOK = (
    "from pathlib import Path; from tui_pos.core.config import Settings\n"
    "from tui_pos.bootstrap.doctor import Subject, host\n"
    "from tui_pos.ui.messages import sentence\n"
    "nowhere = Settings(home=Path('/nowhere'))\n"
    "for each in host.terminal(Subject(settings=nowhere, slug=None, station='desk-3')):\n"
    "    print('FOUND', each.level, sentence(each.said))\n"
)


@pytest.fixture
def bare(tmp_path: Path, simulator: Server) -> Settings:
    """Settings of which no file is there yet."""
    home = tmp_path / "home"
    home.mkdir(0o700)
    return settings_for(f"sqlite:///{tmp_path}/shop.sqlite3", simulator, home)


def files(settings: Settings) -> list[str]:
    """The files that others can get at."""
    found = host.files(Subject(settings=settings, slug="demo", station="desk-3"))
    return [
        sentence(each.said).rpartition(" ")[2].rstrip(".") for each in found if each.level is Level.WARNING
    ]


@pytest.mark.parametrize(
    ("name", "mode", "told"),
    [
        ("shop.sqlite3", 0o600, False),
        ("shop.sqlite3", 0o660, False),  # the web site's group
        ("shop.sqlite3", 0o644, True),
        ("pycon.key", 0o600, False),
        ("pycon.key", 0o440, False),  # root's, for the desks' group
        ("pycon.key", 0o644, True),
        ("pycon.key", 0o660, True),
        ("config.toml", 0o644, False),
        ("config.toml", 0o664, True),
        ("home", 0o755, True),
    ],
)
def test_what_is_open_to_others_is_told_with_its_command(
    bare: Settings, tmp_path: Path, name: str, mode: int, told: bool
) -> None:
    conference = ConferenceSettings(stripe_secret_key_file=str(tmp_path / "pycon.key"))
    settings = replace(bare, path=tmp_path / "config.toml", conferences={"demo": conference})
    for each in ("shop.sqlite3", "pycon.key", "config.toml"):
        (tmp_path / each).touch(0o600)
    assert files(settings) == []
    (tmp_path / name).chmod(mode)
    assert files(settings) == ([str(tmp_path / name)] if told else [])


def test_a_config_with_a_password_is_for_its_owner_alone(bare: Settings, tmp_path: Path) -> None:
    (tmp_path / "config.toml").touch(0o644)
    (tmp_path / "config.toml").chmod(0o644)
    settings = replace(bare, path=tmp_path / "config.toml")
    assert files(settings) == []
    assert files(replace(settings, database_url="postgresql://desk@db/shop")) == []
    assert files(replace(settings, database_url="postgresql://desk:hush@db/shop")) != []
    assert files(replace(settings, database_url="postgresql://desk:hu@sh@db/shop")) == []


def test_without_a_config_there_is_one_line_that_says_how_to_begin(tmp_path: Path) -> None:
    found = faults(Settings(home=tmp_path), None)["config"]
    assert (found.level, found.status) == (Level.FAILED, exit_codes.USAGE)
    assert "tui-pos --conference SLUG init" in sentence(found.said)


@pytest.mark.parametrize(
    ("ahead", "level", "stops"),
    [(2, None, ()), (30, Level.WARNING, ()), (-70, Level.FAILED, (Stop.TIMING,))],
)
def test_a_wrong_clock(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    ahead: float,
    level: Level | None,
    stops: tuple[Stop, ...],
) -> None:
    true = clock.host
    monkeypatch.setattr(clock, "host", lambda: true() + timedelta(seconds=ahead))
    found = faults(settings)
    assert list(found) == ["clock"] * (level is not None)
    for each in found.values():
        assert (each.level, each.stops, each.is_told) == (level, stops, True)
        assert "set the clock of the one that is wrong" in sentence(each.said)


def test_a_station_that_the_config_does_not_know(bare: Settings) -> None:
    (found,) = host.station(Subject(settings=bare, slug=None, station="desk-3"))
    assert found.level is Level.OK
    (found,) = host.station(Subject(settings=bare, slug=None, station="desk-9"))
    assert (found.level, "[stations.desk-9]" in sentence(found.said)) == (Level.WARNING, True)
    assert config.STATION_VARIABLE in sentence(found.said)
    (found,) = host.station(Subject(settings=replace(bare, stations={}), slug=None, station="desk-9"))
    assert found.level is Level.OK


@pytest.mark.parametrize(
    ("size", "env", "says"),
    [
        ((80, 24), {}, ["ok", "xterm-256color, 256 colours"]),
        ((80, 24), {"TERM": "vt100"}, ["ok", "without colours"]),
        ((80, 24), {"NO_COLOR": "1"}, ["ok", "NO_COLOR"]),
        ((80, 24), {"TERM": "never-heard-of"}, ["ok", "not known to this machine's terminfo"]),
        ((80, 24), {"TERM": "dumb"}, ["failed", "no screen can be drawn"]),
        ((60, 20), {}, ["warning", "60 columns and 20 rows: make it 80 by 24"]),
        ((80, 24), {"PYTHONUTF8": "0", "LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, ["warning", "is ascii"]),
    ],
)
def test_the_terminal(size: tuple[int, int], env: dict[str, str], says: list[str]) -> None:
    with Terminal80x24([sys.executable, "-c", f"input()\n{LOOK}"], env=env) as terminal:
        terminal.resize(*size)
        terminal.send("\r")
        terminal.wait_for("FOUND")
        terminal.wait_exit()
        text = " ".join("".join(terminal.screen.display).split())
    for each in says:
        assert each in text


def test_without_a_terminal_there_is_nothing_to_look_at(bare: Settings) -> None:
    (found,) = host.terminal(Subject(settings=bare, slug=None, station="desk-3"))
    assert found.level is Level.OK
    assert "no terminal" in sentence(found.said)
