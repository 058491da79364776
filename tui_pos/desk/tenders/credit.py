"""Paying with the buyer's store credit."""

from datetime import datetime
from decimal import Decimal

from tui_pos.core import money
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.registration import Order, PaymentMethod
from tui_pos.desk.access.permissions import require_sale
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, Refused
from tui_pos.desk.orders import store_credit
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.tenders import amounts, tendering
from tui_pos.desk.tenders.tendering import Booked, Tendered


def use_credit(desk: Desk, reference: str, amount: Decimal | None = None, *, key: str = "") -> Tendered:
    """Pay with the buyer's credits, oldest first: ``amount``, or as much as there is and is due.

    Every credit that is used makes a payment of its own, as the web shop does it. Raises NotPermitted, what
    ``tendering.take`` raises, Refused ``no_credit``, InvalidInput ``invalid_amount``, ``amount_too_high`` or
    ``credit_too_low``.
    """
    require_sale(desk)
    currency = desk.conference.currency

    def book(order: Order, due: Decimal, now: datetime) -> Booked:
        wanted = amounts.part_of(order.reference, due, amount, currency)
        spent = store_credit.spend(order, wanted, money.quantum(currency), now)
        left = sum(spent, ZERO)
        if not spent:
            raise Refused("no_credit", order=order.reference)
        if amount is not None and left < wanted:
            raise InvalidInput("credit_too_low", order=order.reference, left=left, currency=currency)
        ids = [tendering.pay(desk, order, PaymentMethod.CREDIT, each, now=now) for each in spent]
        return Booked(amount=left, payment_id=ids[0] if len(ids) == 1 else None)

    return tendering.take(desk, reference, Tender.CREDIT, key, book)
