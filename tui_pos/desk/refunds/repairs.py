"""Repairs of the books that no person asked for: stored with the state before and after, reported once.

Call inside the transaction of the repair, with the order locked.
"""

import logging
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import partial

from tui_pos.core import clock
from tui_pos.data.connection import on_commit, run_tx
from tui_pos.data.queries import batches
from tui_pos.data.tables.desk import Repair
from tui_pos.data.tables.registration import Order
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.stored_reasons import pack

log = logging.getLogger(__name__)


class RepairKind(StrEnum):
    """What had happened."""

    WEB_SITE = "web_site"
    """The web site had written what Stripe does not say."""
    REFUND_DASHBOARD = "refund_dashboard"
    CREDIT_PUT_BACK = "credit_put_back"
    """The web site cancelled an order that credit had paid a part of."""
    REHEARSALS_SET_APART = "rehearsals_set_apart"


def order_sums(order: Order) -> Reason:
    """An order's status, total, what is kept of its money, and what was booked twice."""
    found = balance(order)
    return because(
        "standing", status=str(order.status), total=order.total, kept=found.kept, doubled=found.doubled
    )


def record(
    desk: Desk,
    order: Order,
    kind: RepairKind,
    before: Reason,
    *,
    payment_id: int | None = None,
    is_news: bool = False,
) -> None:
    """Store a repair of an order whose ``order_sums`` were ``before``, unless they are still the same.

    With ``is_news`` it is stored in any case, because something else has changed.
    """
    after = order_sums(order)
    if after == before and not is_news:
        return
    on_commit(partial(log.warning, "repaired: %s, order %s", kind, order.reference))
    Repair.create(
        conference=order.conference_id,
        at=clock.now(),
        station=desk.station,
        order=order.id,
        payment=payment_id,
        kind=kind,
        before_state=pack(before),
        after_state=pack(after),
    )


def untold(conference_id: int) -> list[Repair]:
    """What no reconciliation has told yet, oldest first; needs a connection."""
    rows = Repair.select().where(Repair.conference == conference_id, Repair.told_at.is_null())
    return list(rows.order_by(Repair.id))


def mark_told(told: Iterable[Repair]) -> None:
    """Mark these as reported."""

    def write(ids: Sequence[int]) -> None:
        Repair.update(told_at=clock.now()).where(Repair.id.in_(ids)).execute()

    for ids in batches(row.id for row in told):
        run_tx(partial(write, ids))
