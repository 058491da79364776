"""What the volunteer is told at first sight of a badge: one table, the first line that fits."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_pos.data.tables.registration import OrderStatus
from tui_pos.desk.orders.views import Verdict

GOING_BACK = "going_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How somebody stands. ``owes`` and ``first`` are for people ("35.00", "09:14 at desk-2"), '' when none.

    ``admitting`` is the status of the order that would admit them: the linked one, else their newest, or '';
    ``GOING_BACK`` while a refund of all its money has no answer. ``returned``: their own ticket was given
    back; ``returning``: it may be at this moment.
    """

    registered: bool
    holds_ticket: bool
    owes: str
    first: str
    admitting: str
    returned: bool = False
    returning: bool = False


def verdict(standing: Standing) -> Verdict:
    """The first line of the table that fits."""
    found = next(line for fits, line in _TABLE if fits(standing))
    filled = {"owes": standing.owes, "first": standing.first}
    return Verdict(found.code, found.word.format(**filled), found.sentence.format(**filled), found.tone)


def _not_admitted(status: str) -> Callable[[Standing], bool]:
    return lambda standing: standing.admitting == status


def _owes_alone(standing: Standing) -> bool:
    return bool(standing.owes) and not standing.returning


_TABLE: tuple[tuple[Callable[[Standing], bool], Verdict], ...] = (
    (
        lambda s: s.registered and bool(s.first) and bool(s.owes),
        Verdict("already_checked_in", "ALREADY CHECKED IN, owes {owes}", "Checked in {first}.", "warn"),
    ),
    (
        lambda s: s.registered and bool(s.first),
        Verdict("already_checked_in", "ALREADY CHECKED IN", "Checked in {first}.", "warn"),
    ),
    (
        lambda s: s.registered and not s.holds_ticket,
        Verdict("no_ticket", "PAID, NO TICKET", "What they paid for holds no ticket.", "warn"),
    ),
    (
        lambda s: s.registered and bool(s.owes),
        Verdict("registered", "REGISTERED, owes {owes}", "The ticket is paid; {owes} more is to pay.", "ok"),
    ),
    (lambda s: s.registered, Verdict("registered", "REGISTERED", "Paid, and not checked in yet.", "ok")),
    (
        _owes_alone,
        Verdict("owes", "OWES {owes}", "{owes} is to be paid before they are registered.", "warn"),
    ),
    (
        lambda s: s.returning,
        Verdict(
            "refund_open",
            "BEING REFUNDED",
            "Their ticket is being given back, and Stripe has not answered yet.",
            "bad",
        ),
    ),
    (
        lambda s: s.returned,
        Verdict("refunded", "REFUNDED", "Their ticket was given back; they need a new one.", "bad"),
    ),
    (
        _not_admitted(OrderStatus.PENDING),
        Verdict("not_paid", "NOT PAID", "The order was not paid in time; pay it now or sell again.", "bad"),
    ),
    (
        _not_admitted(OrderStatus.CANCELLED),
        Verdict("cancelled", "CANCELLED", "The order was cancelled; they need a new ticket.", "bad"),
    ),
    (
        _not_admitted(OrderStatus.REFUNDED),
        Verdict("refunded", "REFUNDED", "The money was given back; they need a new ticket.", "bad"),
    ),
    (
        _not_admitted(GOING_BACK),
        Verdict("refund_open", "BEING REFUNDED", "Whether its money went back is not known yet.", "bad"),
    ),
    (
        lambda s: bool(s.admitting),
        Verdict("no_ticket", "NO TICKET", "What they paid for holds no ticket.", "bad"),
    ),
    (lambda _: True, Verdict("no_order", "NO ORDER", "There is no order for this badge.", "bad")),
)
