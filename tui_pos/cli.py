"""The process: its streams and signals; the one place where an error becomes an answer and an exit status.

The options, the commands and what opens the desk: ``commands.program``.
"""

import io
import json
import logging
import signal
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType

from tui_pos.commands import output
from tui_pos.core import config, exit_codes, files, log_file
from tui_pos.core.scan import printable

log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and answer its exit status; no exception leaves here."""
    files.keep_to_myself()
    if arguments is None:
        output.guard()
        end_silently()
    words = sys.argv[1:] if arguments is None else arguments
    accept_any_name()
    with Ending(words) as ending:
        from tui_pos.commands import program  # Typer: 40 ms in which Ctrl-C must end silently

        refuse_unreadable(words)
        ending.status = program.run(words)
    return output.status(ending.status)


def end_silently() -> None:
    """Let Ctrl-C end the process until a command runs or the screens take the signals.

    Nothing has begun that has to end in order, and nobody wants to read a trace of calls.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def accept_any_name() -> None:
    """A terminal whose encoding lacks a letter shows ``?`` for it; the sale goes on."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def refuse_unreadable(words: Sequence[str]) -> None:
    """Bytes that are no UTF-8 arrive as lone surrogates, which no database takes."""
    for word in words:
        if not word.isascii() and any("\ud800" <= char <= "\udfff" for char in word):
            import typer

            raise typer.TyperException(f"{printable(word, 40)!r} is not UTF-8 text.")


class Ending:
    """However the command ends, turns it into one answer and an exit status."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
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
        self.status = report(error, self.words)
        return True


def report(error: Exception, words: Sequence[str]) -> int:
    """Tell one error: JSON on standard output for programs, one sentence on standard error for people."""
    from tui_pos.bootstrap import failures
    from tui_pos.commands.context import Failed, safe, write
    from tui_pos.commands.program import wants_json
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
    if wants_json(words):
        write(json.dumps({"error": said, "code": failure.code, **details}))
    else:
        sys.stderr.write(f"{safe(said)}\n")
    return failure.status


def recorded(error: Exception) -> str:
    """Put an unexpected error into the log; the sentence that says where."""
    file = config.data_home() / log_file.NAME
    try:
        reference = log_file.record_crash(error, file)
    except OSError:
        kind = type(error).__name__
        return f"The program failed in a way nobody expected ({kind}), and {file} cannot be written."
    return f"The program failed in a way nobody expected; reference {reference} in {file} has the details."
