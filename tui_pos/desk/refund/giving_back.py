"""Giving back what no card had paid: cash from the drawer, credit to where it came from, a gift to nobody.

All of it is done the moment it is written; the journal says how much of which payment. A payment that was
given back whole is ``refunded``, one given back in part stays ``succeeded``, as with cards. Call inside a
transaction with the order locked.
"""

from dataclasses import dataclass

from tui_pos import clock, money
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Deed, JournalEntry, MovementKind
from tui_pos.data.tables.registration import Order, Payment, PaymentMethod, PaymentStatus
from tui_pos.desk import journal
from tui_pos.desk.context import Desk
from tui_pos.desk.tender import cash, store_credit
from tui_pos.scan import printable


@dataclass(frozen=True, slots=True)
class Left:
    """A payment and how much of it is left to give back, in minor units."""

    payment: Payment
    amount: int


def sources(order: Order, currency: str) -> list[Left]:
    """The order's cash and credit payments of which something is left."""
    back = _given_back(order)
    payments = _succeeded(order, PaymentMethod.MANUAL, PaymentMethod.CREDIT)
    left = (Left(each, money.to_minor(each.amount, currency) - back.get(each.id, 0)) for each in payments)
    return [each for each in left if each.amount > 0]


def give_back(desk: Desk, order: Order, payment: Payment, amount: int, reason: str) -> JournalEntry:
    """Give ``amount`` (minor units, at most what is left) of a cash or credit payment back."""
    now, major = clock.now(), money.from_minor(amount, desk.conference.currency)
    if payment.method == PaymentMethod.CREDIT:
        store_credit.restore(order, major, now)
    else:
        cash.move(desk, order, payment.id, MovementKind.REFUND, major, now)
    entry = journal.record(
        desk,
        Deed.REFUND,
        order_id=order.id,
        payment_id=payment.id,
        amount=major,
        reason=printable(reason, journal.REASON_LENGTH),
    )
    if _given_back(order)[payment.id] >= money.to_minor(payment.amount, desk.conference.currency):
        _refund([payment])
    return entry


def gifts(order: Order) -> list[Payment]:
    """What was given away of the order, or the record that it was free."""
    return _succeeded(order, PaymentMethod.COMP)


def end_gifts(order: Order) -> None:
    """Count nothing as given away any more."""
    _refund(gifts(order))


def record_end(desk: Desk, order: Order, reason: str) -> JournalEntry:
    """Note that an order nobody had paid anything for was taken back."""
    why = printable(reason, journal.REASON_LENGTH)
    return journal.record(desk, Deed.REFUND, order_id=order.id, amount=ZERO, reason=why)


def paid_online(order: Order) -> bool:
    """Whether a card paid on the web site: only the web site can give that back."""
    return bool(_succeeded(order, PaymentMethod.STRIPE))


def _given_back(order: Order) -> dict[int, int]:
    """What was given back so far, in minor units per payment."""
    query = JournalEntry.select(JournalEntry.payment, JournalEntry.amount).where(
        JournalEntry.order == order.id, JournalEntry.what == Deed.REFUND, JournalEntry.payment.is_null(False)
    )
    back: dict[int, int] = {}
    for payment_id, amount in rows(query):
        back[payment_id] = back.get(payment_id, 0) + amount
    return back


def _succeeded(order: Order, *methods: PaymentMethod) -> list[Payment]:
    query = Payment.select().where(
        Payment.order == order.id, Payment.status == PaymentStatus.SUCCEEDED, Payment.method.in_(methods)
    )
    return list(query)


def _refund(payments: list[Payment]) -> None:
    ids = [payment.id for payment in payments]
    Payment.update(status=PaymentStatus.REFUNDED).where(Payment.id.in_(ids)).execute()
