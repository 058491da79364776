"""People and tickets that came from a list of another system."""

from peewee import CharField, IntegerField, TextField

from tui_pos.data.base import Table, foreign_key, now
from tui_pos.data.fields import time_column
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee, Order, OrderLine


class ImportedTicket(Table):
    """One ticket, or thing beside it, of a list: what it is called there, and what became of it here.

    ``source`` is the system or list that it came from, '' for no known one. ``source_key`` tells it from
    every other of that, in each file anew; ``order_reference`` is that system's. ``scan_code`` is what the
    badge says, as `desk.imports` folds it; null where the list has none. ``row_digest`` is of the last row.
    """

    conference = foreign_key(Conference)
    conference_id: int
    source = CharField(60, default="")
    source_key = CharField(300)
    order_reference = CharField(200, default="")
    scan_code = CharField(1000, null=True)
    row_digest = CharField(64)
    order = foreign_key(Order, null=True)
    order_id: int | None
    order_line = foreign_key(OrderLine, null=True)
    order_line_id: int | None
    attendee = foreign_key(Attendee, null=True)
    attendee_id: int | None
    created_at = time_column(default=now)
    updated_at = time_column(default=now)

    class Meta:
        table_name = "tui_pos_imported_ticket"
        indexes = ((("conference", "source", "source_key"), True), (("conference", "scan_code"), True))


class AttendeeFact(Table):
    """What a list said of somebody beside name and ticket, such as a diet; in the order of its columns."""

    attendee = foreign_key(Attendee)
    attendee_id: int
    position = IntegerField()
    label = CharField(200)
    value = TextField()

    class Meta:
        table_name = "tui_pos_attendee_fact"
        indexes = ((("attendee", "label"), True),)
