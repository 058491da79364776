"""checkout, orders, complete, cancel-order, void: making orders, finding them again, and ending them."""

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, Failed, table
from tui_pos.commands.treasury import refund_lines
from tui_pos.core import exit_codes
from tui_pos.core.money import format_amount
from tui_pos.desk.errors import Refusal, Refused
from tui_pos.ui.messages.notices import NOTICE_WORDS

if TYPE_CHECKING:
    from tui_pos.desk.context import Desk
    from tui_pos.desk.orders.views import OrderView
    from tui_pos.desk.search.find_orders import FoundOrder

Reference = Annotated[str, typer.Argument(metavar="ORDER", help="The order, ORD-...")]


def orders(
    context: CommandContext,
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
    from tui_pos.desk.search import find_orders

    desk = context.desk(store=False)
    rows = find_orders.orders(desk, text=text, today=today, limit=limit)
    context.answer(serializers.found_orders(desk, rows), _listed(desk, rows) or ["No order fits."])


def cancel_order(context: CommandContext, reference: Reference) -> None:
    """Cancel an order that nothing was paid for; its stock, voucher and credit are free again."""
    from tui_pos.desk.carts import checkout
    from tui_pos.desk.search import lookup

    desk = context.desk()
    order = checkout.cancel_order(desk, lookup.order(desk, reference).reference)
    context.answer(serializers.order_made(desk, order), [f"{order.reference}  {order.status}"])


def complete(context: CommandContext, reference: Reference) -> None:
    """Complete an order that is paid or free and was left unfinished on the web; its buyer gets a badge."""
    from tui_pos.desk.search import lookup
    from tui_pos.desk.tenders import tendering

    desk = context.desk()
    order = tendering.complete(desk, lookup.order(desk, reference).reference)
    context.answer(serializers.order_made(desk, order), [f"{order.reference}  {order.status}"])


def void(
    context: CommandContext,
    reference: Reference,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")],
) -> None:
    """Take a sale back as if it had not been made: all money goes back, the voucher is free again.

    Safe to run again, and needed when Stripe did not answer.
    """
    from tui_pos.desk.refunds import voids
    from tui_pos.desk.search import lookup

    desk = context.desk()
    made = voids.void(desk, lookup.order(desk, reference).reference, reason)
    if not made.done:
        sentence = f"{made.order.reference} is not voided yet: a card's refund is open. Void it again later."
        raise Failed(exit_codes.UNAVAILABLE, "void_unfinished", sentence, serializers.voided(desk, made))
    context.answer(
        serializers.voided(desk, made),
        [*refund_lines(made.refunds), f"{made.order.reference}  {made.order.status}"],
    )


def _listed(desk: "Desk", rows: "tuple[FoundOrder, ...]") -> list[str]:
    currency = desk.conference.currency
    return table(
        (
            f"{desk.local(row.created_at):%d %b %H:%M}",
            row.reference,
            NOTICE_WORDS[row.live].headline
            if row.live
            else ("expired" if row.expired else row.status.replace("_", " ")),
            format_amount(row.total, currency),
            _money(row, currency),
            row.buyer,
            row.items,
        )
        for row in rows
    )


def _money(row: "FoundOrder", currency: str) -> str:
    """What is due, or what paid it; and what went back of that."""
    told = [f"due {format_amount(row.due, currency)}" if row.due else row.paid_by]
    if row.given_back:
        back, gross = (format_amount(each, currency) for each in (row.given_back, row.received))
        told.append(f"gave back {back} of {gross}")
    return ", ".join(filter(None, told))


def checkout(
    context: CommandContext,
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
    holder: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Who gets the next ticket that is not the buyer's own; may be repeated."
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Sell a ticket, too, of which the attendee has one.")
    ] = False,
) -> None:
    """Make an order of these items, or none at all.

    It waits for payment unless it is free.
    """
    from tui_pos.desk.carts import questions
    from tui_pos.desk.carts.checkout import sell
    from tui_pos.desk.carts.holders import Holder

    items = [_item(text) for text in item]
    if voucher is not None and not voucher.strip():
        raise typer.TyperException("--voucher is empty: name a voucher, or leave it out.")
    if credit and attendee is None:
        raise typer.TyperException("--credit goes with --attendee: nobody else has credit.")
    desk = context.desk()
    asked = () if again else questions.before_selling(desk, [slug for slug, _ in items], attendee)
    if asked:
        raise Refused(asked[0])
    holders = [Holder(each) for each in holder or ()]
    placed = sell(desk, items, holders, attendee_code=attendee, voucher=voucher, name=name, email=email)
    if not credit:
        context.answer(serializers.placed(desk, placed), _placed_lines(desk, placed))
        return
    placed, used = _with_credit(desk, placed)
    context.answer(serializers.paid_by_credit(desk, placed, used), _placed_lines(desk, placed, used))


def _with_credit(desk: "Desk", placed: "OrderView") -> "tuple[OrderView, Decimal]":
    """The order after the buyer's credit paid what it can, and how much that was.

    An order that credit can pay nothing of is cancelled again.
    """
    from tui_pos.desk.carts.checkout import cancel_order
    from tui_pos.desk.tenders.credit import use_credit

    if not placed.due:
        return placed, placed.due
    try:
        taken = use_credit(desk, placed.reference)
    except Refusal:
        cancel_order(desk, placed.reference)
        raise
    return taken.order, taken.amount


def _placed_lines(desk: "Desk", placed: "OrderView", credit: Decimal | None = None) -> list[str]:
    currency = desk.conference.currency
    lines = table(
        (f"{line.quantity} x", line.description, format_amount(line.line_total, currency))
        for line in placed.lines
    )
    lines.append(f"{placed.reference}  {placed.status}  {format_amount(placed.total, currency)} {currency}")
    if credit is not None:
        due = format_amount(placed.due, currency)
        lines.append(f"credit {format_amount(credit, currency)}  still due {due}")
    return lines


def _item(text: str) -> tuple[str, int]:
    """SLUG or SLUG=QUANTITY."""
    from tui_pos.desk.carts.cart import parse_quantity

    slug, separator, quantity = text.partition("=")
    return slug.strip(), parse_quantity(quantity) if separator else 1
