"""Tender: cash with change, credit, complimentary and cards in any mix, until nothing is left to pay.

The prompt takes an amount. As much as is to be taken, or more, is the cash that was given; less is a part,
which then is what every row and key below takes. A single digit is the number of a row, as everywhere.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from rich.text import Text
from textual.app import ComposeResult

from tui_pos.core import money
from tui_pos.core.scan import Scan, printable
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.payments import PaymentState, Stage
from tui_pos.desk.search.receipts import ReceiptView, receipt
from tui_pos.desk.tenders.options import PaymentOption
from tui_pos.desk.tenders.tendering import Tendered
from tui_pos.desk.tones import Tone
from tui_pos.ui import messages
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import ask_text
from tui_pos.ui.input import keys
from tui_pos.ui.messages import notes
from tui_pos.ui.messages.tenders import TENDERS
from tui_pos.ui.results import PayBy, PaymentEnd, StillOwed
from tui_pos.ui.screens import tender_view as view
from tui_pos.ui.screens.shared import choose_reader, refuse
from tui_pos.ui.screens.tender_controller import TenderController
from tui_pos.ui.widgets.big_amount import BigAmount
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.scan_input import Prompt

ASKS = "Type what they give, or press a number; less than all is a part"


class TenderScreen(DeskScreen[StillOwed]):
    """Left with what was taken of what is still owed; once nothing is left to pay it ends on the receipt."""

    CSS_PATH = "tender.tcss"
    PROMPT = Prompt(picks=False, placeholder=ASKS, comes_first="this order is to be paid first")

    def __init__(self, desk: Desk, reference: str, first: PayBy) -> None:
        super().__init__(desk)
        self.reference = reference
        self._first = first
        self._tender = TenderController(desk, reference)
        self._options: tuple[PaymentOption, ...] = ()
        self._is_taking = False
        self._told: Tendered | PaymentState | None = None
        self._last: Tendered | PaymentState | None = None
        self._sums = LineList(Column(34), Column(12, right=True), numbered=False, choosing=False, id="sums")
        self._list = LineList(Column(16), Column(12, right=True), Column(), id="options")

    def compose_body(self) -> ComposeResult:
        yield self._sums
        yield self._list
        yield BigAmount()

    def on_mount(self) -> None:
        self._read(lambda: self._choose_first(self._first))

    # What is to be paid

    def _read(self, then: Callable[[], object] = lambda: None) -> None:
        def show(receipt_now: ReceiptView) -> None:
            self._tender.receipt = receipt_now
            order = receipt_now.order
            self.title_text = Text(f"{printable(order.buyer_name, 28)}   {order.reference}".strip())
            self.refresh_title()
            self._sums.set_lines(view.sums(receipt_now, self.amount))
            self._offer()
            then()

        self.ask(partial(receipt, self.desk, self.reference), show, lane="tender", hold=True)

    def _now_read(self) -> None:
        self.forget_keys()  # they were typed before the amounts were shown, and would take money here
        self._choose_first(self._first)

    def _offer(self) -> None:
        """Show the payment options; none while somebody is to be told what was taken."""
        self._options = self._tender.options() if self._told is None else ()
        self._list.set_lines(view.option_lines(self._options, self.amount, self.kiosk.status.reader))
        self._draw()

    def _choose_first(self, by: PayBy) -> None:
        """Choose the first row that the key means: F9 the first with cash, F10 the first without."""
        wanted = [
            place
            for place, option in enumerate(self._options)
            if (option.tender is Tender.CASH) == (by is PayBy.CASH)
        ]
        if wanted:
            self._list.choose(str(wanted[0]))
        self._draw()

    def _set_part(self, amount: Decimal) -> None:
        self._tender.part = amount
        self._offer()
        self.say(
            f"{self.amount(amount)} of {self.amount(self._tender.due)}: choose how it is paid, Esc for all."
        )

    # What was typed

    def _typed(self, text: str) -> PaymentOption | Decimal | None:
        """A row by its digit, cash that covers what is wanted, or a part. Raises MoneyError."""
        if len(text) == 1 and (line := self._list.numbered_line(int(text) if text.isdecimal() else 0)):
            return self._option(line)
        amount = money.parse_amount(text, self.desk.conference.currency)
        if not self._tender.covers(amount):
            return amount
        return self._tender.cash(amount)

    def _option(self, line: Line | None) -> PaymentOption | None:
        return self._options[int(line.key)] if line is not None else None

    def _proposed(self) -> PaymentOption | Decimal | None:
        """What Enter would do now."""
        text = self.prompt.text.strip()
        if not text or text.startswith("/"):
            return self._option(self._list.chosen)
        try:
            return self._typed(text)
        except money.MoneyError:
            return None

    def changed(self, text: str) -> None:
        if len(text) > 1:  # an amount, whose first digit looked like a row
            self._list.choose("0")
        self._draw()

    def picked(self, number: int) -> None:
        """A digit that was typed before this screen had opened."""
        if self._list.numbered_line(number) is None:
            self.say(f"There is no row {number}.", Tone.WARN, bell=True)
        self._draw()

    def moved(self, delta: int) -> None:
        self.prompt.clear()
        self._list.move(delta)
        self._draw()

    def entered(self, scan: Scan) -> None:
        if scan.scanned:
            super().entered(scan)
            return
        if self._told is not None:
            self._go_on()
        if not self._options:
            self.kiosk.bell()
            return
        try:
            self._answer(scan.raw_shown)
        except money.MoneyError as error:
            self.say(messages.sentence(error.reason), Tone.BAD, bell=True)

    def _answer(self, text: str) -> None:
        typed = self._typed(text)
        if (
            isinstance(typed, PaymentOption)
            and len(text) == 1
            and self._tender.wanted <= int(text) != typed.given
        ):
            shown = f"{TENDERS[typed.tender].name} {self.amount(typed.given or typed.amount)}"
            self.say(
                f"{text} is {shown}: Enter takes it. Type {text}.00 for that amount.", Tone.WARN, bell=True
            )
            self._draw()
        else:
            self._do(typed)

    # Taking it

    def action_confirm(self) -> None:
        if self._told is not None:
            self._go_on()
        elif self._tender.receipt is None:
            self.say("One moment: reading the order.")
            self._read(self._now_read)  # the first time may have failed
        elif self._tender.live is not None:
            self.navigator.watch_part(self._tender.live, self._card_ended)
        elif not self._tender.due:
            self._show_receipt()
        else:
            self._do(self._option(self._list.chosen))

    def _do(self, wanted: PaymentOption | Decimal | None) -> None:
        if self._is_taking or wanted is None:
            self.kiosk.bell()
        elif isinstance(wanted, Decimal):
            self._set_part(wanted)
        elif wanted.tender is Tender.CARD:
            self._charge(wanted.amount)
        elif wanted.tender is Tender.COMPLIMENTARY:
            self._give(wanted)
        else:
            self._take(wanted)

    def _take(self, option: PaymentOption, reason: str = "") -> None:
        self._is_taking = True
        self.ask(self._tender.call(option, reason), self._taken, self._not_taken, lane="tender", hold=True)

    def _taken(self, tendered: Tendered) -> None:
        self._is_taking = False
        self._tender.taken()
        if not tendered.remaining and not tendered.change:
            self._show_receipt()
            return
        self._tell(tendered)

    def _not_taken(self, error: Exception) -> None:
        self._is_taking = False
        self.failed(error)
        self._read()

    def _tell(self, what: Tendered | PaymentState) -> None:
        """Show what was taken until Enter, so that neither the change nor the rest is overlooked."""
        self._told = self._last = what
        self._read(lambda: self.say(notes.still_owed(self._owed(), self.amount), Tone.OK))

    def _owed(self) -> StillOwed:
        return StillOwed(taken=self._last, due=self._tender.due) if self._last is not None else StillOwed()

    def _go_on(self) -> None:
        self._told = None
        if self._tender.due:
            self.say(ASKS)
            self._offer()
        else:
            self._show_receipt()

    def _give(self, option: PaymentOption) -> None:
        if not self.may(Action.COMPLIMENTARY):
            refuse(self, Action.COMPLIMENTARY)
            return
        shown = self.amount(option.amount)
        question = ask_text(
            f"Give {shown} for free", "Why? The reason is kept with your name.", f"give {shown} for free"
        )

        def given(reason: str | None) -> None:
            if reason is not None:
                self._take(option, reason)

        self.go(question, given)

    # Keys

    def action_cash(self) -> None:
        """F9: cash, for the part that was typed."""
        self._use_typed_part()
        self._choose_first(PayBy.CASH)

    def action_tender(self) -> None:
        """F10: another way than cash, for the part that was typed."""
        self._use_typed_part()
        self._choose_first(PayBy.OTHER)

    def action_card(self) -> None:
        """F8: the part that was typed, or all that is due, on the reader."""
        self._use_typed_part()
        if self._is_taking or not self._options:
            self.kiosk.bell()
        else:
            self._charge(self._tender.wanted)

    def action_reader(self) -> None:
        """F4."""
        choose_reader(self)

    def _use_typed_part(self) -> None:
        if self._told is not None:
            self._go_on()
        proposed = self._proposed() if self.prompt.text else None
        self.prompt.clear()
        if isinstance(proposed, Decimal):
            self._set_part(proposed)

    def _charge(self, amount: Decimal) -> None:
        self.navigator.pay_part_by_card(self.reference, amount, self._card_ended)

    def _card_ended(self, end: PaymentEnd) -> None:
        instead, state = end.instead, end.state
        if state.stage is Stage.CAPTURED:
            self._card_paid(state)
        elif instead is not None:
            self._read(lambda: self._choose_first(instead))
        else:
            self._read(lambda: self.say(notes.still_owed(StillOwed(card=state), self.amount), Tone.WARN))

    def _card_paid(self, state: PaymentState) -> None:
        self._tender.taken()

        def told() -> None:
            if not self._tender.due:
                self._show_receipt()
            else:
                self._tell(state)

        self._read(told)

    def _show_receipt(self) -> None:
        self.navigator.show_receipt(self.reference, sale_is_over=True)

    def action_back(self) -> None:
        if self._told is not None:
            self._go_on()
        elif self._tender.part is not None:
            self._tender.part = None
            self.say(ASKS)
            self._offer()
        else:
            self.leave(self._owed())

    # Drawing

    def hints(self) -> Sequence[keys.Hint]:
        if self._tender.receipt is None:
            return (keys.hint("confirm", "read the order"), keys.hint("back"))
        if self._told is not None or not self._tender.due:
            return (keys.hint("confirm", "go on" if self._tender.due else "receipt"),)
        if self._tender.live is not None:
            return (keys.hint("confirm", "see the card payment"), keys.hint("back"))
        return (
            keys.hint("confirm", self._enter()),
            *([keys.hint("card")] if self.may(Action.CHARGE) else []),
            keys.hint("cash"),
            keys.hint("tender", "other ways"),
            keys.hint("back", "all of it" if self._tender.part is not None else None),
        )

    def _enter(self) -> str:
        proposed = self._proposed()
        if isinstance(proposed, Decimal):
            return f"pay {self.amount(proposed)} of it"
        if proposed is None:
            return "take it"
        return TENDERS[proposed.tender].next_step.format(self.amount(proposed.to_pay))

    def _draw(self) -> None:
        currency, told, proposed = self.desk.conference.currency, self._told, self._proposed()
        if isinstance(told, Tendered) and told.change:
            big = ("CHANGE", told.change)
        elif told is not None or self._tender.live is not None:
            big = ("STILL TO PAY", self._tender.due)
        elif isinstance(proposed, PaymentOption) and proposed.change:
            big = ("CHANGE", proposed.change)
        elif isinstance(proposed, PaymentOption):
            big = ("TO PAY", proposed.to_pay)
        else:
            big = ("TO PAY", proposed or self._tender.wanted)
        self.query_one(BigAmount).show_amount(f"{big[0]} {currency}", self.amount(big[1]))
        self.refresh_hints()
