"""Lists as files for others: CSV, JSON lines, and Excel's form; row by row, so that no list is too long.

What stands in a cell comes from outside. A spreadsheet calculates what begins with ``=`` and the like, so in
CSV such a text gets an apostrophe before it; in XLSX every text is marked as one. Both have each text on one
line and without control characters; JSON lines have it as it is stored.
"""

import csv
import io
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import IO, Any

from tui_pos.core.scan import printable

Value = str | int | bool | Decimal | datetime | date | None
"""What a cell holds. A time is aware; an amount has its currency in a cell of its own."""

ROWS_OF_A_SHEET = 1_048_576
LONGEST_CELL = 32_767
"""What Excel takes."""

_SIGN = re.compile(r"(^|[;,\t|])([\s\"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")
"""Before what a spreadsheet takes for the begin of a formula. After a separator too: where ``;`` parts the
columns, the rest of a text would be a cell of its own."""


class Form(StrEnum):
    """How a list is written."""

    CSV = "csv"
    JSON_LINES = "jsonl"
    XLSX = "xlsx"


class TooManyRows(Exception):
    """A sheet of XLSX cannot hold so many rows."""


@dataclass(frozen=True, slots=True)
class Table:
    """A list with its columns; of a file with several tables ``title`` tells them apart."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]


def write(form: Form, out: IO[bytes], tables: Sequence[Table], local: Callable[[datetime], datetime]) -> None:
    """Write the tables; ``local`` gives a time on the clock that people read. Raises TooManyRows, OSError.

    In CSV and JSON lines several tables are one, with all their columns and the title as ``section``; in XLSX
    each is a sheet.
    """
    _WRITERS[form](out, tables, local)


def _csv(out: IO[bytes], tables: Sequence[Table], local: Callable[[datetime], datetime]) -> None:
    """UTF-8 with the mark of it at the beginning, without which Excel takes every other letter for two."""
    text = io.TextIOWrapper(out, "utf-8-sig", "backslashreplace", newline="", write_through=True)
    buffer = csv.writer(text, lineterminator="\r\n")
    columns, rows = _as_one(tables)
    buffer.writerow(_csv_cell(column, local) for column in columns)
    buffer.writerows([_csv_cell(value, local) for value in row] for row in rows)
    text.detach()


def _csv_cell(value: Value, local: Callable[[datetime], datetime]) -> str:
    match value:
        case str():
            return _SIGN.sub(r"\1\2'", one_line(value))
        case datetime():
            return local(value).isoformat(timespec="seconds")
    return "" if value is None else _plain(value)


def _json_lines(out: IO[bytes], tables: Sequence[Table], _: Callable[[datetime], datetime]) -> None:
    columns, rows = _as_one(tables)
    for row in rows:
        found = {name: _json_value(value) for name, value in zip(columns, row, strict=True)}
        out.write(f"{json.dumps(found, ensure_ascii=False)}\n".encode("utf-8", "backslashreplace"))


def _json_value(value: Value) -> object:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case Decimal() | date():
            return _plain(value)
    return value


def _plain(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
    return str(value)


def _as_one(tables: Sequence[Table]) -> tuple[list[str], Iterator[Sequence[Value]]]:
    if len(tables) == 1:
        return list(tables[0].columns), iter(tables[0].rows)
    widest_first = sorted(tables, key=lambda table: -len(table.columns))
    columns = list(dict.fromkeys(name for table in widest_first for name in table.columns))

    def rows() -> Iterator[Sequence[Value]]:
        for table in tables:
            places = [table.columns.index(name) if name in table.columns else None for name in columns]
            for row in table.rows:
                yield [table.title, *(None if place is None else row[place] for place in places)]

    return ["section", *columns], rows()


def one_line(text: str) -> str:
    """A text as one cell of a spreadsheet takes it, of a length that Excel takes."""
    if text.isprintable() and len(text) <= LONGEST_CELL:
        return text
    return printable(text, LONGEST_CELL)


# Excel


def _xlsx(out: IO[bytes], tables: Sequence[Table], local: Callable[[datetime], datetime]) -> None:
    from openpyxl import Workbook  # 150 ms that nobody else waits for

    book = Workbook(write_only=True)
    try:
        for table in tables:
            sheet = book.create_sheet(table.title)
            sheet.freeze_panes = "A2"
            cells = _Cells(sheet, local)
            sheet.append(cells.of(table.columns))
            for row in _as_many_as_fit(table.rows):
                sheet.append(cells.of(row))
    except BaseException:
        for sheet in book.worksheets:
            sheet.close()  # else it complains on standard error that it was not
        raise
    with tempfile.TemporaryFile() as whole:  # a zip is not written from its beginning to its end
        book.save(whole)
        whole.seek(0)
        shutil.copyfileobj(whole, out)


def _as_many_as_fit(rows: Iterable[Sequence[Value]]) -> Iterator[Sequence[Value]]:
    for number, row in enumerate(rows, 2):
        if number > ROWS_OF_A_SHEET:
            raise TooManyRows
        yield row


class _Cells:
    """The cells of one row after the other: the same objects with other values, for making them is slow."""

    def __init__(self, sheet: Any, local: Callable[[datetime], datetime]) -> None:
        self._sheet = sheet
        self._local = local
        self._made: dict[tuple[int, str], Any] = {}

    def of(self, row: Sequence[Value]) -> list[Any]:
        """The cells for these values; they hold until the next call."""
        return [self._cell(place, value) for place, value in enumerate(row)]

    def _cell(self, place: int, value: Value) -> Any:
        if value is None:
            return None
        number_format, content, kind = self._as_excel_has_it(value)
        cell = self._made.get((place, number_format))
        if cell is None:
            from openpyxl.cell import WriteOnlyCell

            cell = self._made[place, number_format] = WriteOnlyCell(self._sheet)
            cell.number_format = number_format
        cell._value, cell.data_type = content, kind  # `value` would guess the kind, and "=1" be a formula
        return cell

    def _as_excel_has_it(self, value: Value) -> tuple[str, object, str]:
        """Number format, value and kind of a cell."""
        match value:
            case str():
                # The format of texts, so that one does not become a formula when somebody edits it.
                return "@", one_line(value), "s"
            case datetime():
                return "yyyy-mm-dd hh:mm:ss", self._local(value).replace(tzinfo=None), "d"
            case date():
                return "yyyy-mm-dd", value, "d"
            case Decimal():
                places = max(0, -int(value.as_tuple().exponent))
                return f"0.{'0' * places}" if places else "0", value, "n"
        return "General", value, "b" if isinstance(value, bool) else "n"


_WRITERS: dict[Form, Callable[[IO[bytes], Sequence[Table], Callable[[datetime], datetime]], None]] = {
    Form.CSV: _csv,
    Form.JSON_LINES: _json_lines,
    Form.XLSX: _xlsx,
}
