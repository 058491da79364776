"""Exporting: a list or a day, as tables of one moment of the database. Each export is in the audit log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tui_pos.core import clock
from tui_pos.core.list_files import Table, Value
from tui_pos.data.connection import run_tx
from tui_pos.data.queries import Row
from tui_pos.data.snapshots import put_aside, snapshot, stream
from tui_pos.data.tables.desk import AuditAction
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput
from tui_pos.desk.reports import day as days
from tui_pos.desk.reports.columns import Column
from tui_pos.desk.reports.ledger import moment
from tui_pos.desk.reports.lists import LISTS

DAY = "day"
"""What the audit log calls the export of a day."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What is to be written, and how many rows it has."""

    tables: Sequence[Table]
    rows: int


def export(desk: Desk, name: str, first: date | None = None, last: date | None = None) -> Exported:
    """A list of ``LISTS``, of a span of days of the conference; all of it without them.

    Raises NotPermitted, InvalidInput ``invalid_days`` or ``invalid_day``, and OSError where there is no room
    to put it aside.
    """
    require(desk, Action.EXPORT)
    if first is not None and last is not None and last < first:
        raise InvalidInput("invalid_days", first=first.isoformat(), last=last.isoformat())
    begin = None if first is None else days.moments_of(desk, first, first)[0]
    end = None if last is None else days.moments_of(desk, last, last)[1]
    _tell(desk, " ".join(filter(None, (name, _span(first, last)))))
    with snapshot():
        wanted = LISTS[name](desk)
        expressions = [each for column in wanted.columns for each in column.of]
        query = wanted.query.select(*expressions, *([] if wanted.currency is None else [wanted.currency]))
        if begin is not None:
            query = query.where(wanted.at >= moment(begin))
        if end is not None:
            query = query.where(wanted.at < moment(end))
        count, raw = put_aside(stream(query))
    names = [each for column in wanted.columns for each in column.names]
    names += [] if wanted.currency is None else ["currency"]
    rows = _read(wanted.columns, raw, has_currency=wanted.currency is not None)
    return Exported((Table(name, names, rows),), count)


def export_day(desk: Desk, day: date | None = None) -> Exported:
    """The accountant's day, today's without one. Raises NotPermitted, and InvalidInput ``invalid_day``."""
    require(desk, Action.EXPORT)
    day = day or desk.local(clock.now()).date()
    days.moments_of(desk, day, day)
    _tell(desk, f"{DAY} {day}")
    found = days.postings(desk, day)
    return Exported(days.tables(day, found), len(found))


def _tell(desk: Desk, text: str) -> None:
    run_tx(lambda: audit_log.record(desk, AuditAction.EXPORT, text=text))


def _span(first: date | None, last: date | None) -> str:
    return f"{first or ''}..{last or ''}" if first or last else ""


def _read(columns: Sequence[Column], rows: Iterator[Row], *, has_currency: bool) -> Iterator[Sequence[Value]]:
    spans, start = [], 0
    for column in columns:
        spans.append((column.read, start, start + len(column.of)))
        start += len(column.of)
    for raw in rows:
        currency = str(raw[start]) if has_currency else ""
        cells: list[Value] = []
        for read, begin, end in spans:
            cells += read(raw[begin:end], currency)
        if has_currency:
            cells.append(currency)
        yield cells
