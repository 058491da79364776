"""One live card payment per order and per reader; a second one is refused, naming who started the first."""

from dataclasses import dataclass
from datetime import datetime

from peewee import Expression

from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.access.people import full_name
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused


@dataclass(frozen=True, slots=True)
class Holder:
    """Who started a card payment, at which station, and when on the conference's clock.

    ``is_here``: at the station that asks, which is not told its own name.
    """

    station: str
    name: str
    since: datetime
    is_here: bool = False

    def __str__(self) -> str:
        return f"{self.station} {self.name} {self.since:%H:%M}"


def refuse_live(desk: Desk, same: Expression) -> None:
    """Raise Refused ``payment_live`` when a live attempt has the ``same`` order."""
    other = _live(same)
    if other is not None:
        raise Refused("payment_live", **_told(desk, other))


def refuse_on_reader(desk: Desk, reader_id: str) -> None:
    """Raise Refused ``payment_live.reader`` when the reader has a live attempt, of whatever order."""
    other = _live(Attempt.reader_id == reader_id)
    if other is not None:
        raise Refused("payment_live.reader", **_told(desk, other))


def _live(same: Expression) -> Attempt | None:
    found: Attempt | None = Attempt.select().where(same, Attempt.finished_at.is_null()).first()
    return found


def _told(desk: Desk, other: Attempt) -> dict[str, object]:
    reader = other.reader_label or other.reader_id
    return {"order": other.order.reference, "reader": reader, "holder": holder(desk, other)}


def holder(desk: Desk, attempt: Attempt) -> Holder:
    """Who started the attempt; it is theirs until it has ended."""
    is_here = attempt.station == desk.station
    return Holder(attempt.station, full_name(attempt.staff), desk.local(attempt.created_at), is_here)
