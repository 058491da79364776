"""Orders: find one again by what somebody remembers of it; it opens as its receipt, where it is worked on."""

from collections.abc import Sequence
from functools import partial

from rich.text import Text
from textual.app import ComposeResult

from tui_pos.core import clock
from tui_pos.core.scan import Scan, printable
from tui_pos.desk.context import Desk
from tui_pos.desk.search.find_orders import FoundOrder, orders
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.messages.notices import NOTICE_WORDS
from tui_pos.ui.screens.shared import choose_reader
from tui_pos.ui.widgets import signs
from tui_pos.ui.widgets.line_list import Cell, Column, Line, LineList
from tui_pos.ui.widgets.row import Row, Sentence
from tui_pos.ui.widgets.scan_input import Prompt

MAX_LISTED = 50
"""How many orders are listed; more words find fewer."""

COLUMNS = (Column(6), Column(12), Column(18), Column(9, right=True), Column())

STATUS_WORDS = {"partially_refunded": ("part refunded", Tone.WARN), "paid": ("paid", Tone.OK)}
"""How the status of an order is said, and how good it is; every other one is bad."""


class OrdersScreen(DeskScreen[None]):
    """All orders of the conference, the newest first, or those that fit what is typed or scanned."""

    CSS_PATH = "orders.tcss"
    PROMPT = Prompt(placeholder="A reference, a name, an e-mail, a card's last four, an amount")

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._text = ""
        self._today = False
        self._found: tuple[FoundOrder, ...] = ()
        self._has_moved = False
        self._heading = Row()
        self._list = LineList(*COLUMNS, empty="No order fits.")
        self._about = Sentence()

    def compose_body(self) -> ComposeResult:
        yield self._heading
        yield self._list
        yield self._about

    def on_screen_resume(self) -> None:
        self._look(self._text)

    def hints(self) -> Sequence[keys.Hint]:
        other = "all orders" if self._today else "today's"
        shown = [keys.hint("today", other), keys.hint("back")]
        if chosen := self._chosen():
            return (keys.hint("confirm", f"open {chosen.reference}"), keys.hint("pick", "open"), *shown)
        return shown

    # Finding

    def _look(self, text: str, *, opens: bool = False) -> None:
        """List the orders that fit ``text``; with ``opens`` a single one is opened."""
        self._text = text

        def show(found: tuple[FoundOrder, ...]) -> None:
            self._show(found)
            if opens and len(found) == 1:
                self._open(found[0])
            elif opens:
                self.say(
                    f"{len(found)} orders fit: press a number." if found else "No order fits that.", Tone.WARN
                )

        call = partial(orders, self.desk, text=text, today=self._today, limit=MAX_LISTED)
        self.ask(call, show, lane="orders", latest=True, hold=opens)

    def _show(self, found: tuple[FoundOrder, ...]) -> None:
        self._found = found
        which = "Orders of today" if self._today else "Orders, the newest first"
        fitting = f": {printable(self._text, 30)}" if self._text else ""
        self._heading.show(Text(f"{which}{fitting}", style="bold"))
        self._list.set_lines([self._line(order) for order in found])
        self._chosen_changed()

    def changed(self, text: str) -> None:
        self._has_moved = False
        if not text.startswith("/"):
            self._look(text.strip())

    def entered(self, scan: Scan) -> None:
        chosen = self._chosen()
        if self._has_moved and chosen is not None and not scan.scanned:
            self._open(chosen)
        else:
            self._look(scan.text, opens=True)

    def action_today(self) -> None:
        """``/today``: only today's orders, or all of them again."""
        self._today = not self._today
        self._look("")

    def action_reader(self) -> None:
        """F4."""
        choose_reader(self)

    # Choosing

    def moved(self, delta: int) -> None:
        self._has_moved = True
        self._list.move(delta)
        self._chosen_changed()

    def picked(self, number: int) -> None:
        line = self._list.numbered_line(number)
        if line is None:
            self.say(f"There is no row {number}.", Tone.WARN, bell=True)
        else:
            self._open(self._order_of(line))

    def action_confirm(self) -> None:
        chosen = self._chosen()
        if chosen is None:
            self.say("There is no order to open.", Tone.WARN, bell=True)
        else:
            self._open(chosen)

    def action_back(self) -> None:
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
        return next(order for order in self._found if order.reference == line.key)

    def _chosen_changed(self) -> None:
        order = self._chosen()
        about = f"{order.email}   {order.items}" if order is not None else ""
        self._about.show(Text(printable(about, 156)))
        self.refresh_hints()

    # Drawing

    def _line(self, order: FoundOrder) -> Line:
        made = self.desk.local(order.created_at)
        today = made.date() == self.desk.local(clock.now()).date()
        at = f"{made:%H:%M}" if today else f"{made.day} {made:%b}"
        cells = (at, order.reference, order.buyer, self.amount(order.total), self._state(order))
        return Line(cells, key=order.reference)

    def _state(self, order: FoundOrder) -> Cell:
        if order.live is not None:
            return _cell(NOTICE_WORDS[order.live].spoken, order.live_tone)
        if order.due:
            owes = f"owes {self.amount(order.due)}" if order.paid else "not paid"
            return _cell(f"{owes}, hold ran out" if order.expired else owes, Tone.WARN)
        word, tone = STATUS_WORDS.get(order.status, (order.status, Tone.BAD))
        return _cell(f"{word} {order.paid_by}".rstrip(), tone)


def _cell(text: str, tone: Tone) -> Cell:
    return f"{signs.sign(tone)} {text}".lstrip(), signs.style(tone)
