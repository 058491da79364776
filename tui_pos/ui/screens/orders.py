"""Orders: find one again by what somebody remembers of it; it opens as its receipt, where it is worked on."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from textual.app import ComposeResult

from tui_pos.core.scan import Scan, ScanKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.search import find_orders, lookup
from tui_pos.desk.search.find_orders import FoundOrder
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, numbers
from tui_pos.ui.results import NextPerson
from tui_pos.ui.screens import orders_view
from tui_pos.ui.screens.shared import choose_reader, next_person
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row, Sentence
from tui_pos.ui.widgets.scan_input import Prompt

PAGE = 50
"""How many orders are read at a time; going down to the last of them reads more."""

COLUMNS = (Column(6), Column(12), Column(18), Column(9, right=True), Column(4), Column())


@dataclass(frozen=True, slots=True)
class OrderHits:
    """The first of what fits, and how many fit in all."""

    found: tuple[FoundOrder, ...] = ()
    total: int = 0


class OrdersScreen(DeskScreen[NextPerson]):
    """All orders of the conference, the newest first, or those that fit what is typed.

    Left with the next person whom a scan names, by Esc with None. A scanned order opens.
    """

    CSS_PATH = "orders.tcss"
    PROMPT = Prompt(placeholder="a reference, a name, a card's last four, an amount")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._text = ""
        self._today = False
        self._hits = OrderHits()
        self._limit = PAGE
        self._has_moved = False
        self._heading = Row()
        self._list = LineList(*COLUMNS, empty="No order fits.", id="found")
        self._about = Sentence(id="about")
        self._details = LineList(Column(12), Column(), numbered=False, choosing=False)

    def compose_body(self) -> ComposeResult:
        yield self._heading
        yield self._list
        yield self._about

    def compose_side(self) -> ComposeResult:
        yield self._details

    def on_screen_resume(self) -> None:
        self._look(self._text)

    # What keys do

    def acts(self) -> Sequence[Offer]:
        chosen = self._chosen()
        opens = (Act("confirm", partial(self._open, chosen), f"open {chosen.reference}"),) if chosen else ()
        return (
            *opens,
            Pick(numbers(len(self._list.numbered_keys)), self._picked, "open"),
            Act("back", self._back, "all orders" if self._text else ""),
            Act("today", self._only_today, "all orders" if self._today else "today's"),
            Act("reader", partial(choose_reader, self)),
            Move(self._moved, "more" if self._hits.total > self._list.size.height else ""),
        )

    def typed_acts(self, text: str) -> Sequence[Offer]:
        chosen = self._chosen()
        opens = chosen is not None and (self._has_moved or self._hits.total == 1)
        label = f"open {chosen.reference}" if chosen is not None and opens else f'find "{text.strip()}"'
        return (self.enters(label), Act("back", self.prompt.clear, "clear"), Move(self._moved))

    def standing_note(self) -> tuple[str, Tone]:
        if not self._text or self._hits.total == 1:
            return "", Tone.PLAIN
        if not self._hits.total:
            return "No order fits that.", Tone.WARN
        how = "type more of it, or Enter to pick one" if self.prompt.text else "press a number, or arrows"
        return f"{self._hits.total:,} orders fit: {how}.", Tone.PLAIN

    # Finding

    def _look(self, text: str, *, opens: bool = False) -> None:
        """List the orders that fit ``text``; with ``opens`` a single one is opened."""
        is_other = text != self._text
        if is_other:
            self._limit = PAGE
        self._text = text

        def show(hits: OrderHits) -> None:
            if is_other:
                self._list.unchoose()  # of other orders the newest are shown, not those beside the chosen one
            self._show(hits)
            if opens and hits.total == 1:
                self._open(hits.found[0])

        call = partial(_find, self.desk, text=text, today=self._today, limit=self._limit)
        self.ask(call, show, lane="orders", latest=True, hold=opens)

    def _show(self, hits: OrderHits) -> None:
        self._hits = hits
        self._list.set_lines([orders_view.line(self.desk, order, self.amount) for order in hits.found])
        self._chosen_changed()

    def changed(self, text: str) -> None:
        self._has_moved = False
        self._look(text.strip())

    def entered(self, scan: Scan) -> None:
        chosen = self._chosen()
        if scan.scanned:
            self._scanned(scan)
        elif self._has_moved and chosen is not None:
            self._open(chosen)
        else:
            self._look(scan.text, opens=True)

    def _scanned(self, scan: Scan) -> None:
        """An order that was scanned opens here; anything else is the next person, looked up at home."""

        def is_order(order: OrderView | None) -> None:
            if order is not None:
                self.navigator.show_receipt(order.reference)
            else:
                self.leave(next_person(scan))

        if scan.kind is ScanKind.ORDER:
            self.ask(partial(_order, self.desk, scan.value), is_order, hold=True)
        else:
            is_order(None)

    def _only_today(self) -> None:
        """``/today``: only today's orders, or all of them again."""
        self._today = not self._today
        self._look("")

    # Choosing

    def _moved(self, delta: int) -> None:
        self._has_moved = True
        self._list.move(delta)
        if self._list.chosen is self._list.lines[-1] and len(self._hits.found) < self._hits.total:
            self._limit += PAGE
            self._look(self._text)
        self._chosen_changed()

    def _picked(self, number: int) -> None:
        if (line := self._list.numbered_line(number)) is not None:
            self._open(self._order_of(line))

    def _back(self) -> None:
        if self._text:
            self._look("")
        else:
            self.leave()

    def _open(self, order: FoundOrder) -> None:
        self._has_moved = False
        self.navigator.show_receipt(order.reference)

    def _chosen(self) -> FoundOrder | None:
        line = self._list.chosen
        return self._order_of(line) if line is not None else None

    def _order_of(self, line: Line) -> FoundOrder:
        return next(order for order in self._hits.found if order.reference == line.key)

    def _chosen_changed(self) -> None:
        order, listed = self._chosen(), len(self._hits.found)
        self._heading.show(
            orders_view.heading(
                self._text, today=self._today, listed=listed, total=self._hits.total, above=self._list.above
            )
        )
        self._about.show(orders_view.about(order))
        self._details.set_lines(orders_view.details(self.desk, order, self.amount))
        self.refresh_hints()


def _find(desk: Desk, *, text: str, today: bool, limit: int) -> OrderHits:
    found = find_orders.orders(desk, text=text, today=today, limit=limit)
    total = len(found) if len(found) < limit else find_orders.count(desk, text=text, today=today)
    return OrderHits(found, total)


def _order(desk: Desk, reference: str) -> OrderView | None:
    """The order of this reference, None where there is none."""
    try:
        return lookup.order(desk, reference)
    except Refusal:
        return None
