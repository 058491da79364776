"""The one ledger of an order: what it costs, what came in, what is on its way, what was given back.

Everybody who has to know what an order owes or keeps reads an ``OrderBalance``; lists read the same columns
in SQL (``columns``), so that there is one definition. A payment that was given back whole is ``refunded`` and
counts as received and as given back; one given back in part is split into what is kept and what is not, or
has refunds without such a split where it was given back before these were made. A payment with a negative
amount is what was given back elsewhere, as a newer imported list says.

A card is charged once for one intent: what the web site's webhook booked for it beside the payment that was
there is ``doubled`` and counts nowhere, whatever the order's status says meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from peewee import fn

from tui_pos.core import money
from tui_pos.data import fields
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.desk import Attempt, Refund, RefundStage
from tui_pos.data.tables.registration import PAID_STATUSES, Order, OrderStatus, Payment, PaymentStatus
from tui_pos.desk.errors import Refused

ACCEPTED = (RefundStage.PENDING, RefundStage.SUCCEEDED)
"""Refunds that were made, or that Stripe accepted: the money is on its way back."""

OPEN = (RefundStage.CREATED, RefundStage.UNKNOWN)
"""Open refunds: Stripe has not answered, so the money may leave or stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBalance:
    """An order's money, Decimals in its currency.

    ``received`` is all that was ever paid for it, complimentary payments with an amount included.
    ``in_flight`` is what live card payments are about to take, ``being_given_back`` what refunds without an
    answer may take away.
    """

    total: Decimal
    received: Decimal
    kept: Decimal
    in_flight: Decimal = ZERO
    being_given_back: Decimal = ZERO
    doubled: Decimal = ZERO

    @property
    def given_back(self) -> Decimal:
        """What was received and is not kept any more."""
        return self.received - self.kept

    @property
    def covered(self) -> Decimal:
        """What is kept and no open refund can take away; only this counts when an order is completed."""
        return self.kept - self.being_given_back

    @property
    def due(self) -> Decimal:
        """What is still to be taken; negative when more was taken than the order costs."""
        return self.total - self.covered - self.in_flight

    @property
    def is_covered(self) -> bool:
        """Whether what certainly stays pays the whole price."""
        return self.covered >= self.total

    @property
    def surplus(self) -> Decimal:
        """What is kept beyond the price, 0 at least."""
        return max(self.kept - self.total, ZERO)

    @property
    def is_gone(self) -> bool:
        """Whether all that was received for a price went back, or may be on its way back."""
        return self.total > ZERO >= self.covered and bool(self.given_back or self.being_given_back)


def balance(order: Order) -> OrderBalance:
    """The balance of an order; lock the order first where something depends on it. One statement."""
    (row,) = rows(Order.select(*columns()).where(Order.id == order.id))
    return from_columns(order.total, row)


def refuse_open(order: Order) -> None:
    """Raise Refused ``refund_open`` while a refund of the order may still take money away.

    Every tender and every refund asks this with the order locked: until Stripe has answered, what
    is still due and what can still be refunded is unknown.
    """
    if balance(order).being_given_back:
        raise Refused("refund_open", order=order.reference)


def columns(only: Any = None) -> tuple[Any, ...]:
    """What ``from_columns`` takes, as columns of a query on ``Order``.

    ``only`` is a condition on ``Payment``: of other payments nothing counts as received or kept.
    """
    wanted = [] if only is None else [only]
    received = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)
    paid = Payment.select(fn.SUM(Payment.amount)).where(Payment.order == Order.id, *wanted)
    once, twice = paid.where(~is_double()), paid.where(Payment.status.in_(received), is_double())
    refunds = Refund.select(fn.SUM(Refund.amount)).where(Refund.order == Order.id)
    live = (Attempt.order == Order.id) & Attempt.finished_at.is_null()
    # A payment that was given back whole, and a part that was split off, are refunded rows: nothing is kept.
    unsplit = refunds.join(Payment, on=(Refund.payment == Payment.id)).where(
        Refund.stage.in_(ACCEPTED), Refund.split.is_null(), Payment.status == PaymentStatus.SUCCEEDED, *wanted
    )
    return (
        once.where(Payment.status.in_(received), Payment.amount > ZERO).alias("received"),
        once.where(Payment.status == PaymentStatus.SUCCEEDED).alias("succeeded"),
        unsplit.alias("unsplit"),
        refunds.where(Refund.stage.in_(OPEN)).alias("open_refunds"),
        Attempt.select(fn.SUM(Attempt.amount)).where(live).alias("in_flight"),
        fn.COALESCE(
            Refund.select(fn.MAX(Refund.currency)).where(Refund.order == Order.id),
            Attempt.select(fn.MAX(Attempt.currency)).where(Attempt.order == Order.id),
        ).alias("balance_currency"),
        twice.alias("doubled"),
    )


def is_kept() -> Any:
    """An SQL condition on ``Payment``: it counts, and not all of it went back as a payment of its own."""
    return (Payment.status == PaymentStatus.SUCCEEDED) & ~is_double()


def kept_columns() -> tuple[Any, ...]:
    """What ``kept_of`` takes, as columns of a query on ``Payment``."""
    of_it = Refund.payment == Payment.id
    unsplit = Refund.select(fn.SUM(Refund.amount)).where(
        of_it, Refund.stage.in_(ACCEPTED), Refund.split.is_null()
    )
    return Payment.amount, unsplit, Refund.select(fn.MAX(Refund.currency)).where(of_it)


def kept_of(row: Sequence[Any]) -> tuple[Decimal, Decimal]:
    """A payment's amount and what is kept of it, from what ``kept_columns`` selected where ``is_kept``."""
    amount, unsplit, currency = row
    return amount, amount - (money.from_minor(int(unsplit), str(currency)) if unsplit else ZERO)


def is_double() -> Any:
    """An SQL condition on ``Payment``: its card was charged for another row, which is there."""
    other, own = Payment.alias(), Payment.alias()
    received = (PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED)
    before = other.select(other.id).where(
        other.order == Payment.order,
        other.stripe_payment_intent_id == Payment.stripe_payment_intent_id,
        other.status.in_(received),
        other.id < Payment.id,
    )
    at_a_desk = (
        Attempt.select(Attempt.id)
        .join(own, on=(own.id == Attempt.payment))
        .where(
            Attempt.intent_id == Payment.stripe_payment_intent_id,
            own.status.in_(received),
            own.id != Payment.id,
        )
    )
    linked = Payment.stripe_payment_intent_id != ""
    return linked & (fn.EXISTS(before) | fn.EXISTS(at_a_desk))


def admits(status: str, found: OrderBalance) -> bool:
    """Whether an order counts as paid at the door and at the hand-out.

    Its status alone does not say so: the web site writes it without a look at what went back.
    """
    return status in PAID_STATUSES and not found.is_gone


def from_columns(total: Decimal, row: Sequence[Any]) -> OrderBalance:
    """The balance from what ``columns`` selected; sums of decimals are floats on SQLite and rounded here."""
    received, succeeded, unsplit, open_refunds, in_flight, currency, doubled = row

    def major(minor: object) -> Decimal:
        return money.from_minor(int(str(minor)), str(currency)) if minor else ZERO

    return OrderBalance(
        total=total,
        received=_sum(received),
        kept=_sum(succeeded) - major(unsplit),
        in_flight=major(in_flight),
        being_given_back=major(open_refunds),
        doubled=_sum(doubled),
    )


def due_of(status: str, found: OrderBalance) -> Decimal:
    """What a list shows as due: nothing unless the order is pending, and never less than 0."""
    owed = found.total - found.covered
    return max(owed, ZERO) if status == OrderStatus.PENDING else ZERO


def _sum(value: object) -> Decimal:
    return ZERO if value is None else fields.money(round(value, 2) if isinstance(value, float) else value)
