"""What can be done to the order that a screen shows: pay it, cancel it, take it back, name its tickets."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from tui_pos.core import clock
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.checkin.next_steps import OrderAction, OrderNow, OrderStep, is_cancellable
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.tenders import tendering
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import ask_text
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.input import keys
from tui_pos.ui.messages import notes
from tui_pos.ui.results import PayBy, StillOwed
from tui_pos.ui.screens.return_actions import Reload
from tui_pos.ui.screens.shared import Step, refuse

HINTS: dict[OrderAction, Sequence[keys.Hint]] = {
    OrderAction.PAY: keys.hints("cash", "tender"),
    OrderAction.CANCEL: keys.hints("cancel"),
    # Without labels: their /words say what they do, and the key bar has little room.
    OrderAction.GIVE_BACK: tuple(keys.hint(name, "") for name in ("refund", "exchange", "void")),
}


class OrderActions:
    """Payment, completion, cancellation and names of the order that ``screen`` shows.

    ``now`` is what was read of it last; ``reload`` loads and shows it again, then calls what it is given.
    """

    def __init__(self, screen: DeskScreen[Any], reference: str, reload: Reload) -> None:
        self.now: OrderNow | None = None
        self._screen = screen
        self._desk = screen.desk
        self._reference = reference
        self._reload = reload
        self._skips_names = False

    @property
    def _order(self) -> OrderView | None:
        return self.now.receipt.order if self.now is not None else None

    def _alert(self, sentence: str) -> None:
        """Show the order as it is now, and the sentence above it."""
        self._reload(lambda: self._screen.alert(sentence, Tone.OK))

    # The one safe next step

    def next_step(self) -> Step | None:
        """What Enter does for the order; None when it needs nothing."""
        if self.now is None:
            return None
        owed = self._screen.amount(self.now.receipt.order.due)
        steps = {
            OrderStep.SEE_PAYMENT: Step(self._resume, "see the card payment"),
            OrderStep.PAY: Step(partial(self.pay, PayBy.CARD), f"card {owed}"),
            OrderStep.COMPLETE: Step(
                partial(self._complete, "Complete: there was nothing to pay."), "complete it, nothing to pay"
            ),
            OrderStep.COMPLETE_PAID: Step(
                partial(self._complete, "Complete: the web site had taken the money."),
                "complete it for its buyer",
            ),
            OrderStep.NAME_TICKETS: None if self._skips_names else Step(self.ask_names, "name tickets"),
        }
        return steps.get(self.now.step)

    def hints(self) -> Sequence[keys.Hint]:
        """The key bar's entries for everything else that can be done to the order."""
        actions = self.now.actions if self.now is not None else ()
        return tuple(hint for action, shown in HINTS.items() if action in actions for hint in shown)

    # Paying

    def _resume(self) -> None:
        if self._order is not None and self._order.live_attempt_id is not None:
            self._screen.navigator.watch_payment(self._order.live_attempt_id, self._still_owed)

    def _still_owed(self, owed: StillOwed) -> None:
        said = notes.still_owed(owed, self._screen.amount)
        self._reload(lambda: self._screen.say(said, Tone.WARN if said else Tone.PLAIN))

    def pay(self, by: PayBy) -> None:
        """Take what is due."""
        if self._order is None or not self._order.due:
            self._screen.say("Nothing is to be paid here.", Tone.WARN, bell=True)
        elif not self._screen.may(Action.CHARGE):
            refuse(self._screen, Action.CHARGE)
        elif self._order.live_attempt_id is not None:
            self._resume()
        else:
            self._screen.navigator.pay(self._reference, by, self._still_owed)

    def _complete(self, done: str) -> None:
        call = partial(tendering.complete, self._desk, self._reference)
        self._screen.ask(call, lambda _: self._alert(done), hold=True)

    # Taking back

    def cancel(self) -> None:
        """Cancel an order that nothing was paid for."""
        if self._order is not None and not is_cancellable(self._order):
            self._screen.say(
                "Only an order that nothing was paid for can be cancelled.", Tone.WARN, bell=True
            )
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
            self._screen.ask(call, lambda _: self._alert(f"{self._reference} is cancelled."), hold=True)

    def if_allowed(self, action: Action, then: Callable[[], object]) -> None:
        """Call ``then``, if the order has been read and who is signed in may do ``action``."""
        if self._order is None:
            self._screen.say("One moment: reading the order.")
            self._reload(lambda: None)  # the first time may have failed
        elif self._screen.may(action):
            then()
        else:
            refuse(self._screen, action)

    # Names

    def ask_names(self) -> None:
        """Ask for the names of the tickets that have none, one after another; each may be skipped."""
        unnamed = self.now.unnamed if self.now is not None else 0
        if not unnamed:
            self._screen.say("Every ticket of this order has its attendee.", Tone.OK)
            return
        question = ask_text(
            f"{unnamed} of the tickets have no name yet" if unnamed > 1 else "One ticket has no name",
            "Who gets it? A name, and an e-mail address behind it where there is one. Esc: later.",
            "make this person's badge",
        )
        self._screen.go(question, partial(self._named, clock.new_id()))

    def _named(self, key: str, answer: str | None) -> None:
        if answer is None:
            self._skips_names = True
            self._screen.refresh_hints()
            self._screen.say("The tickets stay without names; /names asks again.", Tone.WARN)
            return
        name, _, last = answer.rpartition(" ")
        name, email = (name, last) if "@" in last and name else (answer, "")
        register = partial(register_companion, self._desk, self._reference, name, email, key=key)
        self._screen.ask(register, self._registered, hold=True)

    def _registered(self, person: AttendeeView) -> None:
        def go_on() -> None:
            self._screen.say(f"{person.name} has badge {person.access_code}.", Tone.OK)
            if self.now is not None and self.now.unnamed:
                self.ask_names()

        self._reload(go_on)
