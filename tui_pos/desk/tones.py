"""How good or bad a message is; the screen has a sign and a colour for each tone."""

from enum import StrEnum


class Tone(StrEnum):
    """``UNKNOWN``: the outcome is not known yet."""

    PLAIN = "plain"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"
