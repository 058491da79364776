"""Scans and searches: why nothing is found; what happened at a station."""

from decimal import Decimal

from tui_pos.core.money import format_amount
from tui_pos.ui.messages.notices import NOTICE_WORDS
from tui_pos.ui.messages.templates import Sentence, plain
from tui_pos.ui.messages.tenders import TENDERS


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
    return ", ".join(filter(None, (plain(status), email)))


def _order(status: str, total: Decimal, currency: str) -> str:
    left = " left" if status == "partially_refunded" else ""  # the total is what is left of it
    return f"{plain(status)} {format_amount(total, currency)}{left}"


def _no_charge(notice: str) -> str:
    return f"{NOTICE_WORDS[notice].spoken}, not charged"


def _card_problem(notice: str, amount: Decimal, currency: str) -> str:
    return f"card {format_amount(amount, currency)}: {NOTICE_WORDS[notice].spoken}"


def _refunded(amount: Decimal, tender: str, currency: str) -> str:
    return f"refunded {_by(amount, tender, currency)}"


def _refund_open(amount: Decimal, tender: str, currency: str) -> str:
    return f"refund {_by(amount, tender, currency)}: {NOTICE_WORDS['unknown'].spoken}"


def _refund_failed(amount: Decimal, tender: str, currency: str) -> str:
    return f"refund {_by(amount, tender, currency)} failed, nothing went back"


def _by(amount: Decimal, tender: str, currency: str) -> str:
    return f"{format_amount(amount, currency)} {TENDERS[tender].name.lower()}"


def _handed_out(quantity: str, product: str) -> str:
    return f"handed out {_pieces(quantity, product)}"


def _took_back(quantity: str, product: str) -> str:
    return f"took back {_pieces(quantity, product)}"


def _pieces(quantity: str, product: str) -> str:
    return product if quantity == "1" else f"{quantity} {product}"


RECENT: dict[str, Sentence] = {
    "found.order": _order,
    "found.person": _person,
    "found.product": "{price}",
    "recent.another_pass": "another pass",
    "recent.and_due": "{said}, {due} still due",
    "recent.captured": "captured {amount}",
    "recent.card_problem": _card_problem,
    "recent.cash": "cash {amount}",
    "recent.check_in_undone": "check-in undone",
    "recent.checked_in": "checked in",
    "recent.given_away": "given away {amount}",
    "recent.companion": "registered",
    "recent.credit": "credit {amount}",
    "recent.discarded": "discarded {content}",
    "recent.ended": _ended,
    "recent.exchanged": "exchanged for {order}",
    "recent.handed_out": _handed_out,
    "recent.no_charge": _no_charge,
    "recent.not_paid": _not_paid,
    "recent.paid": _paid,
    "recent.refunded": _refunded,
    "recent.refund_failed": _refund_failed,
    "recent.refund_open": _refund_open,
    "recent.taken_back": "taken back, it was free",
    "recent.took_back": _took_back,
    "recent.void": "void",
}
"""What was found, and what happened at this station, in a list."""

SENTENCES: dict[str, Sentence] = {
    "invalid_scan.address": "That web address is damaged: type the code that is printed beside it.",
    "invalid_scan.command": "After / comes one word, such as /help.",
    "invalid_scan.control": "That holds control characters: scan it again, or type the code.",
    "invalid_scan.empty": "Scan a badge, or type a code, an order or a name.",
    "invalid_scan.json": "That is damaged or was cut off: scan it again, or type what is printed beside it.",
    "invalid_scan.layout": "Scanner types {scanner}, computer {keyboard}: set both alike; type the code.",
    "invalid_scan.no_code": "That holds no code of ours: type the code that is printed on the badge.",
    "invalid_scan.too_long": "That is longer than {most} characters: scan or type it again.",
    "nothing_found.named": "No product, voucher or badge is called {text}.",
    "nothing_found": "{text} is not known in {conference}.",
}
