"""checkout: a whole sale in one command, up to the order that is to be paid."""

from typing import Annotated

import typer

from tui_pos.commands.call import table, this_call


def checkout(
    context: typer.Context,
    item: Annotated[list[str], typer.Option(help="A product, as SLUG or SLUG=QUANTITY; may be repeated.")],
    attendee: Annotated[
        str | None, typer.Option(metavar="CODE", help="Sell to the holder of this badge.")
    ] = None,
    voucher: Annotated[str | None, typer.Option(metavar="CODE", help="Use this voucher.")] = None,
    name: Annotated[str, typer.Option(help="The buyer's name, for a walk-up.")] = "",
    email: Annotated[str, typer.Option(help="The buyer's e-mail address, for a walk-up.")] = "",
) -> None:
    """Make an order of these items, or none at all.

    It waits for payment unless it is free.
    """
    from tui_pos.desk import answers
    from tui_pos.desk.checkout import sell
    from tui_pos.money import format_amount

    call = this_call(context)
    items = [_item(text) for text in item]
    if voucher is not None and not voucher.strip():
        raise typer.TyperException("--voucher is empty: name a voucher, or leave it out.")
    desk = call.desk()
    placed = sell(desk, items, attendee_code=attendee, voucher=voucher, name=name, email=email)
    currency = desk.conference.currency
    lines = table(
        (f"{line.quantity} x", line.description, format_amount(line.line_total, currency))
        for line in placed.lines
    )
    total = f"{placed.reference}  {placed.status}  {format_amount(placed.total, currency)} {currency}"
    call.answer(answers.placed(desk, placed), [*lines, total])


def _item(text: str) -> tuple[str, int]:
    """SLUG or SLUG=QUANTITY."""
    from tui_pos.desk.cart import parse_quantity

    slug, separator, quantity = text.partition("=")
    return slug.strip(), parse_quantity(quantity) if separator else 1
