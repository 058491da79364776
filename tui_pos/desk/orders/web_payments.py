"""Payments that the web site's people wrote by hand: no drawer, credit or audit log of a desk knows of them.

Its manage page records money that came another way as ``manual``, ``credit`` or ``comp`` with any amount.
Cash is only what has a cash movement of ours; credit only what came from a credit.
"""

from typing import Any

from peewee import fn

from tui_pos.data.tables.desk import AuditAction, AuditEntry, CashMovement, MovementKind
from tui_pos.data.tables.registration import Credit, Payment, PaymentMethod


def on_the_web() -> Any:
    """An SQL condition on ``Payment``: it was paid on the web site, by hand."""
    cash = CashMovement.select(CashMovement.id).where(
        CashMovement.payment == Payment.id, CashMovement.kind == MovementKind.SALE
    )
    spent = Credit.select(Credit.id).where(Credit.applied_to_order == Payment.order)
    by_hand = Payment.method == PaymentMethod.MANUAL
    no_credit = (Payment.method == PaymentMethod.CREDIT) & ~_done(AuditAction.CREDIT) & ~fn.EXISTS(spent)
    no_gift = (Payment.method == PaymentMethod.COMP) & (Payment.amount > 0) & ~_done(AuditAction.COMP)
    return (by_hand & ~fn.EXISTS(cash)) | no_credit | no_gift


def _done(deed: AuditAction) -> Any:
    entry = AuditEntry.select(AuditEntry.id).where(AuditEntry.order == Payment.order, AuditEntry.what == deed)
    return fn.EXISTS(entry)
