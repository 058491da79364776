"""What a supervisor decides of a card payment that needs a person: both sides, a choice, and why."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tui_pos.desk.payments import PaymentState, resolve
from tui_pos.desk.payments.resolve import Option, Resolution
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import ask_text
from tui_pos.ui.dialogs.choose import Choose
from tui_pos.ui.screens import payment_view as view


class Deciding:
    """The dialogs of ``/resolve`` on ``screen``, and the writing.

    ``writing`` is called just before the decision is written, so that nobody watches the payment meanwhile;
    ``done`` gets the payment as it is then, ``failed`` why nothing was decided.
    """

    def __init__(
        self,
        screen: DeskScreen[Any],
        writing: Callable[[], object],
        done: Callable[[PaymentState], object],
        failed: Callable[[Exception], object],
    ) -> None:
        self._screen = screen
        self._writing = writing
        self._done = done
        self._failed = failed

    def begin(self, payment: PaymentState) -> None:
        """Read both sides and show them with what may be decided."""
        look = partial(resolve.inspect, self._screen.desk, payment.intent_id or payment.reference)
        self._screen.ask(look, self._both_sides_read, lane="resolve", hold=True)

    def _both_sides_read(self, found: Resolution) -> None:
        choices = [
            (str(option), view.DECISION_LABELS[option])
            for option in found.options
            if option in view.DECISION_LABELS
        ]
        dialog = Choose(f"Resolve {found.payment.reference}", view.both_sides(found), choices)
        self._screen.go(dialog, partial(self._option_chosen, found))

    def _option_chosen(self, found: Resolution, chosen: str | None) -> None:
        if chosen is None:
            return
        option = Option(chosen)
        ask = ask_text(
            "Why?", f"{view.DECISION_MEANINGS[option]} The reason is recorded with your name.", "do it"
        )
        self._screen.go(ask, partial(self._reason_given, found.payment, option))

    def _reason_given(self, payment: PaymentState, option: Option, reason: str | None) -> None:
        if reason is None:
            return
        self._writing()
        name = payment.intent_id or payment.reference
        act = partial(resolve.resolve, self._screen.desk, name, option, reason)
        self._screen.ask(act, lambda done: self._done(done.payment), self._failed, lane="resolve", hold=True)
