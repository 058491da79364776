"""A receipt, from local rows alone: it can be shown when Stripe cannot be reached.

It shows the order as it was bought and paid, then what went back of it and why, then what is kept. What a
refund did to the order's rows (pieces off their lines, a payment in two parts, a line that lowers the price)
is put together again here, once for paper, screens and commands.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

import msgspec
from peewee import JOIN

from tui_pos.core import money
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import rows
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, CashMovement, MovementKind, Refund, RefundLine, Sale
from tui_pos.data.tables.registration import Attendee, Payment, PaymentMethod, PaymentStatus, TerminalPayment
from tui_pos.desk.access.people import full_name
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import order_views, orders, registration
from tui_pos.desk.orders.balance import ACCEPTED
from tui_pos.desk.orders.payment_sources import label, on_the_web
from tui_pos.desk.orders.refund_views import RefundView, of_row
from tui_pos.desk.orders.views import AttendeeView, LineView, OrderView
from tui_pos.desk.search import lookup

CARD_FIELDS = (
    "application_name",
    "aid",
    "account_type",
    "authorization_code",
    "read_method",
    "cardholder_verification",
    "authorization_response_code",
    "cryptogram",
    "tvr",
    "tsi",
)
"""What Stripe says of the card, in the order of the receipt; the first three must be on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    """One payment, as it was made; what went back of it is a refund.

    ``label`` is for people ("Visa 4242", "Cash"), ``card`` what a card receipt must show, as pairs of one of
    ``CARD_FIELDS`` and Stripe's value; empty for other methods and for cards that were not paid at a desk.
    ``given`` and ``change`` are what passed over the counter, 0 for everything but cash at a desk.
    """

    method: str
    label: str
    amount: Decimal
    at: datetime
    card: tuple[tuple[str, str], ...]
    note: str
    receipt_url: str
    given: Decimal = ZERO
    change: Decimal = ZERO
    rounding: Decimal = ZERO
    is_elsewhere: bool = False
    """Money that the web site took, and gives back."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What an order was for before anything went back: its lines, with complimentary ones, and its price.

    ``discount`` is what was taken off beside those: ``subtotal - discount - complimentary == total``.
    """

    lines: tuple[LineView, ...]
    subtotal: Decimal
    discount: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """What was bought, how it was paid, what went back of it (``refunds``, oldest first) and what is kept.

    ``order`` is the order as it stands now, ``bought`` as it was. ``given_back`` is all that is not kept any
    more of what was ``received``; refunds that failed or have no answer are listed and not counted.
    ``back_elsewhere`` went back where it was paid, as a newer imported list says, and is no refund.
    ``paid_at`` is when the last payment came, None when nothing was paid. ``station`` and ``staff`` are empty
    for an order of the web shop. ``attendee`` is the buyer, when they have a badge here. ``to_complete``: the
    web site took the money and made no attendee of the buyer (``tendering.complete`` does). ``unnamed``: how
    many of its tickets have no attendee yet.
    """

    conference: str
    currency: str
    order: OrderView
    bought: Bought
    payments: tuple[PaymentLine, ...]
    refunds: tuple[RefundView, ...]
    paid_at: datetime | None
    station: str
    staff: str
    attendee: AttendeeView | None
    to_complete: bool = False
    unnamed: int = 0
    back_elsewhere: Decimal = ZERO

    @property
    def received(self) -> Decimal:
        """All that was ever paid for it."""
        return self.order.received

    @property
    def given_back(self) -> Decimal:
        """What is not kept of that."""
        return self.order.given_back

    @property
    def kept(self) -> Decimal:
        """What is."""
        return self.order.paid


def receipt(desk: Desk, reference: str) -> ReceiptView:
    """The receipt of an order, paid or not. Raises as ``lookup.order`` does."""
    with connected():
        order = lookup.order(desk, reference)
        refunds = list(Refund.select().where(Refund.order == order.id).order_by(Refund.id))
        booked = _payments(order.id, refunds)
        payments = tuple(payment for payment in booked if payment.amount >= ZERO)
        station, staff = _sold_by(order.id)
        return ReceiptView(
            conference=desk.conference.name,
            currency=desk.conference.currency,
            order=order,
            bought=_bought(order, refunds),
            payments=payments,
            refunds=tuple(of_row(row) for row in refunds),
            paid_at=payments[-1].at if payments else None,
            station=station,
            staff=staff,
            attendee=_buyer(desk, order),
            to_complete=order.admits and orders.is_incomplete(order.id),
            unnamed=registration.unnamed(order.id) if order.admits else 0,
            back_elsewhere=-sum((min(payment.amount, ZERO) for payment in booked), ZERO),
        )


def _bought(order: OrderView, refunds: list[Refund]) -> Bought:
    """The order with the pieces back on their lines, and without the lines of refunds."""
    made = [row for row in refunds if row.stage in ACCEPTED]
    back = _pieces_back(made)
    of_refunds = {row.price_line_id for row in made}
    lines = tuple(
        replace(
            line,
            quantity=line.quantity + back[line.id].quantity,
            line_total=line.line_total + back[line.id].amount,
        )
        for line in order_views.all_lines(order.id)
        if line.id not in of_refunds
    )
    lines = tuple(line for line in lines if line.quantity or line.line_total)
    subtotal = sum((line.quantity * line.unit_price for line in lines), ZERO)
    total = sum((line.line_total for line in lines), ZERO)
    complimentary = sum((-line.line_total for line in lines if not line.quantity), ZERO)
    return Bought(lines, subtotal, subtotal - complimentary - total, total)


class _Back(NamedTuple):
    """What went back of a line."""

    quantity: int = 0
    amount: Decimal = ZERO


def _pieces_back(made: list[Refund]) -> dict[int, _Back]:
    found: dict[int, _Back] = defaultdict(_Back)
    for piece in RefundLine.select().where(RefundLine.refund.in_([row.id for row in made])):
        before, amount = found[piece.order_line_id], money.from_minor(piece.amount, piece.currency)
        found[piece.order_line_id] = _Back(before.quantity + piece.quantity, before.amount + amount)
    return found


def _payments(order_id: int, refunds: list[Refund]) -> tuple[PaymentLine, ...]:
    """What was paid: a payment that was given back in part is one, with what it was at first."""
    splits = {row.split_id: row.payment_id for row in refunds if row.split_id is not None}
    query = (
        Payment.select(
            Payment.id,
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
            CashMovement.rounding,
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
        .where(
            Payment.order == order_id, Payment.status.in_((PaymentStatus.SUCCEEDED, PaymentStatus.REFUNDED))
        )
        .order_by(Payment.id)
    )
    found = [_Paid(*row) for row in rows(query)]
    parts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for paid in found:
        if (whole := splits.get(paid.id)) is not None:
            parts[whole] += paid.amount
    return tuple(_line(paid, paid.amount + parts[paid.id]) for paid in found if paid.id not in splits)


class _Paid(NamedTuple):
    """A payment that was made, with what a reader and what the drawer know of it."""

    id: int
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
    rounding: int | None
    currency: str | None
    on_the_web: object


def _line(paid: _Paid, amount: Decimal) -> PaymentLine:
    given, change, rounding = (
        money.from_minor(minor or 0, paid.currency) if paid.currency else ZERO
        for minor in (paid.given, paid.change, paid.rounding)
    )
    return PaymentLine(
        method=paid.method,
        label=label(paid.method, paid.brand, paid.last4, paid.on_the_web),
        amount=amount,
        at=paid.captured_at or paid.created_at,
        card=_card_lines(paid.card or "{}"),
        note=paid.note,
        receipt_url=paid.receipt_url or "",
        given=given,
        change=change,
        rounding=rounding,
        is_elsewhere=paid.method != PaymentMethod.COMP
        and (paid.method == PaymentMethod.STRIPE or bool(paid.on_the_web)),
    )


def _card_lines(card_json: str) -> tuple[tuple[str, str], ...]:
    """The lines for what is known; Stripe leaves out what a card does not say."""
    card = msgspec.json.decode(card_json, type=dict[str, object])
    return tuple((name, str(card[name])) for name in CARD_FIELDS if card.get(name))


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
