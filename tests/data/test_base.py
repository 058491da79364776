"""The columns of whole rows, spelled in one go, are what Peewee would have spelled."""

from collections.abc import Callable
from typing import Any

import pytest
from peewee import SQL, ModelSelect, fn

from tui_pos.data.tables.registration import Attendee, Order, OrderLine

Other = Order.alias()

QUERIES: dict[str, Callable[[], Any]] = {
    "one table": lambda: Order.select().where(Order.id == 1),
    "some columns": lambda: Order.select(Order.id, Order.total).order_by(Order.id),
    "two tables": lambda: Attendee.select(Attendee, Order).join(Order).where(Order.status == "paid"),
    "the second table first": lambda: Attendee.select(Order, Attendee).join(Order),
    "a table under another name": lambda: Order.select(Order, Other).join(Other, on=Other.user == Order.user),
    "a column under another name": lambda: Order.select(Order.id.alias("number")),
    "a sum beside a column": lambda: Order.select(Order.user, fn.SUM(Order.total)).group_by(Order.user),
    "in a subquery": lambda: OrderLine.select().where(OrderLine.order.in_(Order.select())),
    "from a subquery": lambda: Order.select().where(Order.total > 1).select_from(SQL("1")),
    "a union": lambda: Order.select(Order.id) | Order.select(Order.id).where(Order.total > 1),
    "locked": lambda: Order.select().where(Order.id == 1).order_by(Order.id),
}


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("query", QUERIES)
def test_a_select_is_peewees_own(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = QUERIES[query]().sql()
    monkeypatch.setattr("tui_pos.data.base.Rows", ModelSelect)
    assert ours == QUERIES[query]().sql()
