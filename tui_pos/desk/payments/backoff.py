"""How long to wait before Stripe is asked again: longer each time, until there is a real answer."""

from collections import Counter
from datetime import timedelta
from enum import StrEnum

from tui_pos.core import clock

FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)

PERSON_AFTER = 5
"""After so many definite refusals in a row a payment needs a person."""

MOST_POLLS, MOST_POLLS_LIMITED = 10, 60
"""The longest pause after no answer, and after too many requests, in polls."""


class StripeCall(StrEnum):
    """What is asked of Stripe."""

    CREATE = "create"
    FIND = "find"
    READ = "read"
    READER = "reader"
    PROCESS = "process"
    WITHDRAW = "withdraw"
    CAPTURE = "capture"
    CANCEL = "cancel"


def after_refusals(refusals: int) -> timedelta:
    """The pause after so many definite refusals in a row, at least one: 2 s, 4, 8, 16, then 5 minutes."""
    return LONGEST_PAUSE if refusals >= PERSON_AFTER else FIRST_PAUSE * (1 << (refusals - 1))


def after_failures(failures: int, poll_seconds: float, *, limited: bool) -> float:
    """Seconds to wait after so many calls in a row, at least one, to which there was no real answer.

    ``limited``: Stripe had too many requests (429), so that asking soon makes it worse.
    """
    most = MOST_POLLS_LIMITED if limited else MOST_POLLS
    return poll_seconds * min(1 << min(failures - 1, 10), most)


class Backoff:
    """Unanswered calls in a row, per kind of call: only an answer to the same kind resets the count.

    Otherwise a capture without an answer would be repeated for ever, because the reads between are answered.
    """

    def __init__(self, poll_seconds: float) -> None:
        self._poll_seconds = poll_seconds
        self._failures: Counter[StripeCall] = Counter()
        self._not_before: dict[StripeCall, float] = {}

    def failed(self, call: StripeCall, *, limited: bool = False) -> None:
        """Count a call without a real answer."""
        self._failures[call] += 1
        pause = after_failures(self._failures[call], self._poll_seconds, limited=limited)
        self._not_before[call] = clock.monotonic() + pause

    def answered(self, call: StripeCall) -> None:
        """Reset the count: there was an answer, a refusal included."""
        self._failures.pop(call, None)
        self._not_before.pop(call, None)

    def left(self, call: StripeCall) -> float:
        """Seconds until it may be asked again; 0 when now."""
        return max(0.0, self._not_before.get(call, 0.0) - clock.monotonic())

    def retry_now(self) -> None:
        """Forget the pauses: a person asked for something, which is tried at once."""
        self._not_before.clear()

    @property
    def in_a_row(self) -> int:
        """The most failures in a row of any kind of call."""
        return max(self._failures.values(), default=0)
