"""Opening a desk: which mode it is in, and what a wrong or missing key costs."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tui_pos.config import ConferenceSettings, Settings
from tui_pos.data import connection
from tui_pos.data.tables.program import Conference
from tui_pos.desk.context import Mode, Staff
from tui_pos.desk.errors import InvalidInput
from tui_pos.opening import Place, open_place

SIMULATOR = "http://127.0.0.1:12111"
NOBODY = Staff(1, "amira", "Amira Haddad", frozenset())


@pytest.fixture
def settings(demo_url: str, tmp_path: Path) -> Iterator[Settings]:
    conference = ConferenceSettings(currency="eur", stripe_secret_key_env="DEMO_KEY", capture="confirm")
    yield Settings(tmp_path, tmp_path / "c.toml", demo_url, conferences={"demo": conference})
    connection.close_database()


def opened(settings: Settings, key: str, patch: pytest.MonkeyPatch) -> Place:
    patch.setenv("DEMO_KEY", key)
    return open_place(settings, "demo", "desk-3")


@pytest.mark.parametrize(
    ("key", "base", "mode", "live"),
    [
        ("sk_live_abc", "", Mode.LIVE, True),
        ("rk_live_abc", "", Mode.LIVE, True),
        ("sk_test_abc", "", Mode.TEST, False),
        ("rk_test_abc", "", Mode.TEST, False),
        ("sk_test_abc", SIMULATOR, Mode.TRAINING, False),
        ("sk_live_abc", SIMULATOR, Mode.TRAINING, True),
    ],
)
def test_the_mode_follows_from_key_and_address(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str, base: str, mode: Mode, live: bool
) -> None:
    place = opened(replace(settings, api_base=base), key, monkeypatch)
    assert place.account is not None
    assert (place.mode, place.account.is_live, place.trainee) == (mode, live, None)


def test_a_simulator_needs_no_key(settings: Settings) -> None:
    unkeyed = {"demo": ConferenceSettings(currency="USD")}
    place = open_place(replace(settings, api_base=SIMULATOR, conferences=unkeyed), "demo")
    assert place.account is not None
    assert place.mode is Mode.TRAINING


@pytest.mark.parametrize("key", ["", "pk_live_abc", "hunter2"])
def test_without_a_usable_key_only_cards_are_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    place = opened(settings, key, monkeypatch)
    with pytest.raises(InvalidInput, match="DEMO_KEY") as refused:
        place.desk(NOBODY).terminal  # noqa: B018  # reading it is what raises
    assert (refused.value.code, place.mode) == ("no_stripe_key", Mode.LIVE)
    assert not key or key not in str(refused.value)


def test_a_live_key_is_not_sent_to_a_strange_host(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = opened(replace(settings, api_base="http://10.0.0.5:1"), "sk_live_abc", monkeypatch)
    assert place.account is None
    assert "a live Stripe key is never sent to http://10.0.0.5:1" in place.no_account


def test_a_conference_that_the_config_does_not_mention_can_be_looked_at(settings: Settings) -> None:
    connection.open_database(settings.database_url)
    row = {
        "name": "Small Conf",
        "slug": "small",
        "start_date": date(2027, 1, 1),
        "end_date": date(2027, 1, 2),
    }
    connection.run_tx(lambda: Conference.create(**row))
    place = open_place(settings, "small")
    assert (place.account, place.conference.currency) == (None, "USD")
    with pytest.raises(InvalidInput, match="No Stripe key is configured for small"):
        place.desk(NOBODY).terminal  # noqa: B018  # reading it is what raises


def test_the_desk_has_what_is_configured(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    place = opened(settings, "sk_test_abc", monkeypatch)
    desk = place.desk(NOBODY)
    conference = desk.conference
    assert (conference.slug, conference.name, conference.currency) == ("demo", "Demo Conference", "EUR")
    assert (conference.capture, conference.timezone) == ("confirm", "Europe/Prague")
    assert (desk.station, desk.staff, desk.order_prefix, desk.hold_minutes) == ("desk-3", NOBODY, "ORD", 15)
