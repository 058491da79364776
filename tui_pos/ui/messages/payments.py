"""Card payments and the Stripe account they belong to: why nothing is begun, taken or decided."""

from collections.abc import Sequence

from tui_pos.ui.messages.orders import HOLDER
from tui_pos.ui.messages.templates import Sentence, plain

HOW = "correct the key, or run tui-pos --conference {conference} init --account to see what would change."


def _not_pending(order: str, status: str) -> str:
    return f"Order {order} is {plain(status)}, not pending."


def _not_the_option(option: str, said: str, able: Sequence[str]) -> str:
    return f"{option} is not true of this payment; Stripe: {said} Choose {', '.join(able)}."


SENTENCES: dict[str, Sentence] = {
    "already_paid.fully": "Order {order} is already fully paid.",
    "amount_too_small": "A card cannot be charged less than {least} {currency}; take cash instead.",
    "attempt_held": f"This payment is being watched at {HOLDER}.",
    "attempt_not_found": "There is no payment attempt {attempt}.",
    "changed": "The payment went on meanwhile; look at both sides again.",
    "changed.option": _not_the_option,
    "copied_database": "This database is a copy of another installation's, so no card payment is touched from"
    " here: close that one and run tui-pos --conference {conference} init --take-over, or init"
    " --new-installation beside it.",
    "no_stripe_key": "No Stripe key is configured for {conference}; card payments are not possible.",
    "no_stripe_key.to_take": "No Stripe key is configured for {conference}.",
    "no_stripe_key.fault": "{found}",
    "not_authorized": "No money is held for {intent}: the payment is {state}.",
    "not_read": "Nothing was decided, because Stripe could not be read: {said}",
    "not_training": "Only in training does a key tap the card.",
    "nothing_to_resolve": "This payment has ended and needs nobody.",
    "order_not_pending.charge": _not_pending,
    "other_account.account": "The card payments of {conference} belong to the Stripe account {stored}, this"
    " host's key to {account}: " + HOW,
    "other_account.copied": "This card payment belongs to the installation that this database was copied"
    " from.",
    "other_account.mode": "The payments of {conference} are {stored}, this host's Stripe key is {mode}: "
    + HOW,
    "other_account.payment": "This card payment belongs to {theirs}, this host's Stripe key to {ours}.",
    "other_account.unknown": "Stripe does not know the last card payment of {conference} under this key, so"
    " it is another account's: " + HOW,
    "payment_intent_required": "Name the payment (pi_...).",
    "payment_intent_required.or_order": "Name the payment (pi_...) or its order.",
    "payment_not_found": "This conference has no such card payment.",
    "reader_required.choose": "Choose a reader first.",
    "reason_required.resolve": "Say with a reason why the payment is resolved like this.",
    "too_late": "Too late to cancel: {amount} {currency} was captured. Refund it instead.",
}
