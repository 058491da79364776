"""PostgreSQL sessions: as we need them, whatever environment, role, server and poolers say."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from tests.desk.conftest import make_desk
from tests.fixtures.databases import opened
from tests.fixtures.pgbouncer import pooler, program
from tests.fixtures.postgresql import PASSWORD, USER, PostgresqlServer
from tests.fixtures.processes import run_together
from tui_pos.core import clock
from tui_pos.data import schema
from tui_pos.data.base import database
from tui_pos.data.connection import connected, host_ahead, open_database, run_tx
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.sessions import SETTINGS
from tui_pos.data.tables.auth import Group
from tui_pos.data.tables.registration import Order, TicketType
from tui_pos.desk.carts import checkout

ROLE = "odd_desk"
MOMENT = datetime(2026, 7, 1, 12, 0, 0, 250_000, tzinfo=UTC)

ENVIRONMENTS = [
    {"PGTZ": "America/New_York"},
    {"TZ": "Asia/Tokyo"},
    {"PGDATESTYLE": "SQL, DMY"},
    {"PGOPTIONS": "-c timezone=Asia/Kathmandu -c synchronous_commit=off"},
    {"PGCLIENTENCODING": "LATIN1"},
]
ROLE_SETTINGS = [
    ("timezone", "Asia/Tokyo"),
    ("datestyle", "German"),
    ("client_encoding", "LATIN1"),
    ("search_path", "elsewhere"),
    ("search_path", "elsewhere, public"),
    ("statement_timeout", "1ms"),
    ("lock_timeout", "1ms"),
    ("synchronous_commit", "off"),
    ("synchronous_commit", "local"),
    ("default_transaction_isolation", "serializable"),
    ("default_transaction_isolation", "repeatable read"),
]
DEFAULT = ""
IGNORE = "ignore_startup_parameters = options"


@pytest.fixture
def shop_url(postgresql_demos: Callable[[bool], str], postgresql_copy: Callable[[str], str]) -> str:
    """The demonstration conference as of now, in PostgreSQL, of a role that may do what a desk needs."""
    return postgresql_copy(postgresql_demos(False))


@pytest.fixture
def role(postgresql_server: PostgresqlServer, shop_url: str) -> Iterator[Callable[..., str]]:
    """Makes a role without special rights, with settings of its own; answers the URL with it."""
    name = shop_url.rpartition("/")[2]

    def make(*settings: tuple[str, str], superuser: bool = False) -> str:
        statements = [
            f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'{' SUPERUSER' if superuser else ''}",
            "CREATE SCHEMA elsewhere",
            f"GRANT ALL ON SCHEMA public, elsewhere TO {ROLE}",
            f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {ROLE}",
            f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {ROLE}",
            *(f"ALTER ROLE {ROLE} SET {key} = {quoted(value)}" for key, value in settings),
        ]
        postgresql_server.psql(name, *(f"--command={each}" for each in statements))
        return shop_url.replace(f"{USER}:", f"{ROLE}:")

    yield make
    postgresql_server.psql(name, f"--command=DROP OWNED BY {ROLE}", f"--command=DROP ROLE {ROLE}")


def quoted(value: str) -> str:
    """A setting's value as SQL; a list of names is written bare."""
    return value if "," in value else f"'{value}'"


def stores_times_exactly() -> bool:
    """Whether a time that is written is the moment that was meant, to the server and to us."""
    with connected():
        run_tx(lambda: TicketType.update(available_from=MOMENT).where(TicketType.slug == "regular").execute())
        table = TicketType._meta.table_name
        query = f"SELECT extract(epoch from available_from) FROM {table} WHERE slug = 'regular'"
        (seconds,) = database.execute_sql(query).fetchone()
        read = TicketType.get(TicketType.slug == "regular").available_from
        same = TicketType.select().where(TicketType.available_from == MOMENT).count()
        return (float(seconds), read, same) == (MOMENT.timestamp(), MOMENT, 1)


def differing() -> list[str]:
    """The settings that are not as asked, in a transaction."""

    def look() -> list[str]:
        values = {each: database.execute_sql(f"SHOW {each.name}").fetchone()[0] for each in SETTINGS}
        return [each.name for each, value in values.items() if not each.fits(value)]

    return run_tx(look)


def refusal(url: str) -> str:
    """The one sentence with which opening it is refused."""
    with pytest.raises(DatabaseUnavailable) as refused:
        open_database(url)
    assert str(refused.value).count("\n") == 0
    return str(refused.value)


@pytest.mark.parametrize("environment", ENVIRONMENTS, ids=lambda each: "".join(each))
def test_the_environment_changes_no_time_and_no_setting(
    shop_url: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with opened(shop_url):
        assert stores_times_exactly()
        assert differing() == []
        run_tx(lambda: Group.create(name="Łódź ☂"))
        with connected():
            assert Group.select().where(Group.name == "Łódź ☂").count() == 1


@pytest.mark.parametrize(("name", "value"), ROLE_SETTINGS)
def test_the_roles_settings_change_no_time_and_none_of_ours(
    role: Callable[..., str], name: str, value: str
) -> None:
    with opened(role((name, value))):
        schema.prepare()
        assert stores_times_exactly()
        assert differing() == []
        with connected():
            assert database.execute_sql("SELECT current_schema()").fetchone() == ("public",)


def test_times_are_stored_exactly_in_a_session_of_another_zone(shop_url: str) -> None:
    with opened(shop_url), connected():
        database.execute_sql("SET timezone = 'Asia/Tokyo'")
        assert stores_times_exactly()


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("read committed", "read committed"),
        ("read uncommitted", "read committed"),
        ("repeatable read", "read committed"),
        ("serializable", "serializable"),
    ],
)
def test_transactions_are_never_isolated_half(role: Callable[..., str], asked: str, got: str) -> None:
    def isolation() -> object:
        return database.execute_sql("SHOW transaction_isolation").fetchone()

    with opened(role(("default_transaction_isolation", asked))):
        assert run_tx(isolation) == (got,)


def test_a_setting_that_cannot_be_set_is_refused_by_name(role: Callable[..., str]) -> None:
    said = refusal(role(("session_replication_role", "replica")))
    assert "setting session_replication_role is replica" in said
    assert f"ALTER ROLE {ROLE} SET session_replication_role = 'origin'" in said


def test_a_superuser_gets_it_set_again(role: Callable[..., str]) -> None:
    with opened(role(("session_replication_role", "replica"), superuser=True)):
        assert differing() == []


def test_tables_in_two_schemas_of_which_none_is_searched_are_refused(
    role: Callable[..., str], postgresql_server: PostgresqlServer, shop_url: str
) -> None:
    url = role(("search_path", "nowhere"))
    copy = "CREATE TABLE elsewhere.program_conference_conference (id int)"
    postgresql_server.psql(shop_url.rpartition("/")[2], f"--command={copy}")
    said = refusal(url)
    assert "search_path" in said
    assert "elsewhere, public" in said


# PgBouncer


@pytest.fixture
def bounced(postgresql_server: PostgresqlServer, shop_url: str) -> Iterator[Callable[..., str]]:
    """The URL of the shop by way of a PgBouncer."""
    if program() is None:
        pytest.skip("PgBouncer is not installed (Debian: apt-get install pgbouncer)")
    with ExitStack() as stack:

        def through(mode: str, more: str = DEFAULT, *, url: str = shop_url, user: str = USER) -> str:
            port = stack.enter_context(pooler(postgresql_server, mode, user=user, more=more))
            return url.replace(f":{postgresql_server.port}/", f":{port}/")

        yield through


def sells(number: int) -> list[tuple[str, int]]:
    """Eight sales at one desk: each reference, and the seconds that the hold differs from what it must be."""
    desk = make_desk("demo", "trainee", f"desk-{number}")
    sold = []
    for count in range(8):
        placed = checkout.sell(desk, [("t-shirt", 1)], name=f"Buyer {count}", email="b@example.org")
        with connected():
            order = Order.get(Order.reference == placed.reference)
            assert order.hold_expires_at is not None
            left = order.hold_expires_at - clock.host() - timedelta(minutes=desk.hold_minutes)
        sold.append((placed.reference, round(left.total_seconds() / 10)))
    return sold


@pytest.mark.thorough
@pytest.mark.parametrize("more", [DEFAULT, IGNORE], ids=["refuses options", "drops options"])
@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_eight_desks_sell_through_pgbouncer(bounced: Callable[..., str], mode: str, more: str) -> None:
    # In session mode a desk keeps its server connections, so there must be one for each.
    url = bounced(mode, more + ("\ndefault_pool_size = 30" if mode == "session" else ""))
    with opened(url):
        assert database.obj.transaction_mode.is_pooled
        assert stores_times_exactly()
        assert differing() == []
        sold = [each for desk in run_together(url, sells) for each in desk]
        assert len({reference for reference, _ in sold}) == 64
        assert {off for _, off in sold} == {0}


@pytest.mark.parametrize("name", ["timezone", "datestyle", "synchronous_commit", "lock_timeout"])
@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_the_roles_settings_change_nothing_behind_pgbouncer(
    bounced: Callable[..., str], role: Callable[..., str], mode: str, name: str
) -> None:
    url = role((name, dict(ROLE_SETTINGS)[name]))
    with opened(bounced(mode, IGNORE, url=url, user=ROLE)):
        assert stores_times_exactly()
        assert differing() == []


def test_a_search_path_that_pgbouncer_would_lose_is_refused_by_name(
    bounced: Callable[..., str], role: Callable[..., str]
) -> None:
    url = role(("search_path", "elsewhere"))
    said = refusal(bounced("transaction", url=url, user=ROLE))
    assert f"ALTER ROLE {ROLE} SET search_path = public" in said


def test_statement_pooling_is_refused_with_what_to_change(bounced: Callable[..., str]) -> None:
    assert "set pool_mode = transaction or session" in refusal(bounced("statement"))


# Time


def test_in_a_transaction_it_is_the_databases_now(shop_url: str) -> None:
    def both() -> tuple[datetime, datetime]:
        (theirs,) = database.execute_sql("SELECT now()").fetchone()
        return clock.now(), theirs

    with opened(shop_url), connected():
        ours, theirs = run_tx(both)
        assert ours == theirs
        assert timedelta(0) <= clock.now() - theirs < timedelta(seconds=2)


@pytest.mark.parametrize("minutes", [20, -20])
def test_this_hosts_clock_changes_no_shared_time(
    shop_url: str, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    true = clock.host
    monkeypatch.setattr(clock, "host", lambda: true() + timedelta(minutes=minutes))
    with opened(shop_url):
        assert abs(clock.now() - true()) < timedelta(seconds=2)
        apart = host_ahead()
        assert apart is not None
        assert apart.seconds == pytest.approx(minutes * 60, abs=2)
        monkeypatch.setattr(clock, "host", lambda: true() - timedelta(minutes=minutes))
        assert abs(clock.now() - true()) < timedelta(seconds=2)
        run_tx(lambda: None)
        apart = host_ahead()
        assert apart is not None
        assert apart.seconds == pytest.approx(-minutes * 60, abs=2)


def test_a_file_has_no_clock_of_its_own(demo_url: str) -> None:
    with opened(demo_url):
        assert host_ahead() is None
        assert abs(clock.now() - clock.host()) < timedelta(seconds=1)
