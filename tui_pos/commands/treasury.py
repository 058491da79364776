"""refund, exchange, reconcile: giving money back, and comparing the books with Stripe."""

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, Failed, Key, table, typed_key
from tui_pos.core import exit_codes
from tui_pos.core.money import amount_string, format_amount, parse_amount
from tui_pos.ui.messages.notices import NOTICE_WORDS
from tui_pos.ui.messages.refunds import IF_NOT_PAID
from tui_pos.ui.messages.views import refund_words

if TYPE_CHECKING:
    from decimal import Decimal

    from tui_pos.desk.orders.refund_views import RefundView
    from tui_pos.desk.reconciliation import Reconciled
    from tui_pos.desk.refunds.pieces import Piece


Pieces = Annotated[
    list[str] | None,
    typer.Option(
        "--line",
        metavar="SLUG|ID[=QTY]",
        help="A piece of this line, by its product or number; may be given several times.",
    ),
]
Badge = Annotated[str, typer.Option(metavar="CODE", help="Whose ticket goes back, if several people came.")]
CameBack = Annotated[bool, typer.Option("--came-back", help="What was handed out lies on the counter again.")]


def refund(
    context: CommandContext,
    reference: Annotated[str, typer.Argument(metavar="ORDER", help="The order, ORD-...")],
    line: Pieces = None,
    badge: Badge = "",
    came_back: CameBack = False,
    amount: Annotated[
        str | None, typer.Option(help="This much and no piece; needs --reason. Without: all that is left.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")] = "",
) -> None:
    """Give pieces, an amount or all of an order back the way it was paid, or release what is only held."""
    from tui_pos.desk.refunds import refunds
    from tui_pos.desk.search import lookup

    lines = [_piece(each, badge) for each in line or ()]
    _refuse_without_lines(bool(lines), badge, came_back)
    desk = context.desk()
    wanted = None if amount is None else parse_amount(amount, desk.conference.currency)
    order = lookup.order(desk, reference).reference
    made = refunds.refund(desk, order, wanted, lines=lines, reason=reason, came_back=came_back)
    after = lookup.order(desk, order)
    details = serializers.refunded(desk, after, made)
    _refuse_open(order, made, details)
    released = [f"{order}  the hold was released; nothing had been charged"]
    context.answer(details, refund_lines(made) or released)


def exchange(
    context: CommandContext,
    reference: Annotated[str, typer.Argument(metavar="ORDER", help="The order, ORD-...")],
    line: Annotated[str, typer.Option(metavar="SLUG|ID[=QTY]", help="What is given back.")],
    wanted: Annotated[str, typer.Option("--for", metavar="SLUG[=QTY]", help="What is taken for it.")],
    badge: Badge = "",
    came_back: CameBack = False,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")] = "",
    key: Key = None,
) -> None:
    """Exchange pieces of an order for another product; what costs less is given back, the rest is due."""
    from tui_pos.desk.refunds import exchanges
    from tui_pos.desk.search import lookup

    piece, other, once = _piece(line, badge), _piece(wanted, ""), typed_key(key)
    desk = context.desk()
    order = lookup.order(desk, reference).reference
    done = exchanges.exchange(
        desk, order, piece, other.line, other.quantity, came_back=came_back, reason=reason, key=once
    )
    details = serializers.exchanged(desk, done)
    _refuse_open(order, done.refunds, details)
    told = f"{order} -> {done.new.reference}  {format_amount(done.credit, desk.conference.currency)} of value"
    due = format_amount(done.due, desk.conference.currency)
    rest = [f"{done.new.reference}  still due {due}. {IF_NOT_PAID}"] if done.due else []
    context.answer(details, [told, *refund_lines(done.refunds), *rest])


def _piece(text: str, badge: str) -> "Piece":
    """``SLUG``, ``ID``, and how many. Raises InvalidInput for what is no quantity."""
    from tui_pos.desk.carts.cart import parse_quantity
    from tui_pos.desk.refunds.pieces import Piece

    line, has_quantity, quantity = text.strip().rpartition("=")
    return Piece(line, parse_quantity(quantity), badge) if has_quantity else Piece(quantity, 1, badge)


def _refuse_without_lines(has_lines: bool, badge: str, came_back: bool) -> None:
    if not has_lines and (badge or came_back):
        raise typer.TyperException("--badge and --came-back go with --line.")


def _refuse_open(order: str, made: "Iterable[RefundView]", details: dict[str, Any]) -> None:
    """End with the status of what Stripe has not answered, or refused."""
    for row in made:
        if row.stage in ("failed", "unknown", "created"):
            raise Failed(
                exit_codes.UNAVAILABLE, f"refund_{row.stage}", f"{order}: {refund_words(row)}.", details
            )


def refund_lines(made: "Iterable[RefundView]") -> list[str]:
    """Each refund as people read it: how much (of cash what is counted out), and where it went or goes."""
    return [
        f"{row.reference}  {amount_string(row.handed_back, row.currency)} {row.currency}"
        f"  {refund_words(row)}{_back(row)}"
        for row in made
    ]


def _back(row: "RefundView") -> str:
    pieces = ", ".join(f"{piece.quantity} x {piece.description}" for piece in row.pieces)
    return f"  ({pieces})" if pieces else ""


def reconcile(
    context: CommandContext,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; end with status 4 when something is found.")
    ] = False,
    hours: Annotated[int, typer.Option(min=1, help="How far back to look at Stripe.")] = 48,
    as_service: Annotated[
        bool, typer.Option("--as-service", help="Act as the host's service account, without any password.")
    ] = False,
) -> None:
    """Finish what was interrupted, then hold the books against Stripe's.

    Ends with status 4 when a person has to look at something, or when something was put right.

    Safe to run at any time, twice, and while desks are selling.
    """
    from tui_pos.desk import reconciliation as books

    desk = context.service() if as_service else context.desk(store=not check)
    result = books.run(desk, check=check, window=timedelta(hours=hours))
    details = serializers.reconciled(result)
    # A check changes nothing and so tells of everything; a run has seen to what it could.
    count = len(result.mismatches if check else result.to_look_at)
    if count:
        for line in _told(result):
            context.say(line)
        word = "mismatch" if count == 1 else "mismatches"
        raise Failed(exit_codes.REFUSED, "mismatches_found", f"{count} {word} found.", details)
    context.answer(details, _told(result))


def _told(result: "Reconciled") -> list[str]:
    """The run as a treasurer reads it."""
    from tui_pos.ui.messages.views import phrase

    def figure(amount: "Decimal | None", currency: str) -> str:
        return "-" if amount is None else amount_string(amount, currency)

    driven = table(
        (
            state.reference,
            f"{amount_string(state.amount, state.currency)} {state.currency}",
            NOTICE_WORDS[state.notice].headline,
        )
        for state in result.driven
    )
    found = table(
        (
            mismatch.kind.replace("_", " "),
            mismatch.reference,
            mismatch.intent_id,
            f"Stripe {figure(mismatch.stripe, mismatch.currency)}",
            f"books {figure(mismatch.books, mismatch.currency)} {mismatch.currency}",
            phrase(mismatch.done) or f"{phrase(mismatch.reason)}: look at it",
        )
        for mismatch in result.mismatches
    )
    refunds = table((row.reference, "refund", refund_words(row)) for row in result.refunds)
    waiting = sum(not mismatch.done for mismatch in result.mismatches)
    left = [f"A person has to look at {waiting} of these."] if waiting else []
    return [*driven, *refunds, *found, *left] or ["Nothing was unfinished, and the books agree with Stripe."]
