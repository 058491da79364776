"""A refund as screens and commands show it, whatever had paid and whoever made it."""

from dataclasses import dataclass
from decimal import Decimal

from tui_pos.core import money
from tui_pos.data.tables.desk import Refund, RefundLine, RefundOrigin, RefundStage
from tui_pos.desk.orders.tenders import Tender

CARD_WORDS = {
    RefundStage.CREATED: "asked for; Stripe has not answered yet",
    RefundStage.UNKNOWN: "no answer from Stripe; do not refund again, it is being checked",
    RefundStage.PENDING: "accepted by Stripe, on its way to the card",
    RefundStage.SUCCEEDED: "refunded to the card",
    RefundStage.FAILED: "not refunded",
}

OTHER_WORDS = {
    Tender.CASH: "give it back in cash",
    Tender.CREDIT: "put back on the buyer's credit",
    Tender.COMP: "it was given away; there is nothing to give back",
}

ORIGIN_WORDS = {
    RefundOrigin.DASHBOARD: "in Stripe's dashboard",
}


@dataclass(frozen=True, slots=True)
class PieceView:
    """Pieces of one line that went back."""

    line_id: int
    description: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """A refund as screens and commands show it; ``amount`` in the order's currency.

    ``intent_id`` and ``refund_id`` are Stripe's, '' for what no card had paid. ``tender`` is card, cash,
    credit or comp; only a card's can be anything but succeeded. ``pieces`` are what went back with it.
    ``exchange`` is the order that the value went to instead of a person, '' for none.
    """

    id: int
    reference: str
    intent_id: str
    refund_id: str
    amount: Decimal
    currency: str
    stage: RefundStage
    text: str
    tender: Tender
    origin: RefundOrigin = RefundOrigin.DESK
    reason: str = ""
    pieces: tuple[PieceView, ...] = ()
    exchange: str = ""


def of_row(row: Refund) -> RefundView:
    """The refund behind a row; needs a connection."""
    stage, tender, origin = RefundStage(row.stage), Tender(row.tender), RefundOrigin(row.origin)
    words = CARD_WORDS[stage] if tender is Tender.CARD else OTHER_WORDS[tender]
    exchange = row.exchange.reference if row.exchange_id is not None else ""
    if exchange:
        words = f"moved to {exchange}"
    if origin is not RefundOrigin.DESK:
        words = f"{words} {ORIGIN_WORDS[origin]}"
    pieces = RefundLine.select().where(RefundLine.refund == row.id, RefundLine.quantity > 0)
    return RefundView(
        id=row.id,
        reference=row.order.reference,
        intent_id=_intent_id(row),
        refund_id=row.refund_id or "",
        amount=money.from_minor(row.amount, row.currency),
        currency=row.currency,
        stage=stage,
        text=f"{words}: {row.message}" if row.message else words,
        tender=tender,
        origin=origin,
        reason=row.reason,
        exchange=exchange,
        pieces=tuple(
            PieceView(each.order_line_id, each.order_line.description, each.quantity)
            for each in pieces.order_by(RefundLine.id)
        ),
    )


def _intent_id(row: Refund) -> str:
    if row.attempt_id is not None:
        return row.attempt.intent_id or ""
    return row.payment.stripe_payment_intent_id if row.payment_id is not None else ""
