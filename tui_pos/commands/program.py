"""Typer's program: the desk itself, the commands, and the options that hold for all of them."""

import signal
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
import typer.core
import typer.main

from tui_pos.commands.context import CommandContext, Options, write
from tui_pos.core import logs
from tui_pos.core.config import ConfigError
from tui_pos.data import drivers

NAME = "tui-pos"


class AsTyped(typer.core.TyperOption):
    """An option whose value is what was typed, or what its callback makes of that.

    Of any other Typer lets pydantic say that a text is a text, and its import makes the start 50 ms longer.
    """

    def process_value(self, ctx: Any, value: Any) -> Any:
        """The value for the function that declares the option."""
        return value if self.callback is None else self.callback(ctx, self, value)


class SharedOptionsCommand(typer.core.TyperCommand):
    """A command that takes the options of ``start`` too: they may stand before or after its name."""

    context_class = CommandContext

    def get_params(self, ctx: Any) -> list[Any]:
        """The command's own parameters, those that hold for every command, and --help."""
        *own, help_option = super().get_params(ctx)
        return [*own, *_shared(ctx.find_root()), help_option]

    def invoke(self, ctx: Any) -> Any:
        """Run the command with its own parameters; the others are its context's ``options``."""
        ctx.options = Options(
            **{option.name: ctx.params.pop(option.name) for option in _shared(ctx.find_root())}
        )
        _prepare(ctx)
        return super().invoke(ctx)


COMMANDS = {
    "lookup": "lookup",
    "find": "lookup",
    "inventory": "lookup",
    "check-in": "checkin",
    "hand-out": "checkin",
    "companion": "checkin",
    "correct": "checkin",
    "transfer": "checkin",
    "checkout": "orders",
    "charge": "charge",
    "capture": "card_payments",
    "cancel": "card_payments",
    "resolve": "card_payments",
    "orders": "orders",
    "complete": "orders",
    "cancel-order": "orders",
    "void": "orders",
    "refund": "treasury",
    "exchange": "treasury",
    "reconcile": "treasury",
    "import catalogue": "catalogue",
    "import people": "import_people",
    "export catalogue": "catalogue",
    "export orders": "export",
    "export order-lines": "export",
    "export payments": "export",
    "export refunds": "export",
    "export people": "export",
    "export check-ins": "export",
    "export cash": "export",
    "export journal": "export",
    "export day": "export",
    "forget": "personal_data",
    "product-codes": "cards",
    "cards": "cards",
    "readers": "card_payments",
    "connection-token": "card_payments",
    "conferences": "lookup",
    "manual": "lookup",
    "doctor": "setup",
    "init": "setup",
    "upgrade": "setup",
    "simulator": "setup",
}
"""The commands in the order of --help, and the module of each, which is imported when it is called.

The function of a command has its name, with ``_`` for what parts words; two words are a command of a group.
"""

GROUPS: dict[str, str] = {
    "import": "Bring in what a file lists.",
    "export": "Write lists to files: CSV, JSON lines or XLSX; the catalogue as TOML.",
}
"""What the groups of commands are for."""


@cache
def _command(name: str) -> Any:
    if name in GROUPS:
        return CommandGroup(name=name, help=GROUPS[name])
    module = import_module(f"tui_pos.commands.{COMMANDS[name]}")
    alone = typer.Typer(rich_markup_mode=None, add_completion=False)
    function = getattr(module, name.translate({ord("-"): "_", ord(" "): "_"}))
    alone.command(name.rpartition(" ")[2], cls=SharedOptionsCommand)(function)
    return typer.main.get_command(alone)


class Commands(Mapping[str, Any]):
    """The commands by name, each made when it is asked for: the desk itself waits for none of them."""

    def __init__(self, group: str = "") -> None:
        words = (name.partition(" ") for name in COMMANDS)
        names = [(last if group else first) for first, _, last in words if group in ("", first)]
        self.names = {name: f"{group} {name}".strip() for name in names}

    def __getitem__(self, name: str) -> Any:
        return _command(self.names[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


class CommandGroup(typer.core.TyperGroup):
    """Commands of two words; what stood before the first holds for them."""

    def __init__(self, *, name: str, help: str) -> None:  # noqa: A002 - what Typer calls it
        commands: Any = Commands(name)
        super().__init__(name=name, help=help, commands=commands, rich_markup_mode=None)

    def invoke(self, ctx: Any) -> Any:
        """Hand on the options of ``start`` to the command that was called."""
        ctx.default_map = dict.fromkeys(self.commands, ctx.default_map or {})
        return super().invoke(ctx)


class Program(typer.core.TyperGroup):
    """The desk, or a command."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": Commands()})

    def get_params(self, ctx: Any) -> list[Any]:
        """The options of ``start``, those for completion, and --help."""
        params = super().get_params(ctx)
        for option in params:
            option.__class__ = AsTyped
        return params


def _shared(program: Any) -> list[Any]:
    """The options that ``start`` is given; it is not given --version and --help, which end the program."""
    return [option for option in program.command.params if option.expose_value]


app = typer.Typer(name=NAME, cls=Program, rich_markup_mode=None, pretty_exceptions_enable=False)


def _prepare(context: CommandContext) -> None:
    """Let Ctrl-C interrupt the command in order, and set up the log.

    PostgreSQL's driver is left out where the database is SQLite: Peewee would import it too, a third of a
    start, for nothing.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        settings = context.settings()
    except ConfigError:
        return  # a command that needs the config will say so
    logs.set_up(settings.home, settings.logging.level)
    is_asked_where = context.info_name == "init"
    drivers.leave_out_unused(settings.database_url or ("" if is_asked_where else "sqlite:"))


def _path(typed: str | None) -> Path | None:
    return None if typed is None else Path(typed)


def _show_version(context: typer.Context, wanted: bool) -> None:
    if wanted and not context.resilient_parsing:
        from importlib import metadata  # 15 ms, which no other command needs

        write(f"{NAME} {metadata.version(NAME)}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    conference: Annotated[
        str | None, typer.Option(metavar="SLUG", help="The conference to work for; demo is for practice.")
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The config file, instead of $TUI_POS_CONFIG and the usual ones.",
            callback=_path,
        ),
    ] = None,
    station: Annotated[
        str | None, typer.Option(metavar="NAME", help="This desk's name, instead of $TUI_POS_STATION.")
    ] = None,
    staff: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Who acts; the password comes from $TUI_POS_SECRET or is asked."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON; errors too.")] = False,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version and end.",
            callback=_show_version,
            is_eager=True,
            expose_value=False,
        ),
    ] = False,
) -> int:
    """The registration desk of a conference. Without a command the desk itself opens."""
    if context.invoked_subcommand is None:
        return _open_desk(
            Options(conference=conference, config=config, station=station, staff=staff, as_json=as_json)
        )
    # What stands before the command holds unless the same option stands after it.
    context.default_map = {context.invoked_subcommand: context.params}
    return 0


def _open_desk(options: Options) -> int:
    """Open the desk on this terminal; the exit status when it is left."""
    from tui_pos.ui import app as desk_app

    settings = options.settings()
    logs.set_up(settings.home, settings.logging.level)
    return desk_app.run(settings, options.conference, options.station, options.staff)


PROGRAM = typer.main.get_command(app)


def run(words: Sequence[str]) -> int:
    """Do what ``words`` say; the exit status. Raises what a command raises."""
    return int(PROGRAM.main(list(words), prog_name=NAME, standalone_mode=False) or 0)


def wants_json(words: Sequence[str]) -> bool:
    """Whether --json is among ``words``, though others of them are wrong."""
    context = PROGRAM.make_context(
        NAME,
        list(words),
        resilient_parsing=True,
        ignore_unknown_options=True,
        allow_interspersed_args=True,
    )
    return bool(context.params["as_json"])
