"""The verdict on an attendee, shown first when their badge is scanned: one table, the first row that fits."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_pos.data.tables.registration import OrderStatus
from tui_pos.desk.orders.views import Verdict
from tui_pos.desk.tones import Tone

GOING_BACK = "going_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionFacts:
    """What a verdict depends on; ``came_in``: they were checked in before.

    ``admitting`` is the status of the order that would admit them (the linked one, else their newest), '' for
    none, ``GOING_BACK`` while Stripe has not answered about a refund of all its money. ``returned``: their
    own ticket was refunded; ``returning``: Stripe has not answered about its refund yet. ``handed_over``: a
    ticket of theirs went to another person. ``other_day``: their ticket is for other days than today.
    """

    registered: bool
    holds_ticket: bool
    owes: bool
    came_in: bool
    admitting: str
    returned: bool = False
    returning: bool = False
    handed_over: bool = False
    other_day: bool = False


def verdict(facts: AdmissionFacts) -> Verdict:
    """The first row of ``TABLE`` whose condition holds; the last always does."""
    return next(line for fits, line in TABLE if fits(facts))


def _not_admitted(status: str) -> Callable[[AdmissionFacts], bool]:
    return lambda facts: facts.admitting == status


def _owes_alone(facts: AdmissionFacts) -> bool:
    return facts.owes and not facts.returning


TABLE: tuple[tuple[Callable[[AdmissionFacts], bool], Verdict], ...] = (
    (lambda s: s.registered and s.came_in and s.owes, Verdict("already_checked_in.owes", Tone.WARN)),
    (lambda s: s.registered and s.came_in, Verdict("already_checked_in", Tone.WARN)),
    (lambda s: s.registered and not s.holds_ticket, Verdict("no_ticket.paid", Tone.WARN)),
    (lambda s: s.registered and s.other_day, Verdict("registered.other_day", Tone.WARN)),
    (lambda s: s.registered and s.owes, Verdict("registered.owes", Tone.OK)),
    (lambda s: s.registered, Verdict("registered", Tone.OK)),
    (_owes_alone, Verdict("owes", Tone.WARN)),
    (lambda s: s.returning, Verdict("refund_open.ticket", Tone.BAD)),
    (lambda s: s.returned, Verdict("refunded.ticket", Tone.BAD)),
    (lambda s: s.handed_over, Verdict("replaced", Tone.BAD)),
    (_not_admitted(OrderStatus.PENDING), Verdict("not_paid", Tone.BAD)),
    (_not_admitted(OrderStatus.CANCELLED), Verdict("cancelled", Tone.BAD)),
    (_not_admitted(OrderStatus.REFUNDED), Verdict("refunded", Tone.BAD)),
    (_not_admitted(GOING_BACK), Verdict("refund_open", Tone.BAD)),
    (lambda s: bool(s.admitting), Verdict("no_ticket", Tone.BAD)),
    (lambda _: True, Verdict("no_order", Tone.BAD)),
)
"""By condition, the first that holds wins; the words are in ``ui.messages.verdicts``."""
