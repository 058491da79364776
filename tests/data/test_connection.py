"""Opening a database, and what is said when it cannot be opened or is gone."""

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from peewee import IntegrityError, InterfaceError

from tests.fixtures.databases import opened
from tests.fixtures.postgresql import PASSWORD, PostgresqlServer
from tests.fixtures.processes import run_together
from tui_pos.core import clock
from tui_pos.data import connection, engines, schema
from tui_pos.data.base import database
from tui_pos.data.connection import close_database, connected, is_sqlite, open_database, run_tx
from tui_pos.data.demo import create_demo
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.tables.auth import Group, User
from tui_pos.data.tables.desk import Attempt
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Order

SQLITE_SETTINGS = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


def refusal(url: str) -> str:
    """The sentence with which a database that cannot be opened is refused."""
    with pytest.raises(DatabaseUnavailable) as refused:
        open_database(url)
    sentence = str(refused.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://root@localhost/shop", "must begin with sqlite:/// or postgresql://"),
        ("", "must begin with sqlite:/// or postgresql://"),
        ("/srv/desk.sqlite3", "must begin with sqlite:/// or postgresql://"),
        ("sqlite://shop.sqlite3", "must be sqlite:///path"),
        ("sqlite:///", "must be sqlite:///path"),
        ("sqlite:////nowhere/at/all/shop.sqlite3", "folder /nowhere/at/all for the database does not exist"),
        ("sqlite:////usr", "cannot be opened (unable to open database file)"),
        ("postgresql://desk:hush-hush@127.0.0.1:1/shop", "does not answer: connection failed"),
        ("postgresql://desk:hush-hush@127.0.0.1:1,127.0.0.1:2/shop", "does not answer: connection failed"),
        ("postgresql://desk:hush@hush@127.0.0.1:1/shop", "must be postgresql://user:password@host:port/name"),
        ("postgresql://desk:hush/hush@127.0.0.1:1/shop", "must be postgresql://user:password@host:port/name"),
        ("postgresql://desk:hush%hush@127.0.0.1:1/shop", "must be postgresql://user:password@host:port/name"),
        ("postgresql://desk:1234/hush@127.0.0.1:1/shop", "must be postgresql://user:password@host:port/name"),
        ("postgresql://desk:hush@127.0.0.1:x/shop", "must be postgresql://user:password@host:port/name"),
    ],
)
def test_a_wrong_url_is_one_sentence_without_the_password(url: str, says: str) -> None:
    sentence = refusal(url)
    assert says in sentence
    assert "hush" not in sentence


def test_a_refused_log_in_is_one_sentence_without_the_password(postgresql_server: PostgresqlServer) -> None:
    address = postgresql_server.url("postgres")
    sentence = refusal(address.replace(PASSWORD, "not-the-password"))
    assert "password authentication failed" in sentence
    assert "not-the-password" not in sentence
    assert 'database "no_such_shop" does not exist' in refusal(postgresql_server.url("no_such_shop"))
    # A password that is also somebody's name must not be shown in a message about that name.
    assert "nobody-knows" not in refusal(address.replace(f"desk:{PASSWORD}", "nobody-knows:nobody-knows"))


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database\n" * 100)
    assert "is not a database" in refusal(f"sqlite:///{tmp_path}/notes.txt")


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_disappears_is_noticed_before_anything_is_written(demo_url: str, replaced: bool) -> None:
    path = Path(demo_url.removeprefix("sqlite:///"))
    with opened(demo_url):
        run_tx(lambda: Group.create(name="before"))
        path.rename(path.with_suffix(".moved"))
        if replaced:
            shutil.copyfile(path.with_suffix(".moved"), path)
        with pytest.raises(DatabaseUnavailable, match="removed or replaced"):
            run_tx(lambda: Group.create(name="after"))
        path.with_suffix(".moved").rename(path)
        assert run_tx(lambda: Group.select().where(Group.name == "after").count()) == 0


@pytest.mark.parametrize("replaced", [False, True])
def test_a_connection_opened_while_the_file_is_away_makes_no_new_one(demo_url: str, replaced: bool) -> None:
    path = Path(demo_url.removeprefix("sqlite:///"))
    with opened(demo_url):
        close_database()
        path.rename(path.with_suffix(".moved"))
        if replaced:
            path.touch()
        with pytest.raises(DatabaseUnavailable, match="removed or replaced"), connected():
            raise AssertionError("there is no database to work in")
        assert path.exists() == replaced
        path.with_suffix(".moved").replace(path)
        with connected():
            assert Group.select().exists()


def test_a_full_disk_is_one_sentence(demo_url: str) -> None:
    with opened(demo_url):
        with connected():
            (pages,) = database.execute_sql("PRAGMA page_count").fetchone()
            database.execute_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(DatabaseUnavailable, match=r"disk of the database is full.*nothing was changed"):
            run_tx(lambda: [Group.create(name=f"{n}" * 100) for n in range(1000)])
        with connected():
            assert Group.select().count() == 3


def test_eight_desks_may_make_the_same_new_file_at_once(tmp_path: Path) -> None:
    def work(_number: int) -> int:
        schema.prepare()
        create_demo(clock.now())
        with connected():
            return Conference.select().count()

    url = f"sqlite:///{tmp_path}/new.sqlite3"
    with opened(url):
        assert run_together(url, work) == [1] * 8


@pytest.mark.usefixtures("shop")
def test_each_thread_has_a_connection_of_its_own_and_none_by_accident() -> None:
    seen: list[object] = []

    def stray() -> None:
        try:
            Group.select().count()
        except InterfaceError as error:
            seen.append(error)

    def proper() -> None:
        with connected():
            seen.append(database.connection())

    with connected():
        for target in (stray, proper):
            thread = threading.Thread(target=target)
            thread.start()
            thread.join()
        assert isinstance(seen[0], InterfaceError)
        assert seen[1] is not database.connection()


@pytest.mark.usefixtures("shop")
def test_closing_leaves_a_thread_at_work_its_connection() -> None:
    begun, closed = threading.Event(), threading.Event()
    counted: list[int] = []

    def work() -> None:
        with connected():
            begun.set()
            assert closed.wait(10)
            counted.append(Group.select().count())

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(10)
    close_database()
    closed.set()
    thread.join()
    assert len(counted) == 1


def test_more_threads_than_connections_are_told(demo_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "CONNECTIONS", 1)
    monkeypatch.setattr(engines, "BUSY_SECONDS", 1)
    said: list[str] = []

    def second() -> None:
        try:
            with connected():
                said.append("connected")
        except DatabaseUnavailable as error:
            said.append(str(error))

    with opened(demo_url), connected():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert said == ["Too many things at once use the database. Try again."]


@pytest.mark.parametrize("engine_url", ["postgresql"], indirect=True)
def test_a_lost_connection_whose_place_was_taken_is_told(
    engine_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "CONNECTIONS", 1)
    monkeypatch.setattr(engines, "BUSY_SECONDS", 1)
    taken, done = threading.Event(), threading.Event()

    def other() -> None:
        with connected():
            taken.set()
            done.wait(10)

    thread = threading.Thread(target=other)

    def work() -> None:
        database.connection().close()
        Group.select().count()

    def pause(_attempt: int) -> None:
        database.close()
        thread.start()
        assert taken.wait(10)

    monkeypatch.setattr(connection, "_pause", pause)
    with opened(engine_url):
        try:
            with pytest.raises(DatabaseUnavailable, match="Too many things at once use the database"):
                run_tx(work)
        finally:
            done.set()
            thread.join()
        run_tx(lambda: Group.create(name="after"))


def test_nothing_of_the_process_stays_open(demo_url: str) -> None:
    before = set(os.listdir("/proc/self/fd"))
    with opened(demo_url):
        for _ in range(3):
            with connected():
                Group.select().count()
    assert set(os.listdir("/proc/self/fd")) == before


@pytest.mark.usefixtures("shop")
def test_sessions_run_in_utc_and_sync_fully() -> None:
    with connected():
        if is_sqlite():
            found = [database.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in SQLITE_SETTINGS]
            assert found == list(SQLITE_SETTINGS.values())
        else:
            assert database.execute_sql("SHOW timezone").fetchone() == ("UTC",)
            assert database.execute_sql("SHOW lock_timeout").fetchone() == ("5s",)


def test_the_urls_own_options_win_but_for_the_time_zone(
    postgresql_server: PostgresqlServer, postgresql_copy: Callable[[str], str]
) -> None:
    postgresql_copy("template0")
    url = postgresql_server.url("postgres") + "?application_name=desk-7&options=-c%20work_mem%3D9MB"
    with opened(url), connected():
        shown = [
            database.execute_sql(f"SHOW {name}").fetchone()[0] for name in ("application_name", "work_mem")
        ]
        assert shown == ["desk-7", "9MB"]
        assert database.execute_sql("SHOW timezone").fetchone() == ("UTC",)


def attempt(order: Order, reader: str, key: str, finished: bool = False) -> Attempt:
    """A payment attempt as ``desk.payments`` writes it."""
    return Attempt.create(
        **{"conference": order.conference_id, "order": order, "key": key, "station": "desk-1"},
        **{"staff": User.get(User.username == "trainee"), "reader_id": reader, "amount": 2500},
        **{"currency": "USD", "capture_mode": "automatic", "finished_at": clock.now() if finished else None},
    )


LIVE_ORDER = ("tui_pos_attempt_live_order", "tui_pos_attempt.order_id")
LIVE_READER = ("tui_pos_attempt_live_reader", "tui_pos_attempt.reader_id")
"""PostgreSQL names the index that was violated, SQLite its columns."""


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("same_order", "same_reader", "broken"), [(True, False, LIVE_ORDER), (False, True, LIVE_READER)]
)
def test_the_database_refuses_a_second_live_attempt(
    same_order: bool, same_reader: bool, broken: tuple[str, str]
) -> None:
    with connected():
        one, two = Order.select().order_by(Order.id).limit(2)
    run_tx(lambda: attempt(one, "tmr_1", "finished", finished=True))
    run_tx(lambda: attempt(one, "tmr_1", "live"))
    with pytest.raises(IntegrityError, match="|".join(broken)):
        run_tx(lambda: attempt(one if same_order else two, "tmr_1" if same_reader else "tmr_2", "second"))
    run_tx(lambda: attempt(two, "tmr_2", "another order on another reader"))
