"""A refund as screens and commands show it, whatever had paid and whoever made it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from tui_pos.core import money
from tui_pos.data.tables.desk import Refund, RefundLine, RefundOrigin, RefundStage
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.tenders import Tender


class RefundNote(StrEnum):
    """What else is to be said of a refund: a line each of ``Refund.message``, beside Stripe's words."""

    NEW_CREDIT = "refund_note.new_credit"
    """So much of it (behind the code) is a new credit, because the old one has expired."""
    OTHER_ACCOUNT = "refund_note.other_account"
    """The card payment belongs to another Stripe account or mode, or to another installation."""
    OTHER_REFUND = "refund_note.other_refund"
    """Stripe's answer was about another refund, and nothing was booked of it."""
    NOT_FINISHED = "refund_note.not_finished"
    NO_CARD = "refund_note.no_card"
    READER_TAKEN = "refund_note.reader_taken"
    READER_AT_WORK = "refund_note.reader_at_work"
    REHEARSAL = "refund_note.rehearsal"


_NOTES = {str(note): note for note in RefundNote}


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
    notes: tuple[Reason | str, ...] = ()


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
        pieces=tuple(
            PieceView(each.order_line_id, each.order_line.description, each.quantity)
            for each in pieces.order_by(RefundLine.id)
        ),
    )


def notes_of(row: Refund) -> tuple[Reason | str, ...]:
    """What else is to be said of a refund; a text is Stripe's."""
    return tuple(_note(line, row.currency) for line in row.message.splitlines())


def _note(line: str, currency: str) -> Reason | str:
    code, _, amount = line.partition(" ")
    if code not in _NOTES:
        return line
    return because(code, amount=Decimal(amount), currency=currency) if amount else because(code)


def _intent_id(row: Refund) -> str:
    if row.attempt_id is not None:
        return row.attempt.intent_id or ""
    return row.payment.stripe_payment_intent_id if row.payment_id is not None else ""
