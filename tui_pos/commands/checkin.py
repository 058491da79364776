"""check-in, hand-out, companion, correct, transfer: the visit of somebody who paid."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, Failed, Key, table, typed_key
from tui_pos.core import exit_codes
from tui_pos.core.money import format_amount
from tui_pos.core.reasons import because
from tui_pos.ui.messages.checkin import without_name
from tui_pos.ui.messages.templates import when_and_where

if TYPE_CHECKING:
    from tui_pos.desk.checkin.checkin import CheckInResult
    from tui_pos.desk.checkin.redemption import HandOut
    from tui_pos.desk.context import Desk

Badge = Annotated[str, typer.Argument(help="The badge's access code, as CODE or conference:CODE.")]
Undo = Annotated[bool, typer.Option("--undo", help="Take the last one back.")]
Reason = Annotated[str, typer.Option(help="With --undo: why, for the audit log.")]


def check_in(
    context: CommandContext,
    code: Badge,
    group: Annotated[
        bool, typer.Option("--group", help="Let everybody of their order in who can come in today.")
    ] = False,
    undo: Undo = False,
    reason: Reason = "",
) -> None:
    """Let the holder of a badge in; tell when and where they came in first."""
    from tui_pos.desk.checkin import checkin as door
    from tui_pos.ui.messages import sentence

    _refuse_reason_alone(undo, reason)
    if group and undo:
        raise typer.TyperException("--undo does not go with --group: take back one badge at a time.")
    desk = context.desk()
    if group:
        _let_group_in(context, desk, code)
        return
    if undo:
        found = door.undo_check_in(desk, code, reason)
        still = "still checked in, from before" if found.first_check_in else "not checked in any more"
        context.answer(serializers.check_in_undone(found), [f"{found.name}  {still}"])
        return
    result = door.check_in(desk, code)
    word = "checked in" if result.first else "ALREADY CHECKED IN"
    lines = [f"{result.attendee.name}  {word} {_since(desk, result)}"]
    if result.attendee.owes:
        lines.append(f"Owes {format_amount(result.attendee.owes, desk.conference.currency)}")
    lines += [sentence(each) for each in result.attendee.cautions if each.code != "unpaid_order"]
    context.answer(serializers.checked_in(desk, result), lines)


def _let_group_in(context: CommandContext, desk: "Desk", code: str) -> None:
    """Answers what became of each; fails, with that answer, when somebody could not come in.

    Whose ticket is for another day is named and left out: ``check-in`` of that badge alone lets them in.
    """
    from tui_pos.desk.checkin import group as groups
    from tui_pos.ui.messages import sentence

    found = groups.group_of(desk, code)
    left_out = [each.attendee for each in found.members if each.for_another_day]
    wanted = [each.attendee.access_code for each in found.members if not each.for_another_day]
    done = groups.check_in_group(desk, wanted)
    answer = serializers.group_checked_in(desk, found, done)
    not_today = [
        f"{each.name}: {sentence(because('other_day', days=each.verdict.days))}" for each in left_out
    ]
    refused = [each for each in done if each.refusal is not None]
    if refused:
        told = [f"{each.name or each.code}: {sentence(each.refusal)}" for each in refused if each.refusal]
        said = " ".join((f"{len(done) - len(refused)} of {len(found.members)} are in.", *told, *not_today))
        raise Failed(exit_codes.REFUSED, "not_all_checked_in", said, answer)
    lines = table(
        (each.name, "checked in" if each.result.first else "ALREADY CHECKED IN", _since(desk, each.result))
        for each in done
        if each.result is not None
    )
    lines += not_today
    if found.unnamed:
        lines.append(without_name(found.unnamed))
    context.answer(answer, lines)


def _since(desk: "Desk", result: "CheckInResult") -> str:
    return when_and_where(desk.moment(result.at, result.station))


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
        lines.append(without_name(left))
    context.answer(serializers.companion(order, found, left), lines)


def correct(
    context: CommandContext,
    code: Badge,
    name: Annotated[str | None, typer.Option(help="The name as it should be.")] = None,
    email: Annotated[str | None, typer.Option(help="The e-mail address; '' takes it away.")] = None,
    reason: Annotated[
        str, typer.Option(help="Why, for the audit log; needed for an account of their own.")
    ] = "",
) -> None:
    """Correct the name or e-mail address of a badge's holder."""
    from tui_pos.desk.checkin import corrections

    found = corrections.correct(context.desk(), code, name=name, email=email, reason=reason)
    said = "  ".join(filter(None, (found.name, found.email, f"badge {found.access_code}")))
    context.answer(serializers.corrected(found), [said])


def transfer(
    context: CommandContext,
    code: Badge,
    name: Annotated[str, typer.Option(help="Who gets the ticket.")],
    reason: Annotated[str, typer.Option(help="Why, for the audit log.")],
    email: Annotated[str, typer.Option(help="Their e-mail address.")] = "",
) -> None:
    """Hand a ticket to another person: they get a new badge, and this one is dead."""
    from tui_pos.desk.checkin import transfers
    from tui_pos.desk.orders import badges

    desk = context.desk()
    dead = badges.access_code(desk, code)
    found = transfers.transfer(desk, code, name, email, reason=reason)
    context.answer(
        serializers.transferred(dead, found), [f"{found.name}  badge {found.access_code}", f"{dead} is dead"]
    )


def _refuse_reason_alone(undo: bool, reason: str) -> None:
    if reason and not undo:
        raise typer.TyperException("--reason goes with --undo.")


def _listed(rows: "Iterable[HandOut]") -> list[str]:
    return table(
        (str(row.line_id), row.description, f"{row.left} of {row.bought} left", row.reference) for row in rows
    )
