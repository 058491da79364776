"""Refunds, voids and exchanges: why nothing goes back."""

from tui_pos.ui.messages.templates import Sentence, plain


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
