"""Who buys: somebody with a badge, or a stranger with or without a name."""

from dataclasses import dataclass
from datetime import datetime

from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Sale
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee, Order
from tui_pos.desk.access.people import bare_name, name_to_keep
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import badges, guests


@dataclass(frozen=True, slots=True)
class Buyer:
    """The buyer of a sale; without ``user_id`` an account is made when the order is."""

    attendee_id: int | None
    user_id: int | None
    name: str
    email: str


def identify(desk: Desk, attendee_code: str | None, name: str, email: str) -> Buyer:
    """The buyer behind a badge, or a guest; a name or e-mail given goes before the account's.

    Raises NotFound ``attendee_not_found``, Refused ``other_conference`` or ``badge_replaced``, InvalidInput
    ``invalid_code``, ``invalid_email`` or ``name_too_long``.
    """
    given_name, given_email = guests.clean_name(name), guests.clean_email(email)
    if attendee_code is None:
        return Buyer(None, None, given_name, given_email)
    attendee = _attendee(desk, attendee_code)
    user = attendee.user
    return Buyer(
        attendee_id=attendee.id,
        user_id=user.id,
        name=given_name or printable(name_to_keep(user), guests.NAME_LENGTH),
        email=given_email or user.email,
    )


def follow_correction(conference_id: int, before: User, after: User, now: datetime) -> None:
    """Write the corrected name and e-mail of a guest onto what they bought here, where it says the old ones.

    Call inside the transaction of the correction. Somebody who bills a company keeps its name.
    """
    for column, old, new in (
        (Order.billing_name, bare_name(before), bare_name(after)),
        (Order.billing_email, before.email, after.email),
    ):
        if old != new:
            Order.update({column: new, Order.updated_at: now}).where(
                Order.conference == conference_id, Order.user == after.id, column == old
            ).execute()
    theirs = (Sale.conference == conference_id) & (
        Sale.order.in_(Order.select(Order.id).where(Order.user == after.id))
        | Sale.attendee.in_(Attendee.select(Attendee.id).where(Attendee.user == after.id))
    )
    for column, old, new in (
        (Sale.buyer_name, bare_name(before), bare_name(after)),
        (Sale.buyer_email, before.email, after.email),
    ):
        if old != new:
            Sale.update({column: new}).where(theirs, column == old).execute()


def _attendee(desk: Desk, attendee_code: str) -> Attendee:
    code = badges.access_code(desk, attendee_code)
    with connected():
        query = Attendee.select(Attendee, User, Conference).join(User).switch(Attendee).join(Conference)
        found: Attendee | None = query.where(Attendee.access_code == code).first()
        if found is None:
            raise badges.unknown(desk, code)
        if found.conference_id != desk.conference.id:
            raise badges.other_conference(desk, found.conference.name)
        return found
