"""The conferences that the database knows."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
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
    raise NotImplementedError


def find(slug: str) -> ConferenceRow:
    """The conference with this slug. Raises NotFound naming those that exist."""
    raise NotImplementedError
