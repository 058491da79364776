"""What can be done to the order that a screen shows: pay it, cancel it, take it back, name its tickets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tui_pos.core import clock
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tenders import tendering
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import AskText
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.input import keys
from tui_pos.ui.messages import notes
from tui_pos.ui.results import PayBy, StillOwed
from tui_pos.ui.screens.return_actions import Reread
from tui_pos.ui.screens.shared import Step, refuse

REFUNDABLE = ("paid", "partially_refunded")


@dataclass(frozen=True, slots=True)
class OrderNow:
    """All that a screen shows of an order; ``unnamed``: how many of its tickets have no attendee yet."""

    receipt: ReceiptView
    unnamed: int


class OrderActions:
    """Payment, completion, cancellation and names of the order that ``screen`` shows.

    ``now`` is what was read of it last; ``reread`` reads and shows it again, then calls what it is given.
    """

    def __init__(self, screen: DeskScreen[Any], reference: str, reread: Reread) -> None:
        self.now: OrderNow | None = None
        self._screen = screen
        self._desk = screen.desk
        self._reference = reference
        self._reread = reread
        self._skips_names = False

    @property
    def _order(self) -> OrderView | None:
        return self.now.receipt.order if self.now is not None else None

    @property
    def _unnamed(self) -> int:
        return self.now.unnamed if self.now is not None else 0

    def _tell(self, sentence: str) -> None:
        self._reread(lambda: self._screen.alert(sentence, "OK"))

    # The one safe next step

    def next_step(self) -> Step | None:
        """What Enter does for the order; None when it needs nothing."""
        order = self._order
        if order is None:
            return None
        if order.live_attempt_id is not None and self._screen.may(Action.CHARGE):
            return Step(self._resume, "see the card payment")
        if order.owed and self._screen.may(Action.CHARGE):
            return Step(partial(self.pay, PayBy.CARD), f"card {self._screen.amount(order.due)}")
        if order.status == "pending" and not order.due and self._screen.may(Action.SELL):
            return Step(self._complete, "complete it, nothing to pay")
        if self.now is not None and self.now.receipt.to_complete and self._screen.may(Action.SELL):
            return Step(self._complete_paid, "complete it for its buyer")
        if self._unnamed and not self._skips_names and self._screen.may(Action.SELL):
            return Step(self.ask_names, "name tickets")
        return None

    def hints(self) -> Sequence[keys.Hint]:
        """What else can be done to it."""
        order = self._order
        if order is None or order.live_attempt_id is not None:
            return ()
        shown: list[keys.Hint] = []
        if order.due and self._screen.may(Action.SELL):
            shown += keys.hints("cash", "tender")
        if order.status == "pending" and not order.paid and self._screen.may(Action.CANCEL):
            shown.append(keys.hint("cancel"))
        if order.status in REFUNDABLE and self._screen.may(Action.REFUND):
            # These words say themselves what they do, and the bar has little room.
            shown += [keys.hint(name, "") for name in ("refund", "exchange", "void")]
        return shown

    # Paying

    def _resume(self) -> None:
        if self._order is not None and self._order.live_attempt_id is not None:
            self._screen.navigator.watch_payment(self._order.live_attempt_id, self._still_owed)

    def _still_owed(self, owed: StillOwed) -> None:
        said = notes.still_owed(owed, self._screen.amount)
        self._reread(lambda: self._screen.say(said, "!" if said else ""))

    def pay(self, by: PayBy) -> None:
        """Take what is due."""
        if self._order is None or not self._order.due:
            self._screen.say("Nothing is to be paid here.", "!", bell=True)
        elif not self._screen.may(Action.CHARGE):
            refuse(self._screen, Action.CHARGE)
        elif self._order.live_attempt_id is not None:
            self._resume()
        else:
            self._screen.navigator.pay(self._reference, by, self._still_owed)

    def _complete_paid(self) -> None:
        call = partial(tendering.complete, self._desk, self._reference)
        self._screen.ask(call, lambda _: self._tell("Complete: the web site had taken the money."), hold=True)

    def _complete(self) -> None:
        call = partial(tendering.complete, self._desk, self._reference)
        self._screen.ask(call, lambda _: self._tell("Complete: there was nothing to pay."), hold=True)

    # Taking back

    def cancel(self) -> None:
        """Cancel an order that nothing was paid for."""
        if self._order is not None and (self._order.paid or self._order.status != "pending"):
            self._screen.say("Only an order that nothing was paid for can be cancelled.", "!", bell=True)
            return
        question = Confirm(
            f"Cancel {self._reference}",
            "Its stock, voucher and credit are free again. Nothing was paid, nothing goes back.",
            f"cancel {self._reference}",
        )
        self.if_allowed(Action.CANCEL, lambda: self._screen.go(question, self._cancel_agreed))

    def _cancel_agreed(self, yes: bool | None) -> None:
        if yes:
            call = partial(checkout.cancel_order, self._desk, self._reference)
            self._screen.ask(call, lambda _: self._tell(f"{self._reference} is cancelled."), hold=True)

    def if_allowed(self, action: Action, then: Callable[[], object]) -> None:
        """Call ``then``, if the order has been read and who is signed in may do ``action``."""
        if self._order is None:
            self._screen.say("One moment: reading the order.")
            self._reread(lambda: None)  # the first time may have failed
        elif self._screen.may(action):
            then()
        else:
            refuse(self._screen, action)

    # Names

    def ask_names(self) -> None:
        """Ask for the names of the tickets that have none, one after another; each may be skipped."""
        if not self._unnamed:
            self._screen.say("Every ticket of this order has its attendee.", "OK")
            return
        question = AskText(
            f"{self._unnamed} of the tickets have no name yet"
            if self._unnamed > 1
            else "One ticket has no name",
            "Who gets it? A name, and an e-mail address behind it where there is one. Esc: later.",
            "make this person's badge",
        )
        self._screen.go(question, partial(self._named, clock.new_id()))

    def _named(self, key: str, answer: str | None) -> None:
        if answer is None:
            self._skips_names = True
            self._screen.refresh_hints()
            self._screen.say("The tickets stay without names; /names asks again.", "!")
            return
        name, _, last = answer.rpartition(" ")
        name, email = (name, last) if "@" in last and name else (answer, "")
        register = partial(register_companion, self._desk, self._reference, name, email, key=key)
        self._screen.ask(register, self._registered, hold=True)

    def _registered(self, person: AttendeeView) -> None:
        def go_on() -> None:
            self._screen.say(f"{person.name} has badge {person.access_code}.", "OK")
            if self._unnamed:
                self.ask_names()

        self._reread(go_on)
