"""What the desk refuses: a reason with its values, and an exit status for commands."""

from collections.abc import Mapping
from typing import ClassVar

from tui_pos.core import exit_codes
from tui_pos.core.reasons import Reason, because

__all__ = ["InvalidInput", "NotFound", "NotPermitted", "Reason", "Refusal", "Refused", "because"]


class Refusal(Exception):
    """Base of everything the desk refuses on purpose. Nothing was written and nothing was sent.

    ``message`` is a sentence given by who raised it, in place of the one of ``ui.messages``.
    """

    exit_status: ClassVar[int] = exit_codes.REFUSED

    def __init__(self, reason: str | Reason, message: str = "", /, **values: object) -> None:
        self.reason = because(reason, **values) if isinstance(reason, str) else reason
        self.message = message
        super().__init__(message or str(self.reason))

    @property
    def code(self) -> str:
        """The reason code for programs."""
        return self.reason.code

    @property
    def values(self) -> Mapping[str, object]:
        """What the sentence names."""
        return self.reason.values


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
