"""The machine: config, files, terminal."""

import codecs
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from tui_pos.bootstrap.doctor.findings import Finding, failed, ok, warning
from tui_pos.bootstrap.doctor.subject import Subject
from tui_pos.bootstrap.session import unknown_station
from tui_pos.core import config, exit_codes
from tui_pos.core.files import FOLDER, at_home
from tui_pos.core.scan import printable
from tui_pos.data import health
from tui_pos.desk import clocks
from tui_pos.desk.limits import Stop

EVERYBODY = stat.S_IRWXO
STRANGERS = EVERYBODY | stat.S_IWGRP
"""A group may read: root keeps a key for the account of the desks."""
WRITERS = stat.S_IWGRP | stat.S_IWOTH
BEYOND_OURS = 0o777 & ~FOLDER
"""What a folder that the program made lets nobody do."""

WIDTH, HEIGHT = 80, 24


def config_file(subject: Subject) -> Iterator[Finding]:
    """Which config holds; one that cannot be read ended the command before."""
    path = subject.settings.path
    if path is None and not subject.settings.database_url:
        yield failed(
            "config",
            "There is no config: run tui-pos --conference SLUG init, or name one with --config.",
            status=exit_codes.USAGE,
        )
    else:
        yield ok("config", f"The config is {path}." if path else "The demonstration needs no config.")


def files(subject: Subject) -> Iterator[Finding]:
    """Whether what holds secrets, people and money is for this user alone."""
    open_to_others = [file for file, bits in _private(subject) if _mode(file) & bits]
    for file in open_to_others:
        mode = "g=,o=" if file == subject.settings.home else "g-w,o="
        yield warning("files", f"Others on this machine can get at {file}: run chmod {mode} {file}.")
    if not open_to_others:
        yield ok("files", "Config, key and data are for this user alone.")


def _private(subject: Subject) -> Iterator[tuple[Path, int]]:
    """Files, and the bits of their modes that they should not have.

    A config without a password may be read by everybody, and a group may share a database with the web site.
    """
    settings = subject.settings
    has_password = bool(health.password_in(settings.database_url))
    named = [
        (settings.path, STRANGERS if has_password else WRITERS),
        (settings.home, BEYOND_OURS),
        (health.file_of(settings.database_url), EVERYBODY),
    ]
    if subject.slug and (key := settings.conference(subject.slug).stripe_secret_key_file):
        named.append((at_home(key), STRANGERS))
    yield from ((file, bits) for file, bits in named if file is not None)


def _mode(file: Path) -> int:
    """The mode of a file; one that is not there, or that cannot be looked at, is open to nobody."""
    with suppress(OSError):
        return file.stat().st_mode
    return 0


def terminal(subject: Subject) -> Iterator[Finding]:  # noqa: ARG001  # as every check is called
    """Whether the desk's screens can be drawn here."""
    kind = os.environ.get("TERM", "")
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout and sys.stdout.isatty()):
        yield ok("terminal", "This is no terminal, so its size, colours and encoding were not looked at.")
        return
    if kind in ("", "dumb"):
        yield failed(
            "terminal",
            "TERM is unset or dumb, so no screen can be drawn: set it, for example to xterm-256color.",
            status=exit_codes.USAGE,
        )
        return
    faults = [*_size(), *_encoding()]
    yield from faults
    if not faults:
        yield ok("terminal", f"{printable(kind, 40)}, {_colours(kind)}.")


def _size() -> Iterator[Finding]:
    width, height = os.get_terminal_size(sys.stdout.fileno())
    if 0 < width < WIDTH or 0 < height < HEIGHT:
        yield warning(
            "terminal",
            f"The terminal has {width} columns and {height} rows: make it {WIDTH} by {HEIGHT} at least.",
        )


def _encoding() -> Iterator[Finding]:
    encoding = sys.stdout.encoding or "ascii"
    if codecs.lookup(encoding).name != "utf-8":
        yield warning(
            "terminal",
            f"The terminal's encoding is {encoding}, so some names show ?: set LANG, for example to C.UTF-8.",
        )


def _colours(kind: str) -> str:
    import curses  # here, for no desk needs it

    if os.environ.get("NO_COLOR"):
        return "no colours wanted (NO_COLOR)"
    try:
        curses.setupterm(kind, sys.stdout.fileno())
    except curses.error:
        return "not known to this machine's terminfo"
    count = curses.tigetnum("colors")
    return f"{count} colours" if count > 0 else "without colours, which every screen does without"


def clock(subject: Subject) -> Iterator[Finding]:
    """This machine's clock against the database's and Stripe's, as they were last heard; asks nobody."""
    found = clocks.apart(subject.terminal)
    for each in found:
        if each.is_refused:
            yield failed("clock", each.reason, Stop.TIMING, status=exit_codes.REFUSED)
        else:
            yield warning("clock", each.reason, matters_here=True)
    if not found:
        yield ok("clock", "This computer's clock is right, as far as others have told the time.")


def station(subject: Subject) -> Iterator[Finding]:
    """Whether the config knows this desk."""
    if unknown := unknown_station(subject.settings, subject.station):
        yield warning("station", f"{unknown} Name this desk with --station or ${config.STATION_VARIABLE}.")
    else:
        yield ok("station", f"This desk is {printable(subject.station, 40)}.")
