"""What a desk may not do at the moment because something was found wrong, and why; everything else goes on.

The checks that run when a desk opens, and again while it runs, say what they found (``doctor``); what would
need what is broken is refused here before anything is begun.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum

from tui_pos.desk.errors import Reason, Refused


class Stop(StrEnum):
    """A part of a desk's work that can be stopped, the worst first; the value is the code of the refusal."""

    SAVING = "cannot_save"
    SELLING = "cannot_sell"
    TIMING = "wrong_clock"
    CARDS = "cannot_take_cards"
    CARD_REFUNDS = "cannot_refund_cards"


class Limits:
    """The stops of one running desk, shared by everything that acts for it; may be read from any thread.

    ``at_the_moment`` answers those that are looked at in the moment of an act, with what is said of them.
    """

    def __init__(self, at_the_moment: Callable[[], Mapping[Stop, str | Reason]] = dict) -> None:
        self._at_the_moment = at_the_moment
        self._found: Mapping[str, Mapping[Stop, str | Reason]] = {}

    def replace(self, source: str, found: Mapping[Stop, str | Reason]) -> None:
        """Let ``found`` (what is said of each stop) be all that the checks named ``source`` found."""
        self._found = {**self._found, source: dict(found)}

    def why(self, stop: Stop) -> str | Reason:
        """What a check said of a stop, "" when there is none."""
        every = (*self._found.values(), self._at_the_moment())
        return next((found[stop] for found in every if stop in found), "")

    def refuse(self, *stops: Stop) -> None:
        """Raise Refused with the reason code and the words of the first of these that there is."""
        for stop in stops:
            if found := self.why(stop):
                raise Refused(f"{stop}.found", found=found)

    @property
    def worst(self) -> Stop | None:
        """The worst stop, None for a desk without limits."""
        return next((stop for stop in Stop if self.why(stop)), None)


TO_WRITE = (Stop.SAVING,)
TO_BE_TIMED = (Stop.TIMING,)
TO_SELL = (Stop.SAVING, Stop.SELLING)
TO_CHARGE = (Stop.SAVING, Stop.SELLING, Stop.CARDS)
TO_REFUND_A_CARD = (Stop.SAVING, Stop.CARD_REFUNDS)
"""What stops each kind of act; to be timed by other desks or Stripe, as holds and leases are, is asked inside
of the transaction, which has just read the database's clock."""
