"""Who buys: somebody with a badge, or a stranger with or without a name."""

from dataclasses import dataclass

from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee
from tui_pos.desk.access.people import name_to_keep
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound
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

    Raises NotFound ``attendee_not_found``, Refused ``other_conference``, InvalidInput ``invalid_code`` or
    ``invalid_email`` or ``name_too_long``.
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


def _attendee(desk: Desk, attendee_code: str) -> Attendee:
    code = badges.access_code(desk, attendee_code)
    with connected():
        query = Attendee.select(Attendee, User, Conference).join(User).switch(Attendee).join(Conference)
        found: Attendee | None = query.where(Attendee.access_code == code).first()
        if found is None:
            raise NotFound("attendee_not_found", code=code, conference=desk.conference.name)
        if found.conference_id != desk.conference.id:
            raise badges.other_conference(desk, found.conference.name)
        return found
