"""Every sentence that says why something was refused or what became of it, by the key of the reason.

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
    payment_events,
    payments,
    reconciliation,
    refunds,
    search,
    setup,
    stripe,
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
    stripe,
    carts,
    search,
    refunds,
    checkin,
    reconciliation,
)

SENTENCES: dict[str, Sentence] = {key: said for topic in TOPICS for key, said in topic.SENTENCES.items()}

PHRASES: dict[str, Sentence] = {
    **reconciliation.PHRASES,
    **refunds.NOTES,
    **carts.DISCOUNTS,
    **catalogue.SHELF,
    **search.RECENT,
    **payment_events.PHRASES,
}
"""What is told beside refusals, in lists."""


def sentence(said: Refusal | Reason | str) -> str:
    """The sentence for people; a text is its own, so that what may be either can be asked for.

    A reason that a newer version stored, and this one does not know, is told by its code and values.
    """
    if isinstance(said, Refusal):
        said = said.message or said.reason
    if isinstance(said, str):
        return said
    values = {name: _resolved(value) for name, value in said.values.items()}
    template = SENTENCES.get(said.key) or PHRASES.get(said.key)
    return str(said) if template is None else fill(template, values)


def _resolved(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_resolved(each) for each in value]
    return sentence(value) if isinstance(value, Reason) else value
