"""What was repaired in the books without anybody at a desk: written with before and after, told once.

Call inside the transaction of the repair, with the order locked.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import partial

import msgspec

from tui_pos.core import clock
from tui_pos.data.connection import on_commit, run_tx
from tui_pos.data.queries import batches
from tui_pos.data.tables.desk import Repair
from tui_pos.data.tables.registration import Order
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.balance import balance

log = logging.getLogger(__name__)


class RepairKind(StrEnum):
    """What had happened."""

    WEB_SITE = "web_site"
    """The web site had written what Stripe does not say."""
    REFUND_DASHBOARD = "refund_dashboard"
    CREDIT_PUT_BACK = "credit_put_back"
    """The web site cancelled an order that credit had paid a part of."""
    REHEARSALS_SET_APART = "rehearsals_set_apart"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an order stands: its status, its price, what is kept of its money, and what was booked twice."""

    status: str
    total: Decimal
    kept: Decimal
    doubled: Decimal


def standing(order: Order) -> Standing:
    """How the order stands now; needs a connection."""
    found = balance(order)
    return Standing(str(order.status), order.total, found.kept, found.doubled)


def stored_standing(text: str) -> Standing | str:
    """What a repair keeps of how an order stood; before schema step 7 that was a sentence."""
    try:
        return msgspec.json.decode(text, type=Standing)
    except msgspec.DecodeError:
        return text


def record(
    desk: Desk,
    order: Order,
    kind: RepairKind,
    before: Standing,
    *,
    payment_id: int | None = None,
    is_news: bool = False,
) -> None:
    """Note a repair of an order that stood as ``before``, unless nothing about it has changed.

    ``is_news``: something else is new, and is told all the same.
    """
    after = standing(order)
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
        before_state=msgspec.json.encode(before).decode(),
        after_state=msgspec.json.encode(after).decode(),
    )


def untold(conference_id: int) -> list[Repair]:
    """What no reconciliation has told yet, oldest first; needs a connection."""
    rows = Repair.select().where(Repair.conference == conference_id, Repair.told_at.is_null())
    return list(rows.order_by(Repair.id))


def mark_told(told: Iterable[Repair]) -> None:
    """These were told now."""

    def write(ids: Sequence[int]) -> None:
        Repair.update(told_at=clock.now()).where(Repair.id.in_(ids)).execute()

    for ids in batches(row.id for row in told):
        run_tx(partial(write, ids))
