"""Scans and searches: why nothing is found."""

from tui_pos.ui.messages.templates import Sentence

SENTENCES: dict[str, Sentence] = {
    "invalid_scan.address": "That web address is damaged: type the code that is printed beside it.",
    "invalid_scan.command": "After / comes one word, such as /help.",
    "invalid_scan.control": "That holds control characters: scan it again, or type the code.",
    "invalid_scan.empty": "Scan a badge, or type a code, an order or a name.",
    "invalid_scan.no_code": "That web address holds no code: type the code that is printed on the badge.",
    "invalid_scan.too_long": "That is longer than {most} characters: scan or type it again.",
    "nothing_found": "{text} is not known in {conference}.",
}
