"""The receipt screen: one order, what was bought and how it was paid; from here the person is let in."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from textual.app import ComposeResult

from tui_pos.core.scan import Scan, printable
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.checkin.checkin import CheckInResult, check_in
from tui_pos.desk.checkin.next_steps import OrderNow, order_now
from tui_pos.desk.context import Desk
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.results import NextPerson, PayBy
from tui_pos.ui.screens import receipt_view
from tui_pos.ui.screens.order_actions import OrderActions
from tui_pos.ui.screens.return_actions import ReturnActions
from tui_pos.ui.screens.shared import choose_reader
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row, Spread
from tui_pos.ui.widgets.scan_input import Prompt
from tui_pos.ui.widgets.status_line import Status

COLUMNS = (Column(), Column(10, right=True), Column(11), Column(17))
"""What was bought, for how much; what the card said."""


class ReceiptScreen(DeskScreen[NextPerson]):
    """Left with who is next; by Esc with None."""

    CSS_PATH = "receipt.tcss"
    PROMPT = Prompt(picks=False)

    def __init__(self, desk: Desk, reference: str) -> None:
        super().__init__(desk)
        self.reference = reference
        self._order_actions = OrderActions(self, reference, self._reload)
        self._returns = ReturnActions(self, reference, self._reload)
        self._lines: tuple[Line, ...] = ()
        self._top = 0

    def compose_body(self) -> ComposeResult:
        yield Spread()
        yield LineList(*COLUMNS, numbered=False, choosing=False)
        yield Row(id="person")

    def on_mount(self) -> None:
        self._reload()

    def _reload(self, then: Callable[[], object] = lambda: None) -> None:
        """Load the order anew and show it, then call ``then``."""

        def show(now: OrderNow) -> None:
            self._order_actions.now = now
            self._draw(now)
            then()

        self.ask(partial(order_now, self.desk, self.reference), show)

    # Keys

    def hints(self) -> Sequence[keys.Hint]:
        now, step = self._order_actions.now, self._order_actions.next_step()
        others = (*self._more(), *self._order_actions.hints())
        if now is None:
            enter = "read the receipt"
        elif step is not None:
            enter = step.label
        elif now.to_check_in is not None:
            enter = "check in and next person"
        else:
            return (keys.hint("confirm", "next person"), *others)
        return (keys.hint("confirm", enter), *others, keys.hint("back", "next"))

    def _more(self) -> Sequence[keys.Hint]:
        """What a receipt that is longer than the screen says first."""
        return (keys.Hint("PgUp PgDn", "more rows"),) if self._hidden() else ()

    def action_confirm(self) -> None:
        """Enter: what the order needs, then let the person in, and on to the next one."""
        now, step = self._order_actions.now, self._order_actions.next_step()
        if now is None:
            self.say("One moment: reading the receipt.")
            self._reload()  # the first time may have failed
        elif step is not None:
            step.take()
        elif now.to_check_in is None:
            self.leave(NextPerson())
        else:
            let_in = partial(check_in, self.desk, now.to_check_in.access_code)
            self.ask(let_in, self._checked_in, hold=True)

    def _checked_in(self, result: CheckInResult) -> None:
        if result.first:
            self.leave(NextPerson())
            return
        at = when_and_where(self.desk.moment(result.at, printable(result.station, 20)))
        self.say(f"Somebody checked this badge in before: {at}.", Tone.WARN, bell=True)
        self._reload()

    def moved(self, delta: int) -> None:
        """The rows of a longer receipt that do not fit."""
        self._top = min(max(0, self._top + delta), self._hidden())
        self.query_one(LineList).set_lines(self._lines[self._top :])

    def _hidden(self) -> int:
        """How many rows do not fit."""
        height = self.query_one(LineList).size.height
        return max(0, len(self._lines) - height) if height else 0

    def entered(self, scan: Scan) -> None:
        """The next person's badge."""
        self.leave(NextPerson(scan.text))

    def action_reader(self) -> None:
        """F4."""
        choose_reader(self)

    def action_card(self) -> None:
        """F8: what is due, on the reader."""
        self._order_actions.pay(PayBy.CARD)

    def action_cash(self) -> None:
        """F9."""
        self._order_actions.pay(PayBy.CASH)

    def action_tender(self) -> None:
        """F10."""
        self._order_actions.pay(PayBy.OTHER)

    def action_cancel(self) -> None:
        """``/cancel``: an order that nothing was paid for."""
        self._order_actions.cancel()

    def action_names(self) -> None:
        """``/names``: who gets the tickets that have no name."""
        self._order_actions.ask_names()

    def action_refund(self) -> None:
        """``/refund``: pieces or an amount."""
        self._order_actions.if_allowed(Action.REFUND, self._returns.refund)

    def action_exchange(self) -> None:
        """``/exchange``: a piece for another product."""
        self._order_actions.if_allowed(Action.REFUND, self._returns.exchange)

    def action_void(self) -> None:
        """``/void``: the whole sale."""
        self._order_actions.if_allowed(Action.REFUND, self._returns.void)

    # Drawing

    def header(self) -> Status:
        """Leaves the reader out: the order needs the room."""
        return replace(self.kiosk.status, reader="", reader_state="")

    def _draw(self, now: OrderNow) -> None:
        shown = receipt_view.receipt_content(self.desk, now)
        self.title_text = shown.title
        self.query_one(Spread).show_ends(shown.buyer, shown.seller)
        self._lines = shown.lines
        self.moved(0)
        self.query_one("#person", Row).show(shown.person)
        self.refresh_title()
        self.refresh_hints()
