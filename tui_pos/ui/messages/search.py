"""Scans and searches: why nothing is found."""

from tui_pos.ui.messages.templates import Sentence


def _invalid_scan(found: str) -> str:
    return found or "Scan a badge, or type a code, an order or a name."


SENTENCES: dict[str, Sentence] = {
    "invalid_scan": _invalid_scan,
    "nothing_found": "{text} is not known in {conference}.",
}
