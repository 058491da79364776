"""Where the money of an order came from, and so where it is refunded to. Call with the order locked.

A card's money goes to that card, cash comes from the drawer, credit goes back to where it came from. Credit
that an exchange brought from another order is what had paid that one: a card, cash or credit. What was paid
on the web site is given back there or in Stripe's dashboard.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal

from tui_pos.data.tables.desk import Attempt, CashMovement, Stage
from tui_pos.data.tables.registration import Order, Payment, PaymentMethod, PaymentStatus
from tui_pos.desk.errors import Refused
from tui_pos.desk.orders.payment_sources import Tender, less_given_back, on_the_web
from tui_pos.desk.refunds.cash_and_credit import left_of, origin


@dataclass(frozen=True, slots=True)
class Source:
    """A payment of which ``left`` (minor units) is kept, and the tender that refunds it (None: the web site).

    ``attempt`` is the card payment whose money it is; it may be that of the order that was exchanged.
    """

    payment: Payment
    left: int
    way: Tender | None
    attempt: Attempt | None = None


def sources(order: Order, currency: str) -> list[Source]:
    """Every payment of money of which something can be given back, wherever; the last one first."""
    is_money = Payment.method != PaymentMethod.COMP
    query = Payment.select().where(
        Payment.order == order.id, Payment.status == PaymentStatus.SUCCEEDED, is_money
    )
    by_hand = {payment.id for payment in query.where(on_the_web())}
    paid = list(query.order_by(Payment.id))
    stays = less_given_back([(payment.reference, payment.amount) for payment in paid])
    found = [
        _source(payment, amount, currency, by_hand)
        for payment, amount in zip(paid, stays, strict=True)
        if amount
    ]
    return [source for source in reversed(found) if source.left > 0]


def ours(found: Sequence[Source]) -> list[Source]:
    """Those that a desk gives back."""
    return [source for source in found if source.way is not None]


def paid_elsewhere(order: Order, currency: str) -> bool:
    """Whether money for it was taken on the web site: by its card form, or by hand on its manage page."""
    return any(source.way is None for source in sources(order, currency))


def paid_online(order: Order) -> Refused:
    """The refusal for what was paid on the web site."""
    return Refused("paid_online", order=order.reference)


def split(found: Sequence[Source], wanted: int) -> Iterator[tuple[Source, int]]:
    """``wanted`` minor units as parts of these payments, each up to what is left of it."""
    for source in found:
        part = min(source.left, wanted)
        if part > 0:
            yield source, part
        wanted -= part


def _source(payment: Payment, amount: Decimal, currency: str, by_hand: Set[int]) -> Source:
    if payment.id in by_hand:  # the web site's people took it, on the manage page
        return Source(payment, left_of(payment, currency, amount), None)
    first = origin(payment)
    attempt: Attempt | None = Attempt.get_or_none(
        Attempt.payment == first.id, Attempt.stage == Stage.CAPTURED
    )
    left = left_of(payment, attempt.currency if attempt else currency, amount)
    if attempt is not None:
        return Source(payment, left, Tender.CARD, attempt)
    if first.method == PaymentMethod.CREDIT:
        return Source(payment, left, Tender.CREDIT)
    in_drawer = CashMovement.select().where(CashMovement.payment == first.id).exists()
    return Source(payment, left, Tender.CASH if in_drawer else None)
