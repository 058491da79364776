"""What is for sale, as the cart screen shows it: all of it in pages, or what fits the text that is typed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from textual.app import ComposeResult
from textual.containers import Horizontal

from tui_pos.ui.input.key_stream import PAGE
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.look import Role

TWO_COLUMNS = 100
"""Cells from which what has no room below stands beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A row: how it is called, its price, what is said of it, and whether it can be sold now."""

    key: str
    name: str
    price: Decimal
    note: str
    can_be_sold: bool


class CataloguePane(Horizontal):
    """Products in rows; a number stands before those that can be sold, counted by their place.

    So a product keeps its number when another is sold out. While a text is typed (``typing``) digits are
    text and no row has a number: the chosen one is what Enter adds. ``amount`` words money.
    """

    DEFAULT_CSS = """
    CataloguePane {
        height: 1fr;
        #beside { display: none; margin-left: 2; }
        &.-two #beside { display: block; }
    }
    """

    def __init__(self, amount: Callable[[Decimal], str]) -> None:
        super().__init__(id="catalogue")
        self._amount = amount
        self._products: Sequence[Product] = ()
        self._offset = 0
        self._typing = False
        self._chosen = 0
        columns = (Column(), Column(8, right=True), Column(9))
        self._rows = LineList(*columns, choosing=False, by_place=True, empty="No product fits.")
        self._beside = LineList(*columns, choosing=False, numbered=False, id="beside")

    def compose(self) -> ComposeResult:
        yield self._rows
        yield self._beside

    def show(self, products: Sequence[Product], *, typing: bool = False) -> None:
        """Draw these products from the first on."""
        if not typing or [each.key for each in products] != [each.key for each in self._products]:
            self._chosen = 0
        self._products, self._typing = products, typing
        self._offset = 0 if typing else min(self._offset, max(0, len(products) - 1))
        self._draw()

    def begin(self) -> None:
        """Go back to the first product."""
        self._offset = 0

    def page(self, delta: int) -> None:
        """Show the products ``delta`` further down."""
        self._offset = min(max(0, self._offset + delta), max(0, len(self._products) - 1))
        self._draw()

    def move(self, delta: int) -> None:
        """Choose another of those that fit what is typed."""
        self._chosen = min(max(0, self._chosen + delta), max(0, len(self._products) - 1))
        self._draw()

    @property
    def chosen(self) -> Product | None:
        """What Enter adds while a text is typed."""
        return self._products[self._chosen] if self._typing and self._products else None

    def product_at(self, number: int) -> Product | None:
        """The product that shows this number."""
        line = self._rows.numbered_line(number)
        return next((each for each in self._products if line is not None and each.key == line.key), None)

    def at_place(self, number: int) -> Product | None:
        """The product that would show this number if it could be sold."""
        place = self._offset + number - 1
        return self._products[place] if place < len(self._products) else None

    @property
    def numbers(self) -> tuple[range, ...]:
        """The digits that stand before products, as runs without a gap."""
        shown = [number for number in range(1, 10) if self._can_be_picked(number)]
        runs = groupby(enumerate(shown), key=lambda pair: pair[1] - pair[0])
        found = [[number for _, number in run] for _, run in runs]
        return tuple(range(run[0], run[-1] + 1) for run in found)

    def _can_be_picked(self, number: int) -> bool:
        place = self._offset + number - 1
        return not self._typing and place < len(self._products) and self._products[place].can_be_sold

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        lines = [self._line(place, each) for place, each in enumerate(self._products)][self._offset :]
        height = self.size.height or len(lines) + 1
        two = self.size.width >= TWO_COLUMNS and len(lines) >= height
        self.set_class(two, "-two")
        if pages := self._pages(room := height * (1 + two)):
            mark = Line((pages,), pick=False, style=look.style(Role.DIM))
            lines = [*lines[: room - 1], mark]
        self._rows.set_lines(lines[:height] if two else lines)
        self._beside.set_lines(lines[height:] if two else ())

    def _pages(self, room: int) -> str:
        """How many products another page numbers or shows; '' where these ``room`` rows have them all."""
        if self._typing:
            return ""
        more = sum(each.can_be_sold for each in self._products[self._offset + PAGE :])
        more = more or max(0, len(self._products) - self._offset - room)
        back = ("PgUp: back",) if self._offset else ()
        return ", ".join((*back, *((f"PgDn: {more} more",) if more else ())))

    def _line(self, place: int, product: Product) -> Line:
        is_chosen = self._typing and place == self._chosen
        dim = "" if product.can_be_sold else look.style(Role.DIM)
        return Line(
            (product.name, self._amount(product.price), product.note),
            key=product.key,
            pick=product.can_be_sold and not self._typing,
            style=look.style(Role.CHOSEN) if is_chosen else dim,
        )
