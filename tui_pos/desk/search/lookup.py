"""Who a badge belongs to, what they bought and what they owe; one order by its reference."""

from dataclasses import replace
from typing import NamedTuple

from peewee import JOIN, Query, fn

from tui_pos.data import fields
from tui_pos.data.connection import connected
from tui_pos.data.fields import ZERO
from tui_pos.data.queries import Compiled, parameter
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import RefundLine, ReplacedBadge
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    PAID_STATUSES,
    Attendee,
    CheckIn,
    Credit,
    CreditStatus,
    OrderStatus,
)
from tui_pos.desk.access.people import called, sees_addresses, without_addresses
from tui_pos.desk.access.permissions import Action, require
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders import order_views
from tui_pos.desk.orders.badges import imported, other_conference, plain_code, unknown
from tui_pos.desk.orders.leaving import leaving
from tui_pos.desk.orders.registration import handed_over
from tui_pos.desk.orders.views import AttendeeView, CheckInView, CreditView, OrderView
from tui_pos.desk.search.cautions import Badge, cautions, other_days
from tui_pos.desk.search.returned import TicketBack, ticket_back
from tui_pos.desk.search.verdicts import GOING_BACK, AdmissionFacts, verdict


def attendee(desk: Desk, code: str) -> AttendeeView:
    """The attendee with this access code, given as ``CODE`` or ``conference:CODE`` in any case.

    A code that another system made is found too, where its list was imported.

    Raises InvalidInput ``invalid_code``, NotFound ``attendee_not_found``, Refused ``other_conference`` or
    ``badge_replaced``.
    """
    require(desk, Action.LOOK_UP)
    with connected():
        person = _person_of(desk, code)
        if person.conference_id != desk.conference.id:
            raise other_conference(desk, person.conference)
        orders = order_views.orders(desk.conference.id, user_id=person.user_id, order_id=person.order_id)
        orders = tuple(_readable(desk, each) for each in orders)
        return _attendee(desk, person, orders, _credits(desk, person.user_id))


def order(desk: Desk, reference: str | int) -> OrderView:
    """The order with this reference (any case) or id.

    Raises InvalidInput ``invalid_reference``, NotFound ``order_not_found``.
    """
    require(desk, Action.LOOK_UP)
    return _readable(desk, order_views.by_reference(desk, reference))


def _person_of(desk: Desk, text: str) -> "_Person":
    """Whose badge it is, in whatever conference; by a code that another system made only in this one."""
    bare, why = "", None
    try:
        bare = plain_code(desk, text)
    except Refusal as refusal:
        why = refusal
    found = [_Person(*row) for row in _PERSON.rows(code=bare)] if bare else []
    if not any(each.conference_id == desk.conference.id for each in found) and (
        known := imported(desk, text)
    ):
        found = [_Person(*row) for row in _PERSON.rows(code=known)]
    if not found:
        raise why or unknown(desk, bare)
    return found[0]


def _readable(desk: Desk, order: OrderView) -> OrderView:
    """The order without its buyer's e-mail address, for those who may read none."""
    if sees_addresses(desk):
        return order
    return replace(order, buyer_name=without_addresses(desk, order.buyer_name), buyer_email="")


class _Person(NamedTuple):
    """A row of ``_PERSON``; the first check-in is empty when none was recorded."""

    id: int
    user_id: int
    order_id: int | None
    access_code: str
    checked_in_at: object
    conference_id: int
    conference: str
    first_name: str
    last_name: str
    username: str
    email: str
    first_at: object
    first_station: str | None
    has_refunds: object
    has_replaced: object


def _person_query() -> Query:
    first = CheckIn.alias()
    first_of_attendee = (
        first.select(first.id)
        .where(first.attendee == Attendee.id)
        .order_by(first.checked_in_at, first.id)
        .limit(1)
    )
    return (
        Attendee.select(
            Attendee.id,
            Attendee.user,
            Attendee.order,
            Attendee.access_code,
            Attendee.checked_in_at,
            Attendee.conference,
            Conference.name,
            User.first_name,
            User.last_name,
            User.username,
            User.email,
            CheckIn.checked_in_at,
            CheckIn.station,
            fn.EXISTS(RefundLine.select(RefundLine.id).where(RefundLine.attendee == Attendee.id)),
            fn.EXISTS(ReplacedBadge.select(ReplacedBadge.id).where(ReplacedBadge.attendee == Attendee.id)),
        )
        .join(Conference)
        .join(User, src=Attendee)
        .join(CheckIn, JOIN.LEFT_OUTER, on=(CheckIn.id == first_of_attendee), src=Attendee)
        .where(Attendee.access_code == parameter("code"))
    )


def _credit_query() -> Query:
    return (
        Credit.select(Credit.id, Credit.conference, Credit.amount, Credit.remaining_amount)
        .where(Credit.user == parameter("user"), Credit.status == CreditStatus.AVAILABLE)
        .order_by(Credit.id)
    )


_PERSON = Compiled(_person_query)
_CREDITS = Compiled(_credit_query)


def _credits(desk: Desk, user_id: int) -> tuple[CreditView, ...]:
    # The conference is compared here for the reason given in order_views.orders.
    return tuple(
        CreditView(number, fields.money(amount), fields.money(remaining))
        for number, conference_id, amount, remaining in _CREDITS.rows(user=user_id)
        if conference_id == desk.conference.id
    )


def _attendee(
    desk: Desk, person: _Person, orders: tuple[OrderView, ...], credits_left: tuple[CreditView, ...]
) -> AttendeeView:
    linked = next((each for each in orders if each.id == person.order_id), None)
    gone = handed_over(person.id) if person.has_replaced else {}
    admitting_orders = tuple(each for each in orders if each.admits and each.id not in gone)
    tickets = any(map(holds_ticket, admitting_orders))
    back = _ticket_back(person, linked)
    registered = tickets or linked in admitting_orders
    registered = registered and not back.returned and not back.returning
    owes = sum((each.due for each in orders if each.owed), ZERO)
    first = _first_check_in(person)
    admitting = linked or next(iter(orders), None)
    badge = Badge(
        linked=linked,
        orders=orders,
        admitting=admitting_orders if registered else (),
        has_name=bool(person.first_name.strip() or person.last_name.strip()),
    )
    days = other_days(desk, badge)
    facts = AdmissionFacts(
        registered=registered,
        holds_ticket=tickets,
        owes=bool(owes),
        came_in=first is not None,
        admitting=_status(admitting) if admitting else "",
        returned=back.returned,
        returning=back.returning,
        handed_over=bool(gone),
        other_day=bool(days),
    )
    return AttendeeView(
        id=person.id,
        user_id=person.user_id,
        access_code=person.access_code,
        name=without_addresses(desk, called(person.first_name, person.last_name, person.username)),
        email=person.email if sees_addresses(desk) else "",
        checked_in_at=None if person.checked_in_at is None else fields.utc(person.checked_in_at),
        first_check_in=first,
        order=linked,
        orders=orders,
        credits=credits_left,
        credits_total=sum((each.remaining for each in credits_left), ZERO),
        registered=registered,
        owes=owes,
        verdict=replace(
            verdict(facts),
            owes=owes,
            currency=desk.conference.currency,
            first=desk.moment(first.at, first.station) if first else None,
            replaced=desk.moment(*max(gone.values())) if gone else None,
            days=days,
        ),
        cautions=cautions(desk, badge),
    )


def _ticket_back(person: _Person, linked: OrderView | None) -> TicketBack:
    """Whether the refunds take this person's ticket away; nothing is asked where there is none."""
    if linked is not None and linked.being_given_back and linked.id in leaving([linked.id]).orders:
        return TicketBack(returning=True)
    if not person.has_refunds:
        return TicketBack()
    return ticket_back(person.id, person.user_id, person.order_id)


def _status(view: OrderView) -> str:
    """The order's status, but for one that the web site calls paid although its money went back."""
    if view.status not in PAID_STATUSES or view.admits:
        return view.status
    return GOING_BACK if view.being_given_back else OrderStatus.REFUNDED


def holds_ticket(view: OrderView) -> bool:
    """Whether there is a ticket among its lines that did not go back."""
    return any(line.ticket_slug is not None and line.quantity for line in view.lines)


def _first_check_in(person: _Person) -> CheckInView | None:
    """What the web site wrote on the attendee alone counts too; it then names no station."""
    at = person.checked_in_at if person.first_at is None else person.first_at
    return None if at is None else CheckInView(fields.utc(at), person.first_station or "")
