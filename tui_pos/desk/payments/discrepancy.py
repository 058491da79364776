"""Whether Stripe's answer is about our payment; one about something else is treated as no answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.context import Desk, Mode
from tui_pos.desk.errors import because
from tui_pos.terminal import Intent, UnknownOutcome


class Discrepancy(StrEnum):
    """What differs."""

    ID = "id"
    AMOUNT = "amount"
    CURRENCY = "currency"
    MODE = "mode"
    ATTEMPT = "attempt"
    CONFERENCE = "conference"
    ORDER = "order"
    INSTALLATION = "installation"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: what the attempt says and what Stripe said, printable.

    ``theirs`` is '' where Stripe says nothing; ``ours`` is '' where a new intent would do, and the most that
    may be of the amount received.
    """

    what: Discrepancy
    ours: str
    theirs: str


class WrongAnswer(UnknownOutcome):
    """Stripe answered about something else, so it is not known what became of the payment."""

    def __init__(self, found: Sequence[Difference]) -> None:
        rows = [(each.what, each.ours, each.theirs) for each in found]
        super().__init__(because("payment.wrong_answer", found=rows))
        self.found = tuple(found)


def differences(
    attempt: Attempt, intent: Intent, *, conference: str, live: bool, installation: str = ""
) -> list[Difference]:
    """What an intent has other than it must have to be the attempt's own; empty when it is.

    ``conference`` is its slug, ``live`` whether real money is meant, ``installation`` ours, "" for any. Order
    and installation are compared where the answer carries them: payments of before did not. A secret
    begins with the id of its intent (Stripe's form). Less received than asked is no difference: Stripe may
    have captured a part of it. Needs a connection.
    """
    currency, said = attempt.currency, intent.metadata
    of_secret = intent.client_secret.partition("_secret_")[0] or intent.id
    reference = attempt.order.reference
    told = {
        Discrepancy.ID: (attempt.intent_id or of_secret, intent.id),
        Discrepancy.AMOUNT: (_shown(attempt.amount, currency), _shown(intent.amount, currency)),
        Discrepancy.CURRENCY: (currency, intent.currency.upper()),
        Discrepancy.MODE: (_mode(live=live), _mode(live=intent.livemode)),
        Discrepancy.ATTEMPT: (attempt.key, said.get("attempt", "")),
        Discrepancy.CONFERENCE: (conference, said.get("conference", "")),
        Discrepancy.ORDER: (reference, said.get("order", reference)),
        Discrepancy.INSTALLATION: (installation, installation and said.get("installation", installation)),
    }
    found = [
        Difference(what, ours, printable(theirs, 60))
        for what, (ours, theirs) in told.items()
        if ours != theirs
    ]
    if not 0 <= intent.amount_received <= attempt.amount:
        most, received = _shown(attempt.amount, currency), _shown(intent.amount_received, currency)
        found.append(Difference(Discrepancy.RECEIVED, most, received))
    return found


def check(desk: Desk, attempt: Attempt, intent: Intent) -> Intent:
    """The intent, if it is the attempt's own and no other's. Raises WrongAnswer; needs a connection."""
    live = (attempt.mode or desk.mode) == Mode.LIVE
    ours = {"conference": desk.conference.slug, "installation": desk.installation}
    found = differences(attempt, intent, live=live, **ours)
    if attempt.intent_id is None and Attempt.select().where(Attempt.intent_id == intent.id).exists():
        found.append(Difference(Discrepancy.ID, "", intent.id))
    if found:
        raise WrongAnswer(found)
    return intent


def _shown(minor: int, currency: str) -> str:
    return money.format_amount(money.from_minor(minor, currency), currency)


def _mode(*, live: bool) -> str:
    return "live" if live else "test"
