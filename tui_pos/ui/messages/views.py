"""How what the desk answers with is said: refunds, mismatches, who holds a reader, what is stopped."""

from typing import TYPE_CHECKING

from tui_pos.core.reasons import Reason
from tui_pos.ui.messages import PHRASES, sentence
from tui_pos.ui.messages.orders import held_by
from tui_pos.ui.messages.refunds import CARD, ORIGINS
from tui_pos.ui.messages.setup import LIMITS
from tui_pos.ui.messages.tenders import TENDERS

if TYPE_CHECKING:
    from tui_pos.desk.limits import Stop
    from tui_pos.desk.orders.live_payment import Holder
    from tui_pos.desk.orders.refund_views import RefundView


def refund_words(made: "RefundView") -> str:
    """What becomes of a refund, without a full stop."""
    words = TENDERS[made.tender].refund or CARD[made.stage]
    if made.exchange:
        words = f"moved to {made.exchange}"
    return ": ".join(filter(None, (words + ORIGINS[made.origin], " ".join(map(sentence, made.notes)))))


def phrase(said: Reason | None) -> str:
    """The words for a list, without a full stop; '' for nothing."""
    if said is None:
        return ""
    return sentence(said) if said.key in PHRASES else sentence(said).rstrip(".")


def holder_words(holder: "Holder | None") -> str:
    """Who holds a reader, '' for nobody."""
    return held_by(holder) if holder is not None else ""


def limits_word(worst: "Stop | None") -> str:
    """What the header says of a desk's limits, '' for none."""
    return LIMITS[worst] if worst is not None else ""
