"""What every command shares: the options before it, the desk that they open, and how it answers."""

import contextlib
import getpass
import json
import logging
import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tui_pos.core.config import Settings, load
from tui_pos.core.scan import printable

if TYPE_CHECKING:
    from tui_pos.bootstrap.session import DeskSession
    from tui_pos.desk.context import Desk, Staff

log = logging.getLogger(__name__)

SECRET_VARIABLE = "TUI_POS_SECRET"

MAX_CELL = 200
"""The longest text of one cell in an answer for people; a longer one is cut."""

Key = Annotated[
    str | None, typer.Option(metavar="KEY", help="Asked again with the same key, nothing more is done.")
]
"""The idempotency key of a command that a script may repeat when it did not get the answer."""


class Failed(Exception):
    """Raised by a command that did its work and did not succeed: its answer and exit status."""

    def __init__(self, status: int, code: str, sentence: str, details: Mapping[str, object]) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.sentence = sentence
        self.details = details


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options that hold for every command, before it or after it; `program.start` declares them."""

    conference: str | None
    config: Path | None
    station: str | None
    staff: str | None
    as_json: bool

    def settings(self) -> Settings:
        """The settings that --config names. Raises ConfigError."""
        return load(self.config)


class CommandContext(typer.Context):
    """What a command is given: its options, the desk that they open, and the way to answer."""

    options: Options

    def settings(self) -> Settings:
        """The settings that the options name. Raises ConfigError."""
        return self.options.settings()

    def session(self, *, store: bool = True) -> "DeskSession":
        """The conference and station that the options name, opened; ``store``: see `session.open_session`."""
        from tui_pos.bootstrap.session import open_session
        from tui_pos.desk import clocks
        from tui_pos.ui.messages import sentence

        log.info("%s begins", self.info_name)
        session = open_session(self.settings(), self.options.conference, self.options.station, store=store)
        told = (
            *map(sentence, session.warnings),
            session.unknown_station if session.is_named else "",
            *(sentence(each.reason) for each in clocks.apart(session.account)),
        )
        for warning in filter(None, told):
            warn(warning)
        return session

    def desk(self, *, store: bool = True) -> "Desk":
        """The desk for the staff member that the options name, or for the trainee.

        A command that only looks leaves the database as it is, without ``store``.
        """
        return self.desk_at(self.session(store=store), store=store)

    def desk_at(self, session: "DeskSession", *, store: bool = True) -> "Desk":
        """The desk there, for the staff member that the options name, or for the trainee."""
        return session.desk(self._staff(session, told=store))

    def service(self) -> "Desk":
        """The desk for the host's service account, which no password is asked for."""
        from tui_pos.desk.access.sign_in import service_account

        return self.session().desk(service_account())

    def answer(self, data: dict[str, Any], lines: Iterable[str]) -> None:
        """Write one answer: ``data`` as one line of JSON, or ``lines`` for people."""
        if self.options.as_json:
            write(json.dumps(data))
            return
        for line in lines:
            write(safe(line))

    def confirm(self, lines: Iterable[str], yes: bool) -> None:
        """Go on with --yes, or when a person at a terminal says so."""
        from tui_pos.core import exit_codes

        if yes:
            return
        if self.options.as_json or not sys.stdin.isatty():
            told = f"{' '.join(lines)} Say --yes to do it."
            raise Failed(exit_codes.REFUSED, "not_confirmed", told, {})
        for line in lines:
            self.say(line)
        if not typer.confirm("Go on?"):
            raise typer.Abort

    def say(self, line: str) -> None:
        """Write a line while the command runs; programs only want the end."""
        if not self.options.as_json:
            write(safe(line))

    def _staff(self, session: "DeskSession", *, told: bool) -> "Staff":
        from tui_pos.desk.access import sign_in

        name = self.options.staff
        if name is None and session.trainee is not None:
            return session.trainee
        if name is None:
            raise typer.TyperException(
                f"Say who you are with --staff NAME (password: ${SECRET_VARIABLE}, or asked)."
            )
        return sign_in.sign_in(name, secret_of(name), session.sign_in_at, told=told)


def typed_key(key: str | None) -> str:
    """The value of ``--key`` for the desk; a variable that a script forgot to set protects nothing."""
    if key is not None and not key.strip():
        raise typer.TyperException("--key is empty: give each request a key of its own, or leave it out.")
    return key or ""


def write(line: str) -> None:
    """One line to standard output, at once, so that whoever reads a pipe sees each stage.

    A line that cannot be written stops no work that is under way: ``output`` tells it at the end.
    """
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def warn(line: str) -> None:
    """Write one line to standard error; a closed one is ignored."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{safe(line)}\n")


def safe(line: str) -> str:
    """The line without any escape sequence or control character, whatever stands in the data; spaces stay."""
    return re.sub(r"[^ ]+", lambda word: printable(word[0], MAX_CELL), line)


def table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    """Rows as aligned columns; what stands in a cell is made printable first, so that it cannot widen one."""
    cells = [tuple(printable(cell, MAX_CELL) for cell in row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)] if cells else []
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def secret_of(username: str, variable: str = SECRET_VARIABLE) -> str:
    """The password from ``variable`` of the environment, else asked on the terminal."""
    given = _given_secret(username, variable)
    return getpass.getpass(f"Password of {printable(username)}: ") if given is None else given


def new_secret_of(username: str, variable: str) -> str:
    """The same of a password that somebody is to get: asked twice, until both are one."""
    given = _given_secret(username, variable)
    if given is not None:
        return given
    while True:
        asked = f"New password of {printable(username)}"
        secret = getpass.getpass(f"{asked}: ")
        if getpass.getpass(f"{asked}, again: ") == secret:
            return secret
        warn("The two passwords differ: type the same one twice.")


def _given_secret(username: str, variable: str) -> str | None:
    secret = os.environ.get(variable)
    if secret is None and not sys.stdin.isatty():
        raise typer.TyperException(f"Put the password of {printable(username)} into ${variable}.")
    return secret
