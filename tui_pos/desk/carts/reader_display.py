"""The cart on the display of this station's reader, as a courtesy to the customer: never beside a payment.

At Stripe a display command silently takes the place of a payment that waits for its card. So a cart is shown
under a lease of the reader, taken before looking for a live payment there (``transitions.display_lease``).
"""

from collections.abc import Callable

from tui_pos.core import clock, money
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt
from tui_pos.desk import leases
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.context import Desk
from tui_pos.desk.payments import readers
from tui_pos.desk.payments.transitions import display_lease
from tui_pos.terminal import CartLine, TerminalError

SECONDS = 10.0
"""How long the lease holds: a desk that died while it showed a cart delays a payment by no more."""


def show(desk: Desk, cart: CartView) -> bool:
    """Show the cart; False when it could not be shown, which the sale does not depend on."""
    lines = [
        CartLine(line.name, money.to_minor(line.total, cart.currency), line.quantity) for line in cart.lines
    ]
    total = money.to_minor(cart.to_pay, cart.currency)
    return _unless_paying(
        desk, lambda reader_id: desk.terminal.show_cart(reader_id, cart.currency, lines, total)
    )


def clear(desk: Desk) -> bool:
    """Take the cart off the display; False when that was not done or not needed."""
    return _unless_paying(desk, lambda reader_id: desk.terminal.clear_display(reader_id))


def _unless_paying(desk: Desk, act: Callable[[str], object]) -> bool:
    reader = readers.remembered_reader(desk)
    if reader is None or desk.account is None:
        return False
    reader_id, _ = reader
    owner = clock.new_id()
    with connected():
        if not leases.take(display_lease(reader_id), owner, SECONDS):
            return False
    try:
        with connected():
            live = Attempt.select().where(Attempt.reader_id == reader_id, Attempt.finished_at.is_null())
            if live.exists():
                return False
        act(reader_id)
    except TerminalError:
        return False
    finally:
        leases.drop(display_lease(reader_id), owner)
    return True
