"""Repainting only cells that look different: over SSH every cell and every style costs bytes."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

Cell = tuple[str, Style | None]


def changes(before: Sequence[Strip], after: Sequence[Strip]) -> list[Region]:
    """Where two equally large drawings differ: of each row, from the first such cell to the last."""
    regions = []
    for y, (old, new) in enumerate(zip(before, after, strict=True)):
        pairs = enumerate(zip(_cells(old), _cells(new), strict=False))
        differs = [x for x, (was, now) in pairs if was != now]
        if differs:
            regions.append(Region(differs[0], y, differs[-1] + 1 - differs[0], 1))
    return regions


def lean(style: Style) -> Style:
    """``style`` without the terminal's default colours, which need no escape sequence."""
    own = all(color is None or color.is_default for color in (style.color, style.bgcolor))
    return style.without_color if own else style


def _cells(strip: Strip) -> Iterator[Cell]:
    """A wide character stands in both of its cells, so that it is never cut in two."""
    for text, style, _ in strip:
        for char in text:
            yield from [(char, style)] * cell_len(char)
