"""One product: its fields, each of them changed by its number or Enter."""

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
from tui_pos.ui.messages.catalogue import field_name
from tui_pos.ui.results import NextPerson
from tui_pos.ui.screens import products_view
from tui_pos.ui.screens.product_actions import ProductActions
from tui_pos.ui.screens.products_view import Shelf
from tui_pos.ui.screens.shared import next_person
from tui_pos.ui.widgets.line_list import Column, LineList
from tui_pos.ui.widgets.row import Row


class ProductScreen(DeskScreen[NextPerson | str]):
    """Left with whom a scan names, with a sentence where the product is gone, by Esc with None."""

    CSS_PATH = "products.tcss"

    def __init__(self, desk: Desk, key: ProductKey) -> None:
        super().__init__(desk)
        self._which = key
        self._product: ManagedProduct | None = None
        self._actions = ProductActions(self, self._done)
        self._heading = Row()
        self._list = LineList(Column(23), Column(), id="found")

    def compose_body(self) -> ComposeResult:
        yield self._heading
        yield self._list

    def on_screen_resume(self) -> None:
        self._load()

    # What keys do

    def acts(self) -> Sequence[Offer]:
        product, line = self._product, self._list.chosen
        if product is None or line is None:
            return (Act("back", self.leave), *((Move(self._moved),) if product is not None else ()))
        return (
            Act(
                "confirm",
                partial(self._actions.ask_field, line.key, product),
                f"change {field_name(line.key)}",
            ),
            Pick(numbers(len(self._list.numbered_keys)), self._picked, "change"),
            Act("back", self.leave),
            *self._actions.acts(product),
            Move(self._moved, "more" if len(self._list.lines) > self._list.size.height else ""),
        )

    def typed_acts(self, text: str) -> Sequence[Offer]:
        clear = Act("back", self.prompt.clear, "clear")
        more = self._pieces(text)
        return (clear,) if more is None else (self.enters(f"restock by {more.count:+,}"), clear)

    def standing_note(self) -> tuple[str, Tone]:
        fixed = self._actions.shelf.fixed
        return ("", Tone.PLAIN) if fixed is None else (sentence(fixed), Tone.WARN)

    def entered(self, scan: Scan) -> None:
        product, more = self._product, self._pieces(scan.text)
        if scan.scanned:
            self.leave(next_person(scan))
        elif product is not None and more is not None:
            self._actions.write("total_quantity", product, more)
        else:
            super().entered(scan)

    def _pieces(self, text: str) -> typed_values.Pieces | None:
        return None if self._actions.shelf.fixed is not None else typed_values.pieces(text)

    def _moved(self, delta: int) -> None:
        self._list.move(delta)
        self.refresh_hints()

    def _picked(self, number: int) -> None:
        line = self._list.numbered_line(number)
        if line is not None and self._product is not None:
            self._actions.ask_field(line.key, self._product)

    # What stands there

    def _load(self, note: str = "") -> None:
        def show(shelf: Shelf) -> None:
            self._show(shelf)
            if note:
                self.say(note, Tone.OK)

        self.ask(partial(Shelf.read, self.desk), show, lane="products", hold=bool(note))

    def _show(self, shelf: Shelf) -> None:
        product = shelf.of(self._which)
        if product is None:
            self.leave(said.GONE)
            return
        self._actions.shelf, self._product = shelf, product
        self.prompt.set_placeholder("" if shelf.fixed else said.PLACEHOLDER_OF_ONE)
        fields = products_view.field_lines(self.desk, product, self.amount, pick=shelf.fixed is None)
        self._heading.show(products_view.about(shelf, product))
        self._list.set_lines([*fields, *products_view.fact_lines(shelf, product)])
        self.refresh_hints()

    def _done(self, key: ProductKey | None, note: str) -> None:
        if key is None:
            self.leave(note)
        else:
            self._load(note)
