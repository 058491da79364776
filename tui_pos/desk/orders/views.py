"""Orders and people as plain values, without database rows.

Money is Decimal in the conference's currency, times are aware UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from tui_pos.core.clock import Moment
from tui_pos.core.reasons import Reason
from tui_pos.desk.tones import Tone

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line of an order. Both slugs are None for a free amount and for a product that was deleted.

    ``needs_voucher``: it is a ticket that only a voucher opens.
    """

    id: int
    description: str
    quantity: int
    unit_price: Decimal
    line_total: Decimal
    ticket_slug: str | None
    addon_slug: str | None
    needs_voucher: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order. ``due`` is what is still to be paid, zero unless the order is pending.

    ``paid`` is what is kept of what was ``received``; ``being_given_back`` may leave at this moment.

    ``admits``: it counts as paid at the door and at the hand-out; the status alone does not say so.

    ``owed`` tells an order that somebody is expected to pay from a basket that was left behind on the web:
    it is pending and holds stock, was paid in part, was made without a hold, or was made at a desk.
    """

    id: int
    reference: str
    status: str
    subtotal: Decimal
    discount: Decimal
    total: Decimal
    paid: Decimal
    received: Decimal
    given_back: Decimal
    being_given_back: Decimal
    due: Decimal
    owed: bool
    admits: bool
    buyer_name: str
    buyer_email: str
    user_id: int
    voucher_code: str
    created_at: datetime
    hold_expires_at: datetime | None
    lines: tuple[LineView, ...]
    live_attempt_id: int | None


@dataclass(frozen=True, slots=True)
class CreditView:
    """An available store credit."""

    id: int
    amount: Decimal
    remaining: Decimal


@dataclass(frozen=True, slots=True)
class CheckInView:
    """When and where somebody came in first; the station is empty when it was not recorded."""

    at: datetime
    station: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is shown first when a badge is scanned; ``ui.messages.verdicts`` has its words.

    ``key`` is a code, or ``code.case``; ``first`` is when they came in first, ``replaced`` when they handed a
    ticket over, ``days`` for which days their ticket is if today is none of them.
    """

    key: str
    tone: Tone
    owes: Decimal = ZERO
    currency: str = ""
    first: Moment | None = None
    replaced: Moment | None = None
    days: tuple[date, ...] = ()

    @property
    def code(self) -> str:
        """The verdict for programs."""
        return self.key.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttendeeView:
    """Somebody with a badge. ``order`` is the linked one, ``orders`` all of theirs here, newest first.

    ``registered``: the linked order, or another one of theirs that holds a ticket, admits, and their own
    ticket neither went back nor may be going back at this moment. ``owes`` is the sum of what is due on their
    ``owed`` orders. ``cautions`` is what to look at beside the verdict, most pressing first
    (``search.cautions``).
    """

    id: int
    user_id: int
    access_code: str
    name: str
    email: str
    checked_in_at: datetime | None
    first_check_in: CheckInView | None
    order: OrderView | None
    orders: tuple[OrderView, ...]
    credits: tuple[CreditView, ...]
    credits_total: Decimal
    registered: bool
    owes: Decimal
    verdict: Verdict
    cautions: tuple[Reason, ...]
