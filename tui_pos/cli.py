"""The command line: reads the options, starts the app or one command, catches every error in one place.

Heavy modules (Peewee, Textual, Stripe) are imported by the command that needs them, so that ``--help`` and a
wrong option answer at once.
"""

import io
import json
import sys
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer

from tui_pos.commands import charging, looking, orders, paying, readers, selling, setup, treasury, visiting
from tui_pos.commands.call import Call, Failed, safe, write
from tui_pos.config import ConfigError
from tui_pos.data import drivers

EVERYWHERE = ("--conference", "--config", "--station", "--staff")
"""Options with a value that may stand before or after the command, as --json may."""


app = typer.Typer(
    name="tui-pos",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
)
for command in (
    looking.lookup,
    looking.inventory,
    visiting.check_in,
    visiting.hand_out,
    visiting.companion,
    selling.checkout,
    charging.charge,
    paying.capture,
    paying.cancel,
    orders.orders,
    orders.cancel_order,
    orders.void,
    treasury.refund,
    treasury.reconcile,
    readers.readers,
    readers.connection_token,
    looking.conferences,
    setup.init,
    setup.simulator,
):
    app.command()(command)


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    conference: Annotated[
        str | None, typer.Option(metavar="SLUG", help="The conference to work for; demo is for practice.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The config file, instead of $TUI_POS_CONFIG and the usual ones."),
    ] = None,
    station: Annotated[
        str | None, typer.Option(metavar="NAME", help="This desk's name, instead of $TUI_POS_STATION.")
    ] = None,
    staff: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who acts; the password comes from $TUI_POS_SECRET or is asked."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON; errors too.")] = False,
    show_version: Annotated[bool, typer.Option("--version", help="Show the version and end.")] = False,
) -> None:
    """The registration desk of a conference. Without a command the desk itself opens."""
    if show_version:
        write(f"tui-pos {version('tui-pos')}")
        raise typer.Exit
    context.obj = Call(conference, config, station, staff, as_json)
    leave_out_unused_driver(context.obj)
    if context.invoked_subcommand is None:
        from tui_pos.app import run

        raise typer.Exit(run(context.obj.settings(), conference, station, staff))


def leave_out_unused_driver(call: Call) -> None:
    """Peewee would import PostgreSQL's driver for a desk on SQLite too: a third of its start, for nothing."""
    try:
        url = call.settings().database_url
    except ConfigError:
        return  # a command that needs the config will say so
    drivers.leave_out_unused(url or "sqlite:")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and answer its exit status; no exception leaves here."""
    words = in_front(sys.argv[1:] if arguments is None else arguments)
    accept_any_name()
    with Ending(as_json="--json" in words) as ending:
        refuse_unreadable(words)
        status = typer.main.get_command(app).main(words, prog_name="tui-pos", standalone_mode=False)
        ending.status = int(status or 0)
    return ending.status


def accept_any_name() -> None:
    """A terminal whose encoding lacks a letter shows ``?`` for it; the sale goes on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def in_front(words: Sequence[str]) -> list[str]:
    """The same words with the options that hold for every command before it, where Typer looks for them."""
    front: list[str] = []
    rest: list[str] = []
    queue = list(words)
    while queue:
        word = queue.pop(0)
        if word == "--":
            rest += [word, *queue]
            break
        if word == "--json" or word.startswith(tuple(f"{option}=" for option in EVERYWHERE)):
            front.append(word)
        elif word in EVERYWHERE and queue:
            front += [word, queue.pop(0)]
        else:
            rest.append(word)
    return [*front, *rest]


def refuse_unreadable(words: Sequence[str]) -> None:
    """Bytes that are no UTF-8 arrive as lone surrogates, which no database takes."""
    for word in words:
        if not word.isascii() and any("\ud800" <= char <= "\udfff" for char in word):
            raise typer.TyperException(f"{safe(word)[:40]!r} is not UTF-8 text.")


class Ending:
    """However the command ends, turns it into one answer and an exit status."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.status = 0

    def __enter__(self) -> "Ending":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if "tui_pos.training" in sys.modules:
            sys.modules["tui_pos.training"].leave()
        if not isinstance(error, Exception):
            return error is None
        try:
            self.status = report(error, as_json=self.as_json)
        except typer.Exit as gone:  # nobody reads any more
            self.status = gone.exit_code
        return True


def report(error: Exception, *, as_json: bool) -> int:
    """Tell one error: JSON on standard output for programs, one sentence on standard error for people."""
    from tui_pos import failures

    details: Mapping[str, object] = {}
    if isinstance(error, Failed):
        failure: failures.Failure | None = failures.Failure(error.status, error.code, error.sentence)
        details = error.details
    else:
        failure = failures.known(error)
    if failure is None:
        failure = failures.Failure(failures.CRASHED, "unexpected", recorded(error))
    if as_json:
        write(json.dumps({"error": failure.sentence, "code": failure.code, **details}))
    else:
        sys.stderr.write(f"{safe(failure.sentence)}\n")
    return failure.status


def recorded(error: Exception) -> str:
    """Put an unexpected error into the log; the sentence that says where."""
    from tui_pos import crash_log
    from tui_pos.config import data_home

    file = data_home() / crash_log.FILE_NAME
    try:
        reference = crash_log.record(error, file)
    except OSError:
        kind = type(error).__name__
        return f"The program failed in a way nobody expected ({kind}), and {file} cannot be written."
    return f"The program failed in a way nobody expected; reference {reference} in {file} has the details."
