"""A receipt, from local rows alone: it can be shown when Stripe cannot be reached."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tui_pos.desk.context import Desk
from tui_pos.desk.views import AttendeeView, OrderView


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One succeeded payment. ``label`` is for people ("Visa 4242", "Cash"), ``card`` what a card receipt must
    show as (name, value) pairs; empty for other methods."""

    method: str
    label: str
    amount: Decimal
    at: datetime
    card: tuple[tuple[str, str], ...]
    note: str
    receipt_url: str


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What was bought and how it was paid. ``station`` and ``staff`` are empty for an order of the web shop."""

    conference: str
    currency: str
    order: OrderView
    payments: tuple[PaymentLine, ...]
    paid_at: datetime | None
    station: str
    staff: str
    attendee: AttendeeView | None


def receipt(desk: Desk, reference: str) -> ReceiptView:
    """The receipt of an order, paid or not. Raises NotFound ``order_not_found``."""
    raise NotImplementedError
