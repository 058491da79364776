"""The cart on the reader's display, so that the customer reads along."""

from functools import partial
from typing import Any

from textual.timer import Timer

from tui_pos.desk.carts import reader_display
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.ui.desk_screen import DeskScreen

SHOWN_AFTER = 1.5
"""Seconds without a change after which the customer sees the cart on the reader."""


class CustomerDisplay:
    """Shows what ``screen`` sells while that screen is on top; a failure is ignored."""

    def __init__(self, screen: DeskScreen[Any]) -> None:
        self._screen = screen
        self._timer: Timer | None = None
        self._is_shown = False

    def show(self, view: CartView | None) -> None:
        """Show ``view`` once nothing has changed for a moment."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_timer(SHOWN_AFTER, partial(self._show, view))

    def _show(self, view: CartView | None) -> None:
        if view is None or not self._screen.is_on_top:
            return
        self._is_shown = True
        show = partial(reader_display.show, self._screen.desk, view)
        self._screen.ask(show, lambda _: None, lambda _: None, lane="display", latest=True)

    def clear(self) -> None:
        """The sale is over."""
        if self._is_shown:
            clear = partial(reader_display.clear, self._screen.desk)
            kiosk = self._screen.kiosk
            kiosk.ask(kiosk, clear, lambda _: None, lambda _: None, lane="display")
