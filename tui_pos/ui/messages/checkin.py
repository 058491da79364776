"""Check-in, handing out and guests' tickets: why each of them is refused."""

from typing import TYPE_CHECKING

from tui_pos.ui.messages.templates import Sentence, when_and_where
from tui_pos.ui.messages.verdicts import words

if TYPE_CHECKING:
    from tui_pos.core.clock import Moment
    from tui_pos.desk.orders.views import Verdict


def _handed_out(product: str, bought: int, last: "Moment | None") -> str:
    when = f", last {when_and_where(last)}" if last else ""
    return f"{product} was handed out already: {bought} of {bought}{when}."


def without_name(tickets: int) -> str:
    """What is called out at the door of tickets whose holder was not named."""
    return f"{tickets} tickets without a name" if tickets != 1 else "1 ticket without a name"


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
    "order_not_paid.guest": "Order {order} is not paid; its tickets admit nobody yet.",
    "refund_open.line": "Not handed out: {quantity} x {product} is being given back, and Stripe has not"
    " answered yet.",
    "refunded.line": "Not handed out: {product} was given back.",
    "refunded.to_hand_out": "Not handed out: order {order} was refunded.",
    "too_many": "Only {left} of {bought} x {product} is left to hand out.",
}
SENTENCES |= {
    f"{verdict}.check_in": _not_admitted
    for verdict in ("cancelled", "no_order", "no_ticket", "not_paid", "owes", "refund_open", "refunded")
}
"""A refused check-in is told with the sentence of the attendee's verdict."""
