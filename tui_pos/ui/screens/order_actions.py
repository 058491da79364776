"""What can be done to the order that a screen shows: pay it, cancel it, take it back, name its tickets."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from tui_pos.core import clock
from tui_pos.core.folding import name_and_email
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.checkin.next_steps import RIGHTS, OrderAction, OrderNow, OrderStep
from tui_pos.desk.errors import because
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.tenders import tendering
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import Refused, ask_text, ask_while_refused
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.input.acts import Act
from tui_pos.ui.messages import notes, sentence
from tui_pos.ui.messages.refunds import ONLY_SUPERVISOR
from tui_pos.ui.results import PayBy, StillOwed
from tui_pos.ui.screens.return_actions import Reload
from tui_pos.ui.screens.shared import Step, refuse

WORDS = {
    "cancel": OrderAction.CANCEL,
    "refund": OrderAction.GIVE_BACK,
    "exchange": OrderAction.GIVE_BACK,
    "void": OrderAction.VOID,
}
"""What each of these words does to an order."""


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
        }
        return steps.get(self.now.step)

    def acts(self, **returns: Callable[[], object]) -> Sequence[Act]:
        """What else can be done to the order; ``returns`` are the ways in which something of it goes back."""
        if self.now is None:
            return ()
        actions, pays = self.now.actions, (PayBy.CASH, PayBy.OTHER)
        card = (PayBy.CARD,) if self._screen.may(Action.CHARGE) else ()
        ways = (Act(by.value, partial(self.pay, by)) for by in (*pays, *card))
        return (
            *(ways if OrderAction.PAY in actions else ()),
            *((Act("names", self.ask_names),) if self.now.unnamed else ()),
            *self._words(self.now, {"cancel": self.cancel, **returns}),
        )

    def _words(self, now: OrderNow, does: dict[str, Callable[[], object]]) -> Iterator[Act]:
        """The words that mean something here; one that this person may not use says so."""
        for name, do in does.items():
            action = WORDS[name]
            if action in now.actions:
                yield Act(name, do)
            elif action in now.not_allowed:
                yield Act(name, partial(refuse, self._screen, RIGHTS[action]), ONLY_SUPERVISOR[name])

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
        question = Confirm(
            f"Cancel {self._reference}",
            "Its stock, voucher and credit are free again. Nothing was paid, nothing goes back.",
            f"cancel {self._reference}",
        )
        self._screen.go(question, self._cancel_agreed)

    def _cancel_agreed(self, yes: bool | None) -> None:
        if yes:
            call = partial(checkout.cancel_order, self._desk, self._reference)
            self._screen.ask(call, lambda _: self._alert(f"{self._reference} is cancelled."), hold=True)

    def refuses(self, word: str) -> bool:
        """Whether the word is one that cannot be here; they are told why, or who may."""
        action = WORDS.get(word)
        if action is None or self.now is None:
            return False
        if any(payment.is_elsewhere for payment in self.now.receipt.payments) and word != "cancel":
            key = "paid_online.void" if action is OrderAction.VOID else "paid_online"
            self._screen.alert(sentence(because(key, order=self._reference)))
            return True
        if self._screen.may(RIGHTS[action]):
            return False
        refuse(self._screen, RIGHTS[action])
        return True

    # Names

    def ask_names(self) -> None:
        """Ask for the names of the tickets that have none, one after another; each may be skipped."""
        unnamed = self.now.unnamed if self.now is not None else 0
        if not unnamed:
            self._screen.say("Every ticket of this order has its attendee.", Tone.OK)
            return
        question = partial(
            ask_text,
            f"{unnamed} of the tickets have no name yet" if unnamed > 1 else "One ticket has no name",
            "Who gets it? A name, and an e-mail address behind it where there is one. Esc: later.",
            "make this person's badge",
        )
        left = partial(self._screen.say, "The tickets stay without names; /names asks again.", Tone.WARN)
        ask_while_refused(self._screen, question, partial(self._named, clock.new_id()), left)

    def _named(self, key: str, answer: str, refused: Refused) -> None:
        name, email = name_and_email(answer)
        register = partial(register_companion, self._desk, self._reference, name, email, key=key)
        self._screen.ask(register, self._registered, refused, hold=True)

    def _registered(self, person: AttendeeView) -> None:
        def go_on() -> None:
            self._screen.say(f"{person.name} has badge {person.access_code}.", Tone.OK)
            if self.now is not None and self.now.unnamed:
                self.ask_names()

        self._reload(go_on)
