"""A receipt, from local rows alone: it can be shown when Stripe cannot be reached."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec
from peewee import JOIN

from tui_pos import money
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, CashMovement, MovementKind, Sale
from tui_pos.data.tables.registration import Attendee, Payment, PaymentStatus, TerminalPayment
from tui_pos.desk.context import Desk
from tui_pos.desk.order import orders
from tui_pos.desk.order.views import AttendeeView, OrderView
from tui_pos.desk.tender.tenders import label
from tui_pos.desk.tender.web_payments import on_the_web
from tui_pos.desk.visitor import lookup
from tui_pos.desk.visitor.people import full_name

CARD_LINES = {
    "application_name": "Application",
    "aid": "AID",
    "account_type": "Account",
    "authorization_code": "Approval",
    "read_method": "Read",
    "cardholder_verification": "Verified",
    "authorization_response_code": "ARC",
    "cryptogram": "Cryptogram",
    "tvr": "TVR",
    "tsi": "TSI",
}
"""What Stripe says of the card, in the order of the receipt; the first three must be on it."""

CARD_WORDS = {
    "contact_emv": "chip",
    "contactless_emv": "contactless",
    "contactless_magstripe_mode": "contactless",
    "magnetic_stripe_fallback": "swiped",
    "magnetic_stripe_track2": "swiped",
    "approval": "device",
    "none": "not required",
    "offline_pin": "PIN",
    "offline_pin_and_signature": "PIN and signature",
    "online_pin": "PIN",
}
"""Stripe's words where people say it otherwise."""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One succeeded payment. ``label`` is for people ("Visa 4242", "Cash"), ``card`` what a card receipt must
    show as (name, value) pairs; empty for other methods and for cards that were not paid at a desk. ``given``
    and ``change`` are what passed over the counter, 0 for everything but cash at a desk."""

    method: str
    label: str
    amount: Decimal
    at: datetime
    card: tuple[tuple[str, str], ...]
    note: str
    receipt_url: str
    given: Decimal = ZERO
    change: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What was bought and how it was paid.

    ``paid_at`` is when the last payment came, None when nothing was paid. ``station`` and ``staff`` are empty
    for an order of the web shop. ``attendee`` is the buyer, when they have a badge here. ``to_complete``: the
    web site took the money and made no attendee of the buyer (``tendering.complete`` does).
    """

    conference: str
    currency: str
    order: OrderView
    payments: tuple[PaymentLine, ...]
    paid_at: datetime | None
    station: str
    staff: str
    attendee: AttendeeView | None
    to_complete: bool = False


def receipt(desk: Desk, reference: str) -> ReceiptView:
    """The receipt of an order, paid or not. Raises as ``lookup.order`` does."""
    with connected():
        order = lookup.order(desk, reference)
        payments = _payments(order.id)
        station, staff = _sold_by(order.id)
        return ReceiptView(
            conference=desk.conference.name,
            currency=desk.conference.currency,
            order=order,
            payments=payments,
            paid_at=payments[-1].at if payments else None,
            station=station,
            staff=staff,
            attendee=_buyer(desk, order),
            to_complete=order.admits and orders.is_incomplete(order.id),
        )


def _payments(order_id: int) -> tuple[PaymentLine, ...]:
    query = (
        Payment.select(
            Payment.method,
            Payment.amount,
            Payment.created_at,
            Payment.note,
            TerminalPayment.captured_at,
            TerminalPayment.card_brand,
            TerminalPayment.card_last4,
            TerminalPayment.receipt_url,
            Attempt.card,
            CashMovement.given,
            CashMovement.change,
            CashMovement.currency,
            on_the_web(),
        )
        .join(TerminalPayment, JOIN.LEFT_OUTER, on=(TerminalPayment.payment == Payment.id))
        .join(Attempt, JOIN.LEFT_OUTER, on=(Attempt.payment == Payment.id), src=Payment)
        .join(
            CashMovement,
            JOIN.LEFT_OUTER,
            on=(CashMovement.payment == Payment.id) & (CashMovement.kind == MovementKind.SALE),
            src=Payment,
        )
        .where(Payment.order == order_id, Payment.status == PaymentStatus.SUCCEEDED)
        .order_by(Payment.id)
    )
    return tuple(_line(_Paid(*row)) for row in rows(query))


class _Paid(NamedTuple):
    """A succeeded payment, with what a reader and what the drawer know of it."""

    method: str
    amount: Decimal
    created_at: datetime
    note: str
    captured_at: datetime | None
    brand: str | None
    last4: str | None
    receipt_url: str | None
    card: str | None
    given: int | None
    change: int | None
    currency: str | None
    on_the_web: object


def _line(paid: _Paid) -> PaymentLine:
    given, change = (
        money.from_minor(minor or 0, paid.currency) if paid.currency else ZERO
        for minor in (paid.given, paid.change)
    )
    return PaymentLine(
        method=paid.method,
        label=label(paid.method, paid.brand, paid.last4, paid.on_the_web),
        amount=paid.amount,
        at=paid.captured_at or paid.created_at,
        card=_card_lines(paid.card or "{}"),
        note=paid.note,
        receipt_url=paid.receipt_url or "",
        given=given,
        change=change,
    )


def _card_lines(card_json: str) -> tuple[tuple[str, str], ...]:
    """The lines for what is known; Stripe leaves out what a card does not say."""
    card = msgspec.json.decode(card_json, type=dict[str, object])
    told = ((name, str(card.get(key) or "")) for key, name in CARD_LINES.items())
    return tuple((name, CARD_WORDS.get(value, value)) for name, value in told if value)


def _sold_by(order_id: int) -> tuple[str, str]:
    sale: Sale | None = Sale.select(Sale, User).join(User).where(Sale.order == order_id).first()
    return ("", "") if sale is None else (sale.station, full_name(sale.staff))


def _buyer(desk: Desk, order: OrderView) -> AttendeeView | None:
    row: Attendee | None = (
        Attendee.select(Attendee.access_code)
        .where(Attendee.user == order.user_id, Attendee.conference == desk.conference.id)
        .first()
    )
    return None if row is None else lookup.attendee(desk, row.access_code)
