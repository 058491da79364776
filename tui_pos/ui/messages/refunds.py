"""Refunds, voids and exchanges: what becomes of the money, and why nothing goes back."""

from tui_pos.ui.messages.templates import Sentence, plain

CARD: dict[str, str] = {
    "created": "asked for; no answer from Stripe yet",
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

ASK_WHICH = "What goes back? It is paid back the way it was paid."
ASK_HOW_MUCH = "{left} is left to give back. How much of it? Enter alone: all. It goes back the way it came."
ASK_WITHOUT_MONEY = (
    "No money is left to give back: it was free, given away, or is only held. Enter alone ends that."
)
GOES_BACK = "It goes back the way it came: {ways}."
ASK_REASON = "Why? It is kept with your name."
ASK_WHOSE = "Several people came with this order. Whose ticket is it?"
ASK_IS_BACK = "{refusal} Is it back on the counter?"
ASK_EXCHANGED = "What is exchanged? Its value pays for what is taken instead."
ASK_TAKEN = "What is taken instead? As many as go back: {count}."
ASK_VOID_REASON = "All its money goes back the way it came, and its voucher is free again. Why?"
"""What the dialogs of a refund, an exchange and a void ask."""

ONLY_SUPERVISOR = {
    "cancel": "cancel this order, not paid: only a supervisor",
    "refund": "give pieces or money back: only a supervisor",
    "exchange": "swap a piece for another: only a supervisor",
    "void": "take the whole sale back: only a supervisor",
}
"""What each word does that is not for whoever is signed in."""

ASKING = "One moment: it is being booked."
ASKING_STRIPE = "Asking Stripe, please wait."
ASKING_STRIPE_INTERAC = "Asking Stripe. An Interac card is asked for once more on its reader."

NOTHING_TO_EXCHANGE = "There is no piece of a paid order here to exchange."
HOLD_RELEASED = "The money that was held is released."
VOID = "The sale is void."
NOT_VOID_YET = "The sale is not void yet: /void again later."
EXCHANGED = "Exchanged: {order} is paid."

EXCHANGE_VALUES = "What goes back is worth {value}, what is taken instead costs {price}."
EXCHANGE_OWES = f"{EXCHANGE_VALUES} {{due}} is still to be paid. {IF_NOT_PAID}"
EXCHANGE_PAYS_BACK = f"{EXCHANGE_VALUES} {{back}} goes back the way it was paid."
EXCHANGE_EVEN = f"{EXCHANGE_VALUES} Nothing is to be paid."
ADMITS_NO_MORE = "The ticket goes back and none is taken for it: its badge lets nobody in any more."


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
    "paid_online": "{order} was paid on the web site: refund it there, or at Stripe.",
    "paid_online.void": "{order} was paid on the web site; it cannot be voided here.",
    "too_many.refund": "Only {left} x {product} is left to give back.",
}
