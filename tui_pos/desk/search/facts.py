"""What an imported list says of somebody beside name and ticket: company, diet, size; its order and code."""

from dataclasses import dataclass

from tui_pos.data.connection import connected
from tui_pos.data.queries import rows
from tui_pos.data.tables.imports import AttendeeFact, ImportedTicket
from tui_pos.data.tables.registration import OrderLine
from tui_pos.desk.access.people import sees_addresses
from tui_pos.desk.context import Desk


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing, under the header of its column."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What the other system called the order and the badge of an imported ticket; '' what it did not tell."""

    order_reference: str
    scan_code: str


def imported(desk: Desk, attendee_id: int) -> Imported | None:
    """Where the ticket of an attendee came from, None for one that was made here.

    The code is '' for who may read no address: it may be a card with everything on it. One statement.
    """
    ticket = (OrderLine.id == ImportedTicket.order_line) & OrderLine.ticket_type.is_null(False)
    query = (
        ImportedTicket.select(ImportedTicket.order_reference, ImportedTicket.scan_code)
        .join(OrderLine, on=ticket)
        .where(ImportedTicket.attendee == attendee_id)
        .order_by(ImportedTicket.id)
    )
    with connected():
        for reference, code in rows(query.limit(1)):
            return Imported(reference, code or "" if sees_addresses(desk) else "")
    return None


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
