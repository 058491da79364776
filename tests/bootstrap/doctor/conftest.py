"""``subject``: the demonstration conference on each engine, its key at the simulator, as a desk opens it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tui_pos.bootstrap import doctor
from tui_pos.bootstrap.doctor import Finding, Level, Subject
from tui_pos.bootstrap.session import open_session
from tui_pos.core.config import ConferenceSettings, Settings, StationSettings
from tui_pos.data import connection, health
from tui_pos.desk.limits import Stop
from tui_pos.simulator import Server
from tui_pos.simulator.engine.fixtures import LOCATION_ID
from tui_pos.ui.messages import sentence

KEY = "rk_test_till"
ENOUGH = ("rak_payment_intent_write", "rak_terminal_reader_write", "rak_charge_write")


def settings_for(url: str, simulator: Server, folder: Path, **changes: object) -> Settings:
    """A config with one conference and one station with a reader."""
    conference = ConferenceSettings(
        currency="USD", stripe_secret_key_env="DEMO_KEY", stripe_location=LOCATION_ID
    )
    settings = Settings(
        home=folder,
        database_url=url,
        api_base=simulator.url,
        conferences={"demo": conference},
        stations={"desk-3": StationSettings(reader="tmr_front_1")},
    )
    return replace(settings, **changes)  # type: ignore[arg-type]


@pytest.fixture
def settings(
    engine_url: str, simulator: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Settings]:
    """The settings of a desk on each engine that was opened once."""
    monkeypatch.setenv("DEMO_KEY", KEY)
    home = tmp_path / "home"
    home.mkdir(0o700)
    found = settings_for(engine_url, simulator, home)
    if (file := health.file_of(engine_url)) is not None:
        file.chmod(0o600)
    open_session(found, "demo", "desk-3")
    connection.close_database()
    yield found
    connection.close_database()


def look(settings: Settings, slug: str | None = "demo", station: str = "desk-3") -> list[Finding]:
    """What the doctor finds."""
    return list(doctor.examine(Subject(settings=settings, slug=slug, station=station)))


def faults(settings: Settings, slug: str | None = "demo", station: str = "desk-3") -> dict[str, Finding]:
    """What it finds that is not ok, the first of each check; each is one printable sentence."""
    found = [each for each in look(settings, slug, station) if each.level is not Level.OK]
    for each in found:
        assert sentence(each.said).isprintable()
        assert sentence(each.said).endswith(".")
        assert len(sentence(each.said)) < 300
    return {each.check: each for each in reversed(found)}


def stopped(settings: Settings) -> set[Stop]:
    """What a desk would stop by it."""
    return {stop for each in look(settings) for stop in each.stops}
