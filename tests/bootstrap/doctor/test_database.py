"""The database as the doctor sees it, on each engine: one true sentence for each fault, and what it stops."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from tests.bootstrap.doctor.conftest import faults, look, stopped
from tests.desk.conftest import make_desk
from tests.fixtures.databases import opened
from tests.fixtures.postgresql import USER, PostgresqlServer
from tests.fixtures.processes import holding
from tui_pos.bootstrap.doctor import Level
from tui_pos.core import exit_codes
from tui_pos.core.config import ConferenceSettings, Settings
from tui_pos.core.scanners import Scanner
from tui_pos.data import connection, health
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.steps import STEPS
from tui_pos.data.tables.registration import Attendee, Order
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.carts.holders import Holder
from tui_pos.desk.catalogue import product_codes
from tui_pos.desk.checkin.corrections import correct
from tui_pos.desk.checkin.group import check_in_group
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.limits import Stop
from tui_pos.desk.scanners import remember
from tui_pos.desk.search.search import search
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.ui.messages import sentence

SQLITE = pytest.mark.parametrize("engine_url", ["sqlite"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("engine_url", ["postgresql"], indirect=True)


def run(url: str, *statements: str) -> None:
    """Statements as somebody else's."""
    with opened(url), connected():
        for statement in statements:
            database.execute_sql(statement)


def name_of(settings: Settings) -> str:
    return settings.database_url.rpartition("/")[2]


def dump(settings: Settings) -> bytes:
    """Everything in an SQLite file."""
    file = health.file_of(settings.database_url)
    assert file is not None
    with closing(sqlite3.connect(file)) as shop:
        return shop.serialize()


def test_all_is_well(settings: Settings) -> None:
    assert faults(settings) == {}
    assert {each.check for each in look(settings)} >= {"database", "writable", "rows", "conference"}


@SQLITE
def test_looking_changes_nothing(settings: Settings) -> None:
    before = dump(settings)
    look(settings)
    connection.close_database()
    assert dump(settings) == before


@SQLITE
def test_a_database_that_is_not_there_is_not_made(settings: Settings, tmp_path: Path) -> None:
    found = faults(replace(settings, database_url=f"sqlite:///{tmp_path}/none.sqlite3"))
    assert list(found) == ["database"]
    assert f"There is no database {tmp_path}/none.sqlite3; tui-pos init makes one." in sentence(
        found["database"].said
    )
    assert not (tmp_path / "none.sqlite3").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"This is a letter to a friend, and no database at all.\n" * 40, "is no database"),
        (b"", "has no tables yet"),
    ],
)
@SQLITE
def test_a_file_that_is_something_else(settings: Settings, tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "other.sqlite3"
    file.write_bytes(content)
    file.chmod(0o600)
    found = faults(replace(settings, database_url=f"sqlite:///{file}"))
    assert list(found) == ["database"]
    assert (found["database"].level, found["database"].status) == (Level.FAILED, exit_codes.UNAVAILABLE)
    assert says in sentence(found["database"].said)


@SQLITE
def test_a_damaged_page_stops_selling_and_nothing_else(settings: Settings) -> None:
    """Pages of orders are overwritten: the file opens, attendees are found, and only the check tells."""
    file = health.file_of(settings.database_url)
    assert file is not None
    with closing(sqlite3.connect(file)) as shop:
        shop.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = shop.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'program_registration_orderlineitem'"
        ).fetchone()
        (size,) = shop.execute("PRAGMA page_size").fetchone()
    with file.open("r+b") as pages:
        pages.seek((root - 1) * size)
        pages.write(b"\xa5" * size)
    found = faults(settings)
    assert (found["damage"].level, found["damage"].stops) == (Level.FAILED, (Stop.SELLING,))
    assert "is damaged" in sentence(found["damage"].said)
    assert "restore the last backup" in sentence(found["damage"].said)
    assert stopped(settings) == {Stop.SELLING}


@SQLITE
def test_a_file_damaged_from_its_first_page_on_is_not_opened(settings: Settings) -> None:
    file = health.file_of(settings.database_url)
    assert file is not None
    content = file.read_bytes()
    file.write_bytes(content[:100] + b"\xa5" * (len(content) - 100))
    found = faults(settings)
    assert list(found) == ["database"]
    assert "is damaged" in sentence(found["database"].said)


@SQLITE
def test_little_room_is_told_before_there_is_none(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "free_bytes", lambda: 100 * 2**20)
    assert faults(settings)["disk"].level is Level.WARNING
    monkeypatch.setattr(health, "free_bytes", lambda: 10 * 2**20)
    found = faults(settings)["disk"]
    assert (found.level, sentence(found.said)) == (
        Level.FAILED,
        "The disk of the database has 10 MiB left: make room before the next sale.",
    )


@POSTGRESQL
def test_a_read_only_server_stops_saving(settings: Settings, postgresql_server: PostgresqlServer) -> None:
    name = name_of(settings)
    postgresql_server.psql(name, f"--command=ALTER DATABASE {name} SET default_transaction_read_only = on")
    found = faults(settings)
    assert (found["writable"].level, found["writable"].stops) == (Level.FAILED, (Stop.SAVING,))
    assert sentence(found["writable"].said).startswith("The database is read-only (")
    assert sentence(found["writable"].said).endswith("Look-ups go on.")
    assert stopped(settings) == {Stop.SAVING}


@pytest.fixture
def clerk(settings: Settings, postgresql_server: PostgresqlServer) -> Iterator[Callable[..., Settings]]:
    """Makes a role with rights of its own, and runs statements about it; answers the settings with it."""
    name = name_of(settings)
    role = f"clerk_{name}"

    def may(*statements: str) -> Settings:
        connection.close_database()
        postgresql_server.psql(name, *(f"--command={each.format(role=role)}" for each in statements))
        address = f"postgresql://{role}:x@127.0.0.1:{postgresql_server.port}/{name}"
        return replace(settings, database_url=address)

    may("CREATE ROLE {role} LOGIN PASSWORD 'x'")
    yield may
    may("DROP OWNED BY {role}", "DROP ROLE {role}")


def granted() -> list[str]:
    """The statements that give a role what a desk needs; the names of tables are those of the open engine."""
    grants = [
        f"GRANT {right} ON {table} TO {{role}}"
        for table, right in health.needed_grants()
        if (table, right) != ("program_conference_conference", "UPDATE")
    ]
    # Enough to lock a conference, and not enough to change what it is.
    return [*grants, "GRANT UPDATE (updated_at) ON program_conference_conference TO {role}"]


@POSTGRESQL
def test_a_role_with_just_the_rights_of_a_desk_sells(clerk: Callable[..., Settings]) -> None:
    settings = clerk(*granted())
    assert faults(settings)["writable"].level is Level.WARNING
    settings = clerk("GRANT UPDATE (first_name, last_name, email) ON auth_user TO {role}")
    assert "writable" not in faults(settings)
    with opened(settings.database_url):
        desk = make_desk("demo", "trainee", "desk-3")
        sale = cart.start(desk)
        for slug in ("t-shirt", "regular"):
            cart.add(desk, sale.sale_id, slug)
        cart.remove(desk, sale.sale_id, "regular")
        placed = checkout.sell(desk, [("t-shirt", 1)], name="Buyer", email="b@example.org")
        assert take_cash(desk, placed.reference, placed.total, key="k").remaining == 0
        two = checkout.sell(desk, [("day-pass", 2)], [Holder("Mary")], name="Buyer")
        take_cash(desk, two.reference, two.total)
        with connected():
            rows = Attendee.select().where(Attendee.order == two.id).order_by(Attendee.id)
            codes = [row.access_code for row in rows]
        assert [each.refusal for each in check_in_group(desk, codes)] == [None, None]
        code = codes[0]
        correct(desk, code, name="Byer", email="b@example.org")
        lead = make_desk("demo", "lead", "desk-3")
        assert transfer(lead, code, "Jane", reason="ill").registered
        remember(desk, Scanner(prefixes=("~",)))
        remember(desk, Scanner(suffixes=("#",)))
        product_codes.add(lead, "t-shirt", "SHIRT-1")
        assert product_codes.remove(lead, "shirt-1")
        assert search(desk, "Jane").total == 1
        with connected():
            (written,) = database.execute_sql("SELECT count(*) FROM tui_pos_search_piece").fetchone()
        assert written


@POSTGRESQL
def test_each_table_of_the_desks_is_granted(settings: Settings) -> None:
    """What is created by an upgrade and written by no model too."""
    with opened(settings.database_url), connected():
        found = database.execute_sql(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename LIKE 'tui_pos_%%'"
        ).fetchall()
    rights: dict[str, set[str]] = {}
    for table, right in health.needed_grants():
        rights.setdefault(table, set()).add(right)
    ours = {table for table in rights if table.startswith("tui_pos_")}
    assert ours == {row[0] for row in found}
    assert [table for table in ours if rights[table] == {"SELECT"}] == [], "a table that no desk writes"


@POSTGRESQL
def test_who_may_not_write_the_search_index_finds_without_it(clerk: Callable[..., Settings]) -> None:
    for right, table in (("INSERT", "tui_pos_search_key"), ("INSERT", "tui_pos_search_piece")):
        settings = clerk(*granted(), f"REVOKE {right} ON {table} FROM {{role}}")
        assert f"GRANT {right} ON {table} TO" in sentence(faults(settings)["writable"].said)
        with opened(settings.database_url):
            assert [hit.key for hit in search(make_desk("demo", "trainee", "desk-3"), "lindqvist").found] == [
                "NOOR2026"
            ]


@POSTGRESQL
@pytest.mark.parametrize(
    ("right", "table"),
    [
        ("SELECT", "auth_permission"),
        ("INSERT", "program_registration_payment"),
        ("DELETE", "program_registration_payment"),
        ("DELETE", "program_registration_checkin"),
        ("DELETE", "tui_pos_lease"),
        ("UPDATE", "program_registration_discountforproduct"),
        ("UPDATE", "tui_pos_installation"),
        ("UPDATE (updated_at)", "program_conference_conference"),
        ("INSERT", "tui_pos_audit_entry"),
    ],
)
def test_a_right_that_the_role_lacks_is_named(clerk: Callable[..., Settings], right: str, table: str) -> None:
    found = faults(clerk(*granted(), f"REVOKE {right} ON {table} FROM {{role}}"))["writable"]
    assert found.stops == (Stop.SAVING,)
    assert f"GRANT {right.split()[0]} ON {table} TO" in sentence(found.said)


@POSTGRESQL
def test_a_table_whose_rows_are_locked_must_be_readable_in_all_its_columns(
    clerk: Callable[..., Settings],
) -> None:
    table = "program_conference_conference"
    taken = f"REVOKE SELECT ON {table} FROM {{role}}", f"GRANT SELECT (id) ON {table} TO {{role}}"
    with opened(clerk(*granted(), *taken).database_url):
        assert health.missing_grant() == ("SELECT", table)


@POSTGRESQL
def test_a_role_that_may_not_even_try_to_write_is_told(clerk: Callable[..., Settings]) -> None:
    settings = clerk(*granted(), "REVOKE UPDATE ON tui_pos_schema_version FROM {role}")
    assert "permission denied for table tui_pos_schema_version" in sentence(faults(settings)["writable"].said)


@POSTGRESQL
def test_connections_of_other_roles_count(settings: Settings, clerk: Callable[..., Settings]) -> None:
    theirs = settings.database_url
    with opened(clerk(*granted()).database_url):
        before = health.free_connections()
        assert before is not None
        with ExitStack() as stack:
            for _ in range(5):
                stack.enter_context(psycopg.connect(theirs))
            assert health.free_connections() == before - 5


@POSTGRESQL
def test_too_many_connections(settings: Settings, postgresql_server: PostgresqlServer) -> None:
    name = name_of(settings)
    postgresql_server.psql("postgres", f"--command=ALTER DATABASE {name} CONNECTION LIMIT 4")
    found = faults(settings)["connections"]
    assert found.level is Level.WARNING
    assert "takes only 3 more connections, and a desk may use 8" in sentence(found.said)
    connection.close_database()
    role = f"few_{name}"
    postgresql_server.psql(
        name,
        f"--command=CREATE ROLE {role} LOGIN PASSWORD 'x' CONNECTION LIMIT 0",
        f"--command=GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}",
    )
    few = replace(settings, database_url=f"postgresql://{role}:x@127.0.0.1:{postgresql_server.port}/{name}")
    found = faults(few)["database"]
    assert found.status == exit_codes.UNAVAILABLE
    assert "takes no more connections" in sentence(found.said)
    assert f'too many connections for role "{role}"' in sentence(found.said)
    postgresql_server.psql(name, f"--command=DROP OWNED BY {role}", f"--command=DROP ROLE {role}")


def test_a_database_that_is_only_busy_stops_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "BUSY_SECONDS", 0.2)

    def write() -> None:
        database.execute_sql("UPDATE tui_pos_schema_version SET version = version")

    monkeypatch.setattr("tui_pos.data.engines.SQLITE_PRAGMAS", (("busy_timeout", 100),))
    with opened(settings.database_url) as url, holding(url, write):
        found = faults(settings)
        assert (found["writable"].level, found["writable"].stops) == (Level.FAILED, ())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("UPDATE tui_pos_schema_version SET version = 999", "upgraded by a newer tui-pos"),
        (f"UPDATE tui_pos_schema_version SET version = {len(STEPS) - 1}", f"are at step {len(STEPS) - 1}"),
        ("ALTER TABLE program_registration_order ADD COLUMN gift varchar(9)", ""),
        ("DROP TABLE program_registration_checkin", "has no table program_registration_checkin"),
        (
            "ALTER TABLE program_registration_order RENAME COLUMN utm_medium TO medium",
            "has no column utm_medium",
        ),
    ],
)
def test_tables_that_this_version_does_not_know(settings: Settings, change: str, says: str) -> None:
    run(settings.database_url, change)
    found = faults(settings)
    assert says in (sentence(found["database"].said) if found else "")
    assert bool(found) == bool(says)


def test_a_column_that_must_be_filled_is_named(settings: Settings) -> None:
    column = "gift varchar(9) NOT NULL DEFAULT ''"
    drop = ["ALTER TABLE program_registration_order ALTER COLUMN gift DROP DEFAULT"]
    if settings.database_url.startswith("sqlite"):
        drop = [
            "PRAGMA writable_schema = 1",
            "UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL DEFAULT ''''', 'NOT NULL')"
            " WHERE name = 'program_registration_order'",
            "PRAGMA writable_schema = 0",
        ]
    run(settings.database_url, f"ALTER TABLE program_registration_order ADD COLUMN {column}", *drop)
    assert "program_registration_order.gift must be filled" in sentence(faults(settings)["database"].said)


@pytest.mark.parametrize("left_behind", [True, False])
def test_users_in_another_table_are_refused_by_its_name(settings: Settings, left_behind: bool) -> None:
    """With AUTH_USER_MODEL swapped there is no auth_user, or one that is left from before and lies."""
    rename = "ALTER TABLE auth_user RENAME TO accounts_member"
    run(settings.database_url, rename, *["CREATE TABLE auth_user (id integer)"] * left_behind)
    found = faults(settings)
    assert list(found) == ["database"]
    assert "The users of this django-program are in accounts_member, not in auth_user" in (
        sentence(found["database"].said)
    )


Odd = tuple[str, str, str]
ODD: dict[str, list[Odd]] = {
    "sqlite": [
        ("program_registration_order", "total", "'a lot'"),
        ("program_registration_order", "total", "1e300"),
        ("program_registration_order", "total", "x'00ff'"),
        ("program_registration_order", "created_at", "'yesterday'"),
        ("program_registration_order", "hold_expires_at", "''"),
        ("program_registration_tickettype", "price", "'free'"),
        ("program_registration_addon", "available_until", "'9999-99-99'"),
        ("program_conference_conference", "updated_at", "'never'"),
    ],
    "postgresql": [
        ("program_registration_order", "total", "'NaN'"),
        ("program_registration_order", "created_at", "'infinity'"),
        ("program_registration_order", "hold_expires_at", "'0044-03-15 BC'"),
        ("program_registration_tickettype", "price", "'NaN'"),
    ],
    "both": [
        ("program_registration_order", "status", "'on_hold'"),
        ("program_registration_order", "status", "''"),
        ("program_registration_payment", "status", "'maybe'"),
        ("program_registration_payment", "method", "'barter'"),
    ],
}


@pytest.mark.parametrize("engine_url", ["sqlite", "postgresql"], indirect=True)
def test_odd_values_are_told_with_their_rows_and_stop_nothing(settings: Settings) -> None:
    engine = settings.database_url.partition(":")[0]
    for table, column, value in ODD[engine] + ODD["both"]:
        with opened(settings.database_url), connected(), database.atomic() as undo:
            count = database.execute_sql(
                f'UPDATE {table} SET "{column}" = {value} WHERE id = (SELECT min(id) FROM {table})'
            ).rowcount
            assert count == 1, table
            (found,) = health.odd_rows()
            assert (found.table, found.column, found.count) == (table, column, 1)
            undo.rollback()
        assert health.odd_rows() == ()


def test_an_odd_row_is_one_warning(settings: Settings) -> None:
    run(settings.database_url, "UPDATE program_registration_order SET status = 'on hold'")
    with opened(settings.database_url), connected():
        count = Order.select().count()
    found = faults(settings)["rows"]
    assert (found.level, found.stops) == (Level.WARNING, ())
    assert sentence(found.said).startswith("program_registration_order.status holds 'on hold'")
    assert f"in {count} rows (id " in sentence(found.said)


def test_what_the_conference_says(settings: Settings) -> None:
    run(
        settings.database_url,
        "UPDATE program_conference_conference SET is_active = false, timezone = 'Mars/Olympus'",
    )
    found = faults(settings)
    assert {name: (each.level, each.stops) for name, each in found.items()} == {
        "conference": (Level.WARNING, ()),
        "active": (Level.FAILED, (Stop.SELLING,)),
    }
    assert "'Mars/Olympus' of demo is not known: times are UTC" in sentence(found["conference"].said)
    assert "is not active on the web site, so nothing is sold" in sentence(found["active"].said)
    assert found["active"].status == exit_codes.REFUSED


def test_a_ticket_that_the_config_alone_knows_is_told(settings: Settings) -> None:
    said = ConferenceSettings(
        days={"day-pass": (), "friday": ()}, proofs={"student": "a student card", "t-shirt": "nothing"}
    )
    found = [
        sentence(each.said)
        for each in look(replace(settings, conferences={"demo": said}))
        if each.check == "conference"
    ]
    assert [each.rpartition(" says something of ")[2] for each in found] == [
        "the ticket friday, which demo does not have.",
        "the ticket t-shirt, which demo does not have.",
    ]


@pytest.mark.parametrize(
    ("slug", "conference", "status", "says"),
    [
        ("nope", {}, exit_codes.NOT_FOUND, "There is no conference 'nope'"),
        ("demo", {"currency": "EUR"}, exit_codes.USAGE, "The database says currency USD for demo"),
        ("demo", {"prices": "shop"}, exit_codes.USAGE, "says price rule services for demo"),
    ],
)
def test_what_is_configured_is_what_is_stored(
    settings: Settings, slug: str, conference: dict[str, str], status: int, says: str
) -> None:
    said = ConferenceSettings(**conference)  # type: ignore[arg-type]
    found = faults(replace(settings, conferences={"demo": said}), slug)["conference"]
    assert (found.level, found.status) == (Level.FAILED, status)
    assert says in sentence(found.said)
    assert faults(settings, None)["conference"].level is Level.WARNING


@POSTGRESQL
def test_a_server_that_does_not_answer(settings: Settings, postgresql_server: PostgresqlServer) -> None:
    other: Callable[[str], str] = lambda end: settings.database_url.replace(  # noqa: E731
        f":{postgresql_server.port}/{name_of(settings)}", end
    )
    for end, says in (
        (":1/shop", "does not answer"),
        (f":{postgresql_server.port}/no_shop", "no such database"),
    ):
        found = faults(replace(settings, database_url=other(end)))
        assert list(found) == ["database"]
        assert says in sentence(found["database"].said)
        assert USER not in sentence(found["database"].said) or "from-the-tests" not in sentence(
            found["database"].said
        )
