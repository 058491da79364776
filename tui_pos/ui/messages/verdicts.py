"""What the volunteer is told at first sight of a badge."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_pos.core import money
from tui_pos.ui.messages.templates import when_and_where

if TYPE_CHECKING:
    from tui_pos.desk.orders.views import Verdict


@dataclass(frozen=True, slots=True)
class Words:
    """The word in large, and one sentence."""

    word: str
    sentence: str


VERDICTS: dict[str, Words] = {
    "already_checked_in": Words("ALREADY CHECKED IN", "Checked in {first}."),
    "already_checked_in.owes": Words("ALREADY CHECKED IN, owes {owes}", "Checked in {first}."),
    "cancelled": Words("CANCELLED", "The order was cancelled; they need a new ticket."),
    "no_order": Words("NO ORDER", "There is no order for this badge."),
    "no_ticket": Words("NO TICKET", "What they paid for holds no ticket."),
    "no_ticket.paid": Words("PAID, NO TICKET", "What they paid for holds no ticket."),
    "not_paid": Words("NOT PAID", "The order was not paid in time; pay it now or sell again."),
    "owes": Words("OWES {owes}", "{owes} is to be paid before they are registered."),
    "refund_open": Words("BEING REFUNDED", "Whether its money went back is not known yet."),
    "refund_open.ticket": Words(
        "BEING REFUNDED", "Their ticket is being given back, and Stripe has not answered yet."
    ),
    "refunded": Words("REFUNDED", "The money was given back; they need a new ticket."),
    "refunded.ticket": Words("REFUNDED", "Their ticket was given back; they need a new one."),
    "registered": Words("REGISTERED", "Paid, and not checked in yet."),
    "registered.owes": Words("REGISTERED, owes {owes}", "The ticket is paid; {owes} more is to pay."),
}


def words(verdict: "Verdict") -> Words:
    """The words of a verdict, filled."""
    said = VERDICTS[verdict.key]
    values = {
        "owes": money.format_amount(verdict.owes, verdict.currency) if verdict.owes else "",
        "first": when_and_where(verdict.first) if verdict.first else "",
    }
    return Words(said.word.format(**values), said.sentence.format(**values))
