"""Tender: cash with change, credit, complimentary and cards in any mix, until nothing is left to pay.

The prompt takes an amount. As much as is to be taken, or more, is the cash that was given; less is a part,
which then is what every row and key below takes. A single digit is the number of a row, as everywhere.
While it is told what was taken nothing acts but Enter, so that no change is overlooked and nothing is taken
twice; once all is paid a scan is the next person.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message

from tui_pos.core import money
from tui_pos.core.scan import Scan, printable
from tui_pos.desk import waiting
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
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, numbers
from tui_pos.ui.messages import notes
from tui_pos.ui.messages import tenders as said
from tui_pos.ui.results import NextPerson, PayBy, PaymentEnd, StillOwed
from tui_pos.ui.screens import tender_view as view
from tui_pos.ui.screens.shared import choose_reader, next_person, refuse
from tui_pos.ui.screens.tender_controller import TenderController
from tui_pos.ui.widgets import signs
from tui_pos.ui.widgets.big_amount import BigAmount
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import Prompt


class TenderScreen(DeskScreen[StillOwed]):
    """Left with what was taken of what is still owed; once nothing is left to pay it ends on the receipt."""

    CSS_PATH = "tender.tcss"
    AWAITS = waiting.Act.CHARGE
    PROMPT = Prompt(picks=False, placeholder="a number, or what they give")

    def __init__(self, desk: Desk, reference: str, first: PayBy) -> None:
        super().__init__(desk)
        self.reference = reference
        self._first = first
        self._tender = TenderController(desk, reference)
        self._options: tuple[PaymentOption, ...] = ()
        self._is_taking = False
        self._before_part = ""
        self._told: Tendered | PaymentState | None = None
        self._last: Tendered | PaymentState | None = None
        self._list = LineList(Column(14), Column(9, right=True), Column(), id="ways")
        self._label = Row(id="label")
        self._sums = LineList(Column(), Column(12, right=True), numbered=False, choosing=False, id="sums")
        self._order = LineList(Column(), Column(10, right=True), numbered=False, choosing=False, id="order")

    def compose_body(self) -> ComposeResult:
        with Horizontal():
            yield self._list
            with Vertical(id="pay"):
                yield self._label
                yield BigAmount()
                yield self._sums

    def compose_side(self) -> ComposeResult:
        yield self._order

    def on_mount(self) -> None:
        self._read(lambda: self._choose_first(self._first))

    # What is to be paid

    def _read(self, then: Callable[[], object] = lambda: None) -> None:
        def show(receipt_now: ReceiptView) -> None:
            self._tender.receipt = receipt_now
            order = receipt_now.order
            self.title_text = Text(f"{printable(order.buyer_name, 28)}   {order.reference}".strip())
            self.refresh_title()
            self._order.set_lines(view.order_lines(receipt_now, self.amount))
            self._offer()
            then()

        self.ask(partial(receipt, self.desk, self.reference), show, lane="tender", hold=True)

    def _now_read(self) -> None:
        self.forget_keys()  # they were typed before the amounts were shown, and would take money here
        self._choose_first(self._first)

    def _offer(self) -> None:
        """Show the payment options; none while somebody is to be told what was taken."""
        self._options = self._tender.options() if self._told is None else ()
        self._list.set_lines(view.option_lines(self._options, self.amount, self.kiosk.status))
        self._draw()

    def _choose_first(self, by: PayBy) -> None:
        """Choose the first row that the key means: F8 the card, F9 cash, F10 the first without cash."""
        wanted = (place for place, option in enumerate(self._options) if view.is_meant(option, by))
        if (place := next(wanted, None)) is not None:
            self._list.choose(str(place))
        self._draw()

    def _set_part(self, amount: Decimal | None) -> None:
        if amount is not None and self._tender.part is None:
            self._before_part = chosen.key if (chosen := self._list.chosen) else "0"
        self._tender.part = amount
        self._offer()

    def _all_of_it(self) -> None:
        self._set_part(None)
        self._list.choose(self._before_part)
        self._draw()

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

    def _proposed(self) -> view.Proposed:
        """What Enter would do now."""
        text = self.prompt.text.strip()
        if not self._options:
            return None
        if not text:
            return self._option(self._list.chosen)
        try:
            return self._typed(text)
        except money.MoneyError:
            return None

    def changed(self, text: str) -> None:
        if text and not self._options:
            self._first_enter()
            return
        if len(text) > 1:  # an amount, whose first digit looked like a row
            self._list.unchoose()
        self._draw()

    def _pick(self, number: int) -> None:
        """A digit that was typed before this screen had opened."""
        self._list.numbered_line(number)
        self._draw()

    def _move(self, delta: int) -> None:
        self.prompt.clear()
        if self._list.chosen is None:
            self._list.choose("0")
        self._list.move(delta)
        self._draw()

    def entered(self, scan: Scan) -> None:
        if scan.scanned:
            if self._tender.is_paid:
                self.leave(StillOwed(next_person=next_person(scan)))
            else:
                self.say(said.SCAN_NOT_USED, Tone.WARN, bell=True)
        elif not self._options:
            self._first_enter()
        else:
            try:
                self._answer(scan.raw_shown)
            except money.MoneyError as error:
                self.say(messages.sentence(error.reason), Tone.BAD, bell=True)

    def _answer(self, text: str) -> None:
        typed = self._typed(text)
        if doubt := view.doubt(text, typed, self._tender.wanted, self.amount):
            self.say(doubt, Tone.WARN, bell=True)
            self._draw()
        else:
            self._do(typed)

    # What keys do

    def acts(self) -> Sequence[Offer]:
        back = Act("back", self._back)
        if self._is_taking:
            return ()
        if self._told is not None:
            go_on = Act("confirm", self._go_on, said.THE_REST if self._tender.due else "receipt")
            serve = partial(self.leave, StillOwed(next_person=NextPerson()))
            next_one = Act("next", serve, off_bar=True)
            return (go_on, next_one) if self._tender.is_paid else (go_on,)
        if self._tender.receipt is None:
            return (Act("confirm", self._read_again, "read the order"), back)
        if self._tender.live is not None:
            see = partial(self.navigator.watch_part, self._tender.live, self._card_ended)
            return (Act("confirm", see, "see the card payment"), back)
        if not self._tender.due:
            return (Act("confirm", self._show_receipt, "receipt"),)
        return self._ways()

    @property
    def has_words(self) -> bool:
        return self._told is None

    def _ways(self) -> Sequence[Offer]:
        chosen = self._option(self._list.chosen)
        label = view.next_step(chosen, self.amount)
        back = Act("back", self._back)
        give_up = Act("back", self._all_of_it, said.ALL_OF_IT)
        return (
            *((Act("confirm", partial(self._do, chosen), label),) if chosen else ()),
            *((*self._other_ways(), back) if self._tender.part is None else (give_up, *self._other_ways())),
            Pick(numbers(len(self._options)), self._pick, "choose"),
            Act("reader", partial(choose_reader, self)),
            Move(self._move),
        )

    def _other_ways(self) -> Sequence[Act]:
        card = (Act("card", self._card),) if self.may(Action.CHARGE) else ()
        return (
            *card,
            Act("cash", partial(self._other, PayBy.CASH)),
            Act("tender", partial(self._other, PayBy.OTHER), "other"),
        )

    def typed_acts(self, text: str) -> Sequence[Offer]:  # noqa: ARG002  # `_proposed` reads it
        clear = Act("back", self._clear, "clear")
        if not self._options:
            return (clear,)
        proposed = self._proposed()
        label = view.next_step(proposed, self.amount)
        return (
            *((self.enters(label),) if label else ()),
            *(self._other_ways() if isinstance(proposed, Decimal) else ()),
            clear,
            Move(self._move),
        )

    def _clear(self) -> None:
        self.prompt.clear()
        self._draw()

    def standing_note(self) -> tuple[str, Tone]:
        if self._told is not None:
            return notes.still_owed(self._owed(), self.amount), Tone.OK
        if not self._options:
            return "", Tone.PLAIN
        if self._tender.part is not None:
            part, due = self.amount(self._tender.part), self.amount(self._tender.due)
            return said.A_PART.format(part=part, due=due), Tone.PLAIN
        return view.about(self._proposed(), self.amount), Tone.PLAIN

    def refused(self, message: Message) -> None:
        if self._told is not None:
            self._first_enter()
        else:
            super().refused(message)

    def _first_enter(self) -> None:
        """Something else than Enter came while it is told what was taken."""
        told = notes.still_owed(self._owed(), self.amount) if self._told is not None else ""
        self.say(said.FIRST_ENTER.format(told=told).rstrip(": "), Tone.WARN, bell=True)

    # Taking it

    def _read_again(self) -> None:
        self.say("One moment: reading the order.")
        self._read(self._now_read)  # the first time may have failed

    def _do(self, wanted: view.Proposed) -> None:
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
        if tendered.remaining or tendered.change:
            self._tell(tendered)
        else:
            self._show_receipt()

    def _not_taken(self, error: Exception) -> None:
        self._is_taking = False
        self.failed(error)
        self._read()

    def _tell(self, what: Tendered | PaymentState) -> None:
        """Show what was taken until Enter, so that neither the change nor the rest is overlooked."""
        self._told = self._last = what
        self.prompt.clear()
        self._read()

    def _owed(self) -> StillOwed:
        return StillOwed(taken=self._last, due=self._tender.due) if self._last is not None else StillOwed()

    def _go_on(self) -> None:
        self._told = None
        if self._tender.due:
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

    # Keys beside Enter

    def _other(self, by: PayBy) -> None:
        """F9 and F10: cash, or another way than cash, for the part that was typed."""
        self._use_typed_part()
        self._choose_first(by)

    def _card(self) -> None:
        """F8: the part that was typed, or all that is due, on the reader."""
        self._use_typed_part()
        self._charge(self._tender.wanted)

    def _use_typed_part(self) -> None:
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
            self._read(partial(self._card_failed, state))

    def _card_failed(self, state: PaymentState) -> None:
        self._choose_first(PayBy.CARD)  # so that Enter goes on trying: it never turns into cash by itself
        self.say(notes.still_owed(StillOwed(card=state), self.amount), Tone.WARN)

    def _card_paid(self, state: PaymentState) -> None:
        self._tender.taken()

        def told() -> None:
            self._tell(state) if self._tender.due else self._show_receipt()

        self._read(told)

    def _show_receipt(self) -> None:
        self.navigator.show_receipt(self.reference, sale_is_over=True)

    def _back(self) -> None:
        self.leave(self._owed())

    # Drawing

    def _draw(self) -> None:
        if self._options and not self.prompt.text and self._list.chosen is None:
            self._list.choose("0")
        told = self._told is not None
        paid = said.SCAN_THE_NEXT if self._tender.is_paid else ""
        self.prompt.set_placeholder(paid if told else self.PROMPT.placeholder)
        shown = view.large(
            self._told, self._proposed(), self._tender.due, self._tender.wanted, self._tender.part
        )
        if self._tender.live is not None:
            shown = view.Shown("STILL TO PAY", self._tender.due)
        if self._tender.receipt is not None:
            rounding = view.rounding(self._told, self._proposed())
            self._sums.set_lines(view.sums(self._tender.receipt, self.amount, rounding))
        label = f"{shown.label} {self.desk.conference.currency}"
        self._label.show(signs.signed(Tone.OK if shown.is_done else Tone.PLAIN, label, "bold"))
        self.query_one(BigAmount).show_amount("", self.amount(shown.amount))
        self.refresh_hints()
