"""What orders are paid with: the tenders of a desk, what people call a payment, and what is kept of each.

The web site's manage page records money that came another way as ``manual``, ``credit`` or ``comp`` with any
amount; no drawer, credit or audit log of a desk knows of it. Cash is only what has a cash movement of ours,
credit only what came from a credit.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from peewee import JOIN, fn

from tui_pos.data.fields import ZERO
from tui_pos.data.queries import batches, rows
from tui_pos.data.tables.desk import AuditAction, AuditEntry, CashMovement, MovementKind
from tui_pos.data.tables.registration import Credit, Payment, PaymentMethod, TerminalPayment
from tui_pos.desk.orders.balance import is_kept, kept_columns, kept_of


class Tender(StrEnum):
    """What an order is paid with."""

    CARD = "card"
    CASH = "cash"
    CREDIT = "credit"
    COMPLIMENTARY = "comp"


_METHODS: dict[str, str] = {
    PaymentMethod.STRIPE: "Card, online",
    PaymentMethod.TERMINAL: "Card",
    PaymentMethod.COMP: "Complimentary",
    PaymentMethod.CREDIT: "Credit",
    PaymentMethod.MANUAL: "Cash",
}

_BRANDS = {
    "amex": "American Express",
    "diners": "Diners Club",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "unionpay": "UnionPay",
    "unknown": "Card",
}
"""Brands whose name is not just the word that Stripe uses, capitalised."""


ON_THE_WEB = "Paid on the web site"
"""A payment that the web site's people wrote by hand."""


PAID_ELSEWHERE = "Paid elsewhere, as an imported list says"
"""The note of a payment that no desk took: by it what was imported is told from what happened here."""
_LINE = "order line "


def reference_of(line_id: int | None) -> str:
    """The reference of what was paid elsewhere for an order line."""
    return f"{_LINE}{line_id}"


def line_of(note: str, reference: str) -> int | None:
    """For which order line a payment with this note and reference is; None where it is for the order."""
    number = reference.removeprefix(_LINE)
    is_ours = note == PAID_ELSEWHERE and number.isdecimal() and number != reference
    return int(number) if is_ours else None


def less_given_back(paid: Sequence[tuple[str, Decimal]]) -> list[Decimal]:
    """What is left of an order's payments, oldest first, each a reference and an amount.

    A negative one was given back elsewhere: of those with its reference, then of any. Nothing is left of it.
    """
    left = [max(amount, ZERO) for _, amount in paid]
    for reference, amount in paid:
        if amount >= ZERO:
            continue
        back = -amount
        for place in sorted(range(len(paid)), key=[each != reference for each, _ in paid].__getitem__):
            part = min(left[place], back)
            left[place] -= part
            back -= part
    return left


def label(method: str, brand: str | None = None, last4: str | None = None, on_the_web: object = False) -> str:
    """The payment for people; ``on_the_web`` is the value of the SQL condition ``on_the_web()``."""
    if on_the_web:
        return ON_THE_WEB
    if last4:
        return f"{brand_name(brand or 'card')} {last4}"
    return _METHODS.get(method, method.capitalize())


def brand_name(brand: str) -> str:
    """The card brand as it is written on the card."""
    return _BRANDS.get(brand, brand.replace("_", " ").title())


def on_the_web() -> Any:
    """An SQL condition on ``Payment``: it was paid on the web site, by hand."""
    cash = CashMovement.select(CashMovement.id).where(
        CashMovement.payment == Payment.id, CashMovement.kind == MovementKind.SALE
    )
    spent = Credit.select(Credit.id).where(Credit.applied_to_order == Payment.order)
    by_hand = Payment.method == PaymentMethod.MANUAL
    no_credit = (Payment.method == PaymentMethod.CREDIT) & ~_done(AuditAction.CREDIT) & ~fn.EXISTS(spent)
    not_given = (
        (Payment.method == PaymentMethod.COMP) & (Payment.amount > 0) & ~_done(AuditAction.COMPLIMENTARY)
    )
    return (by_hand & ~fn.EXISTS(cash)) | no_credit | not_given


def _done(action: AuditAction) -> Any:
    entry = AuditEntry.select(AuditEntry.id).where(
        AuditEntry.order == Payment.order, AuditEntry.what == action
    )
    return fn.EXISTS(entry)


@dataclass(frozen=True, slots=True)
class KeptPayment:
    """A payment, its amount and what is kept of it; of all together the order keeps the sum."""

    method: str
    label: str
    amount: Decimal
    kept: Decimal

    @property
    def is_told(self) -> bool:
        """Whether the order is said to be paid by it; not when all of it went back."""
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
            Payment.reference,
            *kept_columns(),
        )
        .join(TerminalPayment, JOIN.LEFT_OUTER, on=(TerminalPayment.payment == Payment.id))
        .where(is_kept())
        .order_by(Payment.id)
    )
    found: dict[int, list[KeptPayment]] = {}
    for some in batches(order_ids):
        by_order: dict[int, list[Sequence[Any]]] = defaultdict(list)
        for order_id, *paid in rows(query.where(Payment.order.in_(some))):
            by_order[order_id].append(paid)
        found |= {order_id: list(_kept(each)) for order_id, each in by_order.items()}
    return found


def _kept(paid: Sequence[Sequence[Any]]) -> Iterator[KeptPayment]:
    left = less_given_back([(reference, amount) for *_, reference, amount, _, _ in paid])
    for (method, brand, last4, by_hand, _, amount, *refunded), stays in zip(paid, left, strict=True):
        kept = kept_of((stays, *refunded))[1]
        yield KeptPayment(method, label(method, brand, last4, by_hand), amount, kept)


def paid_by(payments: Iterable[KeptPayment]) -> str:
    """What an order was paid by, each way once: "Visa 4242, Cash"."""
    return ", ".join(dict.fromkeys(each.label for each in payments if each.is_told))
