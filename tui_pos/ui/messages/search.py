"""Scans and searches: why nothing is found; what happened at a station."""

from decimal import Decimal

from tui_pos.core.money import format_amount
from tui_pos.ui.messages.templates import Sentence, plain

WALK_UP = "walk-up"
"""A buyer who gave no name."""


def _paid(kept: Decimal, back: Decimal, card: bool, ways: str, currency: str) -> str:
    word = "captured" if card else "paid"
    return f"{word} {format_amount(kept, currency)}{_back(back, currency)}   {ways}".rstrip()


def _not_paid(due: Decimal, back: Decimal, currency: str) -> str:
    return f"not paid {format_amount(due, currency)}{_back(back, currency)}"


def _ended(status: str, total: Decimal, back: Decimal, currency: str) -> str:
    return plain(status) + (_back(back, currency) or f" {format_amount(total, currency)}")


def _back(back: Decimal, currency: str) -> str:
    return f", {format_amount(back, currency)} given back" if back else ""


def _person(email: str, status: str) -> str:
    return ", ".join(filter(None, (email, plain(status))))


def _order(status: str, total: Decimal, currency: str) -> str:
    return f"{plain(status)} {format_amount(total, currency)}"


RECENT: dict[str, Sentence] = {
    "found.order": _order,
    "found.person": _person,
    "found.product": "{price}",
    "recent.checked_in": "checked in",
    "recent.ended": _ended,
    "recent.not_paid": _not_paid,
    "recent.paid": _paid,
}
"""What was found, and what happened at this station, in a list."""

SENTENCES: dict[str, Sentence] = {
    "invalid_scan.address": "That web address is damaged: type the code that is printed beside it.",
    "invalid_scan.command": "After / comes one word, such as /help.",
    "invalid_scan.control": "That holds control characters: scan it again, or type the code.",
    "invalid_scan.empty": "Scan a badge, or type a code, an order or a name.",
    "invalid_scan.json": "That is damaged or was cut off: scan it again, or type what is printed beside it.",
    "invalid_scan.layout": "The scanner types as a {scanner} keyboard, the computer reads a {keyboard} one:"
    " set one like the other, or name both in the config; type the code for now.",
    "invalid_scan.no_code": "That holds no code of ours: type the code that is printed on the badge.",
    "invalid_scan.too_long": "That is longer than {most} characters: scan or type it again.",
    "nothing_found.named": "No product, voucher or badge is called {text}.",
    "nothing_found": "{text} is not known in {conference}.",
}
