"""What a reconciliation reports; why changing a Stripe account or deleting rehearsals is refused."""

from collections.abc import Sequence
from decimal import Decimal

from tui_pos.ui.messages.templates import Sentence, plain

ORPHAN = "Stripe has a payment that no attempt here calls its own"


def _orphan(fault: str) -> str:
    return f"{ORPHAN}: {fault}" if fault else ORPHAN


def _refund_failed(notes: Sequence[str]) -> str:
    return f"a refund failed ({' '.join(notes)}); give the money back in another way"


def _unfinished(stage: str) -> str:
    return f"the payment is still {plain(stage)}"


def _standing(status: str, total: Decimal, kept: Decimal, doubled: Decimal) -> str:
    twice = f", books {doubled} that was charged once" if doubled else ""
    return f"{status}, costs {total}, keeps {kept}{twice}"


def _unreadable(name: str, why: str) -> str:
    return f"{name} cannot be read: {why}".rstrip(".")


PHRASES: dict[str, Sentence] = {
    "captured_without_record": "Stripe captured money that no attempt here calls its own",
    "needs_a_person": "{problem}",
    "orphaned_hold": _orphan,
    "orphaned_payment": _orphan,
    "paid_and_cancelled": "the order is cancelled and its money is still here",
    "paid_over": "the order is paid with more than its total of {total}",
    "paid_short": "the order is paid with less than its total of {total}",
    "refund_failed": _refund_failed,
    "repaired.credit_put_back": "the web site cancelled an order that credit had paid a part of",
    "repaired.refund_dashboard": "money was given back in Stripe's dashboard",
    "repaired.rehearsals_set_apart": "rehearsals were set apart",
    "repaired.web_site": "the web site had written what Stripe does not say",
    "sums_differ": "Stripe and the books do not agree",
    "sums_differ.currency": "Stripe has it in {theirs}, the books in {ours}",
    "unfinished.payment": _unfinished,
    "unfinished.refund": "a refund of {amount} {currency} has no answer from Stripe yet",
    "unknown_to_stripe": "the books call it captured, and Stripe does not know it under this key",
    "unreadable": _unreadable,
    "unreadable.no_order": "{name} cannot be read: its order is gone",
    "done.cancelled": "it was cancelled",
    "done.released": "the hold was released",
    "done.repaired": "was {before}; now {after}",
    "standing": _standing,
}
"""What does not agree, and what was done about it; without a capital and a full stop."""

SENTENCES: dict[str, Sentence] = {
    "live_already": "{conference} has sold in LIVE mode; to practise, use --conference demo.",
    "payment_live.account": "A card payment is under way: finish or cancel it first.",
    "refund_open.account": "A refund to a card is under way: let reconcile finish it first.",
    "still_referred": "The web site has something that belongs to a rehearsal; delete that there first.",
}
