"""A list of rows in columns (cart, catalogue, orders, readers) that repaints only the cells that changed.

Textual's tables repaint whole: a changed cell costs 2,400 bytes over SSH, a row here about a hundred.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_pos.core.scan import printable
from tui_pos.ui.widgets.painting import changes, lean

GAP = 2
LONGEST = 400
WIDEST = 60
"""Cells of a column that takes what is left: what stands behind it is not lost far off on a wide terminal."""
NUMBERS = range(1, 10)

Cell = str | tuple[str, str]
"""A text, or a text and its Rich style. Text from outside is made safe here."""


@dataclass(frozen=True)
class Column:
    """``width`` in cells; 0 takes what the others leave. ``right`` aligns amounts."""

    width: int = 0
    right: bool = False


@dataclass(frozen=True)
class Line:
    """One row; ``key`` identifies it. With ``pick`` False it has no number and cannot be chosen.

    With fewer cells than there are columns the last one takes the rest of the row.
    """

    cells: tuple[Cell, ...]
    key: str = ""
    pick: bool = True
    style: str = ""


class Listing(Widget):
    """Rows with the chosen one reversed and marked ``>``; the rows in sight that can be picked are numbered.

    Args:
        columns: The columns, left to right; each is cut to its width.
        numbered: Show numbers, from 1 to 9.
        choosing: Whether a row is chosen at all.
        by_arrow: No row is chosen before an arrow chooses one: until then Enter may mean something else.
        empty: What stands there without rows.
        lends: How many columns, from the left, give a text that would be cut the cells that they have no use
            for; all of them without it. Those behind stand still whatever is listed.
        by_place: Count rows without a number too, so that a row's number does not depend on those before.
    """

    DEFAULT_CSS = "Listing { height: 1fr; width: 1fr; }"

    def __init__(
        self,
        *columns: Column,
        numbered: bool = True,
        choosing: bool = True,
        by_arrow: bool = False,
        empty: str = "",
        by_place: bool = False,
        lends: int | None = None,
        id: str | None = None,  # noqa: A002  # Textual's name for it
    ) -> None:
        super().__init__(id=id)
        self._columns = columns
        self._by_place = by_place
        self._lends = lends
        self._numbered = numbered
        self._choosing = choosing
        self._by_arrow = by_arrow
        self._empty = Line((), pick=False) if not empty else Line((empty,), pick=False, style="dim")
        self._lines: Sequence[Line] = ()
        self._chosen: int | None = None
        self._top = 0
        self._drawn: list[tuple[Line, int | None, bool]] = []
        self._needed = [0] * len(columns)
        self._laid_out_for: Size | None = None

    @property
    def lines(self) -> Sequence[Line]:
        """All rows."""
        return self._lines

    @property
    def chosen(self) -> Line | None:
        """The reversed row."""
        return None if self._chosen is None else self._lines[self._chosen]

    @property
    def place(self) -> int | None:
        """Which row is chosen, from 0."""
        return self._chosen

    @property
    def above(self) -> int:
        """How many rows stand above those in sight."""
        return self._top

    def set_numbered(self, numbered: bool) -> None:
        """Whether rows show numbers from now on: not while digits are text."""
        if numbered != self._numbered:
            self._numbered = numbered
            self._lay_out()
            self.refresh()

    def unchoose(self) -> None:
        """Choose no row and show the first ones; for a list whose rows are chosen by arrow."""
        self._chosen, self._top = None, 0
        self._update()

    class LaidOut(Message):
        """Its size has changed, and with it which rows show a number."""

    def on_show(self) -> None:
        # What changed while a parent was hidden was never painted.
        self.refresh()

    def on_resize(self) -> None:
        self.post_message(self.LaidOut())

    @property
    def cut_text(self) -> str:
        """What of the chosen row is cut, in full; '' where nothing is."""
        drawn = next(((line, number) for line, number, chosen in self._drawn if chosen), None)
        if drawn is None or not self.size:
            return ""
        line, number = drawn
        widths = self._widths(self.size.width - cell_len(self._lead(number, True)), len(line.cells))
        texts = [_text(cell) for cell in line.cells]
        return "   ".join(
            text for text, width in zip(texts, widths, strict=False) if cell_len(text) > width > 0
        )

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show ``lines``. The chosen row stays chosen by its key, else the row at its place."""
        key = self.chosen.key if self.chosen is not None else None
        place = self._chosen or 0
        self._lines = tuple(lines)
        same = [index for index, line in enumerate(self._lines) if line.pick and line.key == key]
        self._chosen = same[0] if same else self._nearest(place)
        self._update()

    def move(self, delta: int) -> Line | None:
        """Choose the row ``delta`` further down, stopping at both ends; return it."""
        pickable = [index for index, line in enumerate(self._lines) if line.pick]
        if pickable and self._choosing:
            place = pickable.index(self._chosen) + delta if self._chosen is not None else min(delta, 0)
            self._chosen = pickable[max(0, min(place, len(pickable) - 1))]
            self._update()
        return self.chosen

    def choose(self, key: str) -> Line | None:
        """Choose the row with ``key``; None if there is none."""
        for index, line in enumerate(self._lines):
            if line.pick and line.key == key:
                self._chosen = index if self._choosing else None
                self._update()
                return line
        return None

    def numbered_line(self, number: int) -> Line | None:
        """The row that shows ``number``, chosen from now on unless arrows choose; None if no row does."""
        for line, shown, _ in self._drawn:
            if shown == number:
                if not self._by_arrow:
                    self.choose(line.key)
                return line
        return None

    @property
    def numbered_keys(self) -> tuple[str, ...]:
        """The keys of the rows that show a number, in their order."""
        if self._laid_out_for != self.size:
            self._lay_out()
        return tuple(line.key for line, shown, _ in self._drawn if shown is not None)

    def _nearest(self, place: int) -> int | None:
        pickable = [index for index, line in enumerate(self._lines) if line.pick]
        if not pickable or not self._choosing or self._by_arrow:
            return None
        return min(pickable, key=lambda index: abs(index - place))

    def _update(self) -> None:
        """Find the cells that would look different now, and have only those painted."""
        # Hidden, or hidden a moment ago: only a full refresh clears Textual's cached rows.
        if not self.size or self._laid_out_for != self.size:
            self._lay_out()
            self.refresh()
            return
        rows = range(self.size.height)
        before = [self.render_line(y) for y in rows]
        self._lay_out()
        if regions := changes(before, [self.render_line(y) for y in rows]):
            self.refresh(*regions)

    def _lay_out(self) -> None:
        height = self.size.height or 1
        if self._chosen is not None:
            self._top = min(max(self._top, self._chosen - height + 1), self._chosen)
        self._top = min(self._top, max(0, len(self._lines) - height))
        self._drawn = self._in_sight(height)
        self._needed = [self._need(place) for place in range(len(self._columns))]
        self._laid_out_for = self.size

    def _need(self, place: int) -> int:
        """How wide the texts in sight of a column are; the last of a row stands over those behind it too."""
        behind = sum(column.width + GAP for column in self._columns[place + 1 :])
        cells = (line.cells for line, *_ in self._drawn if len(line.cells) > place)
        needs = (cell_len(_text(row[place])) - (behind if len(row) == place + 1 else 0) for row in cells)
        return max(needs, default=0)

    def _in_sight(self, height: int) -> list[tuple[Line, int | None, bool]]:
        if not self._lines:
            return [(self._empty, None, False)]
        rows: list[tuple[Line, int | None, bool]] = []
        number = 1
        for index in range(self._top, min(self._top + height, len(self._lines))):
            line = self._lines[index]
            shown = number if self._numbered and line.pick and number in NUMBERS else None
            number += self._by_place or shown is not None
            rows.append((line, shown, index == self._chosen))
        return rows

    def render_line(self, y: int) -> Strip:
        # Here, not at the resize, which comes after the first paint: rows drawn late are painted twice.
        if self._laid_out_for != self.size:
            self._lay_out()
        width, own = self.size.width, lean(self.rich_style)
        if y >= len(self._drawn):
            return Strip.blank(width, own)
        line, number, chosen = self._drawn[y]
        base = own + Style.parse(line.style) + Style(reverse=True if chosen else None)
        segments = [Segment(self._lead(number, chosen), base)]
        room = width - cell_len(segments[0].text)
        widths = self._widths(room, len(line.cells)) if line is not self._empty else [room]
        for index, (cell, cell_width) in enumerate(zip(line.cells, widths, strict=False)):
            text, style = (cell, "") if isinstance(cell, str) else cell
            right = line is not self._empty and self._columns[index].right
            gap = " " * GAP if index < len(widths) - 1 else ""
            shown = fit(text, cell_width, right)
            bare = shown.strip(" ")
            before = len(shown) - len(shown.lstrip(" ")) if bare else 0
            segments.append(Segment(shown[:before], base))
            segments.append(Segment(bare, base + Style.parse(style)))  # a chip is as wide as its text
            segments.append(Segment(shown[before + len(bare) :] + gap, base))
        return Strip(segments).adjust_cell_length(width, base).simplify()

    def _lead(self, number: int | None, chosen: bool) -> str:
        mark = ">" if chosen else " "
        if self._numbered:
            return f"{number or ' '}{mark} "
        return f"{mark} " if self._choosing else ""

    def _widths(self, room: int, cells: int) -> list[int]:
        widths = self._column_widths(room)
        if cells >= len(widths):
            return widths
        first = widths[: max(0, cells - 1)]
        return [*first, room - sum(first) - GAP * len(first)]

    def _column_widths(self, room: int) -> list[int]:
        """The width of each column: a text that would be cut gets the cells that another has no use for."""
        fixed = sum(column.width for column in self._columns) + GAP * (len(self._columns) - 1)
        open_columns = sum(not column.width for column in self._columns)
        share = min(max(0, room - fixed) // max(1, open_columns), WIDEST)
        widths = [column.width or share for column in self._columns]
        spare = [max(0, width - need) for width, need in zip(widths, self._needed, strict=True)]
        lending = range(len(widths) if self._lends is None else self._lends)
        beside = max(0, room - fixed - share * open_columns)
        for index in lending:
            need = self._needed[index]
            more = max(0, min(need - widths[index], beside))
            widths[index] += more
            beside -= more
            for giver in reversed(lending):
                more = min(need - widths[index], spare[giver])
                if giver != index and more > 0:
                    widths[index] += more
                    widths[giver] -= more
                    spare[giver] -= more
        return widths


class LineList(Listing):
    """The rows of a screen. The list of words, which every screen has too, is another kind of `Listing`."""


def _text(cell: Cell) -> str:
    """What a cell says, all of it, made safe."""
    return printable(cell if isinstance(cell, str) else cell[0], LONGEST)


def fit(text: str, width: int, right: bool = False) -> str:
    """``text`` made safe and exactly ``width`` cells wide; cut text ends in ``…``."""
    shown = printable(text, max(1, width)) if width > 0 else ""
    if cell_len(shown) > width:
        shown = set_cell_size(shown, max(0, width - 1)).rstrip() + "…" * (width > 0)
    room = " " * (width - cell_len(shown))
    return room + shown if right else shown + room
