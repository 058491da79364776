"""What setting up makes and takes away again, and what it understands of an answer."""

from pathlib import Path
from typing import cast

import pytest

from tui_pos.bootstrap.setup import answers
from tui_pos.bootstrap.setup.answers import CASH_ONLY, SIMULATOR, KeySource
from tui_pos.bootstrap.setup.interview import Interview, Question
from tui_pos.bootstrap.setup.questions import (
    BEFORE_READERS,
    BEHIND_READERS,
    open_question,
    questions,
    take_what_is_there,
)
from tui_pos.bootstrap.setup.undo import Undo
from tui_pos.core import config
from tui_pos.core.config_file import changed
from tui_pos.desk.errors import InvalidInput
from tui_pos.ui.messages.guide import QUESTIONS


def test_what_was_made_is_taken_away_and_what_was_there_stays(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("theirs")

    def interrupted() -> None:
        with Undo() as undo:
            undo.make_file(there, "-wal")
            undo.make_folder(tmp_path / "a" / "b")
            undo.make_file(tmp_path / "a" / "b" / "new", "-wal")
            (tmp_path / "a" / "b" / "new-wal").touch()
            undo.write(there, "ours")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [each.name for each in tmp_path.iterdir()] == ["there"]
    assert there.read_text() == "theirs"
    with Undo() as undo:
        undo.make_folder(tmp_path / "a")
        undo.write(there, "ours")()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "there"]
    assert there.read_text() == "ours"


def test_two_at_once_in_one_folder_each_write_their_own_config(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.touch(0o640)
    file.chmod(0o640)
    with Undo() as first, Undo() as second:
        put_first, put_second = first.write(file, "first"), second.write(file, "second")
        put_first()
        assert file.read_text() == "first"
        put_second()
    assert (file.read_text(), oct(file.stat().st_mode & 0o777)) == ("second", "0o640")
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_one_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept" / "desk.toml", tmp_path / "config.toml"
    link.symlink_to(kept)
    kept.parent.mkdir()
    for text in ("made", "changed"):
        with Undo() as undo:
            undo.write(link, text)()
        assert link.is_symlink()
        assert kept.read_text() == text
    assert list(kept.parent.iterdir()) == [kept]


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "bad_password"), ("AMIRA.KHAN", "bad_password.name"), ("1234567", "bad_password.short")],
)
def test_a_new_password_is_neither_short_nor_the_name(text: str, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        answers.new_password(text, "amira.khan")
    assert refused.value.reason.key == said


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:pw@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:p:w@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:p@w@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:p/w@h/d", "postgresql://u:***@h/d"),
        ("postgresql://h/d?user=u&password=pw", "postgresql://h/d?user=u&password=***"),
        ("postgresql://h/d", "postgresql://h/d"),
        ("sqlite:////srv/x", "sqlite:////srv/x"),
        ("embedded", "embedded"),
        ("OUR_DATABASE", "OUR_DATABASE"),
    ],
)
def test_a_password_of_a_database_is_never_shown(url: str, shown: str, tmp_path: Path) -> None:
    assert answers.shown_database(url, tmp_path) == shown


def test_only_yes_is_yes() -> None:
    write = next(each for each in BEHIND_READERS if each.name == "write")
    interview = cast(Interview, None)
    assert [write.check(interview, text).text for text in ("yes", "Y")] == ["yes", "Y"]
    with pytest.raises(InvalidInput, match="not_yes"):
        write.check(interview, "no")


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Prague", "Europe/Prague"),
        ("UTC", "UTC"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("prague", "Europe/Prague"),
        (" new york", "America/New_York"),
        ("austria", "Europe/Vienna"),
    ],
)
def test_a_time_zone_is_known_by_a_part_that_only_one_has(typed: str, zone: str) -> None:
    assert answers.timezone(typed) == zone


@pytest.mark.parametrize(
    ("typed", "like"), [("berln", ["Europe/Berlin"]), ("america/new", ["America/New_York"]), ("qqqq", [])]
)
def test_time_zones_are_suggested(typed: str, like: list[str]) -> None:
    assert list(answers.timezones_like(typed)) == like


def test_one_that_several_have_or_none_is_refused() -> None:
    for typed, key in (
        ("san", "bad_timezone.like"),
        ("localtime", "bad_timezone"),
        ("Factory", "bad_timezone"),
        ("berln", "bad_timezone.like"),
        ("qqqq", "bad_timezone"),
    ):
        with pytest.raises(InvalidInput) as refused:
            answers.timezone(typed)
        assert refused.value.reason.key == key


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        (CASH_ONLY, KeySource()),
        (SIMULATOR, KeySource(simulator="http://127.0.0.1:12111")),
        ("http://127.0.0.1:7/", KeySource(simulator="http://127.0.0.1:7")),
        ("PYCON_KEY", KeySource(variable="PYCON_KEY")),
        ("/etc/key", KeySource(file="/etc/key")),
        ("~/key", KeySource(file="~/key")),
    ],
)
def test_where_a_key_is(typed: str, source: KeySource) -> None:
    assert answers.key_source(typed) == source
    assert answers.key_source(str(source)) == source


@pytest.mark.parametrize(
    "typed", ["sk_live_1", "rk_test_x", "pk_test_x", "whsec_x", "http://stripe.com", "a b"]
)
def test_no_key_and_no_address_elsewhere_is_taken(typed: str) -> None:
    with pytest.raises(InvalidInput):
        answers.key_source(typed)


@pytest.mark.parametrize(
    ("name", "slug"), [("PyCon US 2027", "pycon-us-2027"), ("Ärger & Co", "arger-co"), ("北京", "")]
)
def test_a_slug_is_proposed(name: str, slug: str) -> None:
    assert answers.slug_for(name) == slug


def test_every_question_has_its_words() -> None:
    asked = {question.name for question in (*BEFORE_READERS, *BEHIND_READERS)} | {"reader"}
    assert asked == set(QUESTIONS)


def test_another_database_is_asked_of_anew(
    tmp_path: Path, django_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.CONFIG_VARIABLE, str(tmp_path / "none.toml"))
    monkeypatch.setenv(config.HOME_VARIABLE, str(tmp_path / "home"))
    interview = Interview(None, {}, "desk-1")
    by_name = {question.name: question for question in (*BEFORE_READERS, *BEHIND_READERS)}

    def take(name: str, typed: str) -> None:
        interview.take(by_name[name], typed)

    for name, typed in (
        ("database", ""),
        ("slug", "small"),
        ("starts", "2027-05-14"),
        ("supervisor", "amira"),
    ):
        take(name, typed)
    take("slug", "smaller")
    assert (interview.answer("starts"), interview.answer("supervisor")) == ("2027-05-14", "amira")
    take("database", f"sqlite:///{django_file}")
    assert (interview.answer("starts"), interview.answer("supervisor")) == ("", "")
    take("slug", "python-2077")
    request = interview.request()
    assert (request.given(), request.supervisor, request.another) == ({}, None, None)


def still_open(interview: Interview) -> Question:
    question = open_question(interview)
    assert question is not None
    return question


SERVED = """
[stripe]
api_base = "http://127.0.0.1:1"
[conferences.python-2077]
currency = "USD"
[stations.a]
reader = "tmr_front_1"
[stations.b]
reader = "tmr_none"
[stations.c]
[stations.d]
reader = "tmr_front_1"
"""


def test_what_is_there_is_taken_and_nothing_likely(
    tmp_path: Path, django_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.HOME_VARIABLE, str(tmp_path / "home"))
    file = tmp_path / "config.toml"
    file.write_text(f'[database]\nurl = "sqlite:///{django_file}"\n{SERVED}')
    interview = Interview(file, {"slug": "python-2077"}, "desk-1")
    with pytest.raises(InvalidInput, match="bad_reader"):
        take_what_is_there(interview)
    open_one = still_open(interview)
    assert (open_one.name, open_one.about) == ("reader", "b")
    assert (interview.answer("location"), interview.answer("reader c")) == ("", "")
    with pytest.raises(InvalidInput, match="reader_shared"):
        interview.take(open_one, "Front-1")
    interview.take(open_one, "Front-1")
    assert still_open(interview).name == "write"
    before, after = file.read_text(), changed(file.read_text(), interview.request().host, "here")
    assert after == before.replace("tmr_none", "tmr_front_1"), "what is only likely is not written"


def test_what_follows_from_another_answer_is_asked_anew(
    tmp_path: Path, django_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.HOME_VARIABLE, str(tmp_path / "home"))
    file = tmp_path / "config.toml"
    text = SERVED.replace("tmr_none", "tmr_front_2")
    file.write_text(f'[database]\nurl = "sqlite:///{django_file}"\n{text}')
    interview = Interview(file, {"slug": "python-2077"}, "desk-1")
    take_what_is_there(interview)
    by_name = {question.name: question for question in questions(interview)}
    interview.take(by_name["stripe_key"], "")
    assert still_open(interview).name == "write", "the same answer"
    interview.take(by_name["stripe_key"], "OUR_KEY")
    assert still_open(interview).name == "location"


def test_what_the_end_would_refuse_is_refused_at_once(
    tmp_path: Path, django_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(config.HOME_VARIABLE, str(tmp_path / "home"))
    file = tmp_path / "config.toml"
    text = SERVED.replace("tmr_none", "tmr_front_2")
    file.write_text(f'[database]\nurl = "sqlite:///{django_file}"\n{text}[conferences.other]\n')
    interview = Interview(file, {"slug": "python-2077"}, "desk-1")
    take_what_is_there(interview)
    by_name = {question.name: question for question in questions(interview)}
    for name, typed, said in (
        ("stations", "a, b, c", "station_configured"),
        ("stations", "a, b, c, e", "station_configured"),
        ("stripe_key", CASH_ONLY, "simulator_shared"),
        ("stripe_key", "http://127.0.0.1:2", "simulator_shared"),
        ("stripe_key", "OUR_KEY", "simulator_shared"),
    ):
        with pytest.raises(InvalidInput, match=said):
            interview.take(by_name[name], typed)
    assert still_open(interview).name == "write", "the answers before are kept"
    interview.take(by_name["stations"], "e, d, c, b, a")
    interview.take(by_name["stripe_key"], "http://127.0.0.1:1")


def test_stations_are_parted_by_commas() -> None:
    assert answers.stations(" desk-1 , Hall 2 desk,, desk-1") == ("desk-1", "Hall 2 desk")
    with pytest.raises(InvalidInput) as refused:
        answers.stations("desk-1 desk-2")
    assert refused.value.code == "stations_without_commas"
