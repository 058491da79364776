"""Why a list is not exported, and why personal data is not erased."""

from tui_pos.ui.messages.templates import Sentence

SENTENCES: dict[str, Sentence] = {
    "invalid_day": "That day is too far away for a calendar.",
    "invalid_days": "The last day, {last}, is before the first, {first}.",
}
