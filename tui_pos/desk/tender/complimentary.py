"""Giving away what is left to pay, by somebody who may, for a reason that is kept."""

from datetime import datetime
from decimal import Decimal

from tui_pos.data.tables.registration import Order, PaymentMethod
from tui_pos.desk import journal
from tui_pos.desk.context import Desk
from tui_pos.desk.staff.permissions import Action, require
from tui_pos.desk.tender import tendering
from tui_pos.desk.tender.tendering import Booked, Tendered
from tui_pos.desk.tender.tenders import Tender


def give_free(desk: Desk, reference: str, reason: str, *, key: str = "") -> Tendered:
    """Pay all that is still due of an order with a complimentary payment.

    Raises NotPermitted, InvalidInput ``reason_required``, and what ``tendering.take`` raises.
    """
    require(desk, Action.COMP)
    why = journal.reason_given(reason)

    def book(order: Order, due: Decimal, now: datetime) -> Booked:
        return Booked(due, tendering.pay(desk, order, PaymentMethod.COMP, due, why, now), reason=why)

    return tendering.take(desk, reference, Tender.COMP, key, book)
