"""import people: the people of another system's list, tried first and then brought in."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, Failed, table
from tui_pos.core import exit_codes

if TYPE_CHECKING:
    from tui_pos.desk.imports.people import Report, RowOutcome, Step

MOST_SHOWN = 20
"""So many rows of each outcome are listed for people; JSON has more."""
BAR = 30
STOPPED = "Stopped before the end: what is in is whole, and the same command brings in the rest."


def import_people(
    context: CommandContext,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The list, CSV or XLSX.")],
    apply: Annotated[bool, typer.Option("--apply", help="Bring them in; without it only look.")] = False,
    maps: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help="What a column is; which product is meant, ticket:NAME=SLUG; how a ticket stands,"
            " status:WORD=paid. May be repeated.",
        ),
    ] = None,
    source: Annotated[
        str, typer.Option(metavar="NAME", help="What the other system or list is called, if that matters.")
    ] = "",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave out the rows that cannot be used.")
    ] = False,
) -> None:
    """Bring in the people of a list with their tickets."""
    from tui_pos.desk.imports.people import Outcome
    from tui_pos.desk.imports.people import import_people as bring_in

    desk = context.desk(store=apply)
    progress = _Progress(is_shown=sys.stderr.isatty() and not context.options.as_json)
    try:
        report = bring_in(
            desk, file, maps=maps or (), source=source, apply=apply, skip_bad=skip_bad, told=progress.told
        )
    finally:
        progress.end()
    refused = report.count(Outcome.REFUSED)
    answer = serializers.imported_people(report)
    if apply and not report.applied:
        raise Failed(exit_codes.USAGE, "bad_rows", _not_applied(report, refused), answer)
    if report.stopped:
        raise Failed(exit_codes.REFUSED, "stopped", STOPPED, answer)
    context.answer(answer, _lines(report))


class _Progress:
    """A bar on standard error that is drawn over itself."""

    def __init__(self, *, is_shown: bool) -> None:
        self._is_shown, self._last = is_shown, ""

    def told(self, step: "Step", done: int, of: int) -> None:
        """Draw how far it is, if that has changed."""
        filled = BAR * done // of if of else 0
        line = f"{step.capitalize():<10} {'#' * filled:<{BAR}} {done:,}" + (f" of {of:,}" if of else "")
        if self._is_shown and line != self._last:
            self._last = line
            sys.stderr.write(f"\r{line}\x1b[K")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the bar away."""
        if self._last:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _not_applied(report: "Report", refused: int) -> str:
    from tui_pos.ui.messages import sentence

    first = report.first_refused
    why = f"{first.number}: {sentence(first.reasons[0])}"
    rest = "" if refused == 1 else f" {refused} rows in all: look without --apply, or --skip-bad."
    return f"Nothing was written. Row {why}{rest}"


def _lines(report: "Report") -> Iterator[str]:
    from tui_pos.desk.imports.columns import Field
    from tui_pos.desk.imports.people import Outcome

    kind = (
        f"a list of {report.origin.source}" if report.origin.source else "a list of no system that is known"
    )
    yield f"Read as {kind}; --source NAME calls it something else."
    yield f"Row {report.header_row} names the columns:"
    named = [each for each in report.columns if each.header]
    used = [each for each in named if each.fields != (Field.IGNORED,)]
    yield from table((f"  {each.header}", ", ".join(each.fields)) for each in used)
    if unused := [each.header for each in named if each not in used]:
        yield f"  not used: {', '.join(unused)}"
    for outcome in (Outcome.REFUSED, Outcome.LEFT, Outcome.CHANGED, Outcome.ADDED):
        rows = [each for each in report.rows if each.outcome is outcome]
        rows.sort(key=lambda each: not each.reasons)
        if rows:
            yield ""
            yield from table(_row(each) for each in rows[:MOST_SHOWN])
            if len(rows) > MOST_SHOWN:
                yield f"  and more {outcome}: {report.count(outcome) - MOST_SHOWN:,}"
    yield ""
    yield ", ".join(f"{report.count(outcome):,} {outcome}" for outcome in Outcome)
    if report.also_here:
        yield f"{report.also_here:,} of those added bear name and address of somebody who is here already."
    if not report.applied:
        yield "Nothing was written: --apply does it."


def _row(row: "RowOutcome") -> tuple[str, ...]:
    from tui_pos.ui.messages import sentence

    why = " ".join(map(sentence, row.reasons))
    price = "" if row.price is None else f" {row.price}"
    stands = f"{row.status}{price}{', in' if row.came_in else ''}"
    return (f"{row.number}", str(row.outcome), row.name, row.ticket, stands, ", ".join(row.parts), why)
