"""A refund as screens and commands show it, whatever had paid."""

from dataclasses import dataclass
from decimal import Decimal

from tui_pos import money
from tui_pos.data.tables.desk import JournalEntry, Refund, RefundStage
from tui_pos.desk.tender.tenders import TENDER_OF, Tender

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


@dataclass(frozen=True, slots=True)
class RefundView:
    """A refund as screens and commands show it; ``amount`` in the order's currency.

    ``intent_id`` and ``refund_id`` are Stripe's, '' for what a card had not paid. ``tender`` is card, cash,
    credit or comp; only a card's can be anything but succeeded. ``id`` is unique within cards and others.
    """

    id: int
    reference: str
    intent_id: str
    refund_id: str
    amount: Decimal
    currency: str
    stage: RefundStage
    text: str
    tender: Tender = Tender.CARD


def of_card(row: Refund) -> RefundView:
    """The refund of a card payment."""
    stage = RefundStage(row.stage)
    return RefundView(
        id=row.id,
        reference=row.order.reference,
        intent_id=row.attempt.intent_id or "",
        refund_id=row.refund_id or "",
        amount=money.from_minor(row.amount, row.currency),
        currency=row.currency,
        stage=stage,
        text=f"{CARD_WORDS[stage]}: {row.message}" if row.message else CARD_WORDS[stage],
    )


def of_other(entry: JournalEntry) -> RefundView:
    """The refund of a payment without a card, from the journal; without a payment it ended a gift."""
    tender = TENDER_OF[entry.payment.method] if entry.payment_id else Tender.COMP
    return RefundView(
        id=entry.id,
        reference=entry.order.reference if entry.order_id else "",
        intent_id="",
        refund_id="",
        amount=money.from_minor(entry.amount or 0, entry.currency),
        currency=entry.currency,
        stage=RefundStage.SUCCEEDED,
        text=OTHER_WORDS[tender],
        tender=tender,
    )
