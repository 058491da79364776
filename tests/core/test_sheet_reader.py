"""Lists in every encoding and form that a spreadsheet or a ticket shop writes, and what is no list."""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook

from tui_pos.core import sheet_reader
from tui_pos.core.sheet_reader import Row, SheetError, open_sheet

KNOWN = {"name", "e-mail", "ticket"}
ROWS = [(2, ("Zoë Nuñez", "zoe@example.org", "Regular")), (3, ("O\u2019Brien", "", "Day"))]
TEXT = "Name,E-Mail,Ticket\nZoë Nuñez,zoe@example.org,Regular\nO\u2019Brien,,Day\n"


def score(cells: Sequence[str]) -> int:
    return len(KNOWN & {each.strip().lower() for each in cells})


def read(path: Path) -> tuple[tuple[str, ...], list[Row]]:
    with open_sheet(path, score) as sheet:
        return sheet.header, list(sheet.rows)


def why(path: Path) -> str:
    with pytest.raises(SheetError) as caught, open_sheet(path, score) as sheet:
        list(sheet.rows)
    return caught.value.reason.key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_encoding(tmp_path: Path, encoding: str, end: str) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(TEXT.replace("\n", end).encode(encoding))
    assert read(file) == (("Name", "E-Mail", "Ticket"), ROWS)


@pytest.mark.parametrize("separator", [";", "\t", ",", "|"])
def test_every_separator_and_what_stands_in_quotes(tmp_path: Path, separator: str) -> None:
    file = tmp_path / "list.csv"
    cells = ["Name", "E-Mail", "Ticket"], ['"a, b; c"', '"line one\nline ""two"""', "Day"]
    file.write_text("\n".join(separator.join(row) for row in cells))
    assert read(file)[1] == [(2, ("a, b; c", 'line one\nline "two"', "Day"))]


def test_a_title_blank_lines_and_the_numbers_of_rows(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text("List of June, 2027\n\n,,\nName,E-Mail,Ticket\n\nZoë,,Day\n , ,\nSam,,Day\n")
    header, rows = read(file)
    assert header == ("Name", "E-Mail", "Ticket")
    assert [(number, cells[0]) for number, cells in rows] == [(6, "Zoë"), (8, "Sam")]


def test_a_workbook_has_texts_as_they_are_seen(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Some", "other", "sheet"])
    sheet = book.create_sheet()
    sheet.append(["Title"])
    sheet.append(["Name", "E-Mail", "Ticket", "When", "Price", "Code", "In", "Tall"])
    sheet.append(["Zoë", None, "Day", datetime(2027, 6, 3, 7, 1), 120.5, "0012", True, 7])
    sheet.append(["Sam", "=1+1", "Day", datetime(2027, 6, 3), 250.0, 8.1e17, False])
    sheet["B4"].data_type = "s"
    file = tmp_path / "list.xlsx"
    book.save(file)
    assert read(file)[1] == [
        (3, ("Zoë", "", "Day", "2027-06-03 07:01:00", "120.5", "0012", "TRUE", "7")),
        (4, ("Sam", "=1+1", "Day", "2027-06-03", "250", "8.1e+17", "FALSE", "")),
    ]


NO_LISTS = {
    "is_picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "is_pdf": b"%PDF-1.7 ...",
    "is_old_excel": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "is_database": b"SQLite format 3\0" + b"\0" * 600,
    "empty": b"",
    "no_rows": b"\n ,\n,,\n",
    "encoding": bytes(range(1, 256)) * 3,
    "quotes": b'Name,Ticket\n"Sam,Day\n',
    "damaged": b"PK\x03\x04 and no archive",
    "long_cell": b'Name,Ticket\n"Sam,Day\n' + b"x,y\n" * 50_000,
}


@pytest.mark.parametrize("case", NO_LISTS)
def test_what_is_no_list_is_named(tmp_path: Path, case: str) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(NO_LISTS[case])
    assert why(file) == f"bad_list.{case}"


def test_what_is_no_file_is_named(tmp_path: Path) -> None:
    assert why(tmp_path / "nothing.csv") == "bad_list.missing"
    assert why(tmp_path) == "bad_list.no_file"
    assert why(tmp_path / ("x" * 300)) == "bad_list.unreadable"
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as packed:
        packed.writestr("list.csv", TEXT)
    assert why(tmp_path / "list.zip") == "bad_list.is_packed"


def test_no_list_is_endless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "list.csv"
    file.write_text("Name,Ticket\n" + "Sam,Day\n" * 11)
    monkeypatch.setattr(sheet_reader, "MOST_ROWS", 10)
    assert why(file) == "bad_list.too_many_rows"
    monkeypatch.setattr(sheet_reader, "MOST_BYTES", 20)
    assert why(file) == "bad_list.too_large"
