"""Every sentence that says why something was refused: one table a topic, found by the key of the reason.

A sentence is a template, or a function of the values where grammar needs one. Without Textual or Rich, so
that commands say the same as screens.
"""

from tui_pos.desk.errors import Reason, Refusal
from tui_pos.ui.messages import (
    access,
    carts,
    catalogue,
    checkin,
    orders,
    payments,
    reconciliation,
    refunds,
    search,
    setup,
    tenders,
)
from tui_pos.ui.messages.templates import Sentence, fill

TOPICS = (
    access,
    setup,
    catalogue,
    orders,
    tenders,
    payments,
    carts,
    search,
    refunds,
    checkin,
    reconciliation,
)

SENTENCES: dict[str, Sentence] = {key: said for topic in TOPICS for key, said in topic.SENTENCES.items()}


def sentence(said: Refusal | Reason | str) -> str:
    """The sentence for people; a text is its own, so that what may be either can be asked for."""
    if isinstance(said, Refusal):
        said = said.message or said.reason
    if isinstance(said, str):
        return said
    values = {
        name: sentence(value) if isinstance(value, Reason) else value for name, value in said.values.items()
    }
    return fill(SENTENCES.get(said.key) or reconciliation.PHRASES[said.key], values)


def phrase(said: Reason | None) -> str:
    """What a reconciliation found or did, for a list: without a full stop, '' for nothing."""
    if said is None:
        return ""
    return sentence(said) if said.key in reconciliation.PHRASES else sentence(said).rstrip(".")
