"""Upgrading the open database as the settings say, with a word in the log about the copy that was made."""

import logging

from tui_pos.core.config import Settings
from tui_pos.data import schema
from tui_pos.data.upgrades import Upgrade

log = logging.getLogger(__name__)


def upgraded(settings: Settings) -> Upgrade:
    """Make or change the open database's tables for this version. Raises DataError."""
    done = schema.prepare(settings.keep_backups)
    if done.backup is not None:
        log.info(
            "copied the database to %s before its upgrade from step %d to %d",
            done.backup,
            done.before,
            done.after,
        )
    return done
