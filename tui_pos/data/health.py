"""What can be found out about the open database before anybody sells with it; nothing is changed by it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from tui_pos.core import files
from tui_pos.data import engines, search_index
from tui_pos.data.base import Table, database
from tui_pos.data.connection import connected, is_sqlite, why_read_only
from tui_pos.data.engines import CONNECTIONS, sqlite_file
from tui_pos.data.errors import DatabaseUnavailable, ReadOnlyDatabase
from tui_pos.data.fields import MONEY_LIMIT, MoneyField, UTCDateTimeField
from tui_pos.data.tables import DESK, SHOP, auth, conditions, desk, imports, products, program, registration

SHOWN = 3
"""How many odd rows of a column are named."""

UNREAD: frozenset[type[Table]] = frozenset({program.Talk, program.TalkSpeaker, auth.Group})
"""Tables whose amounts and times no desk reads."""

NEVER_READ: frozenset[type[Table]] = frozenset({auth.Group})
"""Tables that are asked for no row: whose group somebody is in stands elsewhere."""

INSERT, UPDATE, DELETE = "INSERT", "UPDATE", "DELETE"
WRITTEN: dict[type[Table], tuple[str, ...]] = {
    auth.User: (INSERT,),
    registration.Voucher: (UPDATE,),
    registration.Cart: (INSERT, UPDATE),
    registration.CartItem: (INSERT, UPDATE, DELETE),
    registration.Order: (INSERT, UPDATE),
    registration.OrderLine: (INSERT, UPDATE, DELETE),
    registration.Payment: (INSERT, UPDATE, DELETE),
    registration.TerminalPayment: (INSERT, UPDATE),
    registration.Credit: (INSERT, UPDATE, DELETE),
    registration.Attendee: (INSERT, UPDATE),
    registration.CheckIn: (INSERT, DELETE),
    registration.ProductRedemption: (INSERT, UPDATE, DELETE),
    conditions.TimeOrStockCondition: (UPDATE,),
    conditions.ProductDiscount: (UPDATE,),
    conditions.CategoryDiscount: (UPDATE,),
    desk.SchemaVersion: (UPDATE,),  # by try_to_write alone
    desk.Station: (INSERT, UPDATE),
    desk.Sale: (INSERT, UPDATE),
    desk.TicketName: (INSERT, UPDATE, DELETE),
    desk.ReplacedBadge: (INSERT,),
    desk.Attempt: (INSERT, UPDATE),
    desk.AttemptEvent: (INSERT,),
    desk.Refund: (INSERT, UPDATE),
    desk.RefundLine: (INSERT,),
    desk.Repair: (INSERT, UPDATE),
    desk.ConferenceRules: (INSERT, UPDATE),
    desk.Lease: (INSERT, UPDATE, DELETE),
    desk.CashMovement: (INSERT,),
    desk.AuditEntry: (INSERT,),
    desk.SearchKey: (INSERT, DELETE),
    desk.StationScanner: (INSERT, UPDATE),
    products.ProductCode: (INSERT, DELETE),
    products.ProductDetail: (INSERT, UPDATE, DELETE),
    imports.ImportedTicket: (INSERT, UPDATE),
    imports.AttendeeFact: (INSERT, UPDATE, DELETE),
}
"""What a desk does to the tables that it writes; `init` and upgrades need more."""

PIECES = ("SELECT", INSERT, DELETE)
"""What a desk does to the search index, a table without a model."""

CORRECTED = ("first_name", "last_name", "email")
"""Columns of an account that a desk corrects; nothing else needs the right to change one."""

LOCKED: tuple[type[Table], ...] = (program.Conference, desk.Installation)
"""Of which rows are locked and not written: PostgreSQL lets only those lock that may UPDATE a column."""

STATES: tuple[tuple[type[Table], str, type[StrEnum]], ...] = (
    (registration.Order, "status", registration.OrderStatus),
    (registration.Payment, "status", registration.PaymentStatus),
    (registration.Payment, "method", registration.PaymentMethod),
    (registration.Credit, "status", registration.CreditStatus),
    (registration.Cart, "status", registration.CartStatus),
    (registration.Voucher, "voucher_type", registration.VoucherType),
)
"""Columns of the shared tables with a closed list of words, which no database checks."""

LIMIT = int(MONEY_LIMIT)
SQLITE_ODD = (
    f"(typeof({{column}}) NOT IN ('integer', 'real', 'null') OR NOT {{column}} BETWEEN -{LIMIT} AND {LIMIT})",
    "(julianday({column}) IS NULL AND {column} IS NOT NULL)",
)
POSTGRESQL_ODD = (
    "{column} = 'NaN'::numeric",
    "(NOT isfinite({column}) OR extract(year FROM {column}) NOT BETWEEN 1 AND 9999)",
)
"""What is no amount, and what is no time."""

SQLITE_SHOWN = """CASE typeof("{column}") WHEN 'blob' THEN quote("{column}") ELSE "{column}" END"""
POSTGRESQL_SHOWN = 'CAST("{column}" AS text)'

GRANTS = """
    SELECT name, granted FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS asked (name, granted, place)
    WHERE NOT CASE WHEN granted = 'UPDATE' AND name = ANY (%s::text[])
        THEN has_any_column_privilege(name, granted)
        ELSE has_table_privilege(name, granted) END
    ORDER BY place LIMIT 1
"""

FREE = """
    SELECT least(
        current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
            - coalesce(current_setting('reserved_connections', true)::int, 0)
            - (SELECT sum(numbackends) FROM pg_stat_database),
        (SELECT CASE WHEN rolconnlimit < 0 THEN NULL ELSE rolconnlimit
            - (SELECT count(*) FROM pg_stat_activity WHERE usename = current_user) END
           FROM pg_roles WHERE rolname = current_user),
        (SELECT CASE WHEN datconnlimit < 0 THEN NULL ELSE datconnlimit
            - (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) END
           FROM pg_database WHERE datname = current_database()))
"""
"""Of what others do, an ordinary role sees who they are and where, but not that they are clients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OddRows:
    """Rows of a shared table whose ``column`` holds what it cannot mean; ``ids`` are the first few."""

    table: str
    column: str
    count: int
    ids: tuple[int, ...]
    example: str


def try_to_write() -> None:
    """Write something and undo it.

    Raises ReadOnlyDatabase saying why nothing can be saved, DatabaseUnavailable when that is not known.
    """
    if why_read_only():
        raise ReadOnlyDatabase(why_read_only())
    # Not by run_tx, which would wait for another server to lead.
    try:
        _write_and_undo()
    except ReadOnlyDatabase:
        _write_and_undo()  # the connection was given up if its server follows another one now


def _write_and_undo() -> None:
    with connected(), database.atomic() as tried:
        database.execute_sql("UPDATE tui_pos_schema_version SET version = version")
        tried.rollback()


def missing_grant() -> tuple[str, str] | None:
    """(right, table) of the first right that the database's user lacks; None when it has all."""
    if is_sqlite():
        return None
    locked = [table._meta.table_name for table in LOCKED]
    with connected():
        names, rights = zip(*needed_grants(), strict=True)
        row = database.execute_sql(GRANTS, (list(names), list(rights), locked)).fetchone()
    return None if row is None else (row[1], row[0])


def may_correct_accounts() -> bool:
    """Whether the database's user may change the names and addresses of accounts."""
    if is_sqlite():
        return True
    may = "SELECT bool_and(has_column_privilege('auth_user', name, 'UPDATE')) FROM unnest(%s::text[]) name"
    with connected():
        (answer,) = database.execute_sql(may, (list(CORRECTED),)).fetchone()
    return bool(answer)


def needed_grants() -> Iterator[tuple[str, str]]:
    """(table, right) of everything that a desk does in PostgreSQL."""
    for table in (*SHOP, *DESK):
        if table not in NEVER_READ:
            yield table._meta.table_name, "SELECT"
    for table, rights in (*WRITTEN.items(), *((each, (UPDATE,)) for each in LOCKED)):
        for right in rights:
            yield table._meta.table_name, right
    for right in PIECES:
        yield search_index.PIECES, right


def damage() -> str:
    """What SQLite's own check finds in the file, "" when it is sound; reads all of it. "" for PostgreSQL.

    Raises DatabaseUnavailable when it cannot even be read.
    """
    if not is_sqlite():
        return ""
    with connected():
        (verdict,) = database.execute_sql("PRAGMA quick_check(1)").fetchone()
    return "" if verdict == "ok" else str(verdict).splitlines()[-1]


def password_in(url: str) -> str:
    """The password in a database URL, "" without one and for what is no URL."""
    try:
        return engines.password_in(url)
    except DatabaseUnavailable:
        return ""


def file_of(url: str) -> Path | None:
    """The file that a database URL names; None for PostgreSQL and for what is no URL."""
    scheme, _, rest = url.partition(":///")
    return files.at_home(rest) if scheme == "sqlite" and rest else None


def folder_of(file: Path) -> Path:
    """The folder in which a database's file lies, behind links. Raises DatabaseUnavailable."""
    try:
        return files.resolved(file).parent
    except OSError as error:
        raise DatabaseUnavailable(f"The database {file} cannot be reached: {error.strerror}.") from error


def free_bytes() -> int | None:
    """The room on the disk of a SQLite file; None for PostgreSQL."""
    if not is_sqlite():
        return None
    room = os.statvfs(sqlite_file(database.obj).parent)
    return room.f_bavail * room.f_frsize


def free_connections() -> int | None:
    """How many more connections PostgreSQL gives us now; None for a file, or where it does not say."""
    if is_sqlite():
        return None
    with connected():
        (free,) = database.execute_sql(FREE).fetchone()
    return None if free is None else int(free)


def needed_connections() -> int:
    """How many connections one desk may use at once."""
    return CONNECTIONS


def odd_rows() -> tuple[OddRows, ...]:
    """What of the shared tables no row of theirs can mean: amounts, times and states, by column."""
    with connected():
        return tuple(found for test in _tests() if (found := _odd(*test)) is not None)


def _tests() -> Iterator[tuple[type[Table], str, str, tuple[Any, ...]]]:
    """Table, column, and the condition that an odd value of it meets."""
    amount, time = SQLITE_ODD if is_sqlite() else POSTGRESQL_ODD
    for table in SHOP:
        if table in UNREAD:
            continue
        for field in table._meta.sorted_fields:
            if isinstance(field, MoneyField):
                yield table, field.column_name, amount, ()
            elif isinstance(field, UTCDateTimeField):
                yield table, field.column_name, time, ()
    for table, column, words in STATES:
        marks = ", ".join([database.obj.param] * len(words))
        yield table, column, f"{{column}} NOT IN ({marks})", tuple(words)


def _odd(table: type[Table], column: str, condition: str, values: tuple[Any, ...]) -> OddRows | None:
    name = table._meta.table_name
    test = condition.format(column=f'"{column}"')
    (count,) = database.execute_sql(f'SELECT count(*) FROM "{name}" WHERE {test}', values).fetchone()
    if not count:
        return None
    shown = (SQLITE_SHOWN if is_sqlite() else POSTGRESQL_SHOWN).format(column=column)
    rows = database.execute_sql(
        f'SELECT id, {shown} FROM "{name}" WHERE {test} ORDER BY id LIMIT {SHOWN}', values
    ).fetchall()
    return OddRows(
        table=name, column=column, count=count, ids=tuple(row[0] for row in rows), example=str(rows[0][1])
    )
