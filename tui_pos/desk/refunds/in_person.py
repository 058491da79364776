"""Refunds of Interac payments: the card that paid must be presented on a reader again (Stripe's rule).

The reader asks for the card only while the person who refunds waits; no follow-up starts it again.
"""

import time
from collections.abc import Mapping
from typing import Final, NoReturn

from tui_pos.core import clock
from tui_pos.data.tables.desk import Attempt, Refund
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import because
from tui_pos.desk.payments.state import card_facts
from tui_pos.terminal import Fault, ReaderAction, ReaderBusy, Refused, StripeRefund, UnknownOutcome

WAIT = 60.0
"""Seconds for the card to come."""

ACTION: Final = "refund_payment"
INTERAC = "interac_present"

NOT_FINISHED = because("refund_note.not_finished")
NO_CARD = because("refund_note.no_card")
READER_TAKEN = because("refund_note.reader_taken")
READER_AT_WORK = because("refund_note.reader_at_work")


def is_possible(desk: Desk) -> bool:
    """Whether a refund here may need the card: Interac exists only in Canada, in CAD."""
    return desk.conference.currency == "CAD"


def needs_card(attempt: Attempt) -> bool:
    """Whether only the card itself, on a reader, can take the money back."""
    return card_facts(attempt).get("kind") == INTERAC


def refund(desk: Desk, row: Refund, metadata: Mapping[str, str]) -> StripeRefund:
    """Have the reader that took the card ask for it again, and wait for the outcome.

    Raises ``terminal`` errors: Refused when nothing went back, ReaderBusy when the reader is another
    payment's, UnknownOutcome when it may have gone back.
    """
    attempt = row.attempt
    live = Attempt.select().where(Attempt.reader_id == attempt.reader_id, Attempt.finished_at.is_null())
    if live.exists():
        raise ReaderBusy(READER_TAKEN)
    desk.terminal.refund_on_reader(attempt.reader_id, attempt.intent_id, row.amount, metadata=metadata)
    deadline = clock.monotonic() + WAIT
    while True:
        action = desk.terminal.reader(attempt.reader_id).action
        if action is None or action.type != ACTION or action.intent_id not in (None, attempt.intent_id):
            raise UnknownOutcome(READER_TAKEN)
        if action.status != "in_progress":
            return _outcome(desk, action)
        if clock.monotonic() > deadline:
            raise _withdrawn(desk, attempt)
        time.sleep(desk.poll_seconds)


def give_up(desk: Desk, attempt: Attempt, *, waited: bool) -> NoReturn:
    """End a refund whose desk died while it waited, and whose reader may still ask for the card.

    Nobody may be standing in front of the reader, so it is never asked again. Raises UnknownOutcome until
    ``waited`` (its desk may be waiting still) and while a card is being read; else Refused, when the prompt
    is gone and nothing can go back any more.
    """
    if not waited:
        raise UnknownOutcome(READER_AT_WORK)
    try:
        desk.terminal.cancel_reader_action(attempt.reader_id, str(attempt.intent_id), ACTION)
    except ReaderBusy as error:
        raise UnknownOutcome(READER_AT_WORK) from error
    raise Refused(NOT_FINISHED)


def _outcome(desk: Desk, action: ReaderAction) -> StripeRefund:
    if action.status == "succeeded" and action.refund_id:
        return desk.terminal.refund_status(action.refund_id)
    if action.failure_message:
        raise Refused(Fault.REFUSED, said=action.failure_message, code=action.failure_code)
    raise Refused(NOT_FINISHED, code=action.failure_code)


def _withdrawn(desk: Desk, attempt: Attempt) -> Refused | UnknownOutcome:
    """Withdraw the prompt; a card that is being read at this moment may still be refunded."""
    try:
        taken = desk.terminal.cancel_reader_action(attempt.reader_id, str(attempt.intent_id), ACTION)
    except ReaderBusy:
        taken = None
    return UnknownOutcome(READER_AT_WORK) if taken is None else Refused(NO_CARD)
