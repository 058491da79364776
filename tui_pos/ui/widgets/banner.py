"""A verdict or an outcome over the whole width, to be read from two metres."""

from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tui_pos.core.scan import printable
from tui_pos.desk.tones import Tone
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.line_list import fit
from tui_pos.ui.widgets.painting import changes
from tui_pos.ui.widgets.signs import sign

MARGIN = " " * 3
GAP = " " * 3
LONGEST = 300
WORD = 1
"""The row of the word; the one below it holds a fact that has no room beside it."""
EDGE = "─"
"""Fills the rows above and below the word where their colour alone would not show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerText:
    """What a banner says: the ``word`` first, then who or what it is ``about``, and the ``fact``."""

    tone: Tone = Tone.PLAIN
    word: str = ""
    about: str = ""
    fact: str = ""


class Banner(Widget):
    """Three rows, filled with the colour of a tone. Word and fact are never cut; ``about`` may be."""

    DEFAULT_CSS = "Banner { height: 3; width: 1fr; }"

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name for it
        super().__init__(id=id)
        self._told = BannerText()

    def tell(self, told: BannerText) -> None:
        """Draw ``told``; text from outside is made safe here."""
        if not self.size:  # hidden, or not laid out yet
            self._told = told
            self.refresh()
            return
        rows = range(self.size.height)
        before = [self.render_line(y) for y in rows]
        self._told = told
        if regions := changes(before, [self.render_line(y) for y in rows]):
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        return banner_row(self._told, y, self.size.width)


def banner_row(told: BannerText, y: int, width: int) -> Strip:
    """Row ``y`` of the banner of ``told``; a fact that has no room beside the word stands below it."""
    role = look.TONE_ROLES[told.tone]
    style = Style.parse(look.style(role))
    fact = printable(told.fact, LONGEST)
    lead = MARGIN + f"{sign(told.tone)} {printable(told.word, LONGEST)}".lstrip() + GAP
    end = f"{GAP if fact else ''}{fact}{MARGIN}"
    room = width - cell_len(lead) - cell_len(end)
    rows = ("", lead + fit(told.about, max(0, room)) + (end if room >= 0 else ""), "" if room >= 0 else end)
    line = rows[y]
    if y != WORD:
        line = (" " if look.has_edge(role) else EDGE) * (width - cell_len(line)) + line
    return Strip([Segment(line, style)]).adjust_cell_length(width, style)
