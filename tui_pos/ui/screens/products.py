"""Products: all that is sold, to be changed, hidden, restocked and added to in the middle of the day."""

from collections.abc import Sequence
from functools import partial

from textual.app import ComposeResult

from tui_pos.core.scan import Scan
from tui_pos.desk.catalogue import typed_values
from tui_pos.desk.catalogue.managed_products import ManagedProduct
from tui_pos.desk.catalogue.pricing import ProductKey
from tui_pos.desk.context import Desk
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, numbers
from tui_pos.ui.messages import products as said
from tui_pos.ui.messages import sentence
from tui_pos.ui.results import NextPerson
from tui_pos.ui.screens import products_view
from tui_pos.ui.screens.product_actions import ProductActions
from tui_pos.ui.screens.products_view import Shelf
from tui_pos.ui.screens.shared import next_person
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import Prompt

COLUMNS = (Column(), Column(10, right=True), Column(15, right=True), Column(4), Column(20))


class ProductsScreen(DeskScreen[NextPerson]):
    """Every product, or those that fit what is typed; a scanned product code chooses its product.

    Left with the next person whom any other scan names, by Esc with None.
    """

    CSS_PATH = "products.tcss"
    PROMPT = Prompt(placeholder=said.A_PRODUCT)

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._text = ""
        self._is_read = False
        self._has_moved = False
        self._actions = ProductActions(self, self._done)
        self._heading = Row()
        self._list = LineList(*COLUMNS, id="found")
        self._details = LineList(Column(16), Column(), numbered=False, choosing=False)

    def compose_body(self) -> ComposeResult:
        yield self._heading
        yield self._list

    def compose_side(self) -> ComposeResult:
        yield self._details

    def on_screen_resume(self) -> None:
        self._load()

    # What keys do

    def acts(self) -> Sequence[Offer]:
        chosen = self._chosen
        back = Act("back", self._back, "all products" if self._text else "")
        rows = numbers(len(self._list.numbered_keys))
        adds = () if self._shelf.fixed is not None else (Act("add", self._actions.add),)
        of_chosen = self._actions.acts(chosen) if chosen is not None else ()
        return (
            *((Act("confirm", partial(self._open, chosen), f"open {chosen.values.name}"),) if chosen else ()),
            Pick(rows, self._picked, "open"),
            back,
            *of_chosen,
            *adds,
            Move(self._moved, "more" if len(self._list.lines) > self._list.size.height else ""),
        )

    def typed_acts(self, text: str) -> Sequence[Offer]:
        chosen, more = self._chosen, self._pieces(text)
        if chosen is not None and more is not None:
            label = f"restock {chosen.values.name} by {more.count:+,}"
        elif chosen is not None and (self._has_moved or len(self._listed) == 1):
            label = f"open {chosen.values.name}"
        else:
            label = f'find "{text.strip()}"'
        return (self.enters(label), Act("back", self.prompt.clear, "clear"), Move(self._moved))

    def standing_note(self) -> tuple[str, Tone]:
        if self._shelf.fixed is not None:
            return sentence(self._shelf.fixed), Tone.WARN
        if self._text and len(self._listed) > 1 and not self.prompt.text:
            return said.several(len(self._listed)), Tone.PLAIN
        if self._listed or not self._is_read:
            return "", Tone.PLAIN
        return said.NONE_FITS if self._shelf.products else said.NOTHING_YET, Tone.WARN

    # What is listed

    @property
    def _shelf(self) -> Shelf:
        return self._actions.shelf

    @property
    def _listed(self) -> tuple[ManagedProduct, ...]:
        return self._shelf.fitting(self._text)

    def _load(self, choose: ProductKey | None = None, note: str = "") -> None:
        def show(shelf: Shelf) -> None:
            self._actions.shelf, self._is_read = shelf, True
            self.prompt.set_placeholder(said.A_PRODUCT if shelf.fixed else said.PLACEHOLDER)
            if choose is not None and (product := shelf.of(choose)) is not None:
                self._choose(product)
            self._draw()
            if note:
                self.say(note, Tone.OK)

        self.ask(partial(Shelf.read, self.desk), show, lane="products", hold=bool(note))

    def _choose(self, product: ManagedProduct) -> None:
        """Choose its row; of all products, where it is not among those that are listed."""
        if product not in self._listed:
            self._text = ""
        self._draw()
        self._list.choose(products_view.key_of(product))

    def _done(self, key: ProductKey | None, note: str) -> None:
        self._load(key, note)

    def changed(self, text: str) -> None:
        if self._pieces(text) is None:
            self._has_moved = False
            self._look(text.strip())

    def _look(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self._list.unchoose()
        self._draw()

    def entered(self, scan: Scan) -> None:
        product, more = self._chosen, self._pieces(scan.text)
        if scan.scanned:
            self._scanned(scan)
        elif product is not None and more is not None:
            self._actions.write("total_quantity", product, more)
        elif self._has_moved and product is not None:
            self._open(product)
        else:
            self._look(scan.text)
            if len(self._listed) == 1:
                self._open(self._listed[0])

    def _pieces(self, text: str) -> typed_values.Pieces | None:
        return None if self._shelf.fixed is not None else typed_values.pieces(text)

    def _scanned(self, scan: Scan) -> None:
        product = self._shelf.coded(scan.text)
        if product is not None:
            self._choose(product)
            self._chosen_changed()
        else:
            self.leave(next_person(scan))

    # Choosing

    def _moved(self, delta: int) -> None:
        self._has_moved = True
        self._list.move(delta)
        self._chosen_changed()

    def _picked(self, number: int) -> None:
        if (line := self._list.numbered_line(number)) is not None:
            self._open(self._product_of(line))

    def _open(self, product: ManagedProduct) -> None:
        self._has_moved = False
        self._list.choose(products_view.key_of(product))
        self.navigator.show_product(product.key)

    def _back(self) -> None:
        if self._text:
            self._look("")
        else:
            self.leave()

    @property
    def _chosen(self) -> ManagedProduct | None:
        line = self._list.chosen
        return self._product_of(line) if line is not None else None

    def _product_of(self, line: Line) -> ManagedProduct:
        return next(each for each in self._shelf.products if products_view.key_of(each) == line.key)

    def _draw(self) -> None:
        self._list.set_lines(products_view.lines(self.desk, self._shelf, self._listed, self.amount))
        self._chosen_changed()

    def _chosen_changed(self) -> None:
        self._heading.show(products_view.heading(self._text, len(self._listed), self._list.above))
        details = products_view.details(self.desk, self._shelf, self._chosen, self.amount)
        self._details.set_lines(details)
        self.refresh_hints()
