"""Check-in, handing out and guests' tickets: why each of them is refused."""

from typing import TYPE_CHECKING

from tui_pos.ui.messages.templates import Sentence, when_and_where
from tui_pos.ui.messages.verdicts import in_words, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tui_pos.core.clock import Moment
    from tui_pos.desk.orders.views import Verdict


def _handed_out(product: str, bought: int, last: "Moment | None") -> str:
    when = f", last {when_and_where(last)}" if last else ""
    return f"{product} was handed out already: {bought} of {bought}{when}."


def without_name(tickets: int) -> str:
    """What is called out at the door of tickets whose holder was not named."""
    return f"{tickets} tickets without a name" if tickets != 1 else "1 ticket without a name"


def _without_name(tickets: int, order: str) -> str:
    return f"{without_name(tickets)} on {order}."


def _other_day(days: "Sequence[date]") -> str:
    return f"Not for today: the ticket is for {in_words(days)}."


def _corrected(what: str) -> Sentence:
    return lambda before, after: f"{what} corrected from {before or 'none'} to {after or 'none'}"


def _not_handed_over(verdict: "Verdict") -> str:
    return f"Not handed over. {words(verdict).sentence}"


def _not_admitted(verdict: "Verdict") -> str:
    return f"Not checked in. {words(verdict).sentence}"


SENTENCES: dict[str, Sentence] = {
    "cancelled.to_hand_out": "Not handed out: order {order} was cancelled.",
    "handed_out": _handed_out,
    "line_not_found.attendee": "{who} bought nothing with the number {line}.",
    "name_required": "Enter the name of the person who gets the ticket.",
    "no_check_in": "{who} was marked as checked in elsewhere; that is not undone here.",
    "no_ticket_left": "Every ticket of {order} has its attendee.",
    "not_checked_in": "{who} is not checked in.",
    "not_handed_out": "Only {quantity} x {product} was handed out so far.",
    "not_paid.to_hand_out": "Not handed out: order {order} is not paid yet.",
    "nothing_to_correct": "Give the corrected name or e-mail address.",
    "own_account.email": "{who} has an account of their own at the web site: the address is changed there.",
    "own_account.staff": "{who} works for the conference: the web site's administrators change that account.",
    "reason_required.account": "{who} has an account of their own at the web site, and this renames it: say"
    " why.",
    "order_not_paid.guest": "Order {order} is not paid; its tickets admit nobody yet.",
    "refund_open.line": "Not handed out: {quantity} x {product} is being given back, and Stripe has not"
    " answered yet.",
    "refunded.line": "Not handed out: {product} was given back.",
    "refunded.to_hand_out": "Not handed out: order {order} was refunded.",
    "too_many": "Only {left} of {bought} x {product} is left to hand out.",
}
NOT_ADMITTED = (
    "cancelled",
    "no_order",
    "no_ticket",
    "not_paid",
    "owes",
    "refund_open",
    "refunded",
    "replaced",
)

SENTENCES |= {f"{verdict}.check_in": _not_admitted for verdict in NOT_ADMITTED}
SENTENCES |= {f"{verdict}.transfer": _not_handed_over for verdict in NOT_ADMITTED}
"""A refused check-in or transfer is told with the sentence of the attendee's verdict."""

CORRECTIONS: dict[str, Sentence] = {
    "corrected.email": _corrected("e-mail"),
    "corrected.name": _corrected("name"),
    "transferred": "ticket handed over from {before} to {after}",
}
"""What the audit log holds of corrections, as people read it."""

CAUTIONS: dict[str, Sentence] = {
    "no_name": "No name was given: ask for it.",
    "other_day": _other_day,
    "to_show": "{product}: have {proof} shown.",
    "unpaid_order": "{due} is to be paid for {order}.",
    "with_voucher": "{product}: sold with the voucher {voucher} alone.",
    "without_name": _without_name,
}
"""What is told beside the verdict."""
