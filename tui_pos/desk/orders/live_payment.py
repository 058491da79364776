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
    """Raise Refused ``payment_live`` when a live attempt has the ``same`` order or reader."""
    other = Attempt.select().where(same, Attempt.finished_at.is_null()).first()
    if other is not None:
        raise Refused(
            "payment_live",
            order=other.order.reference,
            reader=other.reader_label or other.reader_id,
            holder=holder(desk, other),
        )


def holder(desk: Desk, attempt: Attempt) -> Holder:
    """Who started the attempt; it is theirs until it has ended."""
    is_here = attempt.station == desk.station
    return Holder(attempt.station, full_name(attempt.staff), desk.local(attempt.created_at), is_here)
