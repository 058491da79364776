"""What the desk refuses: a reason code for programs, one sentence for people, an exit status for commands."""

from typing import ClassVar

from tui_pos.core import exit_codes


class Refusal(Exception):
    """Base of everything the desk refuses on purpose. Nothing was written and nothing was sent."""

    exit_status: ClassVar[int] = exit_codes.REFUSED

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class InvalidInput(Refusal):
    """What was typed, scanned or passed is not usable."""

    exit_status = exit_codes.USAGE


class NotFound(Refusal):
    """There is no such attendee, order, product, reader or conference."""

    exit_status = exit_codes.NOT_FOUND


class Refused(Refusal):
    """A rule or the present state forbids it."""


class NotPermitted(Refusal):
    """The person signed in may not do this."""

    exit_status = exit_codes.NOT_PERMITTED
