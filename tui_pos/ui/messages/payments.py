"""Card payments: why one is refused, what stops it, and what is true of the card."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_pos.ui.messages.declines import decline_text
from tui_pos.ui.messages.notices import NOTICE_WORDS
from tui_pos.ui.messages.orders import held_by
from tui_pos.ui.messages.templates import Sentence

if TYPE_CHECKING:
    from tui_pos.desk.orders.live_payment import Holder

CORRECT_THE_KEY = (
    "correct the key, or run tui-pos --conference {conference} init --account to see what would change."
)

GOES_ON = "The payment goes on once the database is back. {cause}"

CALLS = {
    "create": "create the payment",
    "find": "list its payments",
    "read": "show the payment",
    "reader": "show the reader",
    "process": "show it on the reader",
    "withdraw": "clear the reader",
    "capture": "capture it",
    "cancel": "cancel it",
}
"""What Stripe is asked to do, by ``backoff.StripeCall``."""


ENDINGS = {
    "declined": "The card was declined: {detail} Nothing was charged.",
    "intent": "{detail} Nothing was charged.",
    "failed": "{detail} Nothing was charged.",
    "cancelled": "The payment was cancelled; nothing was charged.",
    "expired": "The hold ran out; nothing was charged.",
    "still_live": "{headline}: {detail} Do not charge again; a desk of this conference goes on with it.",
    "needs_a_person": "{headline}: {detail} Do not charge again; see tui-pos resolve {name}.",
}
"""What a command says of a payment that did not end as asked: by its stage, or by what it waits for."""

NOT_ENDED = "it has not ended yet."


def _not_authorized(intent: str, notice: str) -> str:
    return f"No money is held for {intent}: the payment is {NOTICE_WORDS[notice].spoken}."


def _attempt_held(holder: "Holder") -> str:
    return f"This payment is being watched at {held_by(holder)}."


def _keeps_refusing(call: str, why: str) -> str:
    return f"Stripe keeps refusing to {CALLS[call]}: {why}"


def _gave_up(said: str) -> str:
    return said or "It does not say why."


def _wrong_answer(found: Sequence[tuple[str, str, str]]) -> str:
    return f"Stripe answered about something else: {', '.join(_difference(*each) for each in found)}."


def _difference(what: str, ours: str, theirs: str) -> str:
    if what == "received":
        return f"amount received {theirs} instead of at most {ours}"
    return f"{what} {theirs or 'missing'} instead of {ours or 'a new one'}"


def _option_does_not_fit(option: str, said: str, able: Sequence[str]) -> str:
    return f"{option} does not fit this payment; Stripe: {said} Choose {', '.join(able)}."


SENTENCES: dict[str, Sentence] = {
    "already_paid.fully": "Order {order} is already fully paid.",
    "amount_too_small": "A card cannot be charged less than {least} {currency}; take cash instead.",
    "attempt_held": _attempt_held,
    "attempt_held.elsewhere": "This payment is being watched at {station}.",
    "attempt_held.here": "Another window of this station watches this payment.",
    "attempt_not_found": "There is no payment attempt {attempt}.",
    "changed": "The payment went on meanwhile; look at both sides again.",
    "changed.option": _option_does_not_fit,
    "copied_database": "This database is a copy of another installation's, so no card payment is touched from"
    " here: close that one and run tui-pos --conference {conference} init --take-over, or init"
    " --new-installation beside it.",
    "no_stripe_key": "No Stripe key is configured for {conference}; card payments are not possible.",
    "no_stripe_key.to_take": "No Stripe key is configured for {conference}.",
    "no_stripe_key.fault": "{found}",
    "not_authorized": _not_authorized,
    "not_read": "Nothing was decided, because Stripe could not be read: {said}",
    "not_training": "Only in training does a key tap the card.",
    "nothing_to_resolve": "This payment has ended and needs nobody.",
    "order_not_pending.charge": "Order {order} is {status}, not pending.",
    "other_account.account": "The card payments of {conference} belong to the Stripe account {stored}, this"
    " host's key to {account}: " + CORRECT_THE_KEY,
    "other_account.copied": "This card payment belongs to the installation that this database was copied"
    " from.",
    "other_account.mode": "The payments of {conference} are {stored}, this host's Stripe key is {mode}: "
    + CORRECT_THE_KEY,
    "other_account.payment": "This card payment belongs to {theirs}, this host's Stripe key to {ours}.",
    "other_account.unknown": "Stripe does not know the last card payment of {conference} under this key, so"
    " it is another account's: " + CORRECT_THE_KEY,
    "payment_intent_required": "Name the payment (pi_...).",
    "payment_intent_required.or_order": "Name the payment (pi_...) or its order.",
    "payment_not_found": "This conference has no such card payment.",
    "reader_required.choose": "Choose a reader first.",
    "reason_required.resolve": "Say with a reason why the payment is resolved like this.",
    "too_late": "Too late to cancel: {amount} {currency} was captured. Refund it instead.",
    "payment.at_stripe": "{status}, {held} {currency} held, {captured} {currency} captured.",
    "payment.at_work_too_long": "Stripe says {status} for more than a minute, so it is not known whether this"
    " was paid.",
    "payment.captured_less": "Stripe captured {captured} of {asked} {currency}.",
    "payment.declined": decline_text,
    "payment.given_up": "Nobody went on with it, so it is given up.",
    "payment.held_money_is": "Stripe says {status} of the money that was held.",
    "payment.keeps_refusing": _keeps_refusing,
    "payment.never_at_stripe": "Stripe never had this payment.",
    "payment.no_cards_in_person": "This Stripe account takes no cards in person in {currency}. Choose another"
    " tender.",
    "payment.nobody_paid": "No card for {seconds} s; the prompt was withdrawn.",
    "payment.not_known": "Stripe does not know this payment under the present key: it belongs to another"
    " account or mode, or was wiped.",
    "payment.order_ended": "The card was charged but the order is {status}. Refund it or have the order"
    " restored.",
    "payment.reader_gave_up": _gave_up,
    "payment.reader_idle": "The reader does not show the payment.",
    "payment.reader_taken": "The reader shows another payment.",
    "payment.reader_taken_by": "Another payment is live on {reader}.",
    "payment.reader_taken_over": "Another payment took over the reader.",
    "payment.status": "It says {status}.",
    "payment.still_held": "It is still held.",
    "payment.surplus": "The order was paid {surplus} more than its total. Refund the difference.",
    "payment.two_problems": "{first} {second}",
    "payment.unconfirmed": "This card was charged at once, without being confirmed.",
    "payment.wrong_answer": _wrong_answer,
    "payment_stopped.connection_error": "The reader lost its connection while it took the card.",
    "payment_stopped.customer_canceled": "The payment was cancelled on the reader.",
    "not_charged.ended": "The order is {status} meanwhile; the card is not charged.",
    "not_charged.paid": "The order was paid otherwise meanwhile; the card is not charged.",
    "not_charged.sold_out": "{product} was sold out meanwhile; the card is not charged.",
    "not_charged.venue_full": "The venue is full meanwhile; the card is not charged.",
    "cut_off.cancelled": f"The payment was cancelled; no card was charged. {GOES_ON}",
    "cut_off.charged": f"The card was charged {{amount}} {{currency}}: do not charge again. {GOES_ON}",
    "cut_off.held": f"A card was approved, {{amount}} {{currency}} are held: do not charge again. {GOES_ON}",
    "cut_off.not_asked": f"No card was charged: no reader was asked for one. {GOES_ON}",
    "cut_off.not_withdrawn": "No card was charged yet, and the reader may still ask for one: let nobody"
    f" present a card. {GOES_ON}",
    "cut_off.reading": "A card is being read at this moment: do not charge again before it is known what"
    f" became of it. {GOES_ON}",
    "cut_off.unknown": "No answer from Stripe either: look at the reader, and do not charge again. "
    + GOES_ON,
    "cut_off.withdrawn": f"No card was charged, and the reader asks for none any more. {GOES_ON}",
}
