"""Access codes: what a scanned or typed badge says, and the codes of tickets that were made elsewhere."""

import re

from peewee import JOIN, Query, fn

from tui_pos.core import scan
from tui_pos.data.connection import connected
from tui_pos.data.fields import utc
from tui_pos.data.queries import Compiled, parameter
from tui_pos.data.tables.desk import ReplacedBadge
from tui_pos.data.tables.imports import ImportedTicket
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refusal, Refused

_CODE = re.compile(r"[A-Za-z0-9]{1,20}")
MOST_CODE = 1_000
"""Characters of a code that another system made."""


def access_code(desk: Desk, text: str) -> str:
    """The access code of a badge; of one that was made elsewhere it is that of its attendee.

    Raises what `plain_code` and `imported` raise.
    """
    return imported(desk, text) or plain_code(desk, text)


def folded_code(text: str) -> str:
    """A code of another system as it is stored and looked for: without blanks, in capitals."""
    return "".join(text.split()).upper()


def is_plain(text: str) -> bool:
    """Whether it has the form of an access code, or ``conference:CODE``."""
    return _CODE.fullmatch("".join(text.rpartition(":")[2].split())) is not None


def imported(desk: Desk, text: str) -> str | None:
    """The access code of whose ticket of an imported list has this code, or one before a slash in it.

    alf.io puts a checksum behind its code. Raises Refused ``badge_replaced`` when that ticket went to another
    person. One statement.
    """
    whole = folded_code(text[: MOST_CODE * 2])
    if not whole.isprintable():
        return None
    conference, _, code_of_it = whole.partition(":")
    bare = code_of_it if conference == folded_code(desk.conference.slug) else ""
    spellings = (whole, whole.partition("/")[0], bare)
    with connected():
        found = {
            row[0]: row[1:]
            for row in _IMPORTED.rows(
                conference=desk.conference.id, whole=spellings[0], first=spellings[1], bare=spellings[2]
            )
        }
    for spelling in spellings:
        if spelling in found:
            code, at, station = found[spelling]
            if at is not None:
                shown = scan.printable(whole, 40)
                raise Refused("badge_replaced", code=shown, since=desk.moment(utc(at), station))
            return str(code)
    return None


def _imported_query() -> Query:
    code = ImportedTicket.scan_code
    return (
        ImportedTicket.select(code, Attendee.access_code, ReplacedBadge.at, ReplacedBadge.station)
        .join(Attendee, on=(ImportedTicket.attendee == Attendee.id))
        .join(
            ReplacedBadge,
            JOIN.LEFT_OUTER,
            on=(ReplacedBadge.attendee == Attendee.id) & (ReplacedBadge.order == ImportedTicket.order),
            src=ImportedTicket,
        )
        .where(
            ImportedTicket.conference == parameter("conference"),
            (code == parameter("whole")) | (code == parameter("first")) | (code == parameter("bare")),
        )
    )


_IMPORTED = Compiled(_imported_query)


def plain_code(desk: Desk, text: str) -> str:
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
