"""The receipt screen: one order, what was bought and how it was paid; from here the person is let in."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from itertools import zip_longest

from rich.text import Text
from textual.app import ComposeResult

from tui_pos.core.scan import Scan, printable
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.checkin.checkin import CheckInResult, check_in
from tui_pos.desk.checkin.next_steps import OrderNow, order_now
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.orders.tenders import Tender
from tui_pos.desk.orders.views import AttendeeView, LineView, OrderView
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.messages.verdicts import words
from tui_pos.ui.results import NextPerson, PayBy
from tui_pos.ui.screens.order_actions import OrderActions
from tui_pos.ui.screens.return_actions import ReturnActions
from tui_pos.ui.screens.shared import choose_reader
from tui_pos.ui.widgets import signs
from tui_pos.ui.widgets.line_list import Cell, Column, Line, LineList
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import Prompt
from tui_pos.ui.widgets.spread import Spread
from tui_pos.ui.widgets.status_line import Status

COLUMNS = (Column(), Column(10, right=True), Column(11), Column(17))
"""What was bought, for how much; what the card said."""

CARD_FACTS = ("Application", "AID", "Account", "Approval", "Read", "Verified")
"""What the screen shows of `receipts.CARD_LINES`; the rest is for paper."""

MOST_LINES = 10
"""A longer order is summed up; paper shows it whole."""

BACK = {
    Tender.CARD: "Back to the card",
    Tender.CASH: "Back in cash",
    Tender.CREDIT: "Back to the credit",
    Tender.COMP: "The gift was taken back",
}
BACK_STATES: dict[str, str] = {
    "created": ", no answer yet",
    "unknown": ", no answer yet",
    "pending": ", on its way",
    "failed": ": failed",
}
"""What is said of refunds; one that is done needs no word for it."""

BACK_ORIGINS: dict[str, str] = {"dashboard": ", in Stripe's dashboard"}
"""What is said of refunds that no desk made."""

STATUS_TONES = {"paid": Tone.OK, "partially_refunded": Tone.WARN, "pending": Tone.WARN}
"""How good the status of an order is; every other one is bad."""


class ReceiptScreen(DeskScreen[NextPerson]):
    """Left with who is next; by Esc with None."""

    CSS_PATH = "receipt.tcss"
    PROMPT = Prompt(picks=False)

    def __init__(self, desk: Desk, reference: str) -> None:
        super().__init__(desk)
        self.reference = reference
        self._order_actions = OrderActions(self, reference, self._reread)
        self._returns = ReturnActions(self, reference, self._reread)
        self._lines: list[Line] = []
        self._top = 0

    def compose_body(self) -> ComposeResult:
        yield Spread()
        yield LineList(*COLUMNS, numbered=False, choosing=False)
        yield Row(id="person")
        yield self.prompt

    def on_mount(self) -> None:
        self._reread()

    def _reread(self, then: Callable[[], object] = lambda: None) -> None:
        """Show what is true now, then call ``then``."""

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
            self._reread()  # the first time may have failed
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
        self.say(f"Somebody checked this badge in before: {at}.", "!", bell=True)
        self._reread()

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
        """No reader: the order needs the room."""
        return replace(self.kiosk.status, reader="", reader_state="")

    def _draw(self, now: OrderNow) -> None:
        view = now.receipt
        self.title_text = self._title(view)
        seller = ", ".join(part for part in (view.station, view.staff) if part)
        self.query_one(Spread).show_ends(
            Text(printable(view.order.buyer_name), style="bold"), Text(printable(seller), style="dim")
        )
        bought, facts = self._bought(view), _card_facts(view)
        self._lines = [
            Line((*left, *right), pick=False)
            for left, right in zip_longest(bought, facts, fillvalue=("", ""))
        ]
        self.moved(0)
        self.query_one("#person", Row).show(self._person(view.attendee, now.unnamed))
        self.refresh_title()
        self.refresh_hints()

    def _title(self, view: ReceiptView) -> Text:
        order, tone = view.order, STATUS_TONES.get(view.order.status, Tone.BAD)
        word = order.status.replace("_", " ").upper()
        money = f"owes {self.amount(order.due)}" if order.due else self.amount(view.bought.total)
        title = Text(f"{order.reference}   ")
        title.append(f"{signs.sign(tone)} {word} {money} {view.currency}", style=signs.style(tone))
        paid_by = ", ".join(payment.label for payment in view.payments)
        paid_at = when_and_where(self.desk.moment(view.paid_at, "")) if view.paid_at else ""
        title.append("".join(f"   {printable(part)}" for part in (paid_by, paid_at) if part))
        return title

    def _bought(self, view: ReceiptView) -> list[tuple[Cell, Cell]]:
        order, bought = view.order, view.bought
        rows: list[tuple[Cell, Cell]] = [*self._items(bought.lines)]
        if bought.discount:
            rows.append((_discount(order), self.amount(-bought.discount)))
        rows.append((("Total", "bold"), (self.amount(bought.total), "bold")))
        for payment in view.payments:
            rows.append((f"Paid by {payment.label}", self.amount(payment.amount)))
            if payment.change:
                rows.append(("Given", self.amount(payment.given)))
                rows.append(("Change", self.amount(payment.change)))
        for made in view.refunds:
            rows += self._back(made)
        if view.given_back:
            rows.append((("Kept", "bold"), (self.amount(view.kept), "bold")))
        if order.due:
            rows.append((("Still to pay", "bold"), (self.amount(order.due), "bold")))
        return rows

    def _back(self, made: RefundView) -> list[tuple[Cell, Cell]]:
        """How much went back, how and on whose word, then which pieces and why."""
        amount = "" if made.stage == "failed" else self.amount(-made.amount)
        way = f"Moved to {made.exchange}" if made.exchange else BACK[made.tender]
        how = way + BACK_STATES.get(made.stage, "") + BACK_ORIGINS.get(made.origin, "")
        pieces = ", ".join(f"{piece.quantity} x {piece.description}" for piece in made.pieces)
        why = made.reason if made.origin not in BACK_ORIGINS else ""
        told = ": ".join(filter(None, (pieces, why)))
        return [(how, amount), *([((f"  {told}", "dim"), "")] if told else [])]

    def _items(self, lines: Sequence[LineView]) -> list[tuple[Cell, Cell]]:
        """Each line before discounts, as the total below counts."""
        shown = lines if len(lines) <= MOST_LINES else lines[: MOST_LINES - 1]
        rows: list[tuple[Cell, Cell]] = [
            (_item(line), self.amount(_before_discounts(line))) for line in shown
        ]
        rest = lines[len(shown) :]
        if rest:
            total = sum((_before_discounts(line) for line in rest), start=rest[0].unit_price * 0)
            rows.append((f"and {len(rest)} more lines", self.amount(total)))
        return rows

    def _person(self, person: AttendeeView | None, unnamed: int) -> Text:
        if person is None:
            return Text("No badge: this was sold to a walk-up.")
        verdict = person.verdict
        word, tone = ("registered", Tone.OK) if person.registered else (words(verdict).word, verdict.tone)
        line = Text(f"{signs.sign(tone)} {word}", style=signs.style(tone))
        line = Text.assemble(line, f"   badge {printable(person.access_code)}")
        if unnamed:
            line.append(f"   [!] {unnamed} more without name", style=signs.style(Tone.WARN))
        if person.checked_in_at is not None:
            line.append(f"   {words(verdict).sentence}")
        elif person.registered:
            line.append("   [!] not checked in yet", style=signs.style(Tone.WARN))
        if person.registered and person.owes:
            line.append(f"   [!] owes {self.amount(person.owes)}", style=signs.style(Tone.WARN))
        return line


def _item(line: LineView) -> str:
    """What was bought, or what lowered the price of all of it."""
    return f"{line.quantity} x {line.description}" if line.quantity else line.description


def _before_discounts(line: LineView) -> Decimal:
    return line.quantity * line.unit_price if line.quantity else line.line_total


def _discount(order: OrderView) -> str:
    return f"Discount, {order.voucher_code}" if order.voucher_code else "Discount"


def _card_facts(view: ReceiptView) -> list[tuple[Cell, Cell]]:
    rows: list[tuple[Cell, Cell]] = []
    for payment in view.payments:
        if payment.card:
            facts = dict(payment.card)
            rows.append(("Card", payment.label))
            rows += [(name, facts[name]) for name in CARD_FACTS if name in facts]
    return rows
