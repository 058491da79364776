"""The tables: ours equal django-program's, theirs are never touched, and misfits are named."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.fixtures.databases import opened
from tests.fixtures.postgresql import PostgresqlServer
from tests.fixtures.selection import ENGINES
from tui_pos.data import schema
from tui_pos.data.base import database
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.errors import SchemaMismatch
from tui_pos.data.schema import Owner
from tui_pos.data.tables import DESK, SHOP
from tui_pos.data.tables.auth import Group
from tui_pos.data.tables.registration import CheckIn

PricingInputs = dict[str, object]


def affinity(declared: str) -> str:
    """SQLite's rule for what a declared type means."""
    upper = declared.upper()
    rules = (("INT", "integer"), ("CHAR", "text"), ("CLOB", "text"), ("TEXT", "text"), ("REAL", "real"))
    return next((kind for word, kind in rules if word in upper), "numeric")


def sqlite_table(file: sqlite3.Connection, name: str) -> PricingInputs:
    """What matters of a table, however its SQL is spelled."""
    (sql,) = file.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
    columns = {
        column: (affinity(declared), bool(required or primary), default, bool(primary))
        for _, column, declared, required, default, primary in file.execute(f"PRAGMA table_info({name})")
    }
    indexes = {
        (tuple(row[2] for row in file.execute(f"PRAGMA index_info({index})")), is_unique, partial)
        for _, index, is_unique, _, partial in file.execute(f"PRAGMA index_list({name})")
    }
    references = {
        (row[3], row[2], row[4] or "id", row[6]) for row in file.execute(f"PRAGMA foreign_key_list({name})")
    }
    return {
        "columns": columns,
        "indexes": indexes,
        "references": references,
        "deferred": sql.upper().count("DEFERRABLE INITIALLY DEFERRED") == len(references),
        "autoincrement": "AUTOINCREMENT" in sql.upper(),
        "checks": len(re.findall(r"\bCHECK\b", sql.replace("JSON_VALID", ""))),
    }


def test_our_tables_equal_those_of_django_program(demo_url: str, django_file: Path) -> None:
    with (
        closing(sqlite3.connect(demo_url.removeprefix("sqlite:///"))) as ours,
        closing(sqlite3.connect(django_file)) as theirs,
    ):
        with opened(demo_url):
            tables = [table._meta.table_name for table in SHOP]
        compared = [(name, sqlite_table(ours, name), sqlite_table(theirs, name)) for name in tables]
    for name, mine, original in compared:
        if name == "program_pretalx_talk":
            # Rooms are not ours to know and its JSON not ours to check: only the columns must agree.
            mine, original = ({"columns": facts["columns"]} for facts in (mine, original))
        assert mine == original, name


def catalogue(url: str, request: pytest.FixtureRequest) -> object:
    """Everything that the database says of its own shape, but for the desk's tables."""
    if not url.startswith("sqlite"):
        server: PostgresqlServer = request.getfixturevalue("postgresql_server")
        return server.schema_of(url.rsplit("/", 1)[1], "--exclude-table=tui_pos_*")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as file:
        rows = set(file.execute("SELECT type, name, tbl_name, sql FROM sqlite_master"))
    return {row for row in rows if not row[2].startswith("tui_pos_")}


def test_prepare_leaves_the_tables_of_django_program_alone(
    django_url: str, request: pytest.FixtureRequest
) -> None:
    before = catalogue(django_url, request)
    with opened(django_url), connected():
        tables = set(database.get_tables())
        schema.prepare()
        schema.prepare()
        added = set(database.get_tables()) - tables
    assert catalogue(django_url, request) == before
    # The index of search pieces has no model, and SQLite keeps it in tables of its own making.
    added -= {name for name in added if name.startswith("tui_pos_search_piece")}
    assert added == {table._meta.table_name for table in DESK}


CHECKIN = (
    "CREATE TABLE program_registration_checkin (id integer PRIMARY KEY, checked_in_at text, station text,"
    " attendee_id bigint, conference_id bigint, {})"
)


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ("note text", "program_registration_checkin has no column checked_in_by_id"),
        (
            "note text, checked_in_by_id integer, tax integer NOT NULL",
            "program_registration_checkin.tax must",
        ),
        ("", "no table program_registration_checkin"),
    ],
)
def test_a_table_that_does_not_fit_is_named(django_url: str, columns: str, complaint: str) -> None:
    with opened(django_url), connected():
        database.execute_sql("DROP TABLE program_registration_checkin")
        if columns:
            database.execute_sql(CHECKIN.format(columns))
        with pytest.raises(SchemaMismatch, match=complaint):
            schema.prepare()
        assert not database.table_exists("tui_pos_sale")


@pytest.mark.parametrize("column", ["tax integer", "tax integer NOT NULL DEFAULT 0"])
def test_a_new_column_that_needs_no_value_is_no_obstacle(django_url: str, column: str) -> None:
    with opened(django_url), connected():
        database.execute_sql(f"ALTER TABLE program_registration_order ADD COLUMN {column}")
        schema.prepare()
        assert database.table_exists("tui_pos_sale")


POSTGRESQL_SHAPE = """
    SELECT t.relname, c.attname, c.attnotnull, c.attidentity, format_type(c.atttypid, c.atttypmod)
    FROM pg_class AS t JOIN pg_attribute AS c ON c.attrelid = t.oid
    WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' AND c.attnum > 0 AND NOT c.attisdropped
"""
ALIKE = {"integer": "bigint", "numeric(12,2)": "numeric(10,2)", "numeric(5,2)": "numeric(10,2)"}
"""Types of django-program that are another width in a database of our own."""


def postgresql_shape(url: str, *, prepared: bool) -> dict[tuple[str, str], tuple[object, ...]]:
    """Of each column that the desk knows: may it be empty, is it an identity, its type."""
    with opened(url), connected():
        if prepared:
            schema.prepare()
        names = {table._meta.table_name for table in SHOP}
        return {
            (table, column): (required, identity, ALIKE.get(kind, kind))
            for table, column, required, identity, kind in database.execute_sql(POSTGRESQL_SHAPE)
            if table in names
        }


def test_an_empty_postgresql_database_gets_the_tables_of_django_program(
    postgresql_copy: Callable[[str], str], postgresql_django: str
) -> None:
    ours = postgresql_shape(postgresql_copy("template0"), prepared=True)
    theirs = postgresql_shape(postgresql_copy(postgresql_django), prepared=False)
    tags = ("program_pretalx_talk", "tags")  # JSON that is not ours to know
    assert ours.pop(tags) == (True, "", "text")
    theirs.pop(tags)
    assert ours == theirs


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/other.db"
    copy: Callable[[str], str] = request.getfixturevalue("postgresql_copy")
    return copy("template0")


def test_a_database_of_something_else_is_left_alone(empty_url: str) -> None:
    with opened(empty_url), connected():
        assert schema.owner() is Owner.NOBODY
        database.execute_sql("CREATE TABLE cookies (id integer)")
        for look in (schema.owner, schema.prepare):
            with pytest.raises(SchemaMismatch, match="cookies"):
                look()
        assert database.get_tables() == ["cookies"]


def test_a_database_says_whose_it_is(empty_url: str, django_file: Path) -> None:
    with opened(empty_url), connected():
        schema.prepare()
        assert schema.owner() is Owner.TUI_POS
    with opened(f"sqlite:///{django_file}"):
        assert schema.owner() is Owner.DJANGO_PROGRAM


def test_tables_are_made_whole_or_not_at_all(empty_url: str) -> None:
    """With what is to be written beside them, such as the conference."""

    def make() -> None:
        schema.prepare()
        assert Group.select().count() == 0
        raise KeyboardInterrupt

    with opened(empty_url), connected():
        with pytest.raises(KeyboardInterrupt):
            run_tx(make)
        assert database.get_tables() == []
        run_tx(schema.prepare)
        schema.check()


def test_a_user_who_may_make_no_tables_is_told(
    postgresql_server: PostgresqlServer, postgresql_copy: Callable[[str], str]
) -> None:
    url = postgresql_copy("template0")
    name = url.rsplit("/", 1)[1].partition("?")[0]
    postgresql_server.psql(name, "--command=REVOKE ALL ON SCHEMA public FROM PUBLIC")
    postgresql_server.psql(name, "--command=CREATE ROLE looker LOGIN PASSWORD 'x'")
    try:
        as_looker = opened(re.sub("//[^@]*@", "//looker:x@", url))
        with as_looker, pytest.raises(SchemaMismatch, match="GRANT CREATE"):
            schema.owner()
    finally:
        postgresql_server.psql(name, "--command=DROP ROLE looker")


def test_our_own_file_is_given_the_tables_that_it_lacks(demo_url: str) -> None:
    with opened(demo_url), connected():
        database.execute_sql("DROP TABLE program_registration_checkin")
        schema.prepare()
        assert CheckIn.select().count() == 0


@pytest.mark.usefixtures("shop")
def test_ids_of_deleted_rows_never_come_back() -> None:
    with connected():
        first = Group.create(name="first").id
        Group.delete().where(Group.id == first).execute()
        assert Group.create(name="second").id == first + 1
