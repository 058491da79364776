"""Opening a desk: which mode it is in, and what a wrong or missing key costs."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.desk.conftest import staff_called
from tui_pos.bootstrap.session import DeskSession, open_session
from tui_pos.core.config import ConferenceSettings, Settings, StationSettings
from tui_pos.data import connection, installation
from tui_pos.data.tables.program import Conference
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.carts import checkout
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.context import Mode, Staff
from tui_pos.desk.errors import InvalidInput, Refused

SIMULATOR = "http://127.0.0.1:12111"
NOBODY = Staff(id=1, username="amira", name="Amira Haddad", codenames=frozenset())


@pytest.fixture
def settings(demo_url: str, tmp_path: Path) -> Iterator[Settings]:
    conference = ConferenceSettings(currency="eur", stripe_secret_key_env="DEMO_KEY", capture="confirm")
    yield Settings(
        home=tmp_path, path=tmp_path / "c.toml", database_url=demo_url, conferences={"demo": conference}
    )
    connection.close_database()


def make_small(settings: Settings) -> None:
    """A conference that the config does not mention."""
    connection.open_database(settings.database_url)
    row = {
        "name": "Small Conf",
        "slug": "small",
        "start_date": date(2027, 1, 1),
        "end_date": date(2027, 1, 2),
    }
    connection.run_tx(lambda: Conference.create(**row))


def opened(settings: Settings, key: str, patch: pytest.MonkeyPatch) -> DeskSession:
    patch.setenv("DEMO_KEY", key)
    return open_session(settings, "demo", "desk-3")


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
    place = open_session(replace(settings, api_base=SIMULATOR, conferences=unkeyed), "demo")
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
    assert "a live Stripe key is never sent to http://10.0.0.5:1" in str(place.no_account)


def test_a_conference_that_the_config_does_not_mention_is_as_the_database_says(settings: Settings) -> None:
    make_small(settings)
    with pytest.raises(
        InvalidInput, match=r"^currency_unknown\.nowhere conference=small where=the config"
    ) as no:
        open_session(settings, "small")
    assert no.value.code == "currency_unknown"
    conference_rules.write(conferences.find("small"), Rules(currency="JPY"))
    place = open_session(settings, "small")
    assert (place.account, place.conference.currency) == (None, "JPY")
    assert [each for each in place.warnings if "no section [conferences.small]" in str(each)]
    with pytest.raises(InvalidInput, match=r"^no_stripe_key conference=small$"):
        place.desk(NOBODY).terminal  # noqa: B018  # reading it is what raises


def test_the_desk_has_what_is_configured(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    place = opened(settings, "sk_test_abc", monkeypatch)
    desk = place.desk(NOBODY)
    conference = desk.conference
    assert (conference.slug, conference.name, conference.currency) == ("demo", "Demo Conference", "EUR")
    assert (conference.capture, conference.timezone) == ("confirm", "Europe/Prague")
    assert (desk.station, desk.staff, desk.order_prefix, desk.hold_minutes) == ("desk-3", NOBODY, "ORD", 15)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            {"currency": "USD"},
            "rule=currency stored=EUR conference=demo where=the config .*c.toml said=USD$",
        ),
        (
            {"capture": "automatic"},
            "rule=capture stored=confirm conference=demo where=.* said=automatic$",
        ),
        ({"prices": "shop"}, "rule=prices stored=services conference=demo where=.* said=shop$"),
    ],
)
def test_a_config_that_differs_from_what_is_stored_is_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, said: dict[str, str], reason: str
) -> None:
    opened(settings, "sk_test_abc", monkeypatch)
    other = replace(settings, conferences={"demo": ConferenceSettings(**said)})  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=reason) as refused:
        open_session(other, "demo")
    assert refused.value.code == "config_differs"
    silent = replace(settings, conferences={"demo": ConferenceSettings()})
    assert (
        open_session(silent, "demo").conference.currency,
        open_session(silent, "demo").conference.capture,
    ) == (
        "EUR",
        "confirm",
    )


def test_a_section_that_names_no_conference_is_told(settings: Settings) -> None:
    make_small(settings)
    open_session(replace(settings, conferences={"small": ConferenceSettings(currency="EUR")}), "small")
    place = open_session(replace(settings, conferences={"smal": ConferenceSettings(currency="USD")}), "small")
    assert place.conference.currency == "EUR"
    typo, without = map(str, place.warnings)
    assert typo.startswith("The section [conferences.smal] of the config")
    assert without.startswith("There is no section [conferences.small] in the config")


def test_a_key_of_another_mode_opens_without_cards_once_something_was_sold(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(settings, "sk_test_abc", monkeypatch)
    assert opened(settings, "sk_live_abc", monkeypatch).mode is Mode.LIVE  # nothing was sold in TEST yet
    place = opened(settings, "sk_test_abc", monkeypatch)
    checkout.sell(place.desk(staff_called("trainee")), [("t-shirt", 1)], name="Ada Byron")
    other = opened(settings, "sk_live_abc", monkeypatch)
    assert (other.mode, other.account, str(other.no_account)) == (
        Mode.TEST,
        None,
        "other_account.mode conference=demo stored=TEST mode=LIVE",
    )
    with pytest.raises(Refused, match=r"^other_account\.mode "):
        other.desk(NOBODY).terminal  # noqa: B018  # reading it is what raises
    assert opened(settings, "sk_test_abc", monkeypatch).account is not None


def test_a_moved_file_is_no_copy_and_a_copied_one_is(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened(settings, "sk_test_abc", monkeypatch)
    connection.close_database()
    first, moved, copied = (tmp_path / name for name in ("shop.sqlite3", "moved.sqlite3", "copied.sqlite3"))
    first.rename(moved)
    assert opened(replace(settings, database_url=f"sqlite:///{moved}"), "sk_test_abc", monkeypatch).account
    connection.close_database()
    shutil.copyfile(moved, copied)
    there = replace(settings, database_url=f"sqlite:///{copied}")
    place = opened(there, "sk_test_abc", monkeypatch)
    assert (place.account, str(place.no_account)) == (None, "copied_database conference=demo")
    installation.take_over()
    assert opened(there, "sk_test_abc", monkeypatch).account is not None


def test_an_unknown_time_zone_is_told_and_times_are_utc(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(settings, "sk_test_abc", monkeypatch)
    connection.run_tx(lambda: Conference.update(timezone="Mars/Olympus").execute())
    place = opened(settings, "sk_test_abc", monkeypatch)
    assert place.conference.timezone == "UTC"
    assert "'Mars/Olympus' of demo is not known" in str(place.warnings[0])


def test_a_try_to_sign_in_knows_which_stations_the_config_names(settings: Settings) -> None:
    named = replace(settings, stations={"desk-3": StationSettings()})
    assert open_session(named, "demo", "made-up").sign_in_at.named == {"desk-3"}
