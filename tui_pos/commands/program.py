"""Typer's program: every command, and the options that hold for all of them.

Heavy modules (Peewee, Textual, Stripe) are imported by the command that needs them, so that ``--help`` and a
wrong option answer at once.
"""

from pathlib import Path
from typing import Annotated

import typer

from tui_pos.commands import (
    charging,
    examining,
    looking,
    orders,
    paying,
    readers,
    resolving,
    selling,
    setup,
    treasury,
    upgrading,
    visiting,
)
from tui_pos.commands.context import CommandContext, write
from tui_pos.core import logs
from tui_pos.core.config import ConfigError
from tui_pos.data import drivers

app = typer.Typer(
    name="tui-pos",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=False,
)
for command in (
    looking.lookup,
    looking.find,
    looking.inventory,
    visiting.check_in,
    visiting.hand_out,
    visiting.companion,
    selling.checkout,
    charging.charge,
    paying.capture,
    paying.cancel,
    resolving.resolve,
    orders.orders,
    orders.complete,
    orders.cancel_order,
    orders.void,
    treasury.refund,
    treasury.exchange,
    treasury.reconcile,
    readers.readers,
    readers.connection_token,
    looking.conferences,
    looking.manual,
    examining.doctor,
    setup.init,
    upgrading.upgrade,
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
        from importlib.metadata import version

        write(f"tui-pos {version('tui-pos')}")
        raise typer.Exit
    context.obj = CommandContext(
        conference, config, station, staff, as_json, context.invoked_subcommand or ""
    )
    prepare(context.obj)
    if context.invoked_subcommand is None:
        from tui_pos.ui.app import run

        raise typer.Exit(run(context.obj.settings(), conference, station, staff))


def prepare(call: CommandContext) -> None:
    """Set up the log, and leave PostgreSQL's driver out for a desk on SQLite: Peewee would import it too, a
    third of its start, for nothing."""
    try:
        settings = call.settings()
    except ConfigError:
        return  # a command that needs the config will say so
    logs.set_up(settings.home, settings.logging.level)
    drivers.leave_out_unused(settings.database_url or "sqlite:")
