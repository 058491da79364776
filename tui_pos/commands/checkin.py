"""check-in, hand-out, companion: the visit of somebody who paid."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, Key, table, typed_key
from tui_pos.core.money import format_amount
from tui_pos.ui.messages.templates import when_and_where

if TYPE_CHECKING:
    from tui_pos.desk.checkin.redemption import HandOut

Badge = Annotated[str, typer.Argument(help="The badge's access code, as CODE or conference:CODE.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the last one back.")]
Reason = Annotated[str, typer.Option(help="With --undo: why, for the audit log.")]


def check_in(context: CommandContext, code: Badge, undo: Undo = False, reason: Reason = "") -> None:
    """Let the holder of a badge in; tell when and where they came in first."""
    from tui_pos.desk.checkin import checkin as door

    _refuse_reason_alone(undo, reason)
    desk = context.desk()
    if undo:
        found = door.undo_check_in(desk, code, reason)
        still = "still checked in, from before" if found.first_check_in else "not checked in any more"
        context.answer(serializers.check_in_undone(found), [f"{found.name}  {still}"])
        return
    result = door.check_in(desk, code)
    when = when_and_where(desk.moment(result.at, result.station))
    word = "checked in" if result.first else "ALREADY CHECKED IN"
    lines = [f"{result.attendee.name}  {word} {when}"]
    if result.attendee.owes:
        lines.append(f"Owes {format_amount(result.attendee.owes, desk.conference.currency)}")
    context.answer(serializers.checked_in(desk, result), lines)


def hand_out(
    context: CommandContext,
    code: Badge,
    line: Annotated[
        int | None, typer.Option(min=1, metavar="LINE", help="The line's number; without it they are listed.")
    ] = None,
    quantity: Annotated[
        str | None, typer.Option(metavar="N", help="With --line: how many pieces; 1 if not given.")
    ] = None,
    undo: Undo = False,
    reason: Reason = "",
    key: Key = None,
) -> None:
    """Hand out what somebody bought beside tickets, or list it."""
    from tui_pos.desk.carts.cart import parse_quantity
    from tui_pos.desk.checkin import redemption

    _refuse_reason_alone(undo, reason)
    if line is None and (undo or quantity is not None or key is not None):
        raise typer.TyperException("Name the line with --line; without any option the lines are listed.")
    if undo and key is not None:
        raise typer.TyperException("--key does not go with --undo.")
    pieces = 1 if quantity is None else parse_quantity(quantity)
    once = typed_key(key)
    desk = context.desk(store=line is not None)
    if line is None:
        rows = redemption.hand_outs(desk, code)
        context.answer(serializers.hand_outs(rows), _listed(rows) or ["There is nothing to hand out."])
        return
    if undo:
        state = redemption.undo_hand_out(desk, code, line, reason, quantity=pieces)
    else:
        state = redemption.hand_out(desk, code, line, pieces, key=once)
    context.answer(serializers.hand_out(state), _listed([state]))


def companion(
    context: CommandContext,
    reference: Annotated[str, typer.Argument(metavar="ORDER", help="The paid order, ORD-...")],
    name: Annotated[str, typer.Option(help="Who gets the ticket.")],
    email: Annotated[str, typer.Option(help="Their e-mail address.")] = "",
    key: Key = None,
) -> None:
    """Make a badge for a further ticket that somebody bought."""
    from tui_pos.desk.checkin import guest_tickets
    from tui_pos.desk.search import lookup

    once = typed_key(key)
    desk = context.desk()
    order = lookup.order(desk, reference).reference
    found = guest_tickets.register_companion(desk, order, name, email, key=once)
    left = guest_tickets.unnamed_tickets(desk, order)
    lines = [f"{found.name}  badge {found.access_code}  {order}"]
    if left:
        lines.append(f"{left} without a name")
    context.answer(serializers.companion(order, found, left), lines)


def _refuse_reason_alone(undo: bool, reason: str) -> None:
    if reason and not undo:
        raise typer.TyperException("--reason goes with --undo.")


def _listed(rows: "Iterable[HandOut]") -> list[str]:
    return table(
        (str(row.line_id), row.description, f"{row.left} of {row.bought} left", row.reference) for row in rows
    )
