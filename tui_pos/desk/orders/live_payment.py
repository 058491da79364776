"""One live card payment per order and per reader: who comes second is told who was first."""

from peewee import Expression

from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.access.people import full_name
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused


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


def holder(desk: Desk, attempt: Attempt) -> str:
    """Who started the attempt where and when, for the one who has to wait: "desk-2, Amira, since 14:02"."""
    return f"{attempt.station}, {full_name(attempt.staff)}, since {desk.local(attempt.created_at):%H:%M}"
