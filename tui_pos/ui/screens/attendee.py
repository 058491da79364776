"""Attendee: the verdict first, then what they bought and owe, and the one safe next step."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from rich.text import Text
from textual.app import ComposeResult

from tui_pos.core import clock
from tui_pos.core.scan import Scan, printable
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.checkin import checkin, next_steps, redemption
from tui_pos.desk.checkin.checkin import CheckInResult
from tui_pos.desk.checkin.next_steps import OrderStep, PersonStep
from tui_pos.desk.checkin.redemption import HandOut
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search import lookup
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import ask_text
from tui_pos.ui.input import keys
from tui_pos.ui.messages import notes
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.messages.verdicts import words
from tui_pos.ui.results import PayBy, SaleStart, StillOwed
from tui_pos.ui.screens import hand_outs
from tui_pos.ui.screens.hand_outs import Undoing
from tui_pos.ui.screens.shared import Step, choose_reader
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Spread
from tui_pos.ui.widgets.signs import sign, style

LAST_NUMBER = 9
STATUS_WORDS = {"partially_refunded": "part refunded"}


class AttendeeScreen(DeskScreen[None]):
    """One person. The next badge that is scanned here is looked up; `show` then shows that person."""

    CSS_PATH = "attendee.tcss"

    def __init__(self, desk: Desk, person: AttendeeView) -> None:
        super().__init__(desk)
        self.person = person
        self._hand_outs: tuple[HandOut, ...] = ()
        self._verdict = Spread()
        self._facts = Spread()
        self._list = LineList(
            Column(14), Column(13), Column(10, right=True), Column(), Column(14, right=True)
        )

    def compose_body(self) -> ComposeResult:
        yield self._verdict
        yield self._facts
        yield self.prompt
        yield self._list

    def on_mount(self) -> None:
        self.show(self.person)

    def hints(self) -> Sequence[keys.Hint]:
        hints = [keys.hint("confirm", self._next_step().label)]
        owed, orders = self._owed(), len(self.person.orders)
        if orders:
            hints.append(keys.Hint(_numbers(1, orders), "pay or show" if owed else "show"))
        if self._hand_outs and orders < LAST_NUMBER:
            hints.append(keys.Hint(_numbers(orders + 1, orders + len(self._hand_outs)), "hand out"))
        if owed:
            hints.append(keys.hint("cash"))
        if self.may(Action.SELL):
            hints.append(keys.hint("walk_up", "sell"))
        hints.append(keys.hint("back", "next person"))
        return hints if owed or self._hand_outs else (*hints, keys.hint("help"))

    # What stands there

    def show(self, person: AttendeeView) -> None:
        """Show ``person`` instead of the one before; rings the bell unless the verdict is good."""
        if person.access_code != self.person.access_code:
            self._hand_outs = ()
        self.person = person
        self._draw()
        self._look_at_hand_outs()
        self.say(words(person.verdict).sentence)
        if person.verdict.tone != Tone.OK:
            self.kiosk.bell()
        self.typed_ahead.release()

    def _look_at_hand_outs(self) -> None:
        def show(found: tuple[HandOut, ...]) -> None:
            self._hand_outs = found
            self._draw()

        look = partial(redemption.hand_outs, self.desk, self.person.access_code)
        self.ask(look, show, lane="hand-outs", latest=True)

    def _draw(self) -> None:
        person = self.person
        name = Text.assemble((printable(person.name, 60), "bold"))
        word = f"{sign(person.verdict.tone)} {printable(words(person.verdict).word, 50)}"
        self._verdict.show_ends(name, Text.assemble((word, f"bold {style(person.verdict.tone)}")))
        facts = f"{printable(person.email, 40)}   badge {person.access_code}".strip()
        self._facts.show_ends(Text(facts), Text(self._came_in()))
        self._list.set_lines(self._lines())
        self.refresh_hints()

    def _came_in(self) -> str:
        first = self.person.first_check_in
        if first is None:
            return "not checked in"
        return f"checked in {when_and_where(self.desk.moment(first.at, printable(first.station, 20)))}"

    def _lines(self) -> list[Line]:
        lines = [_heading("Orders")] if self.person.orders else [_heading("No orders")]
        lines += [self._order_line(order) for order in self.person.orders]
        if self.person.credits_total:
            lines.append(Line(("Credit", "", self.amount(self.person.credits_total)), pick=False))
        if self._hand_outs:
            lines += [_heading("To hand out"), *hand_outs.lines(self._hand_outs)]
        return lines

    def _order_line(self, order: OrderView) -> Line:
        bought = ", ".join(_bought(line.quantity, line.description) for line in order.lines if line.quantity)
        owes = (f"owes {self.amount(order.due)}", "bold yellow") if order.due else ""
        return Line(
            (
                order.reference,
                STATUS_WORDS.get(order.status, order.status),
                self.amount(order.total),
                bought,
                ("on a reader", "magenta") if order.live_attempt_id else owes,
            ),
            key=order.reference,
        )

    def _owed(self) -> tuple[OrderView, ...]:
        return next_steps.to_pay(self.desk, self.person)

    # The next step

    def _next_step(self) -> Step:
        match next_steps.person_step(self.desk, self.person):
            case PersonStep.CHECK_IN:
                return Step(self.action_checkin, "check in")
            case PersonStep.PAY:
                (order,) = self._owed()
                return Step(partial(self._pay, order, PayBy.CARD), f"pay {self.amount(order.due)}")
            case PersonStep.SELL:
                return Step(self.action_walk_up, "sell")
            case PersonStep.NEXT_PERSON:
                return Step(self.leave, "next person")

    def action_confirm(self) -> None:
        self._next_step().take()

    def action_checkin(self) -> None:
        """``/checkin``, and Enter when they may come in."""
        self.ask(partial(checkin.check_in, self.desk, self.person.access_code), self._checked_in, hold=True)

    def _checked_in(self, result: CheckInResult) -> None:
        self.person = replace(result.attendee, verdict=self.person.verdict)
        self._draw()
        if result.first:
            self.say("Checked in. Enter: next person, or scan the next badge.", Tone.OK)
        else:
            first = when_and_where(self.desk.moment(result.at, printable(result.station, 20)))
            self.say(f"Was checked in before: {first}. This pass is recorded too.", Tone.WARN, bell=True)

    # Handing out, and taking back

    def _hand_out(self, chosen: HandOut) -> None:
        def handed(now: HandOut) -> None:
            self._look_at_hand_outs()
            self.say(f"Hand out 1 x {now.description}: {hand_outs.left(now)}. /undo takes it back.", Tone.OK)

        hand = partial(redemption.hand_out, self.desk, self.person.access_code, chosen.line_id)
        self.ask(partial(hand, key=clock.new_id()), handed, hold=True)

    def action_undo(self) -> None:
        """``/undo REASON``: the chosen hand-out, else the check-in."""
        chosen = hand_outs.of_line(self._hand_outs, self._list.chosen)
        undoing = hand_outs.undoing(self.desk, self.person, chosen)
        if undoing is None:
            self.say("Nothing was handed out and nobody was checked in here.", Tone.WARN, bell=True)
        elif self.argument:
            self._undo(undoing, self.argument)
        else:
            question = ask_text(
                f"Take {undoing.what} back", "Why? The reason is kept with your name.", "take it back"
            )
            self.go(question, lambda reason: None if reason is None else self._undo(undoing, reason))

    def _undo(self, undoing: Undoing, reason: str) -> None:
        what = undoing.what[0].upper() + undoing.what[1:]

        def undone(_: object) -> None:
            self._look_at_hand_outs()
            self._refresh(lambda: self.say(f"{what} was taken back.", Tone.OK))

        self.ask(partial(undoing.call, reason), undone, hold=True)

    # Orders

    def picked(self, number: int) -> None:
        line = self._list.numbered_line(number)
        if (chosen := hand_outs.of_line(self._hand_outs, line)) is not None:
            self._hand_out(chosen)
            return
        order = next((order for order in self.person.orders if line and order.reference == line.key), None)
        if order is None:
            super().picked(number)
        else:
            self._open(order)

    def _open(self, order: OrderView) -> None:
        step = next_steps.opening_step(self.desk, order)
        if step is OrderStep.SEE_PAYMENT and order.live_attempt_id is not None:
            self.navigator.watch_payment(order.live_attempt_id, self._still_owed)
        elif step is OrderStep.PAY:
            self._pay(order, PayBy.CARD)
        else:
            self.navigator.show_receipt(order.reference)

    def moved(self, delta: int) -> None:
        self._list.move(delta)

    def action_card(self) -> None:
        """F8: the chosen order, if something is owed for it, else the only one for which it is."""
        self._pay_chosen(PayBy.CARD)

    def action_cash(self) -> None:
        """F9."""
        self._pay_chosen(PayBy.CASH)

    def action_tender(self) -> None:
        """F10."""
        self._pay_chosen(PayBy.OTHER)

    def _pay_chosen(self, by: PayBy) -> None:
        owed, line = self._owed(), self._list.chosen
        chosen = [order for order in owed if line is not None and order.reference == line.key]
        if len(chosen or owed) == 1:
            self._pay((chosen or owed)[0], by)
        elif owed:
            self.say("Choose the order to pay with the arrows first.", Tone.WARN, bell=True)
        else:
            self.say("Nothing is owed here; F2 sells something.", Tone.WARN)

    def _pay(self, order: OrderView, by: PayBy) -> None:
        self.navigator.pay(order.reference, by, self._still_owed)

    def _still_owed(self, owed: StillOwed) -> None:
        """Say how it ended over what is true now."""
        said = notes.still_owed(owed, self.amount)
        self._refresh(lambda: self.say(said, Tone.WARN if said else Tone.PLAIN))

    def _refresh(self, then: Callable[[], object]) -> None:
        def draw(person: AttendeeView) -> None:
            self.person = person
            self._draw()
            then()

        self.ask(partial(lookup.attendee, self.desk, self.person.access_code), draw, hold=True)

    def action_walk_up(self) -> None:
        """F2: sell to this person."""
        self.sell(SaleStart())

    def sell(self, start: SaleStart) -> None:
        """Sell to this person, beginning with the product or voucher of ``start``."""
        begins = replace(start, attendee_code=self.person.access_code, buyer=self.person.name)
        self.navigator.sell(begins, lambda end: self._refresh(lambda: self.say(notes.sale_end(end))))

    def action_reader(self) -> None:
        """F4."""
        choose_reader(self)

    def entered(self, scan: Scan) -> None:
        """The next badge: until its person is shown, no key acts on this one."""
        self.typed_ahead.hold()
        self.navigator.look_up(scan)


def _numbers(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first}-{min(last, LAST_NUMBER)}"


def _heading(text: str) -> Line:
    return Line((text,), pick=False, style="bold")


def _bought(quantity: int, description: str) -> str:
    return description if quantity == 1 else f"{quantity} x {description}"
