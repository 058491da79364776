"""What a reconciliation tells: what the books and Stripe do not agree on, and what became of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from peewee import DoesNotExist

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.payments import PaymentState

T = TypeVar("T")

UNREADABLE = (money.MoneyError, ValueError, ArithmeticError, DoesNotExist)
"""Errors raised by a row whose currency, amount, time or order is invalid."""


class MismatchKind(StrEnum):
    """What the books and Stripe do not agree on, or why they were not compared."""

    CAPTURED_WITHOUT_RECORD = "captured_without_record"
    ORPHANED_HOLD = "orphaned_hold"
    ORPHANED_PAYMENT = "orphaned_payment"
    SUMS_DIFFER = "sums_differ"
    UNKNOWN_TO_STRIPE = "unknown_to_stripe"
    PAID_AND_CANCELLED = "paid_and_cancelled"
    PAID_OVER = "paid_over"
    PAID_SHORT = "paid_short"
    REFUND_FAILED = "refund_failed"
    NEEDS_A_PERSON = "needs_a_person"
    UNFINISHED = "unfinished"
    """A payment or refund of which the end is not known yet."""
    REPAIRED = "repaired"
    """What was repaired without anybody at a desk: done, and told all the same."""
    UNREADABLE = "unreadable"
    COPIED_DATABASE = "copied_database"
    OTHER_ACCOUNT = "other_account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One thing that the books and Stripe do not agree on: ``reason``, whose code is its kind.

    ``stripe`` is what Stripe said and ``books`` what stands here, both in ``currency``; None where that side
    said nothing. ``done`` is what was done about it, None when a person has to.
    """

    reason: Reason
    reference: str = ""
    intent_id: str = ""
    stripe: Decimal | None = None
    books: Decimal | None = None
    currency: str = ""
    done: Reason | None = None

    @property
    def kind(self) -> MismatchKind:
        """What it is."""
        return MismatchKind(self.reason.code)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run did and found; ``clean`` when no person has to look at anything."""

    driven: tuple[PaymentState, ...]
    refunds: tuple[RefundView, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def clean(self) -> bool:
        """Nothing is left for a person, and nothing was repaired that a person has not seen yet."""
        return all(row.done and row.kind is not MismatchKind.REPAIRED for row in self.mismatches)

    @property
    def to_look_at(self) -> tuple[Mismatch, ...]:
        """The mismatches that a person has to look at or has not seen; no payment that is under way."""
        return tuple(
            row
            for row in self.mismatches
            if row.kind is MismatchKind.REPAIRED or not (row.done or row.kind is MismatchKind.UNFINISHED)
        )


def of_attempt(
    attempt: Attempt, reason: Reason, *, stripe: int | None = None, books: int | None = None
) -> Mismatch:
    """What is wrong with a card payment; amounts in minor units of its currency. Raises an ``UNREADABLE``."""
    there, here = (
        None if minor is None else money.from_minor(minor, attempt.currency) for minor in (stripe, books)
    )
    return Mismatch(
        reason=reason,
        reference=attempt.order.reference,
        intent_id=attempt.intent_id or "",
        stripe=there,
        books=here,
        currency=attempt.currency,
    )


def mismatches_of_each(
    found: Iterable[T], look: Callable[[T], Iterable[Mismatch]], name: Callable[[T], str]
) -> Iterator[Mismatch]:
    """The mismatches that ``look`` finds, one after the other; a row that cannot be read is one itself.

    ``name`` says which one it was: an intent's id, an order's number.
    """
    for each in found:
        try:
            yield from list(look(each))
        except UNREADABLE as error:
            yield Mismatch(reason=_unreadable(name(each), error), intent_id=name(each))


def _unreadable(name: str, error: Exception) -> Reason:
    if isinstance(error, DoesNotExist):
        return because("unreadable.no_order", name=name)
    why = error.reason if isinstance(error, money.MoneyError) else printable(str(error), 120)
    return because("unreadable", name=name, why=why)
