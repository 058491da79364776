"""Card payments as the doctor sees them: key, account, rights, location, readers."""

from dataclasses import replace

import pytest

from tests.bootstrap.doctor.conftest import ENOUGH, KEY, faults, look, stopped
from tests.desk.conftest import staff_called
from tui_pos.bootstrap.doctor import Level, examine, subject_of
from tui_pos.bootstrap.session import open_session
from tui_pos.core import exit_codes
from tui_pos.core.config import ConferenceSettings, Settings
from tui_pos.data import connection, installation
from tui_pos.data.tables.desk import ConferenceRules
from tui_pos.desk import conference_rules, conferences
from tui_pos.desk.carts import checkout
from tui_pos.desk.conference_rules import Rules
from tui_pos.desk.limits import Stop
from tui_pos.simulator import Server
from tui_pos.ui.messages import sentence

pytestmark = pytest.mark.parametrize("engine_url", ["sqlite"], indirect=True)  # nothing here knows engines


def test_all_is_well(settings: Settings, simulator: Server) -> None:
    assert faults(settings) == {}
    assert [each.check for each in look(settings)][-6:] == [
        "key",
        "account",
        "rights",
        "location",
        "readers",
        "clock",
    ]
    simulator.configure(rights={KEY: [*ENOUGH, "rak_accounts_kyc_basic_read", "rak_terminal_location_read"]})
    assert faults(settings) == {}


@pytest.mark.parametrize(
    ("right", "stops"),
    [
        ("rak_payment_intent_write", {Stop.CARDS}),
        ("rak_terminal_reader_write", {Stop.CARDS}),
        ("rak_charge_write", {Stop.CARD_REFUNDS}),
    ],
)
def test_the_missing_right_is_named_and_stops_what_needs_it(
    settings: Settings, simulator: Server, right: str, stops: set[Stop]
) -> None:
    simulator.configure(rights={KEY: [*(set(ENOUGH) - {right}), right.replace("_write", "_read")]})
    found = faults(settings)["rights"]
    assert (found.level, found.status) == (Level.FAILED, exit_codes.UNAVAILABLE)
    assert f"({right})" in sentence(found.said)
    assert stopped(settings) == stops


def test_without_the_rights_to_look_it_says_what_could_not_be_looked_at(
    settings: Settings, simulator: Server
) -> None:
    simulator.configure(rights={KEY: [*ENOUGH]})
    found = faults(settings)
    assert {each: found[each].level for each in found} == {
        "account": Level.WARNING,
        "location": Level.WARNING,
    }
    assert "rak_accounts_kyc_basic_read" in sentence(found["account"].said)
    assert stopped(settings) == set()


def test_a_country_with_other_money_is_no_place_for_cards(settings: Settings, simulator: Server) -> None:
    simulator.configure(country="CH", default_currency="chf")
    found = faults(settings)
    assert "The Stripe account is in CH and takes CHF, not USD" in sentence(found["account"].said)
    assert "is in US, its Stripe account in CH" in sentence(found["location"].said)
    assert stopped(settings) == {Stop.CARDS}


def test_the_location_s_country_is_compared_with_the_currency(settings: Settings) -> None:
    connection.open_database(settings.database_url)
    conference_rules.write(conferences.find("demo"), Rules(currency="EUR"))
    other = replace(
        settings,
        conferences={
            "demo": ConferenceSettings(
                stripe_secret_key_env="DEMO_KEY", stripe_location="tml_demo_front_desk"
            )
        },
    )
    assert "tml_demo_front_desk is in US and takes USD, not EUR" in sentence(faults(other)["location"].said)
    assert stopped(other) == {Stop.CARDS}
    practice = replace(
        settings, conferences={"demo": ConferenceSettings(stripe_location="tml_demo_front_desk")}
    )
    assert stopped(practice) == set(), "a simulator without a key of one's own is in no country"
    opened = subject_of(open_session(practice, "demo", "desk-3"))
    assert {stop for each in examine(opened) for stop in each.stops} == set(), "nor for a desk that opens"


@pytest.mark.parametrize(
    ("fault", "status"),
    [("cut_before", exit_codes.UNAVAILABLE), ("key_expired_401", exit_codes.UNAVAILABLE)],
)
def test_a_stripe_that_does_not_answer_is_asked_for_nothing_more(
    settings: Settings, simulator: Server, fault: str, status: int
) -> None:
    simulator.fault(fault, times=100)
    found = faults(settings)
    assert list(found) == ["account"]
    assert (found["account"].level, found["account"].status) == (Level.FAILED, status)


def test_only_a_definite_no_stops_cards(settings: Settings, simulator: Server) -> None:
    simulator.fault("cut_before", times=100)
    assert stopped(settings) == set()
    simulator.command("DELETE", "faults")
    simulator.fault("key_expired_401", times=100)
    assert stopped(settings) == {Stop.CARDS, Stop.CARD_REFUNDS}


@pytest.mark.parametrize(
    ("key", "level", "status", "says"),
    [
        ("", Level.FAILED, exit_codes.USAGE, "variable DEMO_KEY is empty"),
        ("hunter2", Level.FAILED, exit_codes.USAGE, "variable DEMO_KEY holds no Stripe key"),
    ],
)
def test_a_key_that_cannot_be_used(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, key: str, level: Level, status: int, says: str
) -> None:
    monkeypatch.setenv("DEMO_KEY", key)
    found = faults(settings)["key"]
    assert (found.level, found.status) == (level, status)
    assert says in sentence(found.said)
    assert "hunter2" not in sentence(found.said)


def test_without_a_key_there_are_no_cards_and_that_is_all(settings: Settings) -> None:
    unkeyed = replace(settings, api_base="", conferences={"demo": ConferenceSettings(currency="USD")})
    found = faults(unkeyed)
    assert (list(found), found["key"].level) == (["key"], Level.WARNING)


def test_a_key_of_another_mode_and_a_copy_are_told_and_nothing_is_changed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = open_session(settings, "demo", "desk-3")
    checkout.sell(place.desk(staff_called("trainee")), [("t-shirt", 1)], name="Ada Byron")
    monkeypatch.setenv("DEMO_KEY", "sk_live_1")
    elsewhere = replace(settings, api_base="")
    before = conference_rules.stored(place.conference.id)
    found = faults(elsewhere)["key"]
    assert (found.level, found.status) == (Level.FAILED, exit_codes.REFUSED)
    assert "init --account" in sentence(found.said)
    assert conference_rules.stored(place.conference.id) == before
    monkeypatch.setattr(installation, "place", lambda: "sqlite:0:0:0")
    assert "is a copy of another installation's" in sentence(faults(settings)["key"].said)


def test_a_key_of_another_account_stops_cards(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    place = open_session(settings, "demo", "desk-3")
    connection.run_tx(lambda: ConferenceRules.update(account="acct_1Another").execute())
    monkeypatch.setenv("DEMO_KEY", "sk_test_otheraccount")
    found = faults(settings)["account"]
    assert (found.level, found.status) == (Level.FAILED, exit_codes.REFUSED)
    assert "acct_1Another" in sentence(found.said)
    assert stopped(settings) == {Stop.CARDS, Stop.CARD_REFUNDS}
    assert place.account is not None


@pytest.mark.parametrize(
    ("station", "state", "level", "says"),
    [
        ("desk-3", "offline", Level.WARNING, "reader Front-1 is off"),
        ("desk-4", "offline", Level.OK, ""),
    ],
)
def test_a_reader_that_is_off_matters_where_it_stands(
    settings: Settings, simulator: Server, station: str, state: str, level: Level, says: str
) -> None:
    simulator.set_reader("tmr_front_1", state)
    found = faults(settings, station=station).get("readers")
    assert (found.level if found else Level.OK) is level
    assert says in (sentence(found.said) if found else "")


def test_a_reader_that_is_not_there(settings: Settings, simulator: Server) -> None:
    for reader in ("tmr_front_1", "tmr_front_2", "tmr_side_1"):
        simulator.set_reader(reader, "offline")
    assert "All 4 readers at tml_demo_front_desk are off" in sentence(
        faults(settings, station="x")["readers"].said
    )
    gone = replace(settings, stations={"desk-3": type(settings.stations["desk-3"])(reader="tmr_gone")})
    found = faults(gone)["readers"]
    assert found.level is Level.FAILED
    assert "tmr_gone, which the config names for this station" in sentence(found.said)


def test_a_location_that_stripe_does_not_know(settings: Settings) -> None:
    conference = ConferenceSettings(stripe_secret_key_env="DEMO_KEY", stripe_location="tml_gone")
    found = faults(replace(settings, conferences={"demo": conference}))
    assert found["location"].level is Level.FAILED
    assert found["readers"].level is Level.FAILED
