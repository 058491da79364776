"""The cards sheet: codes that a desk's scanner reads, as a PDF to print and as text for a terminal.

Each card has its QR code, and where it is short enough the same as a Code 128, which a scanner without a
camera reads. reportlab is an extra and is imported when a PDF is asked for.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import TYPE_CHECKING, Any

from tui_pos.core.config import ConfigError
from tui_pos.core.scan import printable

if TYPE_CHECKING:
    from types import ModuleType

MM = 72 / 25.4
"""Points in a millimetre."""
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
MARGIN = 12 * MM
COLUMNS, ROWS = 3, 5
HEADING = 14 * MM
CARD_WIDTH = (PAGE_WIDTH - 2 * MARGIN) / COLUMNS
CARD_HEIGHT = (PAGE_HEIGHT - 2 * MARGIN - HEADING) / ROWS
QR_SIZE = 26 * MM
LONGEST_BARCODE = 16
"""Characters of a Code 128 that is still wide enough on a card for any scanner."""
LONGEST_TITLE = 34
QUIET_ZONE = 4
"""Modules of white round a QR code, as ISO/IEC 18004 wants them."""


class CardKind(StrEnum):
    """What a card is for."""

    TEST = "test"
    COMMAND = "command"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One code and what it says; ``detail`` stands below the title, such as a price."""

    kind: CardKind
    title: str
    code: str
    detail: str = ""


def as_pdf(heading: str, cards: Sequence[Card]) -> bytes:
    """The sheet as a PDF of A4 pages. Raises ConfigError where what it needs is not installed."""
    canvas_module, barcode = _reportlab()
    paper = BytesIO()
    canvas = canvas_module.Canvas(paper, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1)
    canvas.setTitle(_latin(heading))
    pages = [cards[start : start + COLUMNS * ROWS] for start in range(0, len(cards), COLUMNS * ROWS)]
    for number, page in enumerate(pages, start=1):
        canvas.setFont("Helvetica-Bold", 13)
        canvas.drawString(MARGIN, PAGE_HEIGHT - MARGIN - 5 * MM, _latin(heading))
        canvas.setFont("Helvetica", 9)
        canvas.drawRightString(PAGE_WIDTH - MARGIN, PAGE_HEIGHT - MARGIN - 5 * MM, f"{number} / {len(pages)}")
        for place, card in enumerate(page):
            row, column = divmod(place, COLUMNS)
            left = MARGIN + column * CARD_WIDTH
            top = PAGE_HEIGHT - MARGIN - HEADING - row * CARD_HEIGHT
            _draw(canvas, barcode, card, left, top)
        canvas.showPage()
    canvas.save()
    return paper.getvalue()


def as_text(cards: Iterable[Card]) -> Iterator[str]:
    """The sheet as lines: each card's title, its code, and its QR code in half blocks.

    Dark modules are blank, as on a terminal with light letters on dark; a scanner reads either.
    """
    for card in cards:
        yield "  ".join(filter(None, (card.title, card.detail, card.code)))
        rows = list(qr_rows(card.code))
        for upper, lower in zip(rows[::2], [*rows[1::2], [False] * len(rows[0])], strict=False):
            pairs = zip(upper, lower, strict=True)
            yield "".join("█▀▄ "[2 * dark_above + dark_below] for dark_above, dark_below in pairs)
        yield ""


def qr_rows(code: str) -> Iterator[list[bool]]:
    """The QR code with its quiet zone, row by row; True is a dark module."""
    segno = _installed("segno")
    for row in segno.make_qr(code, error="m", boost_error=False).matrix_iter(border=QUIET_ZONE):
        yield [bool(module) for module in row]


def _draw(canvas: Any, barcode: Any, card: Card, left: float, top: float) -> None:
    canvas.setFont("Helvetica-Bold", 10)
    canvas.drawString(left, top - 5 * MM, _latin(printable(card.title, LONGEST_TITLE)))
    canvas.setFont("Helvetica", 8)
    canvas.drawString(left, top - 9 * MM, _latin(printable(card.detail or card.code, LONGEST_TITLE + 8)))
    rows = list(qr_rows(card.code))
    size = QR_SIZE / len(rows)
    bottom = top - 11 * MM - QR_SIZE
    path = canvas.beginPath()
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                path.rect(left + x * size, bottom + (len(rows) - 1 - y) * size, size, size)
    canvas.drawPath(path, stroke=0, fill=1)
    if len(card.code) <= LONGEST_BARCODE and card.code.isascii():
        bars = barcode.Code128(card.code, barWidth=0.25 * MM, barHeight=8 * MM, quiet=False)
        bars.drawOn(canvas, left + 2 * MM, bottom - 9 * MM)


def _latin(text: str) -> str:
    """What the fonts that every printer has can draw; other letters are ``?``."""
    return text.encode("latin-1", "replace").decode("latin-1")


def _reportlab() -> "tuple[ModuleType, ModuleType]":
    return _installed("reportlab.pdfgen.canvas"), _installed("reportlab.graphics.barcode.code128")


def _installed(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise ConfigError(
            "Cards need reportlab and segno: install them with pip install 'tui-pos[cards]'."
        ) from None
