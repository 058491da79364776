"""A PostgreSQL server that falls silent, and no word that the line is dead: nobody waits for it for long."""

import os
import socket
from collections.abc import Callable, Iterator
from threading import Barrier, Thread

import pytest

from tests.fixtures.databases import opened
from tests.fixtures.postgresql import PostgresqlServer
from tests.fixtures.tcp_proxy import COMMIT, Proxy
from tui_pos.core import clock
from tui_pos.data import answer_timeout
from tui_pos.data.base import database
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.errors import CommitUnknown, DatabaseUnavailable
from tui_pos.data.tables.auth import Group

SECONDS = 1.0
"""How long an answer is waited for in these tests."""


@pytest.fixture
def shop_url(postgresql_demos: Callable[[bool], str], postgresql_copy: Callable[[str], str]) -> str:
    """The demonstration conference in PostgreSQL."""
    return postgresql_copy(postgresql_demos(False))


@pytest.fixture
def proxy(
    shop_url: str, postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Proxy]:
    """Stands before the server of the open database, whose answers are waited for not as long as usual."""
    monkeypatch.setattr(answer_timeout, "ANSWER_SECONDS", SECONDS)
    with Proxy(postgresql_server.port) as proxy:
        url = shop_url.replace(f":{postgresql_server.port}/", f":{proxy.port}/")
        with opened(f"{url}?connect_timeout=2"):
            yield proxy


def names() -> set[str]:
    """The groups that a test made."""
    with connected():
        return {each.name for each in Group.select().where(~Group.name.startswith("Demo "))}


def waited(work: Callable[[], object], error: type[DatabaseUnavailable], says: str) -> float:
    """How many seconds ``work`` took to fail with a sentence."""
    began = clock.monotonic()
    with pytest.raises(DatabaseUnavailable, match=says) as failed:
        work()
    assert type(failed.value) is error
    return clock.monotonic() - began


@pytest.mark.timeout(30)
def test_a_question_without_an_answer_is_given_up(proxy: Proxy) -> None:
    def ask() -> None:
        with connected():
            proxy.fall_silent()
            Group.select().count()

    assert waited(ask, DatabaseUnavailable, "no answer within 1 seconds") < 3 * SECONDS
    proxy.speak()
    assert names() == set()


@pytest.mark.timeout(30)
def test_only_one_of_the_idle_connections_is_waited_for(proxy: Proxy) -> None:
    together = Barrier(6)

    def use() -> None:
        with connected():
            together.wait(10)

    threads = [Thread(target=use) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    proxy.fall_silent()
    assert waited(names, DatabaseUnavailable, "does not answer: connection timeout") < 3 * SECONDS + 2
    proxy.speak()
    assert names() == set()


@pytest.mark.timeout(30)
def test_a_commit_without_an_answer_is_not_known(proxy: Proxy) -> None:
    calls: list[str] = []

    def work() -> None:
        calls.append("called")
        Group.create(name="perhaps")

    proxy.fall_silent(COMMIT)
    took = waited(lambda: run_tx(work), CommitUnknown, "not known whether it was saved")
    assert (calls, took < 3 * SECONDS) == (["called"], True)
    proxy.speak()
    assert names() == {"perhaps"}


@pytest.mark.timeout(60)
def test_work_that_gets_no_answer_before_its_commit_is_done_again(proxy: Proxy) -> None:
    calls: list[str] = []

    def work() -> None:
        calls.append("called")
        Group.create(name=f"try {len(calls)}")
        if len(calls) == 1:
            proxy.fall_silent()
            try:
                Group.select().count()
            finally:
                proxy.speak()

    run_tx(work)
    assert (len(calls), names()) == (2, {"try 2"})


@pytest.mark.parametrize(
    ("said", "idle", "interval", "count", "unacknowledged"),
    [
        ("", 5, 3, 3, 15_000),
        ("?keepalives_idle=40&tcp_user_timeout=7000", 40, 3, 3, 7_000),
        ("?keepalives_interval=4&keepalives_count=9", 5, 4, 9, 15_000),
    ],
)
def test_the_kernel_gives_up_a_dead_line_as_the_url_says(
    shop_url: str, said: str, idle: int, interval: int, count: int, unacknowledged: int
) -> None:
    with opened(shop_url + said), connected():
        line = socket.socket(fileno=os.dup(database.connection().pgconn.socket))
        with line:
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            found = [
                line.getsockopt(socket.IPPROTO_TCP, name)
                for name in (
                    socket.TCP_KEEPIDLE,
                    socket.TCP_KEEPINTVL,
                    socket.TCP_KEEPCNT,
                    socket.TCP_USER_TIMEOUT,
                )
            ]
    assert found == [idle, interval, count, unacknowledged]
