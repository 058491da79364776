"""orders, complete, cancel-order, void: finding orders again, and ending them."""

from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands.context import (
    Failed,
    current,
    table,
)
from tui_pos.core import exit_codes

if TYPE_CHECKING:
    from tui_pos.desk.context import Desk
    from tui_pos.desk.search.find_orders import FoundOrder

Reference = Annotated[str, typer.Argument(metavar="ORDER", help="The order, ORD-...")]


def orders(
    context: typer.Context,
    text: Annotated[
        str,
        typer.Argument(
            metavar="TEXT",
            help="Words of the reference, a name or e-mail, a badge, a card's last four digits, an amount.",
        ),
    ] = "",
    today: Annotated[bool, typer.Option("--today", help="Only those made or paid today.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
) -> None:
    """Find orders, newest first; without TEXT the latest ones."""
    from tui_pos.commands import serializers
    from tui_pos.desk.search import find_orders

    call = current(context)
    desk = call.desk(store=False)
    rows = find_orders.orders(desk, text=text, today=today, limit=limit)
    call.answer(serializers.found_orders(desk, rows), _listed(desk, rows) or ["No order fits."])


def cancel_order(context: typer.Context, reference: Reference) -> None:
    """Cancel an order that nothing was paid for; its stock, voucher and credit are free again."""
    from tui_pos.commands import serializers
    from tui_pos.desk.carts import checkout
    from tui_pos.desk.search import lookup

    call = current(context)
    desk = call.desk()
    order = checkout.cancel_order(desk, lookup.order(desk, reference).reference)
    call.answer(serializers.order_made(desk, order), [f"{order.reference}  {order.status}"])


def complete(context: typer.Context, reference: Reference) -> None:
    """Complete an order that is paid or free and was left unfinished on the web; its buyer gets a badge."""
    from tui_pos.commands import serializers
    from tui_pos.desk.search import lookup
    from tui_pos.desk.tenders import tendering

    call = current(context)
    desk = call.desk()
    order = tendering.complete(desk, lookup.order(desk, reference).reference)
    call.answer(serializers.order_made(desk, order), [f"{order.reference}  {order.status}"])


def void(
    context: typer.Context,
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why, for the journal.")],
) -> None:
    """Take a sale back as if it had not been made: all money goes back, the voucher is free again.

    Safe to run again, and needed when Stripe did not answer.
    """
    from tui_pos.commands import serializers
    from tui_pos.commands.treasury import refund_lines
    from tui_pos.desk.refunds import voids
    from tui_pos.desk.search import lookup

    call = current(context)
    desk = call.desk()
    made = voids.void(desk, lookup.order(desk, reference).reference, reason)
    if not made.done:
        sentence = f"{made.order.reference} is not voided yet: a card's refund is open. Void it again later."
        raise Failed(exit_codes.UNAVAILABLE, "void_unfinished", sentence, serializers.voided(desk, made))
    call.answer(
        serializers.voided(desk, made),
        [*refund_lines(made.refunds), f"{made.order.reference}  {made.order.status}"],
    )


def _listed(desk: "Desk", rows: "tuple[FoundOrder, ...]") -> list[str]:
    from tui_pos.core.money import format_amount

    currency = desk.conference.currency
    return table(
        (
            f"{desk.local(row.created_at):%d %b %H:%M}",
            row.reference,
            row.live or ("expired" if row.expired else row.status.replace("_", " ")),
            format_amount(row.total, currency),
            _money(row, currency),
            row.buyer,
            row.items,
        )
        for row in rows
    )


def _money(row: "FoundOrder", currency: str) -> str:
    """What is due, or what paid it; and what went back of that."""
    from tui_pos.core.money import format_amount

    told = [f"due {format_amount(row.due, currency)}" if row.due else row.paid_by]
    if row.given_back:
        back, gross = (format_amount(each, currency) for each in (row.given_back, row.received))
        told.append(f"gave back {back} of {gross}")
    return ", ".join(filter(None, told))
