"""What an imported list says of somebody beside name and ticket: their company, diet or size."""

from dataclasses import dataclass

from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.tables.imports import AttendeeFact
from tui_pos.desk.access.people import sees_addresses
from tui_pos.desk.context import Desk


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing, under the header of its column."""

    label: str
    value: str


def facts(desk: Desk, attendee_id: int) -> tuple[Fact, ...]:
    """What is known of an attendee, in the order of the list; nothing for who may read no address.

    Whoever lets people in sees no more of a person than that needs. One statement.
    """
    if not sees_addresses(desk):
        return ()
    query = (
        AttendeeFact.select(AttendeeFact.label, AttendeeFact.value)
        .where(AttendeeFact.attendee == attendee_id)
        .order_by(AttendeeFact.position, AttendeeFact.id)
    )
    with connected():
        return tuple(Fact(label, value) for label, value in rows(query))
