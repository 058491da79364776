"""Who may run a command, where: wrong secrets, more supervisors, unknown stations, the station's reader."""

import json
from pathlib import Path

import pytest

from tests.commands.till import READER, SECRET, Answer, Till
from tests.desk.selling import everything
from tui_pos import cli
from tui_pos.commands.context import SECRET_VARIABLE
from tui_pos.commands.setup import NEW_SECRET
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry, Station
from tui_pos.desk.access.passwords import verify


def superusers() -> list[str]:
    with connected():
        return [user.username for user in User.select().where(User.is_superuser).order_by(User.username)]


def test_commands_are_locked_out_after_wrong_secrets(
    each_till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "guessed")
    for _ in range(3):
        assert each_till.refused("inventory") == (6, "wrong_credentials")
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    assert each_till.refused("inventory") == (6, "too_many_tries")
    assert each_till.done("inventory", staff="lead")
    with connected():
        assert AuditEntry.select().where(AuditEntry.what == "sign_in_failed").count() == 3


@pytest.mark.parametrize("staff", ["mallory", "trainee", "scanner"])
def test_init_makes_no_further_supervisor_for_one_who_is_none(till: Till, staff: str) -> None:
    before = superusers(), everything()
    words = ("init",) if staff == "mallory" else ("init", "--supervisor", "mallory")
    code = "wrong_credentials" if staff == "mallory" else "not_permitted"
    assert till.refused(*words, staff=staff) == (6, code)
    assert (superusers(), everything()) == before


def test_a_supervisor_makes_another_with_a_secret_of_their_own(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("init", "--supervisor", "second")
    monkeypatch.setenv(NEW_SECRET, "battery staple")
    monkeypatch.setenv(SECRET_VARIABLE, "guessed")
    assert till.refused(*words, staff="lead") == (6, "wrong_credentials")
    monkeypatch.setenv(SECRET_VARIABLE, SECRET)
    assert till.done(*words, staff="lead") == {"done": ["Made the supervisor second."]}
    assert superusers() == ["lead", "second"]
    with connected():
        assert verify("battery staple", User.get(User.username == "second").password)
    assert till.refused(*words, staff="lead") == (4, "user_exists")
    monkeypatch.setenv(SECRET_VARIABLE, "battery staple")
    assert till.done("inventory", staff="second")


@pytest.mark.parametrize(
    "more", [("--name", "Mine"), ("--account",), ("--supervisor", "mallory"), ("--new-installation",)]
)
def test_who_renews_their_own_password_agrees_to_nothing_else(
    till: Till, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    monkeypatch.setenv(NEW_SECRET, "battery staple")
    words = ("init", "--password", "trainee")
    before = superusers(), everything()
    assert till.refused(*words, *more, "--yes") == (6, "not_permitted")
    assert till.refused("init", "--password", "lead") == (6, "not_permitted")
    assert (superusers(), everything()) == before
    assert till.done(*words) == {"done": ["trainee has a new password."]}


def test_init_without_a_further_supervisor_still_asks_nobody(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "not even asked for")
    assert till.done("init", staff="lead") == {"done": []}
    assert till.done("init", staff="trainee") == {"done": []}


def test_a_database_of_django_program_has_its_supervisors_made_there(
    tmp_path: Path, python2077: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUI_POS_HOME", str(tmp_path))
    monkeypatch.setenv(SECRET_VARIABLE, "admin")
    monkeypatch.setenv(NEW_SECRET, "more")
    config = tmp_path / "c.toml"
    config.write_text(f'[database]\nurl = "{python2077}"\n')
    words = ["--json", "--config", str(config), "--conference", "python-2077", "--staff", "admin", "init"]
    assert cli.main([*words, "--supervisor", "second"]) == 2
    assert json.loads(capsys.readouterr().out)["code"] == "made_elsewhere"
    with connected():
        assert not User.select().where(User.username == "second").exists()


def with_stations(till: Till, *names: str, reader: str = "") -> None:
    text = "".join(f'\n[stations."{name}"]\nreader = "{reader}"\n' for name in names)
    till.config.write_text(till.config.read_text() + text)


@pytest.mark.parametrize(
    ("names", "known"),
    [
        (("desk-1", "desk-2"), "desk-1, desk-2."),
        (tuple(f"desk-{number}" for number in range(10, 18)), "desk-14 and 3 more."),
        (("desk-3",), None),
        ((), None),
    ],
)
def test_a_station_that_the_config_does_not_know_is_said(
    till: Till, names: tuple[str, ...], known: str | None
) -> None:
    with_stations(till, *names)
    answer = till.ask("inventory")
    assert answer.status == 0
    if known is None:
        assert answer.err == ""
    else:
        assert answer.err.startswith("There is no section [stations.desk-3] in the config ")
        assert answer.err.endswith(f"{known}\n")


def charged(till: Till, *words: str) -> Answer:
    reference = till.done("checkout", "--item", "t-shirt")["reference"]
    return till.ask("charge", "--order", reference, "--card", "good", *words)


def test_a_charge_takes_the_reader_of_its_station(till: Till) -> None:
    answer = charged(till)
    assert (answer.status, answer.json["code"]) == (2, "usage")
    assert answer.json["error"].startswith("The station desk-3 has no reader: name one with --reader")
    with_stations(till, "desk-3", reader=READER)
    assert charged(till).json["card"] == "Visa 4242"


def test_the_reader_that_was_chosen_at_the_station_goes_before_the_configs(till: Till) -> None:
    with_stations(till, "desk-3", reader="tmr_no_such_reader")
    assert charged(till).json["code"] == "reader_not_found"
    with connected():
        Station.update(reader_id=READER, reader_label="Front-1").where(Station.name == "desk-3").execute()
        if not Station.select().where(Station.name == "desk-3").exists():
            Station.create(conference=1, name="desk-3", reader_id=READER, reader_label="Front-1")
    assert charged(till).json["card"] == "Visa 4242"
    assert charged(till, "--reader", "nobody").json["code"] == "reader_not_found"


def test_an_amount_is_charged_on_it_too(till: Till) -> None:
    with_stations(till, "desk-3", reader=READER)
    assert till.done("charge", "--amount", "5", "--card", "good")["card"] == "Visa 4242"
