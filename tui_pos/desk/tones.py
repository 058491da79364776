"""How good it is what somebody is told: the screen has a sign and a colour for each."""

from enum import StrEnum


class Tone(StrEnum):
    """From nothing special to nobody knows."""

    PLAIN = "plain"
    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    UNKNOWN = "unknown"
