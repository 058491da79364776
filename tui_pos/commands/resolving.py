"""resolve: end a card payment that cannot end by itself."""

from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands.context import Failed, current
from tui_pos.core import exit_codes

if TYPE_CHECKING:
    from tui_pos.desk.payments.resolve import Option, Resolution

SENTENCES = {
    "book-captured": "book what Stripe captured",
    "capture": "take the money that is held",
    "release": "cancel it at Stripe, and release what it holds",
    "write-off": "end it here; nothing is booked for it",
    "accept-less": "accept that less was captured than asked for",
    "keep": "leave it as it is, with a note of why",
}
"""What each option means, for people."""


def resolve(
    context: typer.Context,
    payment: Annotated[
        str, typer.Argument(metavar="PAYMENT_INTENT", help="The payment, pi_..., or its order, ORD-...")
    ],
    option: Annotated[
        str | None, typer.Option("--as", metavar="OPTION", help="What to decide; without it only look.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the record.")] = "",
) -> None:
    """Show what Stripe and the books say of a payment that needs a person, and decide what becomes of it."""
    from tui_pos.commands import serializers
    from tui_pos.desk.payments import resolve as resolving

    call = current(context)
    if option is None and reason:
        raise typer.TyperException("--reason goes with --as OPTION.")
    chosen = None if option is None else _option(option)
    desk = call.desk(store=chosen is not None)
    if chosen is None:
        found = resolving.inspect(desk, payment)
        call.answer(serializers.resolution(found), _lines(found))
        return
    done = resolving.resolve(desk, payment, chosen, reason)
    details = serializers.resolution(done)
    if chosen != "keep" and (done.payment.live or done.payment.problem):
        said = done.payment.problem or f"{done.payment.headline.capitalize()}: {done.payment.detail}"
        raise Failed(
            exit_codes.UNAVAILABLE, "unfinished", said if said.endswith(".") else f"{said}.", details
        )
    call.answer(details, [f"{done.payment.reference}  {done.payment.headline}  {done.books.order_status}"])


def _option(typed: str) -> "Option":
    from tui_pos.desk.payments.resolve import Option

    try:
        return Option(typed)
    except ValueError:
        raise typer.TyperException(f"--as is one of {', '.join(Option)}.") from None


def _lines(found: "Resolution") -> list[str]:
    from tui_pos.core.money import amount_string

    payment, books = found.payment, found.books
    asked, booked, kept, total = (
        amount_string(each, payment.currency) for each in (books.asked, books.booked, books.kept, books.total)
    )
    return [
        f"{payment.reference}  {payment.buyer}  {payment.intent_id}",
        f"Stripe  {found.stripe.said}",
        f"Books   {books.stage}, {booked} booked of {asked} {payment.currency};"
        f" order {books.order_status}, {kept} kept of {total}",
        *([f"Why     {books.problem}"] if books.problem else []),
        *(f"  --as {option:<14} {SENTENCES[option]}" for option in found.options),
    ]
