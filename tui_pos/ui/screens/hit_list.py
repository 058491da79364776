"""The list of what a typed text finds: a page at first, more whenever its end comes into sight."""

from typing import TYPE_CHECKING

from tui_pos.ui.messages import home
from tui_pos.ui.screens import home_view
from tui_pos.ui.widgets.line_list import LineList

if TYPE_CHECKING:
    from tui_pos.desk.search.search import Found
    from tui_pos.ui.scan_result import Hit, HitPage


class HitList(LineList):
    """Hidden while it lists nothing; ``text`` is what its hits were found for, None while hidden."""

    def __init__(self) -> None:
        super().__init__(*home_view.HITS, by_arrow=True, empty=home.NOT_FOUND, id="hits")
        self.text: str | None = None
        self.total = 0
        self._hits: list[Hit] = []
        self.display = False

    def show_page(self, page: "HitPage", *, numbered: bool) -> None:
        """Show the first page of another search; ``numbered`` where digits pick a row."""
        self.text, self.total, self._hits = page.text, page.total, list(page.hits)
        self.unchoose()
        self.set_lines(home_view.hits(self._hits))
        self.set_numbered(numbered)
        self.display = True

    def add_page(self, page: "HitPage") -> None:
        """Show the next page below, unless another search was shown meanwhile."""
        if page.text == self.text and page.first == len(self._hits):
            self._hits += page.hits
            self.set_lines(home_view.hits(self._hits))

    def hide(self) -> None:
        """Forget what was found."""
        self.text, self.total, self._hits = None, 0, []
        self.unchoose()
        self.set_lines(())
        self.display = False

    @property
    def next_page(self) -> int | None:
        """Where the page begins that is needed now, because its rows are in sight or soon will be."""
        known = len(self._hits)
        needed = (self.place or 0) + max(1, self.size.height)
        return known if needed >= known and known < self.total else None

    @property
    def chosen_hit(self) -> "Found | None":
        """The hit that arrows have chosen."""
        return self._hits[self.place].found if self.place is not None else None

    def hit_numbered(self, number: int) -> "Found | None":
        """The hit whose row shows ``number``."""
        line = self.numbered_line(number)
        return self._hits[int(line.key)].found if line is not None else None
