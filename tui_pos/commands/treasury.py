"""refund, reconcile: money given back, and the books held against Stripe's."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands.call import Failed, table, this_call

if TYPE_CHECKING:
    from decimal import Decimal

    from tui_pos.desk.reconcile import Reconciled
    from tui_pos.desk.refund.refund_views import RefundView


def refund(
    context: typer.Context,
    reference: Annotated[str, typer.Argument(metavar="ORDER", help="The order, ORD-...")],
    amount: Annotated[str | None, typer.Option(help="This much; without it all that is left.")] = None,
    reason: Annotated[str, typer.Option(help="Why, for the journal.")] = "",
) -> None:
    """Give the money of an order back the way it came, or release what is only held."""
    from tui_pos.desk import answers
    from tui_pos.desk.refund import refunds
    from tui_pos.desk.visitor import lookup
    from tui_pos.money import parse_amount

    call = this_call(context)
    desk = call.desk()
    wanted = None if amount is None else parse_amount(amount, desk.conference.currency)
    order = lookup.order(desk, reference).reference
    made = refunds.refund(desk, order, wanted, reason=reason)
    details = answers.refunded(order, made)
    open_ones = [row for row in made if row.stage in ("failed", "unknown")]
    if open_ones:
        raise Failed(5, f"refund_{open_ones[0].stage}", f"{order}: {open_ones[0].text}.", details)
    released = [f"{order}  the hold was released; nothing had been charged"]
    call.answer(details, refund_lines(made) or released)


def refund_lines(made: "Iterable[RefundView]") -> list[str]:
    """Each refund as people read it: how much, and where it went or is to go."""
    from tui_pos.money import amount_string

    return [
        f"{row.reference}  {amount_string(row.amount, row.currency)} {row.currency}  {row.text}"
        for row in made
    ]


def reconcile(
    context: typer.Context,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; end with status 4 when something is found.")
    ] = False,
    hours: Annotated[int, typer.Option(min=1, help="How far back to look at Stripe.")] = 48,
) -> None:
    """Finish what was interrupted, then hold the books against Stripe's.

    Safe to run at any time, twice, and while desks are selling.
    """
    from tui_pos.desk import answers
    from tui_pos.desk import reconcile as books

    call = this_call(context)
    result = books.run(call.desk(), check=check, window=timedelta(hours=hours))
    details = answers.reconciled(result)
    if check and result.mismatches:
        for line in _told(result):
            call.say(line)
        count = len(result.mismatches)
        word = "mismatch" if count == 1 else "mismatches"
        raise Failed(4, "mismatches_found", f"{count} {word} found.", details)
    call.answer(details, _told(result))


def _told(result: "Reconciled") -> list[str]:
    """The run as a treasurer reads it."""
    from tui_pos.money import amount_string

    def figure(amount: "Decimal | None", currency: str) -> str:
        return "-" if amount is None else amount_string(amount, currency)

    driven = table(
        (state.reference, f"{amount_string(state.amount, state.currency)} {state.currency}", state.headline)
        for state in result.driven
    )
    found = table(
        (
            mismatch.kind.replace("_", " "),
            mismatch.reference,
            mismatch.intent_id,
            f"Stripe {figure(mismatch.stripe, mismatch.currency)}",
            f"books {figure(mismatch.books, mismatch.currency)} {mismatch.currency}",
            mismatch.done or f"{mismatch.text}: look at it",
        )
        for mismatch in result.mismatches
    )
    refunds = table((row.reference, "refund", row.text) for row in result.refunds)
    waiting = sum(not mismatch.done for mismatch in result.mismatches)
    left = [f"A person has to look at {waiting} of these."] if waiting else []
    return [*driven, *refunds, *found, *left] or ["Nothing was unfinished, and the books agree with Stripe."]
