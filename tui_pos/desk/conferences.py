"""The conferences that the database knows."""

from dataclasses import dataclass
from datetime import date

from tui_pos.core.scan import printable
from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.desk.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ConferenceRow:
    """One conference; ``timezone`` is an IANA name."""

    id: int
    slug: str
    name: str
    start_date: date
    end_date: date
    timezone: str
    is_active: bool


def known() -> tuple[ConferenceRow, ...]:
    """Every conference, the latest first."""
    # Column by column: the other columns hold the web site's secrets, which a desk need not read.
    query = Conference.select(
        Conference.id,
        Conference.slug,
        Conference.name,
        Conference.start_date,
        Conference.end_date,
        Conference.timezone,
        Conference.is_active,
    ).order_by(Conference.start_date.desc(), Conference.slug)
    with connected():
        return tuple(
            ConferenceRow(
                id=row.id,
                slug=row.slug,
                name=row.name,
                start_date=row.start_date,
                end_date=row.end_date,
                timezone=row.timezone,
                is_active=row.is_active,
            )
            for row in query
        )


def find(slug: str) -> ConferenceRow:
    """The conference with this slug. Raises NotFound ``conference_not_found`` naming those that exist."""
    rows = known()
    for row in rows:
        if row.slug == slug:
            return row
    raise NotFound("conference_not_found", conference=printable(slug, 40), known=[row.slug for row in rows])
