"""Writing an order: its row and its lines as django-program's services write them, in two statements."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from tui_pos.data.connection import on_commit
from tui_pos.data.fields import ZERO
from tui_pos.data.tables.registration import (
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    Voucher,
)
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.catalogue.products import Product
from tui_pos.desk.context import Desk
from tui_pos.desk.limits import TO_BE_TIMED, TO_SELL
from tui_pos.desk.orders import guests, orders, registration
from tui_pos.desk.orders.buyers import Buyer
from tui_pos.desk.orders.views import LineView

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """A line to be written; ``product`` None is a free amount. ``total`` is what is to be paid for it."""

    product: Product | None
    description: str
    quantity: int
    unit_price: Decimal
    voucher_discount: Decimal
    total: Decimal

    @property
    def gross(self) -> Decimal:
        """Price before anything was taken off."""
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that was just written: its row for what follows in the same transaction, its lines to show."""

    row: Order
    lines: tuple[LineView, ...]


def write(
    desk: Desk, buyer: Buyer, lines: Sequence[NewLine], voucher: Voucher | None, now: datetime
) -> NewOrder:
    """Write a pending order that holds its stock for the desk's hold time; a stranger gets an account.

    A line's discount is the voucher's part alone, as the web shop has it; its total is net of everything.
    Raises Refused ``wrong_clock``.
    """
    desk.limits.refuse(*TO_SELL, *TO_BE_TIMED)
    subtotal = sum((line.gross for line in lines), ZERO)
    total = sum((line.total for line in lines), ZERO)
    values = {
        "conference": desk.conference.id,
        "user": buyer.user_id or guests.guest_user(buyer.name, buyer.email, now).id,
        "status": OrderStatus.PENDING,
        "subtotal": subtotal,
        "discount_amount": subtotal - total,
        "total": total,
        "voucher_code": voucher.code if voucher else "",
        "voucher_details": _details(voucher) if voucher else "",
        "billing_name": buyer.name,
        "billing_email": buyer.email,
        "hold_expires_at": now + timedelta(minutes=desk.hold_minutes),
        "created_at": now,
        "updated_at": now,
    }
    order_id, reference = registration.insert_unique(Order, Order.reference, desk.order_prefix, values)
    on_commit(partial(log.info, "order %s with %d lines", reference, len(lines)))
    row = Order(id=order_id, reference=reference, **values)
    return NewOrder(row, _write_lines(order_id, lines, now))


def complete_if_free(desk: Desk, order: Order, now: datetime) -> None:
    """Pay an order that costs nothing with a complimentary 0.00, which completes it.

    Nothing is given away by that: the price, or a voucher, made it free. Call with the order's sale linked.
    """
    if order.total > ZERO:
        return
    Payment.create(
        order=order.id,
        method=PaymentMethod.COMP,
        status=PaymentStatus.SUCCEEDED,
        amount=ZERO,
        created_by=desk.staff.id,
        created_at=now,
    )
    orders.finish_if_paid(order, now)


def _details(voucher: Voucher) -> str:
    """The voucher as it was used, in the web shop's JSON."""
    return json.dumps(
        {
            "code": voucher.code,
            "voucher_type": voucher.voucher_type,
            "discount_value": str(voucher.discount_value),
            "unlocks_hidden_tickets": voucher.unlocks_hidden_tickets,
        }
    )


def _write_lines(order_id: int, lines: Sequence[NewLine], now: datetime) -> tuple[LineView, ...]:
    rows = [
        {
            "order": order_id,
            "ticket_type": _id(line, ProductKind.TICKET),
            "addon": _id(line, ProductKind.ADDON),
            "description": line.description,
            "quantity": line.quantity,
            "unit_price": line.unit_price,
            "discount_amount": line.voucher_discount,
            "line_total": line.total,
            "created_at": now,
        }
        for line in lines
    ]
    ids = sorted(row[0] for row in OrderLine.insert_many(rows).returning(OrderLine.id).tuples().execute())
    return tuple(
        LineView(
            id=line_id,
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            line_total=line.total,
            ticket_slug=_slug(line, ProductKind.TICKET),
            addon_slug=_slug(line, ProductKind.ADDON),
            needs_voucher=bool(line.product and line.product.requires_voucher),
        )
        for line_id, line in zip(ids, lines, strict=True)
    )


def _id(line: NewLine, kind: ProductKind) -> int | None:
    return line.product.id if line.product and line.product.kind is kind else None


def _slug(line: NewLine, kind: ProductKind) -> str | None:
    return line.product.slug if line.product and line.product.kind is kind else None
