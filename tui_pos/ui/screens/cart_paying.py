"""From the key to pay to the payment: what is asked before, the order, and what is still owed after."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from tui_pos.core.folding import name_and_email
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.carts.holders import TicketName
from tui_pos.desk.errors import Reason
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.ask import Refused, ask_or_skip, ask_while_refused
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.messages import carts as said
from tui_pos.ui.messages import notes, sentence
from tui_pos.ui.results import PayBy, StillOwed
from tui_pos.ui.screens.cart_buyer import Change
from tui_pos.ui.screens.cart_controller import CartController
from tui_pos.ui.screens.cart_view import cannot_be_sold, has_tickets


class CartPaying:
    """Asks what the desk wants to know of ``sale``, then for the holder of every ticket, then for the money.

    Enter alone skips a ticket, which is not asked for again; Esc stops it all, and nothing is paid.
    """

    def __init__(self, screen: DeskScreen[Any], sale: CartController, change: Change) -> None:
        self._screen = screen
        self._sale = sale
        self._change = change
        self._skipped: set[int] = set()
        self._agreed: list[Reason] = []

    def pay(self, view: CartView, by: PayBy) -> None:
        """Ask all that is to be asked, make it an order and take the money; ``view`` is what was shown."""
        self._before(view, partial(self._place, view.total, by))

    def _place(self, shown_total: Decimal, by: PayBy) -> None:
        place = partial(self._sale.place, shown_total)
        self._screen.ask(place, partial(self._placed, by), self._not_placed, lane="cart", hold=True)

    def _placed(self, by: PayBy, placed: OrderView) -> None:
        self._change(self._sale.view)
        if not placed.due:
            self._screen.navigator.show_receipt(placed.reference, sale_is_over=True)
        else:
            self._screen.navigator.pay(placed.reference, by, self._still_owed)

    def _not_placed(self, error: Exception) -> None:
        self._screen.failed(error)
        self._change(self._sale.view)

    def _still_owed(self, owed: StillOwed) -> None:
        self._change(self._sale.view)
        told = notes.still_owed(owed, self._screen.amount)
        if owed.card is not None:
            told = f"{told} {said.OR_ENTER_AGAIN}"
        self._screen.say(told or said.NOTHING_TAKEN, Tone.WARN)

    def _before(self, view: CartView, then: Callable[[], object]) -> None:
        """Call ``then`` once all questions are answered, and every ticket has its name or was skipped."""
        question = next((each for each in view.questions if each not in self._agreed), None)
        if question is not None:
            self._ask(question, partial(self._before, view, then))
        elif view.is_ordered or not has_tickets(view) or cannot_be_sold(view):
            then()
        else:
            self._ask_names(then)

    def _ask(self, question: Reason, then: Callable[[], object]) -> None:
        """Something that is seldom meant, such as a second ticket of a kind."""

        def answered(yes: bool | None) -> None:
            if yes:
                self._agreed.append(question)
                then()
            else:
                self._screen.say(said.NOT_PAID_YET, Tone.WARN)

        self._screen.go(Confirm(said.SELL_ANOTHER, sentence(question), "sell it"), answered)

    def _ask_names(self, then: Callable[[], object]) -> None:
        self._screen.ask(self._sale.ticket_names, partial(self._ask_next, then), lane="cart", hold=True)

    def _ask_next(self, then: Callable[[], object], tickets: tuple[TicketName, ...]) -> None:
        nameless = (each for each in tickets if not each.name and not each.is_fixed)
        ticket = next((each for each in nameless if each.position not in self._skipped), None)
        if ticket is None:
            then()
            return
        heading = said.WHOSE_TICKET.format(
            position=ticket.position, count=len(tickets), product=ticket.product
        )
        position = ticket.position

        def write(answer: str, refused: Refused) -> None:
            if answer.strip():
                name = partial(self._sale.name_ticket, position, *name_and_email(answer))
                self._screen.ask(name, partial(self._ask_next, then), refused, lane="cart", hold=True)
            else:
                self._skipped.add(position)
                self._ask_next(then, tickets)

        question = partial(ask_or_skip, heading, said.ASK_HOLDER, "that is who gets it", "skip, no name yet")
        left = partial(self._screen.say, said.NOT_PAID_YET, Tone.WARN)
        ask_while_refused(self._screen, question, write, left)
