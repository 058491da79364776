"""What becomes of a sale whose screen is closed before it was paid."""

from enum import StrEnum

from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, Refusal


class SaleEnd(StrEnum):
    """What became of it."""

    NOTHING = "nothing"
    """It was empty, and was abandoned."""
    DISCARDED = "discarded"
    """Somebody gave it up with what was in it."""
    PARKED = "parked"
    """It was parked; any station can take it up again."""
    KEPT = "kept"
    """It stays open at this station and is found by the buyer's badge."""


def put_away(desk: Desk, sale: CartView) -> SaleEnd | Reason:
    """Park, keep or abandon the sale; answers which, or the reason why it was left as it is.

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
