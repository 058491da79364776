"""Columns hold what Django would have put there, byte for byte, and refuse what it could not read."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fixtures.databases import opened
from tui_pos.data.base import Table
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.fields import MoneyField, UTCDateTimeField, money
from tui_pos.data.tables import SHOP
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Order, TicketType

PRAGUE_WINTER = timezone(timedelta(hours=1))
NOT_MONEY = [
    *(Decimal("1.005"), Decimal("NaN"), Decimal("-Infinity"), Decimal("100000000.00")),
    *(1.5, "1.00", True, 10**12),
]


def stored(path: Path, table: type[Table]) -> dict[int, tuple[object, ...]]:
    """Every column of every row, with the type that SQLite keeps it in."""
    names = [field.column_name for field in table._meta.sorted_fields]
    columns = ", ".join(f'typeof("{name}"), "{name}"' for name in names)
    with closing(sqlite3.connect(path)) as file:
        rows = file.execute(f"SELECT {columns} FROM {table._meta.table_name}").fetchall()
    return {row[1]: row for row in rows}


def test_rows_of_django_are_written_back_byte_for_byte(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite3"
    path.write_bytes((shared_data / "django_program.sqlite3").read_bytes())

    def rewrite() -> None:
        for table in SHOP:
            for row in table.select():
                values = dict(row.__data__)
                table.delete().where(table.id == row.id).execute()
                table.insert(values).execute()

    with opened(f"sqlite:///{path}"):
        before = {table: stored(path, table) for table in SHOP}
        run_tx(rewrite)
        assert sum(len(rows) for rows in before.values()) > 1000
        for table in SHOP:
            assert stored(path, table) == before[table], table


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("amount", ["0.00", "12.30", "0.01", "100.00", "99999999.99", "-5.50"])
def test_money_comes_back_with_two_places(amount: str) -> None:
    with connected():
        row = Order.select().first()
        assert row is not None
        row.total = Decimal(amount)
        row.save()
        (found,) = Order.select().where(Order.id == row.id, Order.total == Decimal(amount))
        assert (str(found.total), type(found.total)) == (amount, Decimal)


@pytest.mark.parametrize("value", NOT_MONEY)
def test_what_is_no_money_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError), match=r"money|cent"):
        MoneyField().db_value(value)


@given(st.decimals(min_value=-99999999, max_value=99999999, places=2))
def test_money_survives_sqlites_reals(amount: Decimal) -> None:
    assert money(float(amount)) == amount


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 23, 12, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 12, 0, 0, 120, tzinfo=UTC),
        datetime(2026, 11, 23, 0, 30, tzinfo=PRAGUE_WINTER),
    ],
)
def test_times_come_back_in_utc(moment: datetime) -> None:
    with connected():
        ticket = TicketType.select().first()
        assert ticket is not None
        ticket.available_from = moment
        ticket.save()
        (found,) = TicketType.select().where(
            TicketType.id == ticket.id,
            TicketType.available_from <= moment,
            TicketType.available_from >= moment,
        )
        assert found.available_from == moment
        assert found.available_from.tzinfo is UTC


def test_sqlite_keeps_times_as_django_writes_them(demo_url: str) -> None:
    with opened(demo_url), connected():
        moment = datetime(2026, 11, 23, 1, 0, tzinfo=PRAGUE_WINTER)
        Conference.update(created_at=moment, updated_at=moment.replace(microsecond=5)).execute()
    with closing(sqlite3.connect(demo_url.removeprefix("sqlite:///"))) as file:
        found = file.execute("SELECT created_at, updated_at FROM program_conference_conference").fetchone()
    assert found == ("2026-11-23 00:00:00", "2026-11-23 00:00:00.000005")


@pytest.mark.parametrize("value", [datetime(2026, 11, 23, 12, 0), "2026-11-23 12:00:00", 0])
def test_what_is_no_moment_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="aware"):
        UTCDateTimeField().db_value(value)


@pytest.mark.usefixtures("shop")
def test_a_naive_time_never_reaches_the_database() -> None:
    with connected(), pytest.raises(ValueError, match="aware"):
        Conference.update(created_at=datetime(2026, 11, 23)).execute()
