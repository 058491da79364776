"""That no answer has come yet: the one sentence for it, whoever is asked and whatever for."""

from tui_pos.ui.messages.templates import Sentence

FROM = {"stripe": "Stripe", "database": "the database"}
MEANWHILE = {"charge": "do not charge again", "refund": "do not refund again", "look": "wait"}


def _no_answer(of: str, seconds: int, act: str) -> str:
    return f"NO ANSWER from {FROM[of]} for {seconds} s: {MEANWHILE[act]}"


PHRASES: dict[str, Sentence] = {"no_answer": _no_answer}
"""In a banner, without a full stop."""
