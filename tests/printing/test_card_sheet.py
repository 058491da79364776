"""What is printed is read again by another program, as a scanner reads it."""

from collections.abc import Iterator

import pypdfium2
import pytest
import zxingcpp

from tui_pos.core import scanner_test
from tui_pos.core.config import ConfigError
from tui_pos.printing import card_sheet
from tui_pos.printing.card_sheet import Card, CardKind

CARDS = [
    Card(kind=CardKind.TEST, title="Test of this scanner", code=scanner_test.CODE),
    Card(kind=CardKind.COMMAND, title="3 of the next product", code="/quantity 3"),
    *(
        Card(
            kind=CardKind.PRODUCT,
            title=f"Product {number} Tomás 李",
            code=f"SHIRT-{number:02}",
            detail="25.00 USD",
        )
        for number in range(40)
    ),
    Card(kind=CardKind.PRODUCT, title="Mug " * 40, code="04006381333931"),
]


def read(pdf: bytes) -> Iterator[list[tuple[str, str]]]:
    """What stands in the codes of each page, with the kind of code."""
    for page in pypdfium2.PdfDocument(pdf):
        bitmap = page.render(scale=4, grayscale=True)
        pixels = memoryview(bytes(bitmap.buffer)).cast("B", (bitmap.height, bitmap.stride))
        yield [(str(found.format), found.text) for found in zxingcpp.read_barcodes(pixels)]


def test_every_card_is_read_from_the_printed_sheet() -> None:
    pages = list(read(card_sheet.as_pdf("Demo Conference", CARDS)))
    assert len(pages) == 3
    found = [each for page in pages for each in page]
    wide = [text for kind, text in found if "QR" in kind]
    assert sorted(wide) == sorted(card.code for card in CARDS)
    bars = [text for kind, text in found if "128" in kind]
    assert sorted(bars) == sorted(card.code for card in CARDS if card.kind is not CardKind.TEST)


def test_the_sheet_as_text_holds_the_same_codes() -> None:
    lines = list(card_sheet.as_text(CARDS[:2]))
    assert lines[0] == f"Test of this scanner  {scanner_test.CODE}"
    dark = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    drawn = lines[1 : lines.index("")]
    rows = [[255 * (1 - dark[char][half]) for char in line] for line in drawn for half in (0, 1)]
    big = [[pixel for pixel in row for _ in range(4)] for row in rows for _ in range(4)]
    pixels = memoryview(bytes(pixel for row in big for pixel in row)).cast("B", (len(big), len(big[0])))
    assert [found.text for found in zxingcpp.read_barcodes(pixels)] == [scanner_test.CODE]


def test_without_what_draws_it_the_sheet_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "reportlab.pdfgen.canvas", None)
    with pytest.raises(ConfigError, match=r"pip install 'tui-pos\[cards\]'"):
        card_sheet.as_pdf("x", CARDS)
