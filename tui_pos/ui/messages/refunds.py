"""Refunds, voids and exchanges: what becomes of the money, and why nothing goes back."""

from tui_pos.ui.messages.templates import Sentence, plain

CARD: dict[str, str] = {
    "created": "asked for; Stripe has not answered yet",
    "unknown": "no answer from Stripe; do not refund again, it is being checked",
    "pending": "accepted by Stripe, on its way to the card",
    "succeeded": "refunded to the card",
    "failed": "not refunded",
}
"""A refund to a card, by its stage; any other is told by its tender (``tenders.TENDERS``)."""

ORIGINS: dict[str, str] = {"desk": "", "dashboard": " in Stripe's dashboard"}

NOTES: dict[str, Sentence] = {
    "refund_note.new_credit": "{amount} of it is a new credit, because the old one has expired",
    "refund_note.no_card": "The card that paid did not come to the reader in time, and nothing went back.",
    "refund_note.not_finished": "The refund was not finished on the reader, and nothing went back: refund it"
    " again.",
    "refund_note.other_account": "The card payment belongs to another Stripe account or mode, or to another"
    " installation.",
    "refund_note.other_refund": "Stripe's answer was about another refund, and nothing was booked of it.",
    "refund_note.reader_at_work": "The reader is at work with the card; what becomes of the refund is being"
    " checked.",
    "refund_note.reader_taken": "The reader does something else. Nothing went back: refund it again when it"
    " is free.",
    "refund_note.rehearsal": "It was a rehearsal",
}

IF_NOT_PAID = "If it is cancelled instead, the value becomes credit of the buyer."
"""Said of an exchange of which something is still to be paid."""


def _no_exchange(order: str, status: str) -> str:
    return f"{order} is {plain(status)}: nothing of it is exchanged."


def _no_piece(order: str, status: str) -> str:
    return f"{order} is {plain(status)}: no piece goes back."


SENTENCES: dict[str, Sentence] = {
    "amount_or_lines": "Name pieces or an amount, not both: pieces have their price.",
    "amount_too_high.refund": "At most {left} {currency} is left to refund on {order}.",
    "attendee_not_found.order": "The badge {badge} does not belong to {order}.",
    "badge_required": "Say whose ticket goes back, by its badge: {order} admits {badges}.",
    "given_back": "Every {product} of this order was given back already.",
    "handed_out.refund": "{quantity} x {product} was handed out: take it back over the counter first, and say"
    " so.",
    "invalid_quantity.piece": "A quantity is a whole number from 1 on.",
    "line_not_found.order": "{order} has no line {line!r}.",
    "nothing_to_refund": "Nothing is left to refund on order {order}.",
    "order_not_paid.exchange": _no_exchange,
    "order_not_paid.part": "{order} is not paid yet: take the rest first, or give all its money back.",
    "order_not_paid.pieces": _no_piece,
    "order_not_paid.void": "Nothing was paid for {order}; there is nothing to void.",
    "paid_online": "Order {order} was paid on the web site: its money is given back there or in Stripe's"
    " dashboard.",
    "paid_online.void": "Order {order} was paid on the web site; it cannot be voided here.",
    "too_many.refund": "Only {left} x {product} is left to give back.",
}
