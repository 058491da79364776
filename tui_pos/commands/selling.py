"""checkout: a whole sale in one command, up to the order that is to be paid."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands.context import current, table

if TYPE_CHECKING:
    from tui_pos.desk.carts.checkout import Placed
    from tui_pos.desk.context import Desk


def checkout(
    context: typer.Context,
    item: Annotated[list[str], typer.Option(help="A product, as SLUG or SLUG=QUANTITY; may be repeated.")],
    attendee: Annotated[
        str | None, typer.Option(metavar="CODE", help="Sell to the holder of this badge.")
    ] = None,
    voucher: Annotated[str | None, typer.Option(metavar="CODE", help="Use this voucher.")] = None,
    credit: Annotated[
        bool, typer.Option("--credit", help="Pay with the attendee's credit, as far as it goes.")
    ] = False,
    name: Annotated[str, typer.Option(help="The buyer's name, for a walk-up.")] = "",
    email: Annotated[str, typer.Option(help="The buyer's e-mail address, for a walk-up.")] = "",
) -> None:
    """Make an order of these items, or none at all.

    It waits for payment unless it is free.
    """
    from tui_pos.commands import serializers
    from tui_pos.desk.carts.checkout import sell

    call = current(context)
    items = [_item(text) for text in item]
    if voucher is not None and not voucher.strip():
        raise typer.TyperException("--voucher is empty: name a voucher, or leave it out.")
    if credit and attendee is None:
        raise typer.TyperException("--credit goes with --attendee: nobody else has credit.")
    desk = call.desk()
    placed = sell(desk, items, attendee_code=attendee, voucher=voucher, name=name, email=email)
    if not credit:
        call.answer(serializers.placed(desk, placed), _lines(desk, placed))
        return
    placed, used = _with_credit(desk, placed)
    call.answer(serializers.paid_by_credit(desk, placed, used), _lines(desk, placed, used))


def _with_credit(desk: "Desk", placed: "Placed") -> "tuple[Placed, Decimal]":
    """The order after the buyer's credit paid what it can, and how much that was.

    An order that credit can pay nothing of is cancelled again.
    """
    from tui_pos.desk.carts.checkout import Placed, cancel_order
    from tui_pos.desk.errors import Refusal
    from tui_pos.desk.tenders.credit import use_credit

    if not placed.order.due:
        return placed, placed.order.due
    try:
        taken = use_credit(desk, placed.reference)
    except Refusal:
        cancel_order(desk, placed.reference)
        raise
    return Placed(taken.order), taken.amount


def _lines(desk: "Desk", placed: "Placed", credit: Decimal | None = None) -> list[str]:
    from tui_pos.core.money import format_amount

    currency = desk.conference.currency
    lines = table(
        (f"{line.quantity} x", line.description, format_amount(line.line_total, currency))
        for line in placed.lines
    )
    lines.append(f"{placed.reference}  {placed.status}  {format_amount(placed.total, currency)} {currency}")
    if credit is not None:
        due = format_amount(placed.order.due, currency)
        lines.append(f"credit {format_amount(credit, currency)}  still due {due}")
    return lines


def _item(text: str) -> tuple[str, int]:
    """SLUG or SLUG=QUANTITY."""
    from tui_pos.desk.carts.cart import parse_quantity

    slug, separator, quantity = text.partition("=")
    return slug.strip(), parse_quantity(quantity) if separator else 1
