"""A payment whose database failed while it was driven: what is true of the card, and the prompt withdrawn.

Nothing can be written then, and no card must be charged that the desk cannot record. So the prompt is taken
off the reader, and Stripe is asked what became of the card. Whoever drives the payment next, this desk or
another one, finds it in the attempt log as it was last written and goes on from what Stripe says.
"""

from enum import StrEnum

from tui_pos.core import money
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.errors import because
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.terminal import Intent, ReaderBusy, TerminalError


class CardState(StrEnum):
    """What is true of the card."""

    NOT_ASKED = "not_asked"
    """No reader was asked for one."""
    WITHDRAWN = "withdrawn"
    """No card was charged, and the reader asks for none any more."""
    NOT_WITHDRAWN = "not_withdrawn"
    """No card was charged yet, and the reader may still ask for one."""
    READING = "reading"
    """A card is being read at this moment."""
    HELD = "held"
    CHARGED = "charged"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Stripe does not answer either."""


class CutOff(DatabaseUnavailable):
    """``card`` is what is true of the card, ``reason`` that and why the database failed.

    ``is_withdrawn`` when the reader shows nothing any more.
    """

    def __init__(self, attempt: Attempt, card: CardState, cause: str) -> None:
        amount = money.from_minor(attempt.amount, attempt.currency)
        values = {"amount": amount, "currency": attempt.currency, "cause": cause}
        self.card = card
        self.reason = because(f"cut_off.{card}", **values)
        self.is_withdrawn = card is CardState.WITHDRAWN
        super().__init__(str(self.reason), cause)


def cut_off(worker: AttemptWorker, error: DatabaseUnavailable) -> CutOff:
    """Withdraw the prompt and say what is true; asks Stripe, writes nothing."""
    return CutOff(worker.attempt, _card_state(worker), error.cause)


def _card_state(worker: AttemptWorker) -> CardState:
    attempt = worker.attempt
    if attempt.intent_id is None or not attempt.times_sent:
        return CardState.NOT_ASKED
    refusal: TerminalError | None = None
    try:
        worker.withdraw()
    except TerminalError as error:
        refusal = error
    try:
        intent = worker.terminal.intent(worker.intent_id)  # not compared: that needs the database
    except TerminalError:
        return CardState.UNKNOWN
    return _BY_STATUS.get(intent.status) or _without_money(intent, refusal)


_BY_STATUS = {
    "requires_capture": CardState.HELD,
    "succeeded": CardState.CHARGED,
    "canceled": CardState.CANCELLED,
}


def _without_money(intent: Intent, refusal: TerminalError | None) -> CardState:
    """``refusal``: why the reader would not take the prompt back."""
    if intent.status != "requires_payment_method" or isinstance(refusal, ReaderBusy):
        return CardState.READING
    return CardState.WITHDRAWN if refusal is None else CardState.NOT_WITHDRAWN
