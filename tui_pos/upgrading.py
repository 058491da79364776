"""Upgrading the open database as the settings say, with a word in the log about the copy that was made."""

from contextlib import suppress

from tui_pos import crash_log
from tui_pos.config import Settings
from tui_pos.data import schema
from tui_pos.data.upgrades import Upgrade


def upgraded(settings: Settings) -> Upgrade:
    """Make or change the open database's tables for this version. Raises DataError."""
    done = schema.prepare(settings.keep_backups)
    if done.backup is not None:
        steps = f"from step {done.before} to {done.after}"
        sentence = f"Copied the database to {done.backup} before its upgrade {steps}."
        with suppress(OSError):  # a log that cannot be written stops no desk
            crash_log.note(sentence, settings.home / crash_log.FILE_NAME)
    return done
