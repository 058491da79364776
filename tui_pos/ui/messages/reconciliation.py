"""Changing a conference's Stripe account, and deleting rehearsals: why not."""

from tui_pos.ui.messages.templates import Sentence

SENTENCES: dict[str, Sentence] = {
    "live_already": "{conference} has sold in LIVE mode; to practise, use --conference demo.",
    "payment_live.account": "A card payment is under way: finish or cancel it first.",
    "refund_open.account": "A refund to a card is under way: let reconcile finish it first.",
    "still_referred": "The web site has something that belongs to a rehearsal; delete that there first.",
}
