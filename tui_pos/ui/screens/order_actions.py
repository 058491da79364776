"""What can be done to the order that a screen shows: pay it, cancel it, take it back, name its tickets."""

from collections.abc import Callable, Sequence
from functools import partial

from tui_pos.core import clock
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.tenders import tendering
from tui_pos.ui.dialogs.ask import AskText
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.input import keys
from tui_pos.ui.results import PayBy, StillOwed
from tui_pos.ui.screens.return_actions import ReturnActions

REFUNDABLE = ("paid", "partially_refunded")


class OrderActions(ReturnActions):
    """Base of the receipt screen.

    A screen on it keeps ``order``, ``unnamed`` and ``to_complete`` true by `reread`."""

    order: OrderView | None = None
    unnamed = 0
    """How many tickets of the order have no attendee yet."""
    to_complete = False
    """Whether the web site took the money and left the rest undone."""

    def __init__(self, desk: Desk, reference: str) -> None:
        super().__init__(desk)
        self.reference = reference
        self._skips_names = False

    # The one safe next step

    def next_step(self) -> tuple[Callable[[], object], str] | None:
        """What Enter does for the order, and how the key bar calls it; None when it needs nothing."""
        order = self.order
        if order is None:
            return None
        if order.live_attempt_id is not None and self.may(Action.CHARGE):
            return self._resume, "see the card payment"
        if order.owed and self.may(Action.CHARGE):
            return self.action_card, f"card {self.amount(order.due)}"
        if order.status == "pending" and not order.due and self.may(Action.SELL):
            return self._complete, "complete it, nothing to pay"
        if self.to_complete and self.may(Action.SELL):
            return self._complete_paid, "complete it for its buyer"
        if self.unnamed and not self._skips_names and self.may(Action.SELL):
            return self.action_names, "name tickets"
        return None

    def other_hints(self) -> Sequence[keys.Hint]:
        """What else can be done to it."""
        order = self.order
        if order is None or order.live_attempt_id is not None:
            return ()
        shown: list[keys.Hint] = []
        if order.due and self.may(Action.SELL):
            shown += keys.hints("cash", "tender")
        if order.status == "pending" and not order.paid and self.may(Action.CANCEL):
            shown.append(keys.hint("cancel"))
        if order.status in REFUNDABLE and self.may(Action.REFUND):
            # These words say themselves what they do, and the bar has little room.
            shown += [keys.hint(name, "") for name in ("refund", "exchange", "void")]
        return shown

    # Paying

    def _resume(self) -> None:
        if self.order is not None and self.order.live_attempt_id is not None:
            self.navigator.watch_payment(self, self.order.live_attempt_id, self._still_owed)

    def _still_owed(self, owed: StillOwed) -> None:
        self.reread(lambda: self.say(owed.sentence, owed.sign))

    def action_card(self) -> None:
        """F8: what is due, on the reader."""
        self._pay(PayBy.CARD)

    def action_cash(self) -> None:
        """F9."""
        self._pay(PayBy.CASH)

    def action_tender(self) -> None:
        """F10."""
        self._pay(PayBy.OTHER)

    def _pay(self, by: PayBy) -> None:
        if self.order is None or not self.order.due:
            self.say("Nothing is to be paid here.", "!", bell=True)
        elif not self.may(Action.CHARGE):
            self.refuse(Action.CHARGE)
        elif self.order.live_attempt_id is not None:
            self._resume()
        else:
            self.navigator.pay(self, self.reference, by, self._still_owed)

    def _complete_paid(self) -> None:
        call = partial(tendering.complete, self.desk, self.reference)
        self.ask(call, lambda _: self._tell("Complete: the web site had taken the money."), hold=True)

    def _complete(self) -> None:
        call = partial(tendering.complete, self.desk, self.reference)
        self.ask(call, lambda _: self._tell("Complete: there was nothing to pay."), hold=True)

    # Taking back

    def action_cancel(self) -> None:
        """``/cancel``: an order that nothing was paid for."""
        if self.order is not None and (self.order.paid or self.order.status != "pending"):
            self.say("Only an order that nothing was paid for can be cancelled.", "!", bell=True)
            return
        question = Confirm(
            f"Cancel {self.reference}",
            "Its stock, voucher and credit are free again. Nothing was paid, nothing goes back.",
            f"cancel {self.reference}",
        )
        self._if_allowed(Action.CANCEL, lambda: self.go(question, self._cancel_agreed))

    def _cancel_agreed(self, yes: bool | None) -> None:
        if yes:
            call = partial(checkout.cancel_order, self.desk, self.reference)
            self.ask(call, lambda _: self._tell(f"{self.reference} is cancelled."), hold=True)

    def _if_allowed(self, action: Action, then: Callable[[], object]) -> None:
        if self.order is None:
            self.say("One moment: reading the order.")
            self.reread()  # the first time may have failed
        elif self.may(action):
            then()
        else:
            self.refuse(action)

    # Names

    def action_names(self) -> None:
        """``/names``: one after another, each may be skipped."""
        if not self.unnamed:
            self.say("Every ticket of this order has its attendee.", "OK")
            return
        question = AskText(
            f"{self.unnamed} of the tickets have no name yet"
            if self.unnamed > 1
            else "One ticket has no name",
            "Who gets it? A name, and an e-mail address behind it where there is one. Esc: later.",
            "make this person's badge",
        )
        self.go(question, partial(self._named, clock.new_id()))

    def _named(self, key: str, answer: str | None) -> None:
        if answer is None:
            self._skips_names = True
            self.refresh_hints()
            self.say("The tickets stay without names; /names asks again.", "!")
            return
        name, _, last = answer.rpartition(" ")
        name, email = (name, last) if "@" in last and name else (answer, "")
        register = partial(register_companion, self.desk, self.reference, name, email, key=key)
        self.ask(register, self._registered, hold=True)

    def _registered(self, person: AttendeeView) -> None:
        def go_on() -> None:
            self.say(f"{person.name} has badge {person.access_code}.", "OK")
            if self.unnamed:
                self.action_names()

        self.reread(go_on)
