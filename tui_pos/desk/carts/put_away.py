"""What becomes of a sale that is left before it was paid: put away to be found again, or discarded."""

from enum import StrEnum

from tui_pos.core import clock
from tui_pos.core.scan import printable
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import AuditAction, SaleStatus
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.carts import cart, cart_view, checkout, sales
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, Refusal, because


class SaleEnd(StrEnum):
    """What became of it."""

    NOTHING = "nothing"
    """It was empty, and was abandoned."""
    DISCARDED = "discarded"
    """Somebody gave it up with what was in it."""
    PARKED = "parked"
    """It was parked; any station can take it up again."""


def put_away(desk: Desk, sale: CartView) -> SaleEnd | Reason:
    """Park or abandon the sale; answers which, or the reason why it was left as it is.

    An order that was not paid becomes a cart again, unless its card payment is under way; an empty sale is
    abandoned. Any other is parked, a badge's too: one that stayed open would be seen nowhere.
    """
    if sale.is_ordered:
        try:
            sale = checkout.reopen(desk, sale.sale_id)
        except Refusal as refusal:
            if refusal.code == "order_has_payments":
                return because("sale_left", order=sale.reference, due=sale.to_pay, currency=sale.currency)
            return refusal.reason
    if not sale.lines:
        cart.abandon(desk, sale.sale_id)
        return SaleEnd.NOTHING
    cart.park(desk, sale.sale_id)
    return SaleEnd.PARKED


def discard(desk: Desk, sale_id: int) -> CartView:
    """Give a sale up with all that is in it: one that is parked, or open or ordered and not paid here.

    An order that it became is cancelled first, which frees its stock, its voucher and its credit. What was in
    it stays in the audit log. Raises NotPermitted, NotFound ``sale_not_found``, what ``checkout.reopen``
    raises, and Refused where the sale is over or was recalled at another station meanwhile.
    """
    require(desk, Action.SELL)

    def work() -> None:
        seen = cart_view.load(desk, sale_id)
        if seen.is_ordered:
            seen = checkout.reopen(desk, sale_id)
        sale = sales.locked(desk, sale_id)
        if sale.status != SaleStatus.PARKED:
            sales.refuse_unless_open_here(desk, sale)
        sales.move(desk, sale, SaleStatus.ABANDONED, clock.now())
        if seen.lines:
            audit_log.record(
                desk,
                AuditAction.DISCARD,
                audit_log.About(attendee_id=sale.attendee_id),
                amount=seen.total,
                text=_content(seen),
            )

    with connected():
        run_tx(work)
        return cart_view.load(desk, sale_id)


def _content(sale: CartView) -> str:
    """Whose sale it was and what was in it, as the audit log keeps it."""
    pieces = ", ".join(f"{line.quantity} x {printable(line.name)}" for line in sale.lines)
    return f"{sale.buyer_name}: {pieces}" if sale.buyer_name else pieces
