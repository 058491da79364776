"""The receipt screen: one order, what was bought and how it was paid; from here the person is let in."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from tui_pos.core.scan import Scan, printable
from tui_pos.desk import waiting
from tui_pos.desk.checkin.checkin import CheckInResult, check_in
from tui_pos.desk.checkin.next_steps import OrderNow, order_now
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer
from tui_pos.ui.messages.receipts import CHECKED_IN_BEFORE, FIRST_ENTER, GIVE_BACK, READING
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.results import NextPerson
from tui_pos.ui.screens import receipt_view
from tui_pos.ui.screens.order_actions import OrderActions
from tui_pos.ui.screens.return_actions import Outcome, ReturnActions
from tui_pos.ui.screens.shared import choose_reader, next_person
from tui_pos.ui.widgets import signs
from tui_pos.ui.widgets.banner import Banner
from tui_pos.ui.widgets.big_amount import BigAmount
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row, Spread
from tui_pos.ui.widgets.scan_input import Prompt
from tui_pos.ui.widgets.status_line import Status


class ReceiptScreen(DeskScreen[NextPerson]):
    """Left with who is next; by Esc with None. ``sale_is_over``: Esc then serves the next person too.

    While money is to be given back from the drawer nothing acts but Enter and a scan.
    """

    CSS_PATH = "receipt.tcss"
    AWAITS = waiting.Act.REFUND
    PROMPT = Prompt(picks=False, placeholder="scan the next person, / for more")

    def __init__(self, desk: Desk, reference: str, *, sale_is_over: bool = False) -> None:
        super().__init__(desk)
        self.reference = reference
        self._sale_is_over = sale_is_over
        self._order_actions = OrderActions(self, reference, self._reload)
        self._returns = ReturnActions(self, reference, self._reload, self._told, self._shown)
        self._giving: Outcome | None = None
        self._all: tuple[Line, ...] = ()
        self._top = 0
        self._lines = LineList(Column(), Column(10, right=True), numbered=False, choosing=False, id="lines")
        self._card = LineList(Column(12), Column(), numbered=False, choosing=False, id="card")
        self._payments = LineList(Column(), Column(), numbered=False, choosing=False, id="payments")
        self._person = Row(id="person")

    def compose_body(self) -> ComposeResult:
        yield Banner()
        yield Spread()
        with Horizontal(id="order"):
            yield self._lines
            with Vertical(id="right"):
                yield self._card
                yield Row(id="give-back")
                yield BigAmount()
        yield self._person

    def compose_side(self) -> ComposeResult:
        yield self._payments

    def on_mount(self) -> None:
        self._reload(hold=True)

    def _reload(self, then: Callable[[], object] = lambda: None, *, hold: bool = False) -> None:
        """Load the order anew and show it, then call ``then``; with ``hold`` keys wait for it."""

        def show(now: OrderNow) -> None:
            self._order_actions.now = now
            self._draw(now)
            then()

        self.ask(partial(order_now, self.desk, self.reference), show, hold=hold)

    # What keys do

    def acts(self) -> Sequence[Offer]:
        if self._giving is not None:
            return (Act("confirm", self._given, "it was given back"),)
        now, step = self._order_actions.now, self._order_actions.next_step()
        back = Act("back", self.leave, "next" if self._sale_is_over else "back")
        if now is None:
            return (Act("confirm", self._read_again, "read the receipt"), back)
        if step is not None:
            enter = Act("confirm", step.take, step.label)
        elif now.to_check_in is not None:
            enter = Act("confirm", partial(self._let_in, now.to_check_in), "check in and next person")
        else:
            enter = Act("confirm", partial(self.leave, NextPerson()), "next person")
        reader = (Act("reader", partial(choose_reader, self)),) if now.receipt.order.due else ()
        together = (Act("group", partial(self._show_group, now.receipt)),) if now.others else ()
        next_one = Act("next", partial(self.leave, NextPerson()))
        return (enter, *together, *self._more(), back, *self._others(), next_one, *reader)

    def _more(self) -> Sequence[Move]:
        """A receipt that is longer than the screen says so."""
        return (Move(self._move, "more rows"),) if self._hidden() else ()

    def _others(self) -> Sequence[Act]:
        return self._order_actions.acts(
            refund=self._returns.refund, exchange=self._returns.exchange, void=self._returns.void
        )

    @property
    def has_words(self) -> bool:
        return self._giving is None

    def word_refused(self, command: str) -> bool:
        """Say why an order is not taken back here, or who may do it."""
        return self._order_actions.refuses(command)

    def typed_acts(self, text: str) -> Sequence[Offer]:
        return (
            super().typed_acts(text) if self._giving is None else (Act("back", self.prompt.clear, "clear"),)
        )

    def standing_note(self) -> tuple[str, Tone]:
        return (self._giving.sentence, self._giving.tone) if self._giving is not None else ("", Tone.PLAIN)

    def refused(self, message: Message) -> None:
        if self._giving is not None:
            self._first_enter()
        else:
            super().refused(message)

    def changed(self, text: str) -> None:
        if text and self._giving is not None:
            self._first_enter()

    def entered(self, scan: Scan) -> None:
        """The next person's badge, or another code: it is looked up."""
        if self._giving is not None and not scan.scanned:
            self._first_enter()
        else:
            self.leave(next_person(scan))

    def _first_enter(self) -> None:
        if self._giving is not None:
            self.say(FIRST_ENTER.format(told=self.amount(self._giving.from_drawer)), Tone.WARN, bell=True)

    def _read_again(self) -> None:
        self.say(READING)
        self._reload()  # the first time may have failed

    def _let_in(self, person: AttendeeView) -> None:
        self.ask(partial(check_in, self.desk, person.access_code), self._checked_in, hold=True)

    def _checked_in(self, result: CheckInResult) -> None:
        if result.first:
            self.leave(NextPerson())
            return
        at = when_and_where(self.desk.moment(result.at, printable(result.station, 20)))
        self.say(CHECKED_IN_BEFORE.format(at=at), Tone.WARN, bell=True)
        self._reload()

    def _show_group(self, shown: ReceiptView) -> None:
        def left(scan: Scan | None) -> None:
            if scan is not None:
                self.entered(scan)
            else:
                self._reload()

        if shown.attendee is not None:
            self.navigator.show_group(shown.attendee.access_code, left)

    # Money back

    def _told(self, outcome: Outcome) -> None:
        """A refund or a void has ended: money from the drawer is told until Enter, all else in a sentence."""
        if outcome.from_drawer:
            self._giving = outcome
            self.say("")
            self.prompt.clear()
            self._reload()
        else:
            self._reload(lambda: self.alert(outcome.sentence, outcome.tone))

    def _shown(self) -> ReceiptView | None:
        now = self._order_actions.now
        return now.receipt if now is not None else None

    def _given(self) -> None:
        self._giving = None
        self._reload()

    # Drawing

    def _move(self, delta: int) -> None:
        """The rows of a longer receipt that do not fit."""
        self._top = min(max(0, self._top + delta), self._hidden())
        self._lines.set_lines(self._all[self._top :])

    def _hidden(self) -> int:
        """How many rows do not fit."""
        height = self._lines.size.height
        return max(0, len(self._all) - height) if height else 0

    def header(self) -> Status:
        """Leaves the reader out: the order needs the room."""
        return replace(self.kiosk.status, reader="", reader_state="")

    def _draw(self, now: OrderNow) -> None:
        shown = receipt_view.receipt_content(self.desk, now)
        self.title_text = shown.title
        self.query_one(Banner).tell(shown.told)
        self.query_one(Spread).show_ends(shown.paid, shown.seller)
        self._all = shown.lines
        self._card.set_lines(shown.card)
        self._payments.set_lines(shown.payments)
        self._person.show(shown.person)
        self._draw_giving()
        self._move(0)
        self.refresh_title()
        self.refresh_hints()

    def _draw_giving(self) -> None:
        giving = self._giving
        self.set_class(giving is not None, "-giving")
        if giving is not None:
            label = f"{GIVE_BACK} {self.desk.conference.currency}"
            self.query_one("#give-back", Row).show(signs.signed(Tone.WARN, label, "bold"))
            self.query_one(BigAmount).show_amount("", self.amount(giving.from_drawer))
