"""Access codes: what a scanned or typed badge says."""

import re

from tui_pos import scan
from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refused

_CODE = re.compile(r"[A-Za-z0-9]{1,20}")


def access_code(desk: Desk, text: str) -> str:
    """The access code in ``CODE`` or ``conference:CODE``, upper case, without the blanks that people type.

    Raises InvalidInput ``invalid_code`` for what cannot be one, Refused ``other_conference`` or NotFound
    ``attendee_not_found`` when the badge names another conference.
    """
    slug, colon, code = text.rpartition(":")
    bare = "".join(code.split())
    if not _CODE.fullmatch(bare):
        shown = f"{scan.printable(text, 40)!r} is" if text.strip() else "That is"
        raise InvalidInput(
            "invalid_code",
            f"{shown} not an access code: scan the badge or type its 1 to 20 letters and digits.",
        )
    if colon and slug.strip().casefold() != desk.conference.slug.casefold():
        _refuse_conference(desk, slug.strip())
    return bare.upper()


def other_conference(desk: Desk, name: str) -> Refused:
    """What is raised for a badge of the conference called ``name``."""
    return Refused("other_conference", f"That badge is for {name}; this desk is for {desk.conference.name}.")


def _refuse_conference(desk: Desk, slug: str) -> None:
    with connected():
        named: Conference | None = Conference.get_or_none(Conference.slug == slug.casefold()[:200])
    if named is None:
        raise NotFound(
            "attendee_not_found",
            f"That badge is for {scan.printable(slug, 40)!r}, a conference not known here.",
        )
    raise other_conference(desk, named.name)
