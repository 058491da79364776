"""The sentence of an expected error for a screen."""

import logging

from tui_pos.bootstrap import failures
from tui_pos.ui.messages import sentence

log = logging.getLogger(__name__)


def explain(error: Exception) -> str | None:
    """The sentence, None for an unexpected error; logs the code of what is told."""
    failure = failures.known(error)
    if failure is None:
        return None
    log.info("told at the desk: %s", failure.code)
    return sentence(failure.said)
