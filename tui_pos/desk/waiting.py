"""Who has not answered yet, since when, and what must not be done meanwhile: one value for whatever waits.

From ``SAID_AFTER`` on it is said, everywhere in the same words (``ui.messages.waiting``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tui_pos.core import clock
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Reason, because

SAID_AFTER = timedelta(seconds=5)


class Awaited(StrEnum):
    """Whose answer is waited for."""

    STRIPE = "stripe"
    DATABASE = "database"


class Act(StrEnum):
    """What was asked, as far as it must not be asked a second time meanwhile."""

    CHARGE = "charge"
    REFUND = "refund"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that is waited for ``since`` (UTC)."""

    of: Awaited
    since: datetime
    act: Act = Act.LOOK

    def no_answer(self) -> Reason | None:
        """That there is no answer, and for how long; None while that need not be said yet."""
        waited = clock.now() - self.since
        if waited < SAID_AFTER:
            return None
        return because("no_answer", of=self.of, seconds=int(waited.total_seconds()), act=self.act)


def of_call(desk: Desk, began: datetime, act: Act = Act.LOOK) -> Waiting | None:
    """What a call of this desk that began then, and has not come back, waits for.

    For Stripe while a request to it is on its way, whoever sent it; for the database where the call can have
    asked nobody else. None where it waits for neither, as a refund does that waits for a card.
    """
    account = desk.account
    since = account.waiting_since if account is not None else None
    if since is not None:
        return Waiting(Awaited.STRIPE, max(since, began), act)
    if account is not None and account.asked_at is not None and account.asked_at >= began:
        return None
    return Waiting(Awaited.DATABASE, began)
