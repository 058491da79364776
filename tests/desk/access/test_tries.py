"""Wrong secrets slow down and lock, per name and per station, in all processes, and are written down."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest

from tests.fixtures.processes import run_together
from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.errors import CommitUnknown, DatabaseUnavailable, ReadOnlyDatabase
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry
from tui_pos.desk import conferences
from tui_pos.desk.access import passwords, sign_in, tries
from tui_pos.desk.access.tries import At
from tui_pos.desk.errors import NotPermitted

MINUTE = timedelta(minutes=1)


class Clock:
    """A clock that only the test moves."""

    def __init__(self) -> None:
        self.at = datetime(2027, 5, 14, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def go(self, step: timedelta) -> None:
        self.at += step


@pytest.fixture
def time(shop: str, monkeypatch: pytest.MonkeyPatch) -> Clock:  # noqa: ARG001
    moving = Clock()
    monkeypatch.setattr(clock, "now", moving.now)
    return moving


def desk_at(station: str = "desk-3") -> At:
    return At(conferences.find("demo").id, station)


def tried(username: str, secret: str = "wrong", at: At | None = None) -> str:
    """The code that a try is refused with, '' when it succeeds."""
    try:
        sign_in.sign_in(username, secret, at or desk_at())
    except NotPermitted as refused:
        return refused.code
    return ""


def wait(username: str, at: At | None = None) -> tuple[tries.CountedBy, int]:
    """Who has to wait, and how many seconds."""
    with pytest.raises(NotPermitted) as refused:
        sign_in.sign_in(username, "demo", at or desk_at())
    assert refused.value.exit_status == 6
    assert refused.value.code == "too_many_tries"
    whose, left = refused.value.values["whose"], refused.value.values["left"]
    assert isinstance(whose, tries.CountedBy)
    assert isinstance(left, timedelta)
    return whose, math.ceil(left.total_seconds())


def wrong(count: int, time: Clock, username: str, station: Callable[[int], str]) -> None:
    """So many wrong tries, each after the wait before it, each at the station of its number."""
    for number in range(count):
        assert tried(username, at=desk_at(station(number))) == "wrong_credentials"
        time.go(tries.LONGEST_WAIT)


@pytest.mark.parametrize("username", ["trainee", "lead", "nobody", "idle.demo", "a\0b"])
def test_a_name_has_to_wait_longer_and_longer_wherever_it_is_tried(time: Clock, username: str) -> None:
    for number in range(3):
        assert tried(username, at=desk_at(f"desk-{number}")) == "wrong_credentials"
    assert wait(username, desk_at("desk-8")) == (tries.CountedBy.NAME, 2)
    time.go(timedelta(seconds=2))
    assert tried(username, at=desk_at("desk-8")) == "wrong_credentials"
    assert wait(username)[1] == 4
    assert tried("scanner", "demo") == ""  # somebody else is not kept waiting


@pytest.mark.parametrize("username", ["trainee", "nobody"])
def test_ten_lock_a_name_for_a_quarter_of_an_hour(time: Clock, username: str) -> None:
    wrong(10, time, username, lambda number: f"desk-{number}")
    assert 13 * 60 < wait(username)[1] <= 14 * 60
    time.go(13 * MINUTE)
    assert tried(username, "demo", desk_at("desk-99")) == "too_many_tries"
    time.go(2 * MINUTE)
    assert tried(username, "demo") == ("" if username == "trainee" else "wrong_credentials")


def test_a_station_is_locked_by_many_names_and_no_other_station_with_it(time: Clock) -> None:
    for number in range(20):
        assert tried(f"guest-{number}") == "wrong_credentials"
        time.go(tries.LONGEST_WAIT)
    assert wait("trainee")[0] is tries.CountedBy.STATION
    assert tried("trainee", "demo", desk_at("desk-4")) == ""
    time.go(tries.WINDOW)
    assert tried("trainee", "demo") == ""


def test_the_right_secret_forgives_the_name_and_not_the_station(time: Clock) -> None:
    for _ in range(2):
        for number in range(2):
            assert tried("trainee", at=desk_at(f"desk-{number}")) == "wrong_credentials"
        assert tried("trainee", "demo") == ""
    for name in ("a", "b", "c", "d", "e", "f"):
        assert tried(name) == "wrong_credentials"
    assert tried("trainee", "demo") == "too_many_tries"
    time.go(timedelta(seconds=2))
    assert tried("trainee", "demo") == ""


def test_what_is_refused_unchecked_makes_nobody_wait_longer(
    time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        tried("trainee")
    monkeypatch.setattr(sign_in, "verify", lambda *_: pytest.fail("a locked name's secret was looked at"))
    for _ in range(50):
        assert tried("trainee") == "too_many_tries"
    monkeypatch.undo()
    monkeypatch.setattr(clock, "now", time.now)
    time.go(timedelta(seconds=2))
    assert tried("trainee", "demo") == ""


@pytest.mark.usefixtures("time")
def test_failures_and_successes_are_in_the_audit_log() -> None:
    with connected():
        tilda, lena = (User.get(User.username == name).id for name in ("trainee", "lead"))
        User.update(is_active=False).where(User.id == lena).execute()
    for pair in ("trainee hunter2", "hunter2 x", "lead demo", "idle.demo demo", "trainee demo"):
        username, secret = pair.split()
        tried(username, secret)
    with connected():
        rows = list(AuditEntry.select().order_by(AuditEntry.id))
    told = [(row.what, row.staff_id, row.station) for row in rows]
    everything = str([row.__data__ for row in rows])
    assert told == [
        ("sign_in_failed", tilda, "desk-3"),
        ("sign_in_failed", None, "desk-3"),
        ("sign_in_failed", lena, "desk-3"),
        ("sign_in_failed", None, "desk-3"),
        ("sign_in", tilda, "desk-3"),
    ]
    assert "hunter2" not in everything  # a password typed as the name, or as the password


def test_the_sign_ins_of_one_script_are_told_once_until_something_else_happens(time: Clock) -> None:
    def told() -> int:
        with connected():
            return int(AuditEntry.select().where(AuditEntry.what == "sign_in").count())

    for _ in range(5):
        assert tried("trainee", "demo") == ""
    assert told() == 1
    tried("trainee", "demo", desk_at("desk-4"))
    tried("trainee", "wrong")
    tried("trainee", "demo")
    assert told() == 3
    time.go(tries.WINDOW + MINUTE)
    tried("trainee", "demo")
    assert told() == 4


def guess(number: int) -> list[str]:
    """One of many processes that guess at once, each at a station of its own."""
    return [tried("trainee", at=desk_at(f"desk-{number}")) for _ in range(6)]


def test_processes_that_guess_at_once_learn_no_more_than_one_alone(shop: str) -> None:
    """The third wrong one makes all wait for 2 seconds, whoever was on the way to an answer."""
    answers = [answer for each in run_together(shop, guess, 6) for answer in each]
    assert set(answers) == {"wrong_credentials", "too_many_tries"}
    with connected():
        failed = AuditEntry.what == "sign_in_failed"
        rows = list(AuditEntry.select().where(failed).order_by(AuditEntry.id))
    assert len(rows) == answers.count("wrong_credentials")
    for before, after in pairwise(rows[2:]):
        assert after.at - before.at >= timedelta(seconds=2)


@pytest.mark.usefixtures("time")
@pytest.mark.parametrize("told", [True, False])
def test_a_right_secret_is_no_use_once_others_have_locked_the_name_meanwhile(
    told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = passwords.verify
    with connected():
        tilda = tries.Name(User.get(User.username == "trainee").id)

    def slow(secret: str, encoded: str) -> bool:
        for _ in range(3):
            run_tx(partial(tries.count, desk_at("desk-9"), tilda, correct=False))
        return checked(secret, encoded)

    monkeypatch.setattr(sign_in, "verify", slow)
    with pytest.raises(NotPermitted) as refused:
        sign_in.sign_in("trainee", "demo", desk_at(), told=told)
    assert refused.value.code == "too_many_tries"


def test_a_success_of_who_only_looks_is_not_written_and_a_failure_is(time: Clock) -> None:
    def told() -> list[str]:
        with connected():
            return [row.what for row in AuditEntry.select().order_by(AuditEntry.id)]

    assert sign_in.sign_in("trainee", "demo", desk_at(), told=False).username == "trainee"
    assert told() == []
    with pytest.raises(NotPermitted):
        sign_in.sign_in("trainee", "wrong", desk_at(), told=False)
    assert told() == ["sign_in_failed"]
    time.go(MINUTE)


@contextmanager
def unwritable(error: type[Exception]) -> Iterator[None]:
    """While the block runs, no try can be written down."""

    def failing(*_: object) -> None:
        raise error("not now")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sign_in, "run_tx", failing)
        yield


@pytest.mark.parametrize("error", [ReadOnlyDatabase, DatabaseUnavailable, CommitUnknown])
@pytest.mark.parametrize("username", ["trainee", "nobody"])
def test_guesses_wait_and_lock_while_the_database_takes_no_writes(
    time: Clock, error: type[Exception], username: str
) -> None:
    with unwritable(error):
        assert tried("scanner", "demo") == ""  # who knows the secret looks up
        wrong(2, time, username, lambda number: f"desk-{number}")
        assert tried(username) == "wrong_credentials"
        assert wait(username)[1] == 2
        time.go(tries.LONGEST_WAIT)
        wrong(7, time, username, lambda number: f"desk-{number}")
        assert wait(username)[1] > 90


def test_what_was_counted_here_adds_to_what_was_written_and_is_forgiven_with_it(time: Clock) -> None:
    assert tried("trainee") == "wrong_credentials"
    with unwritable(ReadOnlyDatabase):
        assert tried("trainee") == "wrong_credentials"
    assert tried("trainee") == "wrong_credentials"
    assert wait("trainee") == (tries.CountedBy.NAME, 2)
    time.go(timedelta(seconds=2))
    assert tried("trainee", "demo") == ""
    time.go(timedelta(seconds=1))
    for number in range(3):
        assert tried("trainee", at=desk_at(f"desk-{number}")) == "wrong_credentials"
    assert wait("trainee", desk_at("desk-4")) == (tries.CountedBy.NAME, 2)


@pytest.mark.parametrize("count", [3, 10])
def test_a_clock_that_was_ahead_locks_nobody_once_it_is_right(time: Clock, count: int) -> None:
    time.go(timedelta(days=1))
    wrong(count, time, "trainee", lambda number: f"desk-{number}")
    time.go(-timedelta(days=1))
    assert tried("trainee", "demo") == ""
    assert tried("trainee") == "wrong_credentials"  # and it counts from anew


def test_a_clock_that_is_put_back_a_little_lengthens_no_wait(time: Clock) -> None:
    for number in range(3):
        assert tried("trainee", at=desk_at(f"desk-{number}")) == "wrong_credentials"
    time.go(-timedelta(seconds=30))
    assert wait("trainee")[1] == 2


@pytest.mark.parametrize("secret", ["wrong", "demo"])
def test_an_account_of_the_web_site_that_was_tried_at_a_desk_can_still_be_deleted(
    time: Clock, secret: str
) -> None:
    """Django, which deletes it, knows nothing of the audit log."""
    with connected():
        ada = User.create(username="ada", password=User.get(User.username == "visitor").password)
    for _ in range(3):
        assert tried("ada", secret) == ("no_desk_rights" if secret == "demo" else "wrong_credentials")
    if secret == "wrong":
        assert wait("ada", desk_at("desk-4")) == (tries.CountedBy.NAME, 2)
    assert run_tx(lambda: User.delete().where(User.id == ada.id).execute()) == 1
    time.go(MINUTE)


def sprayed(time: Clock, *, count: int, named: frozenset[str]) -> None:
    """Wrong tries, one for a name, each at a station that somebody made up."""
    for number in range(count):
        at = At(desk_at().conference_id, f"made-up-{number}", named)
        assert tried(f"guest-{number}", at=at) == "wrong_credentials"
        time.go(tries.LONGEST_WAIT)


@pytest.mark.parametrize("named", [frozenset[str](), frozenset({"desk-3"})])
def test_stations_that_are_made_up_count_together(time: Clock, named: frozenset[str]) -> None:
    conference = desk_at().conference_id
    sprayed(time, count=40, named=named)
    fresh = At(conference, "made-up-too", named)
    assert wait("trainee", fresh)[0] is tries.CountedBy.UNNAMED_STATIONS
    assert tried("trainee", "demo", At(conference, "desk-3", frozenset({"desk-3"}))) == ""
    time.go(tries.WINDOW)
    assert tried("trainee", "demo", fresh) == ""


def test_who_mistypes_and_then_comes_in_makes_no_other_station_wait(time: Clock) -> None:
    for number in range(45):
        at = desk_at(f"desk-{number}")
        assert tried("trainee", at=at) == "wrong_credentials"
        assert tried("trainee", "demo", at) == ""
        time.go(timedelta(seconds=1))
    assert tried("scanner", "demo", desk_at("desk-99")) == ""
