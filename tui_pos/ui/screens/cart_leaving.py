"""What becomes of a sale whose screen is left unpaid."""

from collections.abc import Callable
from functools import partial

from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.rows import Choice, ChooseRow, Chosen
from tui_pos.ui.messages import carts as said
from tui_pos.ui.messages.notes import sale_end
from tui_pos.ui.results import CartEnd
from tui_pos.ui.screens.cart_controller import CartController

PARK, DISCARD = "park", "discard"


class CartLeaving:
    """Parks or discards ``sale`` and then leaves ``screen``."""

    def __init__(self, screen: DeskScreen[CartEnd], sale: CartController) -> None:
        self._screen = screen
        self._sale = sale

    def keep(self) -> None:
        """Leave one that is empty, which is given up."""
        self._leave_after(self._sale.put_away)

    def ask(self, whose: str) -> None:
        """Ask what becomes of a sale with something in it: none stays open where nobody sees it."""
        choices = (
            Choice(key=PARK, text=said.PARK, about=said.PARK_ABOUT),
            Choice(key=DISCARD, text=said.DISCARD, about=said.DISCARD_ABOUT),
        )

        def answered(chosen: Chosen | None) -> None:
            if chosen is not None:
                self._leave_after(self._sale.discard if chosen.row == DISCARD else self._sale.put_away)

        self._screen.go(ChooseRow(said.NOT_PAID.format(whose=whose), said.PARK_OR_DISCARD, choices), answered)

    def park(self, whose: str) -> None:
        """Put it aside for any station, and serve the next person."""
        parked = said.PARKED.format(whose=whose)
        go_home = self._screen.navigator.go_home
        self._screen.ask(self._sale.park, lambda _: go_home(parked), lane="cart", hold=True)

    def next_person(self) -> None:
        """``/next``: park what is there, and serve the next person."""

        def put_away(end: CartEnd) -> None:
            self._screen.navigator.go_home(sale_end(end))

        self._screen.ask(self._sale.put_away, put_away, lane="cart", hold=True)

    def then(self, go_on: Callable[[str], object]) -> None:
        """Put it away and go on with what came of it: without a database the desk still locks."""

        def put_away(end: CartEnd) -> None:
            go_on(sale_end(end))

        self._screen.ask(self._sale.put_away, put_away, lambda _: go_on(""), lane="cart", hold=True)

    def _leave_after(self, end: Callable[[], CartEnd]) -> None:
        self._screen.ask(end, partial(self._screen.leave), lane="cart", hold=True)
