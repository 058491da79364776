"""What a reconciliation tells: what the books and Stripe do not agree on, and what became of it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from peewee import DoesNotExist

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.errors import Reason
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.payments import PaymentState

T = TypeVar("T")

REPAIRED = "repaired"
"""What was put right without anybody at a desk: done, and told all the same."""

UNFINISHED = "unfinished"
"""A payment or refund of which the end is not known yet."""

UNREADABLE = (money.MoneyError, ValueError, ArithmeticError, DoesNotExist)
"""What a row raises whose currency, amount, time or order cannot be made sense of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One thing that the books and Stripe do not agree on.

    ``stripe`` is what Stripe said and ``books`` what stands here, both in ``currency``; None where that side
    said nothing. ``done`` says what was done about it, empty when a person has to.
    """

    kind: str
    reference: str
    intent_id: str
    stripe: Decimal | None
    books: Decimal | None
    currency: str
    text: str | Reason
    done: str = ""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a run did and found; ``clean`` when no person has to look at anything."""

    driven: tuple[PaymentState, ...]
    refunds: tuple[RefundView, ...]
    mismatches: tuple[Mismatch, ...]

    @property
    def clean(self) -> bool:
        """Nothing is left for a person, and nothing was put right that a person has not seen yet."""
        return all(mismatch.done and mismatch.kind != REPAIRED for mismatch in self.mismatches)

    @property
    def to_look_at(self) -> tuple[Mismatch, ...]:
        """What a person has to look at, or has not seen yet; a payment that is under way needs nobody."""
        return tuple(
            row for row in self.mismatches if row.kind == REPAIRED or not (row.done or row.kind == UNFINISHED)
        )


def of_attempt(
    attempt: Attempt, kind: str, text: str, *, stripe: int | None = None, books: int | None = None
) -> Mismatch:
    """What is wrong with a card payment; amounts in minor units of its currency. Raises an ``UNREADABLE``."""
    there, here = (
        None if minor is None else money.from_minor(minor, attempt.currency) for minor in (stripe, books)
    )
    return Mismatch(
        kind=kind,
        reference=attempt.order.reference,
        intent_id=attempt.intent_id or "",
        stripe=there,
        books=here,
        currency=attempt.currency,
        text=text,
    )


def told(
    found: Iterable[T], look: Callable[[T], Iterable[Mismatch]], name: Callable[[T], str]
) -> Iterator[Mismatch]:
    """What ``look`` tells of each thing found; one that cannot be read is told too and stops no other.

    ``name`` says which one it was: an intent's id, an order's number.
    """
    for each in found:
        try:
            yield from list(look(each))
        except UNREADABLE as error:
            yield unreadable(name(each), error)


def unreadable(name: str, error: Exception) -> Mismatch:
    """That something cannot be read, and why; its figures are not known."""
    why = "its order is gone" if isinstance(error, DoesNotExist) else printable(str(error), 120)
    return Mismatch(
        kind="unreadable",
        reference="",
        intent_id=name,
        stripe=None,
        books=None,
        currency="",
        text=f"{name} cannot be read: {why}".rstrip("."),
    )
