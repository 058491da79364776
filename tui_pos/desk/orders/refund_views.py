"""A refund as screens and commands show it, of any tender, made at a desk or elsewhere."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tui_pos.core import money
from tui_pos.data.tables.desk import Refund, RefundLine, RefundOrigin, RefundStage
from tui_pos.desk.orders.balance import OPEN
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.stored_reasons import Said, unpack
from tui_pos.desk.waiting import Act, Awaited, Waiting


@dataclass(frozen=True, slots=True)
class PieceView:
    """Pieces of one line that went back."""

    line_id: int
    description: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """A refund as screens and commands show it; ``amount`` in the order's currency.

    Cash for it is ``rounding`` more (or, negative, less), where the currency has no small coins.
    ``intent_id`` and ``refund_id`` are Stripe's, '' for what no card had paid. ``tender`` is card, cash,
    credit or comp; only a card's can be anything but succeeded. ``pieces`` are what went back with it.
    ``exchange`` is the order that the value went to instead of a person, '' for none. ``notes`` say more.
    """

    id: int
    reference: str
    intent_id: str
    refund_id: str
    amount: Decimal
    currency: str
    stage: RefundStage
    tender: Tender
    origin: RefundOrigin = RefundOrigin.DESK
    reason: str = ""
    pieces: tuple[PieceView, ...] = ()
    exchange: str = ""
    notes: tuple[Said, ...] = ()
    rounding: Decimal = Decimal(0)

    asked_at: datetime | None = None

    @property
    def waiting(self) -> Waiting | None:
        """Stripe's answer that the refund waits for."""
        if self.stage not in OPEN or self.asked_at is None:
            return None
        return Waiting(Awaited.STRIPE, self.asked_at, Act.REFUND)

    @property
    def handed_back(self) -> Decimal:
        """What is given back: in cash as it is rounded."""
        return self.amount + self.rounding


def of_row(row: Refund) -> RefundView:
    """The refund behind a row; needs a connection."""
    pieces = RefundLine.select().where(RefundLine.refund == row.id, RefundLine.quantity > 0)
    return RefundView(
        id=row.id,
        reference=row.order.reference,
        intent_id=_intent_id(row),
        refund_id=row.refund_id or "",
        amount=money.from_minor(row.amount, row.currency),
        currency=row.currency,
        stage=RefundStage(row.stage),
        tender=Tender(row.tender),
        origin=RefundOrigin(row.origin),
        reason=row.reason,
        exchange=row.exchange.reference if row.exchange_id is not None else "",
        notes=notes_of(row),
        rounding=money.from_minor(row.rounding, row.currency),
        asked_at=row.created_at,
        pieces=tuple(
            PieceView(each.order_line_id, each.order_line.description, each.quantity)
            for each in pieces.order_by(RefundLine.id)
        ),
    )


def notes_of(row: Refund) -> tuple[Said, ...]:
    """What else is to be said of a refund: each a line of ``message``; a text is Stripe's."""
    return tuple(map(unpack, row.message.splitlines()))


def _intent_id(row: Refund) -> str:
    if row.attempt_id is not None:
        return row.attempt.intent_id or ""
    return row.payment.stripe_payment_intent_id if row.payment_id is not None else ""
