"""Access codes: what a scanned or typed badge says."""

import re

from peewee import fn

from tui_pos.core import scan
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import ReplacedBadge
from tui_pos.data.tables.program import Conference
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refusal, Refused

_CODE = re.compile(r"[A-Za-z0-9]{1,20}")


def access_code(desk: Desk, text: str) -> str:
    """The access code in ``CODE`` or ``conference:CODE``, upper case, without the blanks that people type.

    Raises InvalidInput ``invalid_code`` for what cannot be one, Refused ``other_conference`` or NotFound
    ``attendee_not_found`` when the badge names another conference.
    """
    slug, colon, code = text.rpartition(":")
    bare = "".join(code.split())
    if not _CODE.fullmatch(bare):
        raise InvalidInput("invalid_code", text=scan.printable(text, 40) if text.strip() else "")
    if colon:
        refuse_other(desk, slug.strip())
    return bare.upper()


def refuse_other(desk: Desk, slug: str) -> None:
    """Raise unless ``slug``, as a badge names it, is the desk's conference.

    Raises Refused ``other_conference``, or NotFound ``attendee_not_found`` when there is none of that name.
    """
    named = scan.printable(slug, 200).lower()
    if named == desk.conference.slug.lower():
        return
    with connected():
        other: Conference | None = (
            Conference.select(Conference.name).where(fn.LOWER(Conference.slug) == named).first()
        )
    if other is not None:
        raise other_conference(desk, other.name)
    raise NotFound("attendee_not_found.conference", conference=scan.printable(slug, 40))


def unknown(desk: Desk, code: str) -> Refusal:
    """What is raised for a bare code that is no attendee's: Refused ``badge_replaced``, or NotFound."""
    return replaced(desk, code) or NotFound("attendee_not_found", code=code, conference=desk.conference.name)


def replaced(desk: Desk, code: str) -> Refusal | None:
    """What is raised for a code that was an attendee's until their ticket went to another person.

    It tells when and where, not who has the ticket now: whoever holds the old badge need not know.
    """
    with connected():
        row: ReplacedBadge | None = (
            ReplacedBadge.select(ReplacedBadge, Conference.id, Conference.name)
            .join(Conference)
            .where(ReplacedBadge.code == code)
            .first()
        )
    if row is None:
        return None
    if row.conference_id != desk.conference.id:
        return other_conference(desk, row.conference.name)
    return Refused("badge_replaced", code=code, since=desk.moment(row.at, row.station))


def other_conference(desk: Desk, name: str) -> Refused:
    """What is raised for a badge of the conference called ``name``."""
    return Refused("other_conference", theirs=name, ours=desk.conference.name)
