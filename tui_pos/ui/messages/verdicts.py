"""The words of the verdict on an attendee, shown first when their badge is scanned."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_pos.core import money
from tui_pos.ui.messages.templates import when_and_where

if TYPE_CHECKING:
    from tui_pos.desk.orders.views import Verdict


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """The word in large, and one sentence."""

    word: str
    sentence: str


VERDICTS: dict[str, VerdictWords] = {
    "already_checked_in": VerdictWords("ALREADY CHECKED IN", "Checked in {first}."),
    "already_checked_in.owes": VerdictWords("ALREADY CHECKED IN, owes {owes}", "Checked in {first}."),
    "cancelled": VerdictWords("CANCELLED", "The order was cancelled; they need a new ticket."),
    "no_order": VerdictWords("NO ORDER", "There is no order for this badge."),
    "no_ticket": VerdictWords("NO TICKET", "What they paid for holds no ticket."),
    "no_ticket.paid": VerdictWords("PAID, NO TICKET", "What they paid for holds no ticket."),
    "not_paid": VerdictWords("NOT PAID", "The order was not paid in time; pay it now or sell again."),
    "owes": VerdictWords("OWES {owes}", "{owes} is to be paid before they are registered."),
    "refund_open": VerdictWords("BEING REFUNDED", "Whether its money went back is not known yet."),
    "refund_open.ticket": VerdictWords(
        "BEING REFUNDED", "Their ticket is being given back, and there is no answer from Stripe yet."
    ),
    "refunded": VerdictWords("REFUNDED", "The money was given back; they need a new ticket."),
    "refunded.ticket": VerdictWords("REFUNDED", "Their ticket was given back; they need a new one."),
    "registered": VerdictWords("REGISTERED", "Paid, and not checked in yet."),
    "registered.owes": VerdictWords("REGISTERED, owes {owes}", "The ticket is paid; {owes} more is to pay."),
}


def words(verdict: "Verdict") -> VerdictWords:
    """The words of a verdict, filled."""
    said = VERDICTS[verdict.key]
    values = {
        "owes": money.format_amount(verdict.owes, verdict.currency) if verdict.owes else "",
        "first": when_and_where(verdict.first) if verdict.first else "",
    }
    return VerdictWords(said.word.format(**values), said.sentence.format(**values))
