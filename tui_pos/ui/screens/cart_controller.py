"""The sale behind the cart screen, changed one call after another. Runs in a worker; asks the desk alone."""

from collections.abc import Callable
from decimal import Decimal

from tui_pos.desk.carts import cart, checkout, holders
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.carts.holders import TicketName
from tui_pos.desk.carts.put_away import SaleEnd, discard, put_away
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.ui.results import CartEnd, SaleStart
from tui_pos.ui.widgets.cart_pane import key_of


class CartController:
    """The sale as the desk answered last. All calls belong into one lane, which makes them one by one.

    A stranger's sale begins with the first product, so that looking at prices writes no row.
    """

    def __init__(self, desk: Desk, begins: SaleStart) -> None:
        self._desk = desk
        self._begins = begins
        self._view: CartView | None = None

    def view(self) -> CartView | None:
        """The sale as it stands; None while there is none."""
        if self._view is not None:
            self._view = cart.view(self._desk, self._view.sale_id)
        elif self._begins.parked or self._begins.attendee_code:
            self._view = self._begin()
        return self._view

    def add(self, key: str, quantity: int = 1) -> CartView:
        """So many more of a product."""
        return self._change(lambda sale: cart.add(self._desk, sale, key, quantity))

    def step(self, key: str, delta: int) -> CartView:
        """``delta`` more of a product that is in; none left takes it out."""
        before = sum(line.quantity for line in self._current.lines if key_of(line) == key)
        return self.set_quantity(key, max(0, before + delta))

    def set_quantity(self, key: str, quantity: int) -> CartView:
        """So many of a product that is in; 0 takes it out."""
        if quantity:
            return self._change(lambda sale: cart.set_quantity(self._desk, sale, key, quantity))
        return self._change(lambda sale: cart.remove(self._desk, sale, key))

    def set_voucher(self, code: str) -> CartView:
        """Use a voucher, or none for ''."""
        return self._change(lambda sale: cart.set_voucher(self._desk, sale, code))

    def set_buyer(self, name: str | None = None, email: str | None = None) -> CartView:
        """Say who buys; what is None stays."""
        return self._change(
            lambda sale: cart.set_buyer(
                self._desk,
                sale,
                self._current.buyer_name if name is None else name,
                self._current.buyer_email if email is None else email,
            )
        )

    def sell_to(self, code: str) -> CartView:
        """Give the sale to the holder of a badge: what is in the cart goes with it."""
        new = cart.start(self._desk, attendee_code=code)
        old = self._view
        if old is not None and old.sale_id != new.sale_id:
            for line in old.lines:
                new = cart.add(self._desk, new.sale_id, key_of(line), line.quantity)
            if old.voucher_code:
                new = cart.set_voucher(self._desk, new.sale_id, old.voucher_code)
            cart.abandon(self._desk, old.sale_id)
        self._view = new
        return new

    def ticket_names(self) -> tuple[TicketName, ...]:
        """Who gets each ticket."""
        return holders.ticket_names(self._desk, self._current.sale_id)

    def name_ticket(self, position: int, name: str, email: str) -> tuple[TicketName, ...]:
        """Say who gets one of them; answers all."""
        named = holders.name_ticket(self._desk, self._current.sale_id, position, name, email)
        self.view()
        return named

    def place(self, shown_total: Decimal) -> OrderView:
        """Make it an order, at the total that the customer was told."""
        placed = checkout.place(self._desk, self._current.sale_id, shown_total=shown_total)
        self.view()
        return placed

    def park(self) -> None:
        """Put it aside for any station."""
        self._change(lambda sale: cart.park(self._desk, sale))

    def discard(self) -> CartEnd:
        """Give it up with all that is in it."""
        if self._view is not None:
            discard(self._desk, self._view.sale_id)
        return SaleEnd.DISCARDED

    def put_away(self) -> CartEnd:
        """Park or abandon the sale; answers which."""
        return SaleEnd.NOTHING if self._view is None else put_away(self._desk, self._view)

    @property
    def _current(self) -> CartView:
        if self._view is None:
            self._view = self._begin()
        return self._view

    def _begin(self) -> CartView:
        if self._begins.parked:
            return cart.recall(self._desk, self._begins.parked)
        return cart.start(self._desk, attendee_code=self._begins.attendee_code or None)

    def _change(self, change: Callable[[int], CartView]) -> CartView:
        """Change the cart; an order that was not paid becomes a cart again first."""
        now = self._current
        if now.is_ordered:
            now = checkout.reopen(self._desk, now.sale_id)
        self._view = change(now.sale_id)
        return self._view
