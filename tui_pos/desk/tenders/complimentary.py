"""Giving away what is left to pay, by somebody who may, for a reason that is kept.

django-program counts the amount of a complimentary payment as revenue, so giving away lowers the order's
price and its payment is one of 0.00, as the web site's own are; how much was given away stays in the audit
log.
"""

from datetime import datetime
from decimal import Decimal

from tui_pos.data.fields import ZERO
from tui_pos.data.tables.registration import Order, PaymentMethod
from tui_pos.desk.access import audit_log
from tui_pos.desk.access.permissions import Action, require_sale
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import price_reductions
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.tenders import tendering
from tui_pos.desk.tenders.tendering import Booked, Tendered

LINE_DESCRIPTION = "Complimentary: {reason}"
"""Stored as the description of the line that lowers the price."""


def give_free(desk: Desk, reference: str, reason: str, *, key: str = "") -> Tendered:
    """Lower an order's price by all that is still due, which completes it.

    Raises NotPermitted, InvalidInput ``reason_required``, and what ``tendering.take`` raises.
    """
    require_sale(desk, Action.COMPLIMENTARY)
    why = audit_log.reason_given(reason)

    def book(order: Order, due: Decimal, now: datetime) -> Booked:
        price_reductions.lower(order, due, LINE_DESCRIPTION.format(reason=why), now)
        return Booked(
            amount=due,
            payment_id=tendering.pay(desk, order, PaymentMethod.COMP, ZERO, note=why, now=now),
            reason=why,
        )

    return tendering.take(desk, reference, Tender.COMPLIMENTARY, key, book)
