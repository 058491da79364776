"""The SQL that stands for django-program in these tests, against databases that the real program made."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.fixtures import django_program
from tests.fixtures.django_program.__main__ import needed, originals, rows, selection, statements, trimmed
from tests.fixtures.postgresql import PostgresqlServer


def stored(database: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    """Every value of a table, with the type that SQLite keeps it in."""
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    typed = ", ".join(f'typeof("{column}"), "{column}"' for column in columns)
    return database.execute(f"SELECT {typed} FROM {table} ORDER BY id").fetchall()


@pytest.mark.usefixtures("shared_data")
def test_sqlites_tables_and_rows_are_those_of_the_real_program(django_file: Path) -> None:
    with (
        closing(originals()) as original,
        closing(trimmed(original)) as copy,
        closing(sqlite3.connect(django_file)) as file,
    ):
        assert statements(file) == statements(original) == django_program.tables("sqlite")
        assert "".join(rows(copy)) == django_program.ROWS.read_text(encoding="utf-8")
        for table in needed(original):
            assert stored(file, table) == stored(copy, table), table


def test_postgresqls_tables_are_those_of_the_real_program(
    postgresql_server: PostgresqlServer, postgresql_django: str, postgresql_real: str
) -> None:
    with closing(originals()) as original:
        names = selection(original)
    assert postgresql_server.schema_of(postgresql_django) == postgresql_server.schema_of(
        postgresql_real, *names
    )


def test_postgresql_has_the_rows_that_sqlite_has(
    postgresql_server: PostgresqlServer, postgresql_django: str, django_file: Path
) -> None:
    with closing(sqlite3.connect(django_file)) as file:
        for table in needed(file):
            (count,) = file.execute(f"SELECT count(*) FROM {table}").fetchone()
            name = django_program.on_postgresql(table)
            asked = f"--command=SELECT count(*) FROM {name}"
            assert int(postgresql_server.psql(postgresql_django, asked)) == count, name
