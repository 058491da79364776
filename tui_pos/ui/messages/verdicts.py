"""The words of the verdict on an attendee, shown first when their badge is scanned."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui_pos.core import money
from tui_pos.ui.messages.templates import when_and_where

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tui_pos.core.clock import Moment
    from tui_pos.core.reasons import Reason
    from tui_pos.desk.orders.views import Verdict


@dataclass(frozen=True, slots=True)
class VerdictWords:
    """The word in large, one sentence, and the one fact that matters beside the word; '' where none does."""

    word: str
    sentence: str
    fact: str = ""


def in_words(days: "Sequence[date]") -> str:
    """Days as people read them: "14 May, 15 May"."""
    return ", ".join(f"{day.day} {day:%b}" for day in days)


VERDICTS: dict[str, VerdictWords] = {
    "already_checked_in": VerdictWords("IN SINCE {since}", "Checked in {first}."),
    "already_checked_in.owes": VerdictWords(
        "IN SINCE {since}", "Checked in {first}.", "owes {owes} {currency}"
    ),
    "cancelled": VerdictWords(
        "CANCELLED", "The order was cancelled; they need a new ticket.", "needs a new ticket"
    ),
    "no_order": VerdictWords("NO ORDER", "There is no order for this badge.", "needs a ticket"),
    "no_ticket": VerdictWords("NO TICKET", "What they paid for holds no ticket.", "needs a ticket"),
    "no_ticket.paid": VerdictWords("PAID, NO TICKET", "What they paid for holds no ticket."),
    "not_paid": VerdictWords(
        "UNPAID", "The order was not paid in time; pay it now or sell again.", "not paid in time"
    ),
    "owes": VerdictWords("OWES {owes}", "{owes} is to be paid before they are registered."),
    "refund_open": VerdictWords("BEING REFUNDED", "Whether its money went back is not known yet."),
    "refund_open.ticket": VerdictWords(
        "BEING REFUNDED", "Their ticket is being given back, and there is no answer from Stripe yet."
    ),
    "refunded": VerdictWords(
        "REFUNDED", "The money was given back; they need a new ticket.", "needs a new ticket"
    ),
    "refunded.ticket": VerdictWords(
        "REFUNDED", "Their ticket was given back; they need a new one.", "needs a new ticket"
    ),
    "replaced": VerdictWords("HANDED OVER", "Their ticket went to another person {replaced}."),
    "registered": VerdictWords("REGISTERED", "Paid, and not checked in yet."),
    "registered.other_day": VerdictWords("NOT FOR TODAY", "Paid, for {days}.", "for {days}"),
    "registered.owes": VerdictWords(
        "REGISTERED", "The ticket is paid; {owes} more is to pay.", "owes {owes} {currency}"
    ),
}

CHECKED_IN = "CHECKED IN"
"""The verdict on somebody who came in just now, at this desk."""

NOT_KNOWN = "NOT KNOWN"
OTHER_CONFERENCE = "OTHER CONFERENCE"
NOT_READABLE = "NOT READABLE"
NO_ANSWER = "NOT LOOKED UP"

REFUSALS = {
    "attendee_not_found": NOT_KNOWN,
    "attendee_not_found.conference": OTHER_CONFERENCE,
    "badge_replaced": "HANDED OVER",
    "nothing_found": NOT_KNOWN,
    "order_not_found": NOT_KNOWN,
    "other_conference": OTHER_CONFERENCE,
}
"""The word for a badge that is nobody's here, by the key or the code of the refusal's reason."""


def words(verdict: "Verdict") -> VerdictWords:
    """The words of a verdict, filled."""
    said, values = VERDICTS[verdict.key], _values(verdict)
    return VerdictWords(*(text.format(**values) for text in (said.word, said.sentence, said.fact)))


def listed(verdict: "Verdict") -> str:
    """The word of a verdict as it stands in a list, among what happened."""
    return VERDICTS[verdict.key].word.lower().format(**_values(verdict))


def _values(verdict: "Verdict") -> dict[str, str]:
    return {
        "owes": money.format_amount(verdict.owes, verdict.currency) if verdict.owes else "",
        "currency": verdict.currency,
        "first": when_and_where(verdict.first) if verdict.first else "",
        "since": since(verdict.first) if verdict.first else "",
        "days": in_words(verdict.days),
        "replaced": when_and_where(verdict.replaced) if verdict.replaced else "",
    }


def since(moment: "Moment") -> str:
    """Time and place as short as a banner has them: "09:14 desk-2"."""
    shown = f"{moment.at:%H:%M}" if moment.is_today else f"{moment.at:%d %b %H:%M}"
    return f"{shown} {moment.station}".rstrip()


def refused(why: "Reason") -> str:
    """The word for what cannot be opened."""
    return REFUSALS.get(why.key) or REFUSALS.get(why.code, NOT_READABLE)
