"""What the volunteer is told at first sight of a badge: one table, the first line that fits."""

from collections.abc import Callable
from dataclasses import dataclass

from tui_pos.data.tables.registration import OrderStatus
from tui_pos.desk.orders.views import Verdict
from tui_pos.desk.tones import Tone

GOING_BACK = "going_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmissionFacts:
    """How somebody stands; ``came_in``: they were checked in before.

    ``admitting`` is the status of the order that would admit them: the linked one, else their newest, or '';
    ``GOING_BACK`` while a refund of all its money has no answer. ``returned``: their own ticket was given
    back; ``returning``: it may be at this moment.
    """

    registered: bool
    holds_ticket: bool
    owes: bool
    came_in: bool
    admitting: str
    returned: bool = False
    returning: bool = False


def verdict(standing: AdmissionFacts) -> Verdict:
    """The first line of the table that fits."""
    return next(line for fits, line in TABLE if fits(standing))


def _not_admitted(status: str) -> Callable[[AdmissionFacts], bool]:
    return lambda standing: standing.admitting == status


def _owes_alone(standing: AdmissionFacts) -> bool:
    return standing.owes and not standing.returning


TABLE: tuple[tuple[Callable[[AdmissionFacts], bool], Verdict], ...] = (
    (lambda s: s.registered and s.came_in and s.owes, Verdict("already_checked_in.owes", Tone.WARN)),
    (lambda s: s.registered and s.came_in, Verdict("already_checked_in", Tone.WARN)),
    (lambda s: s.registered and not s.holds_ticket, Verdict("no_ticket.paid", Tone.WARN)),
    (lambda s: s.registered and s.owes, Verdict("registered.owes", Tone.OK)),
    (lambda s: s.registered, Verdict("registered", Tone.OK)),
    (_owes_alone, Verdict("owes", Tone.WARN)),
    (lambda s: s.returning, Verdict("refund_open.ticket", Tone.BAD)),
    (lambda s: s.returned, Verdict("refunded.ticket", Tone.BAD)),
    (_not_admitted(OrderStatus.PENDING), Verdict("not_paid", Tone.BAD)),
    (_not_admitted(OrderStatus.CANCELLED), Verdict("cancelled", Tone.BAD)),
    (_not_admitted(OrderStatus.REFUNDED), Verdict("refunded", Tone.BAD)),
    (_not_admitted(GOING_BACK), Verdict("refund_open", Tone.BAD)),
    (lambda s: bool(s.admitting), Verdict("no_ticket", Tone.BAD)),
    (lambda _: True, Verdict("no_order", Tone.BAD)),
)
"""Who stands how is what; the words are in ``ui.messages.verdicts``."""
