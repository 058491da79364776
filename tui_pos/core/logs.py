"""Logging, set up once for a process: what every room tells goes to one file, without secrets and e-mails.

Rooms log ids, codes, counts and stages, never a name, a text that somebody typed, or what Stripe said in
words: those stand in the database, where people's rights are checked. What slips through all the same is
taken out here.
"""

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

from tui_pos.core import log_file
from tui_pos.core.log_file import redact
from tui_pos.core.reasons import Reason, because
from tui_pos.core.scan import printable

OURS = "tui_pos"
MAX_MESSAGE = 500
"""The longest message; a longer one is cut."""


class LogFile(logging.Handler):
    """Writes each record as one line of the log. ``fault`` is why the last one could not be, else empty."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        self.station = "-"
        self.fault = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Remember the fault of a log that cannot be written instead of raising: it must not stop a sale."""
        try:
            log_file.append(self.file, f"{self.line(record)}\n")
        except OSError as error:
            self.fault = error.strerror or type(error).__name__
        else:
            self.fault = ""

    def line(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, station, process, room and message, on one line."""
        # This host's clock, as the line was made: to ask anybody for the time here could fail, and log.
        at = f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3]
        room = record.name.removeprefix(f"{OURS}.")
        message = printable(redact(record.getMessage()), MAX_MESSAGE)
        return f"{at}Z {record.levelname} {self.station.replace(' ', '_')} {os.getpid()} {room}: {message}"


logging.getLogger(OURS).addHandler(logging.NullHandler())  # before the set-up nothing goes to the terminal


def set_up(folder: Path, level: str) -> None:
    """Log what is at least of ``level`` into ``folder``; of other packages, warnings and errors alone.

    Touches no file before there is something to say. A second call takes the place of the first.
    """
    root = logging.getLogger()
    for before in _log_files():
        root.removeHandler(before)
    root.addHandler(LogFile(folder / log_file.NAME))
    logging.getLogger(OURS).setLevel(level.upper())


def at_station(name: str) -> None:
    """From now on each line names this station."""
    for handler in _log_files():
        handler.station = printable(name)


def fault(folder: Path) -> Reason | None:
    """Why the last line for the log in ``folder`` could not be written, None when it could."""
    for handler in _log_files():
        if handler.fault and handler.file.parent == folder:
            return because("log_not_written", file=str(handler.file), fault=handler.fault)
    return None


def _log_files() -> list[LogFile]:
    return [handler for handler in logging.getLogger().handlers if isinstance(handler, LogFile)]
