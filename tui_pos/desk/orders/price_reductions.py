"""Lowering what an order costs after it was made: what was given away, and what went back without a piece.

A line of its own carries it, of quantity 0 and with a negative total: it takes no stock and no seat, and the
lines still add up to the order's total, on django-program's pages and in its reports too. Call inside a
transaction with the order locked.
"""

from datetime import datetime
from decimal import Decimal

from tui_pos.core.scan import printable
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.registration import Order, OrderLine

DESCRIPTION_LENGTH = 300


def lower(order: Order, amount: Decimal, description: str, now: datetime) -> int:
    """Take ``amount`` off the price; answers the id of the line that says so."""
    line = OrderLine.create(
        order=order.id,
        description=printable(description, DESCRIPTION_LENGTH),
        quantity=0,
        unit_price=ZERO,
        line_total=-amount,
        created_at=now,
    )
    change_total(order, -amount, now)
    return int(line.id)


def lower_more(order: Order, line_id: int, amount: Decimal, now: datetime) -> None:
    """Take more off the price by a line that is there."""
    line = OrderLine.get_by_id(line_id)
    OrderLine.update(line_total=line.line_total - amount).where(OrderLine.id == line_id).execute()
    change_total(order, -amount, now)


def restore(order: Order, line_id: int, now: datetime) -> None:
    """Take such a line away; the order costs again what it cost before."""
    line = OrderLine.get_by_id(line_id)
    change_total(order, -line.line_total, now)
    line.delete_instance()


def change_total(order: Order, by: Decimal, now: datetime) -> None:
    """Let the order cost ``by`` more or less, as a discount that is smaller or larger."""
    order.total += by
    order.discount_amount -= by
    order.updated_at = now
    order.save(only=[Order.total, Order.discount_amount, Order.updated_at])
