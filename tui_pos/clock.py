"""The one source of time, ids and randomness, so that a test can set them.

Call through the module (``clock.now()``, never ``from tui_pos.clock import now``): a test replaces a
function here (``monkeypatch.setattr(clock, "now", ...)``) and everything follows.
"""

import secrets
import string
import time
import uuid
from datetime import UTC, datetime

CODE_ALPHABET = string.ascii_uppercase + string.digits


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never goes back; only differences mean something."""
    return time.monotonic()


def new_id() -> str:
    """A fresh random identifier (32 hex digits), fit for idempotency keys."""
    return uuid.uuid4().hex


def random_code(length: int) -> str:
    """A fresh random code of ``length`` characters from A-Z and 0-9."""
    return "".join(secrets.choice(CODE_ALPHABET) for _ in range(length))
