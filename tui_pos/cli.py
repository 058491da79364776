"""The front door: tells the desk itself from a command, and catches every error of either in one place.

The desk is opened without Typer, which takes a third of its start to import and to read four options.
"""

import io
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType

from tui_pos.commands import output
from tui_pos.core import (
    config,
    files,
    logs,
)
from tui_pos.core.scan import printable

log = logging.getLogger(__name__)

EVERYWHERE = ("--conference", "--config", "--station", "--staff")
"""Options with a value that may stand before or after the command, as --json may."""


COMPLETION = "_TUI_POS_COMPLETE"
"""Set by the shell that asks Typer what could stand here; the desk itself must not open then."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and answer its exit status; no exception leaves here."""
    files.keep_to_myself()
    if arguments is None:
        output.guard()
    words = in_front(sys.argv[1:] if arguments is None else arguments)
    accept_any_name()
    with Ending(as_json="--json" in words) as ending:
        refuse_unreadable(words)
        options = None if COMPLETION in os.environ else desk_alone(words)
        ending.status = run_command(words) if options is None else open_desk(options)
    return output.status(ending.status)


def desk_alone(words: Sequence[str]) -> Mapping[str, str] | None:
    """The options by their names where ``words`` are nothing else: then the desk itself is wanted."""
    options: dict[str, str] = {}
    queue = list(words)
    while queue:
        option, equals, value = queue.pop(0).partition("=")
        if not equals:
            value = queue.pop(0) if queue else "-"
        if option not in EVERYWHERE or value.startswith("-"):
            return None
        options[option.removeprefix("--")] = value
    return options


def open_desk(options: Mapping[str, str]) -> int:
    """Open the desk on this terminal; the exit status when it is left."""
    # Until the screens take the signals there is nothing to end in order, and no trace of calls to be read.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from tui_pos.ui.app import run

    file = options.get("config")
    settings = config.load(None if file is None else Path(file))
    logs.set_up(settings.home, settings.logging.level)
    return run(settings, options.get("conference"), options.get("station"), options.get("staff"))


def run_command(words: Sequence[str]) -> int:
    """Leave ``words`` to Typer; the exit status. Raises what the command raises."""
    import typer.main

    from tui_pos.commands.program import app

    status = typer.main.get_command(app).main(list(words), prog_name="tui-pos", standalone_mode=False)
    return int(status or 0)


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
            import typer

            raise typer.TyperException(f"{printable(word, 40)!r} is not UTF-8 text.")


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
        if "tui_pos.bootstrap.demo" in sys.modules:
            sys.modules["tui_pos.bootstrap.demo"].leave()
        if not isinstance(error, Exception):
            return error is None
        self.status = report(error, as_json=self.as_json)
        return True


def report(error: Exception, *, as_json: bool) -> int:
    """Tell one error: JSON on standard output for programs, one sentence on standard error for people."""
    from tui_pos.bootstrap import failures
    from tui_pos.commands.context import (
        Failed,
        safe,
        write,
    )
    from tui_pos.core import exit_codes
    from tui_pos.ui.messages import sentence

    details: Mapping[str, object] = {}
    if isinstance(error, Failed):
        failure: failures.Failure | None = failures.Failure(error.status, error.code, error.sentence)
        details = error.details
    else:
        failure = failures.known(error)
    if failure is None:
        failure = failures.Failure(exit_codes.CRASHED, "unexpected", recorded(error))
    if failure.status != exit_codes.USAGE:
        log.warning("ends with %d, %s", failure.status, failure.code)
    said = sentence(failure.said)
    if as_json:
        write(json.dumps({"error": said, "code": failure.code, **details}))
    else:
        sys.stderr.write(f"{safe(said)}\n")
    return failure.status


def recorded(error: Exception) -> str:
    """Put an unexpected error into the log; the sentence that says where."""
    from tui_pos.core import crash_log

    file = config.data_home() / crash_log.FILE_NAME
    try:
        reference = crash_log.record(error, file)
    except OSError:
        kind = type(error).__name__
        return f"The program failed in a way nobody expected ({kind}), and {file} cannot be written."
    return f"The program failed in a way nobody expected; reference {reference} in {file} has the details."
