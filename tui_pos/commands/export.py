"""export: lists and the accountant's day, as files or on standard output."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from tui_pos.commands import serializers
from tui_pos.commands.context import CommandContext, warn
from tui_pos.core import files
from tui_pos.core.config import ConfigError
from tui_pos.core.list_files import ROWS_OF_A_SHEET, Form, TooManyRows, write

if TYPE_CHECKING:
    from tui_pos.desk.context import Desk
    from tui_pos.desk.reports.export import Exported

Format = Annotated[
    Form | None,
    typer.Option("--format", help="How it is written; without it as the file's name ends, else csv."),
]
Output = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="The file, which is there whole or not at all; else standard output."),
]
First = Annotated[
    str | None, typer.Option("--from", metavar="DAY", help="Not what was before this day, 2027-05-14.")
]
Last = Annotated[str | None, typer.Option("--to", metavar="DAY", help="Not what was after this day.")]


def _list(name: str, about: str) -> Callable[..., None]:
    """The command that exports a list."""

    def command(
        context: CommandContext,
        form: Format = None,
        output: Output = None,
        first: First = None,
        last: Last = None,
    ) -> None:
        from tui_pos.desk.reports import export

        span = _day(first, "--from"), _day(last, "--to")
        _export(context, name, form, output, lambda desk: export.export(desk, name, *span))

    command.__doc__ = about
    return command


export_orders = _list("orders", "Export the orders, with what was received, given back, and is due.")
export_order_lines = _list("order-lines", "Export what was ordered, a row for each line of an order.")
export_payments = _list("payments", "Export the payments, as they were taken and what is kept of them.")
export_refunds = _list("refunds", "Export what was given back, or is about to be.")
export_people = _list("people", "Export the people with a badge, and what a list told of them.")
export_check_ins = _list("check-ins", "Export who came in, when and where.")
export_cash = _list("cash", "Export what went into the drawers and out of them.")
export_journal = _list("journal", "Export the audit log: who did what, where and why.")


def export_day(
    context: CommandContext,
    day: Annotated[
        str | None, typer.Option("--date", metavar="DAY", help="The day, 2027-05-14; without it today.")
    ] = None,
    form: Format = None,
    output: Output = None,
) -> None:
    """Export a day for the accountant: sums by tender, station, product and VAT rate, and their postings.

    Its day is one of the conference's own clock.
    """
    from tui_pos.desk.reports import export

    wanted = _day(day, "--date")
    _export(context, "day", form, output, lambda desk: export.export_day(desk, wanted))


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise typer.TyperException(f"{option} must be a date such as 2027-05-14.") from None


def _export(
    context: CommandContext,
    name: str,
    form: Form | None,
    output: Path | None,
    read: "Callable[[Desk], Exported]",
) -> None:
    """Write what ``read`` answers; a file that cannot be is refused before anything is asked."""
    from tui_pos.desk.context import Mode

    chosen = _form(context, form, output)
    with _opened(output) as out:
        desk = context.desk()
        if desk.mode is not Mode.LIVE:
            warn(f"{desk.conference.slug} is in {desk.mode} mode: its card payments are no money.")
        found = read(desk)
        write(chosen, out, found.tables, desk.local)
    if output is not None:
        rows = f"{found.rows} row{'' if found.rows == 1 else 's'}"
        answer = serializers.exported(name, chosen, str(output), found.rows)
        context.answer(answer, [f"{rows} are in {output}."])


def _form(context: CommandContext, form: Form | None, output: Path | None) -> Form:
    ends = output.suffix.lower().removeprefix(".") if output else ""
    chosen = form or (Form(ends) if ends in set(Form) else Form.CSV)
    if output is None and context.options.as_json:
        raise typer.TyperException("--json tells of a file: say --output FILE, or --format jsonl without it.")
    if output is None and chosen is Form.XLSX and sys.stdout.isatty():
        raise typer.TyperException("XLSX is not for a terminal: say --output FILE.")
    return chosen


@contextmanager
def _opened(output: Path | None) -> Iterator[IO[bytes]]:
    """Where to write. Tells in a sentence that there is no room, or that a list is too long."""
    try:
        if output is None:
            yield sys.stdout.buffer
            sys.stdout.flush()
        else:
            with files.replacing(output) as out:
                yield out
    except OSError as error:
        raise ConfigError(f"{output or 'The list'} cannot be written: {error.strerror}.") from None
    except TooManyRows:
        raise typer.TyperException(
            f"A sheet of XLSX holds at most {ROWS_OF_A_SHEET:,} rows: choose csv or jsonl, or fewer days."
        ) from None
