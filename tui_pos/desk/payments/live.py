"""One live card payment per order and per reader: who comes second is told who was first."""

from peewee import Expression

from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.payments import journal


def refuse_live(desk: Desk, same: Expression) -> None:
    """Raise Refused ``payment_live`` when a live attempt has the ``same`` order or reader."""
    other = Attempt.select().where(same, Attempt.finished_at.is_null()).first()
    if other is not None:
        raise Refused(
            "payment_live",
            f"A card payment for {other.order.reference} is under way on"
            f" {other.reader_label or other.reader_id} ({journal.holder(desk, other)}).",
        )
