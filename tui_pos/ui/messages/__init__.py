"""Every sentence that says why something was refused or what became of it, by the key of the reason.

A sentence is a template, or a function of the values where grammar needs one. Without Textual or Rich, so
that commands say the same as screens.
"""

import logging

from tui_pos.desk.errors import Reason, Refusal
from tui_pos.ui.messages import (
    access,
    carts,
    catalogue,
    checkin,
    guide,
    imports,
    orders,
    payment_events,
    payments,
    reconciliation,
    refunds,
    reports,
    scanners,
    search,
    setup,
    stripe,
    tenders,
    waiting,
)
from tui_pos.ui.messages.templates import Sentence, fill

log = logging.getLogger(__name__)

TOPICS = (
    access,
    setup,
    catalogue,
    orders,
    tenders,
    payments,
    stripe,
    carts,
    scanners,
    search,
    refunds,
    checkin,
    guide,
    reconciliation,
    reports,
    imports,
)

SENTENCES: dict[str, Sentence] = {key: said for topic in TOPICS for key, said in topic.SENTENCES.items()}

PHRASES: dict[str, Sentence] = {
    **reconciliation.PHRASES,
    **refunds.NOTES,
    **carts.DISCOUNTS,
    **catalogue.SHELF,
    **catalogue.IMPORTED,
    **search.RECENT,
    **payment_events.PHRASES,
    **checkin.CORRECTIONS,
    **checkin.CAUTIONS,
    **waiting.PHRASES,
    **reports.LEFT,
    **imports.KEPT,
}
"""What is told beside refusals, in lists."""


def sentence(said: Refusal | Reason | str) -> str:
    """The sentence for people; a text is its own, so that what may be either can be asked for.

    A reason that another version stored, with a key or values that this one does not know, is told by its
    code and values: no stored row may keep a payment from being shown.
    """
    if isinstance(said, Refusal):
        said = said.message or said.reason
    if isinstance(said, str):
        return said
    values = {name: _resolved(value) for name, value in said.values.items()}
    template = SENTENCES.get(said.key) or PHRASES.get(said.key)
    if template is None:
        return str(said)
    try:
        return fill(template, values)
    except (AttributeError, KeyError, TypeError, ValueError):
        log.warning("no words for the values of %s", said.key)
        return str(said)


def _resolved(value: object) -> object:
    if isinstance(value, tuple | list):
        return [_resolved(each) for each in value]
    return sentence(value) if isinstance(value, Reason) else value
