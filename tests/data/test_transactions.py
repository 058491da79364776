"""``run_tx``: everything or nothing, once, whoever else is writing and whatever dies on the way."""

import resource
from collections.abc import Callable
from functools import partial

import pytest
from peewee import IntegrityError, OperationalError

from tests.fixtures.postgresql import PostgresqlServer
from tests.fixtures.processes import FORK, PATIENCE, holding, run_together
from tui_pos.data import connection
from tui_pos.data.base import database
from tui_pos.data.connection import connected, is_sqlite, lock, on_commit, run_tx
from tui_pos.data.errors import CommitUnknown, DatabaseUnavailable
from tui_pos.data.tables.auth import Group
from tui_pos.data.tables.registration import OrderLine, TicketType


def groups() -> set[str]:
    """Names of the groups that a test made."""
    with connected():
        return {group.name for group in Group.select() if not group.name.startswith("Demo ")}


def first_tickets() -> list[TicketType]:
    """Two rows of stock, locked in the order of their ids."""
    return list(lock(TicketType.select().order_by(TicketType.id).limit(2)))


def impatient() -> None:
    """Let this connection wait for a lock no longer than an instant."""
    database.execute_sql("PRAGMA busy_timeout = 20" if is_sqlite() else "SET lock_timeout = 20")


@pytest.mark.usefixtures("shop")
def test_the_answer_comes_back_and_the_work_is_stored() -> None:
    assert run_tx(lambda: Group.create(name="stored").name) == "stored"
    assert groups() == {"stored"}


@pytest.mark.usefixtures("shop")
def test_an_exception_undoes_everything_also_from_a_joined_transaction() -> None:
    def inner() -> None:
        Group.create(name="inner")
        raise LookupError("sold out")

    def outer() -> None:
        Group.create(name="outer")
        run_tx(inner)

    with pytest.raises(LookupError):
        run_tx(outer)
    assert groups() == set()


@pytest.mark.usefixtures("shop")
def test_a_broken_reference_is_told_at_the_commit_and_undone() -> None:
    reached = []

    def work() -> None:
        Group.create(name="with it")
        OrderLine.create(order=987654, description="", unit_price=1, line_total=1)
        reached.append("after the insert")

    with pytest.raises(IntegrityError):
        run_tx(work)
    assert (reached, groups()) == (["after the insert"], set())


@pytest.mark.usefixtures("shop")
def test_what_waits_for_the_commit_is_done_after_the_outermost_one_and_in_order() -> None:
    done: list[str] = []

    def inner() -> None:
        on_commit(lambda: done.append("inner"))

    def outer() -> None:
        on_commit(lambda: done.append(f"outer, {'open' if database.in_transaction() else 'stored'}"))
        run_tx(inner)
        assert done == []

    run_tx(outer)
    assert done == ["outer, stored", "inner"]
    on_commit(lambda: done.append("at once"))
    assert done[2:] == ["at once"]


@pytest.mark.usefixtures("shop")
def test_what_waits_for_the_commit_of_something_undone_is_not_done() -> None:
    done: list[str] = []

    def work(error: Exception) -> None:
        on_commit(lambda: done.append("told"))
        raise error

    for error in (LookupError(), IntegrityError(), OperationalError("disk I/O error")):
        with pytest.raises((LookupError, IntegrityError, DatabaseUnavailable)):
            run_tx(partial(work, error))
    run_tx(groups)
    assert done == []


@pytest.mark.usefixtures("shop")
def test_what_waits_for_the_commit_of_something_repeated_is_done_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "_was_in_the_way", lambda _error: True)
    done: list[int] = []
    calls: list[int] = []

    def work() -> None:
        calls.append(len(calls))
        on_commit(partial(done.append, len(calls)))
        if len(calls) < 3:
            raise OperationalError("another was in the way")

    run_tx(work)
    assert (len(calls), done) == (3, [3])


def test_it_waits_for_another_desk_and_repeats_the_whole(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with holding(shop, first_tickets) as other, connected():
        pauses: list[int] = []

        def pause(attempt: int) -> None:
            pauses.append(attempt)
            other.commit()

        monkeypatch.setattr(connection, "_pause", pause)
        impatient()

        def work() -> None:
            Group.create(name=f"after {len(pauses)}")
            first_tickets()

        run_tx(work)
    assert pauses == list(range(1, len(pauses) + 1)) != []
    assert groups() == {f"after {len(pauses)}"}


def test_a_desk_that_stays_in_the_way_is_one_sentence(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0)
    with holding(shop, first_tickets), connected():
        impatient()
        with pytest.raises(DatabaseUnavailable, match="nothing was changed"):
            run_tx(lambda: Group.create(name="late") and first_tickets())
    assert groups() == set()


def test_a_killed_desk_stands_in_nobodys_way(shop: str) -> None:
    def half_a_sale() -> None:
        first_tickets()
        Group.create(name="half")

    with holding(shop, half_a_sale) as other:
        other.kill()
        assert len(run_tx(first_tickets)) == 2
    assert groups() == set()


def test_eight_desks_lose_no_increment(shop: str) -> None:
    def add_one() -> None:
        ticket = lock(TicketType.select().where(TicketType.slug == "regular")).get()
        TicketType.update(total_quantity=ticket.total_quantity + 1).where(
            TicketType.id == ticket.id
        ).execute()

    def work(number: int) -> int:
        for _ in range(20):
            run_tx(add_one)
        return number

    with connected():
        before = TicketType.get(TicketType.slug == "regular").total_quantity
    assert run_together(shop, work) == list(range(8))
    with connected():
        assert TicketType.get(TicketType.slug == "regular").total_quantity == before + 160


@pytest.fixture
def backend(shop: str, postgresql_server: PostgresqlServer) -> Callable[[], None]:
    """Ends this desk's session on the server, as an administrator or a restart would."""
    name = shop.rsplit("/", 1)[1]

    def terminate() -> None:
        postgresql_server.psql(
            "postgres",
            "--command=SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            f" WHERE datname = '{name}' AND application_name = 'tui-pos'",
        )

    return terminate


only_postgresql = pytest.mark.parametrize("shop", ["postgresql"], indirect=True)


@only_postgresql
def test_a_deadlock_is_repeated_until_both_are_done(shop: str) -> None:
    both_hold_one = FORK.Barrier(2)

    def work(number: int) -> int:
        calls: list[int] = []

        def cross() -> None:
            calls.append(number)
            first, second = ("regular", "corporate") if number else ("corporate", "regular")
            lock(TicketType.select().where(TicketType.slug == first)).get()
            if len(calls) == 1:
                both_hold_one.wait(PATIENCE)
            lock(TicketType.select().where(TicketType.slug == second)).get()

        run_tx(cross)
        return len(calls)

    assert sorted(run_together(shop, work, 2)) == [1, 2]


@only_postgresql
def test_a_session_lost_in_the_middle_is_replaced_and_the_work_repeated(backend: Callable[[], None]) -> None:
    calls: list[str] = []

    def work() -> None:
        Group.create(name=f"try {len(calls)}")
        calls.append("called")
        if len(calls) == 1:
            backend()
        first_tickets()

    run_tx(work)
    assert (len(calls), groups()) == (2, {"try 1"})


@only_postgresql
def test_a_session_lost_while_idle_is_replaced(backend: Callable[[], None]) -> None:
    with connected():
        backend()
        run_tx(lambda: Group.create(name="in an open block"))
    backend()
    run_tx(lambda: Group.create(name="from the pool"))
    assert groups() == {"in an open block", "from the pool"}


@only_postgresql
def test_a_commit_without_an_answer_is_not_repeated(shop: str, postgresql_server: PostgresqlServer) -> None:
    postgresql_server.psql(
        shop.rsplit("/", 1)[1],
        "--command=CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'",
        "--command=CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON auth_group"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()",
    )
    calls: list[str] = []

    def work() -> None:
        calls.append("called")
        on_commit(lambda: calls.append("told"))
        Group.create(name="perhaps")

    with pytest.raises(CommitUnknown, match="not known whether"):
        run_tx(work)
    assert calls == ["called"]
    assert groups() == set()


@pytest.mark.parametrize("shop", ["sqlite"], indirect=True)
def test_a_commit_that_the_disk_did_not_take_is_not_called_undone(shop: str) -> None:
    def work(_number: int) -> str:
        with connected():
            # From here on the write-ahead log cannot grow: the commit, which writes it, fails.
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
            with pytest.raises(CommitUnknown) as refused:
                run_tx(lambda: Group.create(name="perhaps"))
        return str(refused.value)

    (sentence,) = run_together(shop, work, 1)
    assert "not known whether it was saved" in sentence
    assert groups() == set()


@only_postgresql
@pytest.mark.usefixtures("shop")
def test_a_server_that_stops_is_one_sentence_and_comes_back(
    postgresql_server: PostgresqlServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0)
    try:
        with connected():
            postgresql_server.stop()
            with pytest.raises(DatabaseUnavailable, match="nothing was changed"):
                run_tx(lambda: Group.create(name="lost"))
        with pytest.raises(DatabaseUnavailable, match="does not answer: "), connected():
            pass
    finally:
        postgresql_server.start()
    run_tx(lambda: Group.create(name="back"))
    assert groups() == {"back"}
