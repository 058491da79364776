"""What is kept of each payment of an order, as the ledger counts it, and what people call the payment."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from peewee import JOIN

from tui_pos.data.fields import ZERO
from tui_pos.data.queries import batches, rows
from tui_pos.data.tables.registration import Payment, TerminalPayment
from tui_pos.desk.orders.balance import is_kept, kept_columns, kept_of
from tui_pos.desk.orders.tenders import label
from tui_pos.desk.orders.web_payments import on_the_web


@dataclass(frozen=True, slots=True)
class KeptPayment:
    """A payment, its amount and what is kept of it; of all together the order keeps the sum."""

    method: str
    label: str
    amount: Decimal
    kept: Decimal

    @property
    def is_told(self) -> bool:
        """Whether the order is said to be paid by it: not when all of it went back. A gift is of nothing."""
        return self.kept > ZERO or self.amount == ZERO


def kept_payments(order_ids: Iterable[int]) -> dict[int, list[KeptPayment]]:
    """The payments of these orders, oldest first; needs a connection. One statement for a page of orders."""
    query = (
        Payment.select(
            Payment.order,
            Payment.method,
            TerminalPayment.card_brand,
            TerminalPayment.card_last4,
            on_the_web(),
            *kept_columns(),
        )
        .join(TerminalPayment, JOIN.LEFT_OUTER, on=(TerminalPayment.payment == Payment.id))
        .where(is_kept())
        .order_by(Payment.id)
    )
    found: dict[int, list[KeptPayment]] = {}
    for some in batches(order_ids):
        for order_id, method, brand, last4, by_hand, *money in rows(query.where(Payment.order.in_(some))):
            payment = KeptPayment(method, label(method, brand, last4, by_hand), *kept_of(money))
            found.setdefault(order_id, []).append(payment)
    return found


def paid_by(payments: Iterable[KeptPayment]) -> str:
    """What an order was paid by, each way once: "Visa 4242, Cash"."""
    return ", ".join(dict.fromkeys(each.label for each in payments if each.is_told))
