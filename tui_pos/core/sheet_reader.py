"""Lists as other programs write them: CSV in whatever encoding and with whatever separator, and XLSX.

A cell is the text that somebody sees in it; what it means is for others to say. Rows come one at a time, so
that a list may be longer than the memory, and have the numbers that a spreadsheet shows beside them.
"""

import codecs
import csv
import errno
import io
import lzma
import os
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from itertools import compress, islice
from pathlib import Path
from typing import IO, Any

from tui_pos.core.reasons import Reason, because
from tui_pos.core.scan import printable

MOST_BYTES = 300_000_000
MOST_UNPACKED = 2_000_000_000
"""Bytes of a file, and of what a workbook is unpacked to."""
MOST_ROWS = 1_000_000
"""Rows of people; one further down than a workbook has rows is refused alike."""
LAST_ROW = 1_048_576
MOST_CELL = 100_000
"""Characters of a cell; a quote that nobody closed makes one of all that follows it."""
HEADER_WITHIN = 15
"""The header is one of so many rows that are not empty."""
MOST_SHEETS = 10
EXACT = 1e15
"""Below it a number of a workbook is what was typed."""
NOISE = 1e-9
"""What a sum of amounts may be off, since a workbook counts in binary."""
MOST_DECIMALS = 10
TYPED = 2
"""A number of so many decimals is read as it is; one of more was computed, and is what is shown of it."""

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
"""What a workbook ends in that is cut off, locked, no XML, or that names what is not there."""
DAMAGED_BELOW = (None, errno.EINVAL)
"""And the numbers of an OSError that is the file's fault: unpacking or a place before its beginning."""

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

_NO_VALUE = "\0"
"""A cell whose formula has no result; behind it the error that one holds. No text of a list is so."""
_ZEROS = re.compile(r'(?:\[(?:\$[^\]]*|[A-Za-z]+)\])*((?:0|[-+ ():]|\\.|"[^"]*")*)')
_PLACE = re.compile(r'"([^"]*)"|\\(.)|(.)')
"""A format of zeros and of texts that stand between them, behind a colour or language; and its pieces."""

_LITERAL = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')
_SHOWN_DECIMALS = re.compile(r"[^0#?.,;%/eE]*[0#?,]*[0#?](?:\.([0#?]*))?[^0#?.,;%/eE]*(?:;.*)?")
"""What a format has beside its digits: texts, gaps, a currency or colour; and a format of plain decimals."""

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
        if error.errno in DAMAGED_BELOW:
            raise SheetError("damaged", path) from error
        raise SheetError("unreadable", path, fault=os.strerror(error.errno or 0)) from error


def _with_header(path: Path, rows: Iterator[Row], score: Callable[[Sequence[str]], int]) -> Sheet:
    first = list(islice(rows, HEADER_WITHIN))
    if not first:
        raise SheetError("no_rows", path)
    place = max(range(len(first)), key=lambda each: score(first[each][1]))
    number, header = first[place]

    def below() -> Iterator[Row]:
        yield from first[place + 1 :]
        yield from rows

    return Sheet(header, number, _bounded(path, header, below()))


def _bounded(path: Path, header: Sequence[str], rows: Iterator[Row]) -> Iterator[Row]:
    """At most so many rows; a cell without a value is refused, or empty where its column has no header."""
    for count, (number, cells) in enumerate(rows, 1):
        if count > MOST_ROWS:
            raise SheetError("too_many_rows", path, most=MOST_ROWS)
        if _NO_VALUE in "".join(cells):
            _refuse_no_value(path, number, compress(cells, map(str.strip, header)))
            cells = tuple("" if each.startswith(_NO_VALUE) else each for each in cells)
            if not any(map(str.strip, cells)):
                continue
        yield number, cells


def _refuse_no_value(path: Path, number: int, cells: Iterable[str]) -> None:
    for each in cells:
        if each == _NO_VALUE:
            raise SheetError("not_calculated", path, row=number)
        if each.startswith(_NO_VALUE):
            raise SheetError("error_cell", path, row=number, text=printable(each[1:], 20))


# Text


def _text(path: Path, file: IO[bytes], score: Callable[[Sequence[str]], int]) -> Iterator[Sheet]:
    encoding = _encoding(path, file)
    with path.open(encoding=encoding, newline="") as text:
        head = text.read(_HEAD)
        separator = _separator(head, score)
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


def _separator(head: str, score: Callable[[Sequence[str]], int]) -> str:
    """What parts the cells: what makes the best header, most rows as long as it, and most cells of it."""

    def fitting(separator: str) -> tuple[int, int, int]:
        try:
            parted = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
            rows = list(islice((cells for cells in parted if any(map(str.strip, cells))), HEADER_WITHIN))
        except csv.Error:
            return -1, 0, 0
        if not rows:
            return sys.maxsize, 0, 0  # there is nothing but this
        header = max(rows, key=score)
        return score(header), sum(len(cells) == len(header) for cells in rows), len(header)

    return max(SEPARATORS, key=fitting)


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
        found = [
            _of_workbook(path, _cells(path, sheet, _results(file, place)), score)
            for place, sheet in enumerate(book.worksheets[:MOST_SHEETS])
        ]
        sheets = [each for each in found if each is not None]
        if not sheets:
            raise SheetError("no_rows", path)
        best = max(sheets, key=lambda each: score(each.header))
        _refuse_no_value(path, best.number, best.header)
        yield best
    finally:
        book.close()


def _opened(file: IO[bytes], *, with_results: bool = False) -> Any:
    from openpyxl import load_workbook  # 150 ms, for lists of this form alone

    book = load_workbook(file, read_only=True, data_only=with_results)
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # not every program that writes them tells the truth
    return book


def _of_workbook(path: Path, rows: Iterator[Row], score: Callable[[Sequence[str]], int]) -> Sheet | None:
    try:
        return _with_header(path, rows, score)
    except SheetError as error:
        if error.reason.key == "bad_list.no_rows":
            return None
        raise


def _results(file: IO[bytes], place: int) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows of a sheet with the results of its formulas; the file is read again with the first of them."""
    book = _opened(file, with_results=True)
    try:
        yield from enumerate(book.worksheets[place].iter_rows(), 1)
    finally:
        book.close()


def _cells(path: Path, sheet: Any, results: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[Row]:
    from openpyxl.formula.tokenizer import TokenizerError

    try:
        for number, cells in enumerate(sheet.iter_rows(), 1):
            if number > LAST_ROW:
                raise SheetError("too_many_rows", path, most=MOST_ROWS)
            texts = tuple(map(_shown, cells))
            if _NO_VALUE in texts:
                calculated = next(found for at, found in results if at == number)
                texts = tuple(map(_result, cells, calculated))
            if any(map(str.strip, texts)):
                yield number, texts
    except (*DAMAGED, TokenizerError) as error:
        raise SheetError("damaged", path) from error


def _result(cell: Any, calculated: Any) -> str:
    """What is seen of a cell; a result that is an empty text has another type than one that is not there."""
    is_missing = cell.data_type == "f" and calculated.value is None and calculated.data_type == "n"
    return _NO_VALUE if is_missing else _shown(calculated)


def _shown(cell: Any) -> str:
    """The text of a cell; a number as it would be typed, a time as ISO 8601 writes it."""
    if cell.data_type == "f":
        return _NO_VALUE
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return _number(value, _format(cell))
        case datetime():
            return value.isoformat(sep=" ") if value.time() != time() else value.date().isoformat()
        case _:
            return f"{_NO_VALUE}{value}" if cell.data_type == "e" else str(value)


def _format(cell: Any) -> str:
    try:
        return str(cell.number_format)
    except IndexError:  # a style that the workbook does not define
        return ""


def _number(value: float, number_format: str) -> str:
    if isinstance(value, float):
        value = _as_shown(value, number_format)
    if isinstance(value, int) or (value.is_integer() and abs(value) < EXACT):
        return _filled(int(value), number_format)
    exact = repr(value)
    return f"{exact}0" if re.fullmatch(r"-?\d+\.\d{3}", exact) else exact  # no thousands


def _as_shown(value: float, number_format: str) -> float:
    short = round(value, 6)
    if abs(value - short) < NOISE:
        value = short
    decimals = _decimals(number_format)
    if decimals is None or value == round(value, TYPED):
        return value
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


@lru_cache(maxsize=1_000)
def _decimals(number_format: str) -> int | None:
    """How many decimals a format shows; None for one that shows them as they come, or no plain number."""
    found = _SHOWN_DECIMALS.fullmatch(_LITERAL.sub("", number_format))
    return min(len(found[1] or ""), MOST_DECIMALS) if found else None


def _filled(number: int, number_format: str) -> str:
    """A number with the zeros before it that its format shows, and the texts between them: a code."""
    places = _places(number_format) if number >= 0 else ()
    if not places:
        return str(number)
    count = places.count(None)
    text = str(number).zfill(count)
    digits = iter((text[: len(text) - count + 1], *text[len(text) - count + 1 :]))
    return "".join(next(digits) if each is None else each for each in places)


@lru_cache(maxsize=1_000)
def _places(number_format: str) -> tuple[str | None, ...]:
    """What stands where in a format of two zeros or more: a text, or None for a digit; () of any other.

    With one zero alone a text beside it is a currency or a unit.
    """
    found = _ZEROS.fullmatch(number_format.partition(";")[0])
    pieces = _PLACE.finditer(found[1]) if found else ()
    places = tuple(None if each[0] == "0" else each[1] or each[2] or each[3] or "" for each in pieces)
    return places if places.count(None) > 1 else ()
