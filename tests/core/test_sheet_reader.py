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


SEPARATED = {
    "commas in the first lines": (
        ";",
        ("Guests, speakers, staff and helpers of June, 2027", "Name;Ticket;Diet, allergies, wishes, other"),
        ("Nuñez, Zoë", "Day, with lunch, and dinner", "nuts, eggs, milk, fish"),
    ),
    "commas in cells": (";", ("Name;Ticket",), ("a, b, c, d", "e, f, g")),
    "tabs": ("\t", ("Name\tTicket",), ("a, b, c; d", "e; f, g")),
    "pipes": ("|", ("Name|Ticket; or add-on",), ("a, b, c; d", "e; f, g")),
    "quotes": (",", ('"Name","Ticket","What; do, you; eat; or, drink"',), ("a", "b", "c")),
    "one column": (";", ("Name",), ("Nuñez, Zoë",)),
    "semicolons in a title": (",", ("a;b;c;d", "Name,Ticket"), ("x;y;z", "u;v;w")),
    "empty cells at the end": (";", ("Name;Ticket;;",), ("a, b", "c, d, e, f", "", "")),
}
"""The separator, the lines up to the header, and the cells of a row."""


@pytest.mark.parametrize("case", SEPARATED)
def test_the_separator_is_what_makes_the_header(tmp_path: Path, case: str) -> None:
    separator, lines, cells = SEPARATED[case]
    file = tmp_path / "list.csv"
    file.write_text("\n".join((*lines, separator.join(cells))))
    assert read(file)[1] == [(len(lines) + 1, cells)]


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
        (4, ("Sam", "=1+1", "Day", "2027-06-03", "250", "8.1e+17", "FALSE")),
    ]


@pytest.mark.parametrize("size", ["A1", "A1:B2", "B2:C3", "A1:XFD1048576"])
def test_a_workbook_may_be_wrong_about_its_size(tmp_path: Path, size: str) -> None:
    book = Workbook()
    for row in ROWS_OF_BOOK:
        book.active.append(row)
    assert read(saved(book, tmp_path, ('<dimension ref="A1:C3"', f'<dimension ref="{size}"')))[1] == ROWS


def test_the_last_row_of_a_sheet_is_read_and_none_further_away(tmp_path: Path) -> None:
    book = Workbook()
    for row in ROWS_OF_BOOK:
        book.active.append(row)
    empty = ("</sheetData>", '<row r="1048576"><c r="A1048576" s="0"/></row></sheetData>')
    assert read(saved(book, tmp_path, empty))[1] == ROWS
    for far in (1048577, 999999999):
        assert why(saved(book, tmp_path, ('<row r="3"', f'<row r="{far}"'))) == "bad_list.too_many_rows"


ROWS_OF_BOOK = (["Name", "E-Mail", "Ticket"], *(list(cells) for _, cells in ROWS))


FIRST_SHEET = "xl/worksheets/sheet1.xml"


def saved(
    book: Workbook,
    folder: Path,
    *changes: tuple[str, str],
    part: str = FIRST_SHEET,
    method: int = zipfile.ZIP_STORED,
) -> Path:
    """The workbook as a file, with texts of its first sheet, or of another part, replaced."""
    book.save(folder / "made.xlsx")
    file = folder / "list.xlsx"
    with zipfile.ZipFile(folder / "made.xlsx") as made, zipfile.ZipFile(file, "w", method) as packed:
        for each in made.namelist():
            text = made.read(each)
            if each == part:
                for old, new in changes:
                    assert old.encode() in text
                    text = text.replace(old.encode(), new.encode())
            packed.writestr(each, text)
    return file


SHOWN = {
    ("00000000", 123): "00000123",
    ("00000000", 124.0): "00000124",
    ("000", 123456): "123456",
    ("000-000", 1234567): "1234-567",
    ('"T"0000', 12): "T0012",
    (r"\T0000\!", 12): "T0012!",
    ('"a0"00', 7): "a007",
    ("[$-409]00000;General", 12): "00012",
    ("[Red]0000", 12): "0012",
    ("0000", 12.5): "12.5",
    ("0000", -12): "-12",
    ("0", 12): "12",
    ('0" EUR"', 12): "12",
    ("000.00", 12): "12",
    ("#,##0", 1234): "1234",
    ("[<=999]000;0000", 12): "12",
    ("00%", 12): "12",
    ("General", 12): "12",
    ("0.00", 349 / 1.19): "293.28",
    ("#,##0.00", 349000 / 1.19): "293277.31",
    ("0.00", 2.675): "2.68",
    ("0.00", -2.675): "-2.68",
    ("0.00", 2.999): "3",
    ("0.000", 349 / 1.19): "293.2770",
    ('0.00" EUR"', 349 / 1.19): "293.28",
    ('#,##0.00\\ "€";[Red]\\-#,##0.00\\ "€"', 349 / 1.19): "293.28",
    ("[$€-407]#,##0.00", 349 / 1.19): "293.28",
    ('_-* #,##0.00 _€_-;-* #,##0.00 _€_-;_-* "-"?? _€_-;_-@_-', 349 / 1.19): "293.28",
    ("[$¥-411]#,##0", 349 / 1.19): "293",
    ("0", 12.75): "12.75",
    ("0.0", 12.75): "12.75",
    (f"0.{'0' * 30}", 1 / 3): "0.3333333333",
    ("General", 349 / 1.19): "293.2773109243698",
    ("0.00%", 0.193277): "0.193277",
    ("0.00E+00", 0.193277): "0.193277",
    ("# ?/?", 0.193277): "0.193277",
    ("0.0,", 1234.5678): "1234.5678",
    ("General", 415.30999999999995): "415.31",
    ("General", 99.99999999999999): "100",
    ("General", 0.1 + 0.2 - 0.3): "0",
    ("000", 6.999999999999999): "007",
    ("General", 12.345): "12.3450",
}
"""What is read of a number in a format."""


@pytest.mark.parametrize(("number_format", "value"), SHOWN)
def test_a_number_is_what_its_format_shows(tmp_path: Path, number_format: str, value: float) -> None:
    book = Workbook()
    book.active.append(["Name", "Ticket"])
    book.active.append(["Sam", value])
    book.active["B2"].number_format = number_format
    assert read(saved(book, tmp_path))[1] == [(2, ("Sam", SHOWN[number_format, value]))]


def test_a_style_that_is_nowhere_defined_is_none(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "Ticket"])
    book.active.append(["Sam", 123])
    file = saved(book, tmp_path, ('<c r="B2"', '<c s="77" r="B2"'))
    assert read(file)[1] == [(2, ("Sam", "123"))]


CALCULATED = ("<v />", "<v>41</v>")


def test_a_formula_is_what_it_resulted_in(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "Ticket", "E-Mail"])
    book.active.append(["Sam", "=40+1", "x"])
    book.active.append(["Zoë", "Day"])
    book.active.append(["Bram", "=A9", "y"])
    book.active["B2"].number_format = "0000"
    empty = ('<c r="B4"><f>A9</f><v>41</v>', '<c r="B4" t="str"><f>A9</f><v></v>')
    file = saved(book, tmp_path, CALCULATED, empty)
    assert read(file)[1] == [(2, ("Sam", "0041", "x")), (3, ("Zoë", "Day")), (4, ("Bram", "", "y"))]


NO_VALUES = {"=1+1": "bad_list.not_calculated", "#N/A": "bad_list.error_cell", "#REF!": "bad_list.error_cell"}


@pytest.mark.parametrize("value", NO_VALUES)
@pytest.mark.parametrize("row", [1, 2, 40])
def test_a_cell_without_a_value_is_named(tmp_path: Path, row: int, value: str) -> None:
    book = Workbook()
    for number in range(1, 41):
        book.active.append(["Name", "Ticket"] if number == 1 else ["Sam", "Day"])
    book.active.cell(row, 3 if row == 1 else 2).value = value
    with pytest.raises(SheetError) as caught:
        read(saved(book, tmp_path))
    assert (caught.value.reason.key, caught.value.reason.values["row"]) == (NO_VALUES[value], row)


def test_the_error_of_a_formula_is_named(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "Ticket"])
    book.active.append(["Sam", "=1/0"])
    old, new = '<c r="B2"><f>1/0</f><v />', '<c r="B2" t="e"><f>1/0</f><v>{}</v>'
    assert why(saved(book, tmp_path, (old, new.format("#DIV/0!")))) == "bad_list.error_cell"
    assert read(saved(book, tmp_path, (old, new.format(""))))[1] == [(2, ("Sam", ""))]


@pytest.mark.parametrize("value", NO_VALUES)
def test_a_cell_without_a_value_in_no_column_of_the_list_is_empty(tmp_path: Path, value: str) -> None:
    book = Workbook()
    for row in (["Name", None, "Ticket"], ["Sam", value, "Day", value], [None, value], ["Zoë", None, "Day"]):
        book.active.append(row)
    assert read(saved(book, tmp_path))[1] == [(2, ("Sam", "", "Day", "")), (4, ("Zoë", "", "Day"))]


def test_a_text_that_reads_like_an_error_is_a_text(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Name", "Ticket"])
    book.active.append(["Sam", "#N/A"])
    book.active["B2"].data_type = "s"
    (tmp_path / "list.csv").write_text("Name,Ticket\nSam,#N/A\n")
    for file in (saved(book, tmp_path), tmp_path / "list.csv"):
        assert read(file)[1] == [(2, ("Sam", "#N/A"))]


def test_a_formula_beside_the_list_is_in_nobodys_way(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["=COUNTA(B:B)"])
    for row in ROWS_OF_BOOK:
        book.active.append(row)
    book.create_sheet().append(["Sum", "=1+1"])
    assert [cells for _, cells in read(saved(book, tmp_path))[1]] == [cells for _, cells in ROWS]


BROKEN = {
    "a text that is not there": (FIRST_SHEET, '<c r="A2" t="inlineStr">', '<c r="A2" t="s"><v>9</v>'),
    "a text without end": (FIRST_SHEET, '<c r="A2" t="inlineStr">', f'<c r="A2" t="s"><v>{10**30}</v>'),
    "a place that is none": (FIRST_SHEET, 'r="A2"', 'r="!!"'),
    "a letter for a number": (FIRST_SHEET, '<row r="2"', '<row r="x"'),
    "a yes that is none": (FIRST_SHEET, '<c r="A2" t="inlineStr">', '<c r="A2" t="b"><v>x</v>'),
    "no end of the sheet": (FIRST_SHEET, "</sheetData>", ""),
    "no workbook in it": ("[Content_Types].xml", "sheet.main+xml", "sheet.other+xml"),
    "a sheet of no part": ("xl/workbook.xml", 'r:id="rId1"', 'r:id="rId9"'),
    "a style of no style": ("xl/styles.xml", 'xfId="0" builtinId="0"', 'xfId="9" builtinId="0"'),
    "a style too far": ("xl/styles.xml", '<xf numFmtId="0"', f'<xf numFmtId="{10**20}"'),
}
"""A part of a workbook, what stands in it, and what a damaged one has there."""


@pytest.mark.parametrize("case", BROKEN)
def test_a_damaged_workbook_is_named(tmp_path: Path, case: str) -> None:
    part, old, new = BROKEN[case]
    book = Workbook()
    for row in ROWS_OF_BOOK:
        book.active.append(row)
    assert why(saved(book, tmp_path, (old, new), part=part)) == "bad_list.damaged"


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_workbook_that_cannot_be_unpacked_is_named(tmp_path: Path, method: int) -> None:
    book = Workbook()
    for row in ROWS_OF_BOOK:
        book.active.append(row)
    file = saved(book, tmp_path, method=method)
    with zipfile.ZipFile(file) as packed:
        begins = packed.getinfo(FIRST_SHEET).header_offset + 30 + len(FIRST_SHEET) + 9
    data = bytearray(file.read_bytes())
    data[begins : begins + 60] = b"\xff" * 60
    file.write_bytes(data)
    assert why(file) == "bad_list.damaged"


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
