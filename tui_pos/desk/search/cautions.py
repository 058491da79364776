"""What a volunteer should look at beside the verdict on a badge, as codes with values.

Nothing here keeps anybody out. Which ticket of an order is whose is not known (django-program links people to
orders): what is said of a ticket is said to everybody of its order. Which discount was given for what is not
stored either, but a ticket that only a voucher opens is known, and the config may name what is to be shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from tui_pos.core import clock
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders import registration
from tui_pos.desk.orders.views import LineView, OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What cautions depend on.

    ``linked`` is the badge's order, ``orders`` all of the person's, ``admitting`` those that let them in,
    none of a person who is not let in. ``has_name``: first or last name is known.
    """

    linked: OrderView | None
    orders: Sequence[OrderView]
    admitting: Sequence[OrderView]
    has_name: bool

    @property
    def tickets(self) -> tuple[OrderView, ...]:
        """The orders with the ticket that lets them in: the badge's, else their others."""
        holding = tuple(each for each in self.admitting if any(ticket_lines(each)))
        if self.linked in holding:
            return (self.linked,)
        return holding


def cautions(desk: Desk, badge: Badge) -> tuple[Reason, ...]:
    """What to look at, most pressing first; call with a connection open."""
    return (*_other_day(desk, badge), *_unpaid(desk, badge), *_to_show(desk, badge), *_names(badge))


def ticket_lines(order: OrderView) -> Iterator[LineView]:
    """The lines of tickets that did not go back."""
    return (line for line in order.lines if line.ticket_slug is not None and line.quantity)


def other_days(desk: Desk, badge: Badge) -> tuple[date, ...]:
    """The days that the tickets are for if today, at the conference, is none of them; else nothing.

    A ticket that the config gives no days is for all of them.
    """
    slugs = {line.ticket_slug or "" for order in badge.tickets for line in ticket_lines(order)}
    named = [desk.conference.days.get(slug) for slug in slugs]
    days = sorted({day for each in named if each for day in each})
    today = desk.local(clock.now()).date()
    return tuple(days) if days and all(named) and today not in days else ()


def _other_day(desk: Desk, badge: Badge) -> Iterable[Reason]:
    if days := other_days(desk, badge):
        yield because("other_day", days=days)


def _unpaid(desk: Desk, badge: Badge) -> Iterable[Reason]:
    for order in badge.orders:
        if order.owed:
            yield because(
                "unpaid_order", order=order.reference, due=order.due, currency=desk.conference.currency
            )


def _to_show(desk: Desk, badge: Badge) -> Iterable[Reason]:
    told: set[str] = set()
    for order in badge.tickets:
        for line in ticket_lines(order):
            slug = line.ticket_slug or ""
            if slug in told:
                continue
            told.add(slug)
            proof = desk.conference.proofs.get(slug)
            if proof:
                yield because("to_show", product=line.description, proof=proof)
            elif line.needs_voucher and order.voucher_code:
                yield because("with_voucher", product=line.description, voucher=order.voucher_code)


def _names(badge: Badge) -> Iterable[Reason]:
    if not badge.has_name:
        yield because("no_name")
    own = 0 if badge.linked in badge.tickets else 1
    for order in badge.admitting:
        tickets = sum(line.quantity for line in ticket_lines(order))
        # The only ticket of the order on the badge is theirs; one of another order may be, as none is linked.
        if not tickets or (order == badge.linked and tickets == 1):
            continue
        unnamed = registration.unnamed(order.id) - own
        own = 0
        if unnamed > 0:
            yield because("without_name", tickets=unnamed, order=order.reference)
