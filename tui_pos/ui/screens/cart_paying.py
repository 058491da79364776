"""What is asked between the key to pay and the payment: a second ticket, and who gets each ticket."""

from collections.abc import Callable
from functools import partial
from typing import Any

from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.carts.holders import TicketName
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import ask_or_skip
from tui_pos.ui.messages import carts as said
from tui_pos.ui.screens.cart_controller import CartController
from tui_pos.ui.screens.cart_view import cannot_be_sold, has_tickets, name_and_email


class TicketNames:
    """Asks for the holder of every ticket of ``sale`` that has none, one dialog each.

    Enter alone skips a ticket, which is not asked for again; Esc stops it all, and nothing is paid.
    """

    def __init__(self, screen: DeskScreen[Any], sale: CartController) -> None:
        self._screen = screen
        self._sale = sale
        self._skipped: set[int] = set()

    def before(self, view: CartView, then: Callable[[], object]) -> None:
        """Call ``then`` once every ticket has its name or was skipped."""
        if view.is_ordered or not has_tickets(view) or cannot_be_sold(view):
            then()
            return
        self._screen.ask(self._sale.ticket_names, partial(self._ask_next, then), lane="cart", hold=True)

    def _ask_next(
        self, then: Callable[[], object], tickets: tuple[TicketName, ...], refusal: str = ""
    ) -> None:
        nameless = (each for each in tickets if not each.name and not each.is_fixed)
        ticket = next((each for each in nameless if each.position not in self._skipped), None)
        if ticket is None:
            then()
            return
        heading = said.WHOSE_TICKET.format(
            position=ticket.position, count=len(tickets), product=ticket.product
        )
        question = ask_or_skip(heading, said.ASK_HOLDER, "that is who gets it", "skip, no name yet")
        question.say(refusal, Tone.BAD)
        self._screen.go(question, partial(self._answered, then, tickets, ticket.position))

    def _answered(
        self, then: Callable[[], object], tickets: tuple[TicketName, ...], position: int, answer: str | None
    ) -> None:
        if answer is None:
            self._screen.say(said.NOT_PAID_YET, Tone.WARN)
        elif not answer.strip():
            self._skipped.add(position)
            self._ask_next(then, tickets)
        else:
            name = partial(self._sale.name_ticket, position, *name_and_email(answer))
            refused = partial(self._refused, then, tickets)
            self._screen.ask(name, partial(self._ask_next, then), refused, lane="cart", hold=True)

    def _refused(self, then: Callable[[], object], tickets: tuple[TicketName, ...], error: Exception) -> None:
        """Say why that is no name, above the same question."""
        self._screen.kiosk.bell()
        self._ask_next(then, tickets, self._screen.kiosk.explain(error))

    def forget_skipped(self) -> None:
        """The cart has changed: its tickets are others."""
        self._skipped.clear()
