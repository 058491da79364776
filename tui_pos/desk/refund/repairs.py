"""What was put right in the books without anybody at a desk: written with before and after, told once.

Call inside the transaction of the repair, with the order locked.
"""

from tui_pos import clock
from tui_pos.data.tables.desk import Repair
from tui_pos.data.tables.registration import Order
from tui_pos.desk.context import Desk
from tui_pos.desk.order.balance import balance


def standing(order: Order) -> str:
    """How an order stands, as a repair keeps it: its status, its price and what is kept of its money."""
    found = balance(order)
    return f"{order.status}, costs {order.total}, keeps {found.kept}"


def record(desk: Desk, order: Order, kind: str, before: str, *, payment_id: int | None = None) -> None:
    """Note a repair of an order, unless nothing about it has changed."""
    after = standing(order)
    if after == before:
        return
    Repair.create(
        conference=order.conference_id,
        at=clock.now(),
        station=desk.station,
        order=order.id,
        payment=payment_id,
        kind=kind,
        before_state=before,
        after_state=after,
    )
