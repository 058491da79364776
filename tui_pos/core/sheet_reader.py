"""Lists as other programs write them: CSV in whatever encoding and with whatever separator, and XLSX.

A cell is the text that somebody sees in it; what it means is for others to say. Rows come one at a time, so
that a list may be longer than the memory, and have the numbers that a spreadsheet shows beside them.
"""

import codecs
import csv
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import IO, Any

from tui_pos.core.reasons import Reason, because

MOST_BYTES = 300_000_000
MOST_UNPACKED = 2_000_000_000
"""Bytes of a file, and of what a workbook is unpacked to."""
MOST_ROWS = 1_000_000
MOST_CELL = 100_000
"""Characters of a cell; a quote that nobody closed makes one of all that follows it."""
HEADER_WITHIN = 15
"""The header is one of so many rows that are not empty."""
MOST_SHEETS = 10
EXACT = 1e15
"""Below it a number of a workbook is what was typed."""

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    SyntaxError,
    RuntimeError,
    NotImplementedError,
)
"""What a workbook ends in that is cut off, locked, or no XML."""

SEPARATORS = ",;\t|"
_HEAD = 64 * 1024
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_KINDS = (
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"RIFF", "picture"),
    (b"%PDF", "pdf"),
    (b"\xd0\xcf\x11\xe0", "old_excel"),
    (b"SQLite format", "database"),
    (b"\x1f\x8b", "packed"),
)
"""How files begin that are no list, and what they are."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")

Row = tuple[int, tuple[str, ...]]
"""The number of a row, from 1, and its cells; never an empty row."""


class SheetError(Exception):
    """A file that cannot be read as a list, and why: a ``reason`` with the code ``bad_list``."""

    def __init__(self, case: str, path: Path, **values: object) -> None:
        self.reason: Reason = because(f"bad_list.{case}", file=path.name or str(path), **values)
        super().__init__(str(self.reason))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A list that is open: its header, the number of that row, and the rows below it, to be read once."""

    header: tuple[str, ...]
    number: int
    rows: Iterator[Row]


@contextmanager
def open_sheet(path: Path, score: Callable[[Sequence[str]], int]) -> Iterator[Sheet]:
    """The list in a file; the row that has the highest ``score`` among the first ones is its header.

    Of a workbook it is the sheet with the best header. Raises SheetError, also while rows are read.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        raise SheetError("missing", path) from None
    except OSError as error:
        raise SheetError("unreadable", path, fault=os.strerror(error.errno or 0)) from error
    try:
        if not path.is_file():
            raise SheetError("no_file", path)
        if not status.st_size:
            raise SheetError("empty", path)
        if status.st_size > MOST_BYTES:
            raise SheetError("too_large", path, most=MOST_BYTES // 1_000_000)
        with path.open("rb") as file:
            if file.read(4) == b"PK\x03\x04":
                yield from _workbook(path, file, score)
            else:
                yield from _text(path, file, score)
    except OSError as error:
        raise SheetError("unreadable", path, fault=os.strerror(error.errno or 0)) from error


def _with_header(path: Path, rows: Iterator[Row], score: Callable[[Sequence[str]], int]) -> Sheet:
    first = list(islice(rows, HEADER_WITHIN))
    if not first:
        raise SheetError("no_rows", path)
    place = max(range(len(first)), key=lambda each: (score(first[each][1]), -each))
    number, header = first[place]

    def below() -> Iterator[Row]:
        yield from first[place + 1 :]
        yield from rows

    return Sheet(header, number, _bounded(path, below()))


def _bounded(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    for count, row in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise SheetError("too_many_rows", path, most=MOST_ROWS)
        yield row


# Text


def _text(path: Path, file: IO[bytes], score: Callable[[Sequence[str]], int]) -> Iterator[Sheet]:
    encoding = _encoding(path, file)
    with path.open(encoding=encoding, newline="") as text:
        head = text.read(_HEAD)
        separator = _separator(head)
        text.seek(0)
        yield _with_header(path, _records(path, text, separator), score)


def _encoding(path: Path, file: IO[bytes]) -> str:
    """How the file is written: told by its first bytes, else UTF-8, else as Windows wrote Latin letters."""
    file.seek(0)
    head = file.read(_HEAD)
    for begins, kind in _KINDS:
        if head.startswith(begins):
            raise SheetError(f"is_{kind}", path)
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            return encoding if _decodes(file, encoding) else _refused(path)
    zeros = [head[place::2].count(0) * 4 > len(head) for place in (0, 1)]
    if any(zeros):
        # Of ASCII in UTF-16 every second byte is 0.
        encoding = "utf-16-be" if zeros[0] else "utf-16-le"
        return encoding if not all(zeros) and _decodes(file, encoding) else _refused(path)
    return next((each for each in ("utf-8", "cp1252") if _decodes(file, each)), "") or _refused(path)


def _refused(path: Path) -> str:
    raise SheetError("encoding", path)


def _decodes(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(1 << 20):
            if _CONTROL.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(head: str) -> str:
    """What parts the cells: what makes most of them in one of the first lines."""

    def most(separator: str) -> int:
        try:
            found = csv.reader(head.splitlines(keepends=True), delimiter=separator)
            return max((len(cells) for cells in islice(found, HEADER_WITHIN)), default=0)
        except csv.Error:
            return 0

    return max(SEPARATORS, key=most)


def _records(path: Path, text: IO[str], separator: str) -> Iterator[Row]:
    csv.field_size_limit(MOST_CELL)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=separator, strict=True), 1):
            if any(map(str.strip, cells)):
                yield number, tuple(cells)
    except csv.Error as error:
        case = "long_cell" if "limit" in str(error) else "quotes"
        raise SheetError(case, path, row=number + 1) from error


# Workbooks


def _workbook(path: Path, file: IO[bytes], score: Callable[[Sequence[str]], int]) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(each.file_size for each in packed.infolist()) > MOST_UNPACKED:
                raise SheetError("too_large", path, most=MOST_BYTES // 1_000_000)
            if "xl/workbook.xml" not in packed.namelist():
                raise SheetError("is_packed", path)
        book = _opened(file)
    except DAMAGED as error:
        raise SheetError("damaged", path) from error
    try:
        found = [_of_workbook(path, sheet, score) for sheet in book.worksheets[:MOST_SHEETS]]
        sheets = [each for each in found if each is not None]
        if not sheets:
            raise SheetError("no_rows", path)
        yield max(sheets, key=lambda each: score(each.header))
    finally:
        book.close()


def _opened(file: IO[bytes]) -> Any:
    from openpyxl import load_workbook  # 150 ms, for lists of this form alone

    return load_workbook(file, read_only=True, data_only=True)


def _of_workbook(path: Path, sheet: Any, score: Callable[[Sequence[str]], int]) -> Sheet | None:
    try:
        return _with_header(path, _cells(path, sheet), score)
    except SheetError as error:
        if error.reason.key == "bad_list.no_rows":
            return None
        raise


def _cells(path: Path, sheet: Any) -> Iterator[Row]:
    try:
        for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = tuple(map(_shown, values))
            if any(map(str.strip, cells)):
                yield number, cells
    except DAMAGED as error:
        raise SheetError("damaged", path) from error


def _shown(value: object) -> str:
    """The text of a cell; a number as it would be typed, a time as ISO 8601 writes it."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            exact = str(int(value)) if value.is_integer() and abs(value) < EXACT else repr(value)
            return f"{exact}0" if re.fullmatch(r"-?\d+\.\d{3}", exact) else exact  # no thousands
        case datetime():
            return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
        case _:
            return str(value)
