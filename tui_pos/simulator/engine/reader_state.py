"""The states of a card reader that Stripe does not show: what it does, its condition, and what fails next."""

from enum import StrEnum

from tui_pos.simulator.engine.errors import Json

# Stripe calls a reader offline when it was silent for so many seconds.
OFFLINE_AFTER = 120


class Phase(StrEnum):
    """What a reader does; its ``_phase``."""

    IDLE = "idle"
    WAITING = "waiting"
    AUTHORISING = "authorising"


class Condition(StrEnum):
    """How a reader is; its ``_condition``. In all but the first it takes no command."""

    ONLINE = "online"
    BUSY = "busy"
    UPDATING = "updating"
    CARD_LEFT_IN = "card_left_in"
    HARDWARE_FAULT = "hardware_fault"
    WRONG_LOCATION = "wrong_location"


class ReaderFault(StrEnum):
    """What goes wrong once at a reader, with its next command or card; the keys of its ``_next``."""

    ACK_LOST = "ack_lost"
    NOT_DELIVERED = "timeout_not_delivered"
    CUT_AFTER_AUTHORIZATION = "connection_error_after_authorization"
    CUT_BEFORE_AUTHORIZATION = "connection_error_before_authorization"


def is_offline(reader: Json, now: float) -> bool:
    """Whether Stripe has given the reader up by ``now`` (Unix seconds)."""
    since = reader["_silent_since"]
    return since is not None and now - since >= OFFLINE_AFTER


def last_seen_at(reader: Json, now: float) -> int:
    """Unix milliseconds of the reader's last signal."""
    since = reader["_silent_since"]
    return int((now if since is None else since) * 1000)


def take_fault(reader: Json, fault: ReaderFault) -> bool:
    """Whether this was to go wrong now; it is used up then. The caller saves the reader."""
    return reader["_next"].pop(fault, None) is not None
