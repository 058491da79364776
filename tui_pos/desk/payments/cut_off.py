"""A payment whose database failed while it was driven: what is true of the card, and the prompt withdrawn.

Nothing can be written then. Nobody shall pay at a desk that cannot note it, so the reader is told to stop,
and Stripe says what became of the card until then. Whoever drives the payment next, this desk or another one,
finds it in the attempt log as it was last written and goes on from what Stripe says.
"""

from tui_pos.core import money
from tui_pos.data.errors import DatabaseUnavailable
from tui_pos.desk.payments.asking import AttemptWorker
from tui_pos.terminal import Intent, ReaderBusy, TerminalError


class CutOff(DatabaseUnavailable):
    """``str()`` says what is true of the card, that the payment goes on, and why the database failed.

    ``card`` is the first of these alone; ``is_withdrawn`` when the reader shows nothing any more.
    """

    def __init__(self, card: str, cause: str) -> None:
        super().__init__(f"{card} The payment goes on once the database is back. {cause}")
        self.card = card
        self.is_withdrawn = card == WITHDRAWN


NOT_ASKED = "No card was charged: no reader was asked for one."
WITHDRAWN = "No card was charged, and the reader asks for none any more."
NOT_WITHDRAWN = "No card was charged yet, and the reader may still ask for one: let nobody present a card."
READING = "A card is being read at this moment: do not charge again before it is known what became of it."
HELD = "A card was approved, {amount} are held: do not charge again."
CHARGED = "The card was charged {amount}: do not charge again."
CANCELLED = "The payment was cancelled; no card was charged."
UNKNOWN = "Stripe does not answer either: look at the reader, and do not charge again."


def cut_off(worker: AttemptWorker, error: DatabaseUnavailable) -> CutOff:
    """Withdraw the prompt and say what is true; asks Stripe, writes nothing."""
    cause, _, _ = str(error).rstrip(".").partition(";")  # what follows is said of a write, not of the card
    return CutOff(_said_of_card(worker), f"{cause}.")


def _said_of_card(worker: AttemptWorker) -> str:
    attempt = worker.attempt
    if attempt.intent_id is None or not attempt.times_sent:
        return NOT_ASKED
    refusal: TerminalError | None = None
    try:
        worker.withdraw()
    except TerminalError as error:
        refusal = error
    try:
        intent = worker.terminal.intent(worker.intent_id)  # not compared: that needs the database
    except TerminalError:
        return UNKNOWN
    return _said_of(worker, intent, refusal)


def _said_of(worker: AttemptWorker, intent: Intent, refusal: TerminalError | None) -> str:
    attempt = worker.attempt
    shown = money.format_amount(money.from_minor(attempt.amount, attempt.currency), attempt.currency)
    amount = f"{shown} {attempt.currency}"
    if intent.status == "requires_capture":
        return HELD.format(amount=amount)
    if intent.status == "succeeded":
        return CHARGED.format(amount=amount)
    if intent.status == "canceled":
        return CANCELLED
    if intent.status != "requires_payment_method" or isinstance(refusal, ReaderBusy):
        return READING
    return NOT_WITHDRAWN if refusal is not None else WITHDRAWN
