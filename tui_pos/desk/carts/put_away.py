"""What becomes of a sale whose screen is closed before it was paid."""

from enum import StrEnum

from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, Refusal


class SaleEnd(StrEnum):
    """What became of it."""

    NOTHING = "nothing"
    """Nothing was in it, and it is gone."""
    PARKED = "parked"
    """Any station takes it up again."""
    KEPT = "kept"
    """It is found again with the buyer's badge, at this station."""


def put_away(desk: Desk, sale: CartView) -> SaleEnd | Reason:
    """Leave the sale as nobody loses anything by; answers what became of it, or why it is left as it is.

    An order that was not paid becomes a cart again, unless its card payment is under way; an empty sale is
    abandoned, a stranger's is parked.
    """
    if sale.is_ordered:
        try:
            sale = checkout.reopen(desk, sale.sale_id)
        except Refusal as refusal:
            return refusal.reason
    if not sale.lines:
        cart.abandon(desk, sale.sale_id)
        return SaleEnd.NOTHING
    if sale.attendee_id is None:
        cart.park(desk, sale.sale_id)
        return SaleEnd.PARKED
    return SaleEnd.KEPT
