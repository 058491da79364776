"""What a station remembers and shows: its reader, what happened here, what needs attention."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tui_pos.desk.context import Desk


@dataclass(frozen=True, slots=True)
class RecentLine:
    """One sale or check-in at this station; ``tone`` is ok, warn, bad or plain."""

    at: datetime
    title: str
    detail: str
    tone: str


@dataclass(frozen=True, slots=True)
class AttentionLine:
    """Something unfinished. ``kind`` is attempt or parked, ``id`` the attempt's or the sale's.

    ``tone`` is unknown, warn or bad.
    """

    kind: str
    id: int
    reference: str
    name: str
    amount: Decimal
    text: str
    tone: str


def remember_reader(desk: Desk, reader_id: str, label: str) -> None:
    """Keep the reader that this station uses; an empty id forgets it."""
    raise NotImplementedError


def remembered_reader(desk: Desk) -> tuple[str, str] | None:
    """(id, label) of the reader that this station used last."""
    raise NotImplementedError


def recent(desk: Desk, limit: int) -> tuple[RecentLine, ...]:
    """The last sales and check-ins at this station, newest first."""
    raise NotImplementedError


def attention(desk: Desk) -> tuple[AttentionLine, ...]:
    """Payments of the conference that nobody watches, and parked sales, oldest first."""
    raise NotImplementedError
