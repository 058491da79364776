"""forget: erases what the database holds of persons."""

from typing import Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, table
from tui_pos.core import log_file


def forget(
    context: CommandContext,
    apply: Annotated[bool, typer.Option("--apply", help="Erase it; without it, only count.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase names, addresses and notes of persons when a conference is over; sums and ids stay.

    Without --apply it says what it would erase, and what has to be erased by other hands.
    """
    from tui_pos.desk.personal_data import forget as personal_data
    from tui_pos.ui.messages import sentence

    if yes and not apply:
        raise typer.TyperException("--yes goes with --apply.")
    desk = context.desk(store=apply)
    log = context.settings().home / log_file.NAME
    found = personal_data.count(desk, log)
    if apply:
        if found.erased:
            personal_data.check(desk)
            rows = sum(each.rows for each in found.erased)
            told = f"What {rows} rows of {desk.conference.slug} hold of persons will be erased for good."
            context.confirm([told], yes)
        found = personal_data.forget(desk, log)
    lines = table(
        (str(each.rows), each.table, ", ".join(each.columns) or "whole rows") for each in found.erased
    )
    done = "Erased:" if apply else "To be erased with --apply:"
    told_first = [done, *lines] if lines else ["Nothing of persons is left to erase."]
    context.answer(serializers.forgotten(found, is_applied=apply), [*told_first, *map(sentence, found.left)])
