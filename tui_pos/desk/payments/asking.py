"""Every call to Stripe for one attempt: answers are compared with the attempt, failures set the pause."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from tui_pos.data.tables.desk import Attempt
from tui_pos.desk.context import Desk
from tui_pos.desk.known_readers import ReaderState
from tui_pos.desk.payments import accounts, attempt_log, discrepancy
from tui_pos.desk.payments.backoff import Backoff, StripeCall
from tui_pos.terminal import (
    Answer,
    Intent,
    NotFound,
    Reader,
    ReaderBusy,
    ReaderOffline,
    Terminal,
    TerminalError,
    UnknownOutcome,
)

T = TypeVar("T")

DESCRIPTION = "Order {order} at {station}"
"""What Stripe's dashboard shows of a payment."""

CLOCK_SKEW = timedelta(hours=1)
"""How wrong this host's clock may be when the intent of a lost answer is looked for by its time."""


READER_STATES: tuple[tuple[type[TerminalError], ReaderState], ...] = (
    (ReaderOffline, ReaderState.OFFLINE),
    (ReaderBusy, ReaderState.IN_USE),
    (NotFound, ReaderState.NOT_FOUND),
    (UnknownOutcome, ReaderState.NOT_KNOWN),
)
"""What an error says of the reader that was asked; any other says nothing of it."""


@dataclass(slots=True, kw_only=True)
class AttemptWorker:
    """One watcher of one attempt: the desk, the account, what went unanswered, and wrong answers in a row.

    Made with a connection; raises Refused ``other_account`` for a payment that is not the key's in use.
    ``withdrawn``: the reader is known to show nothing, so it is not given the time to pick a prompt up.
    Each method asks Stripe for one thing and raises its TerminalError; one that answers with an intent raises
    WrongAnswer unless the intent is the attempt's own.
    """

    desk: Desk
    attempt: Attempt
    withdrawn: bool = False
    terminal: Terminal = field(init=False)
    pace: Backoff = field(init=False)
    wrong_answers: int = 0
    looks: int = 0

    def __post_init__(self) -> None:
        self.terminal = self.desk.terminal
        accounts.refuse_foreign(self.desk, self.attempt)
        self.pace = Backoff(self.desk.poll_seconds)

    @property
    def intent_id(self) -> str:
        """The attempt's intent, which must exist."""
        assert self.attempt.intent_id is not None
        return self.attempt.intent_id

    def create(self, metadata: Mapping[str, str], key: str) -> Intent:
        """Create the intent under an idempotency key."""
        attempt = self.attempt
        return self._own(
            StripeCall.CREATE,
            lambda: self.terminal.create_intent(
                attempt.amount,
                attempt.currency,
                metadata=metadata,
                description=DESCRIPTION.format(order=attempt.order.reference, station=attempt.station),
                key=key,
            ),
        )

    def find(self) -> Intent | None:
        """The attempt's intent at Stripe, by our key in its metadata."""

        def look() -> Intent | None:
            since = self.attempt.created_at - CLOCK_SKEW
            for intent in self.terminal.intents_created(since, None):
                if intent.metadata.get("attempt") == self.attempt.key:
                    return intent
            return None

        found = self._ask(StripeCall.FIND, look)
        return None if found is None else self._compared(StripeCall.FIND, found)

    def read(self) -> Intent:
        """The intent as it is now."""
        return self._own(StripeCall.READ, lambda: self.terminal.intent(self.intent_id))

    def capture(self, key: str) -> Intent:
        """Take the held money, under an idempotency key."""
        return self._own(StripeCall.CAPTURE, lambda: self.terminal.capture(self.intent_id, key=key))

    def cancel(self) -> Intent:
        """Give the intent up, and release what it holds."""
        return self._own(StripeCall.CANCEL, lambda: self.terminal.cancel_intent(self.intent_id))

    def reader(self) -> Reader:
        """The attempt's reader as it is now."""
        return self._of_reader(StripeCall.READER, lambda: self.terminal.reader(self.attempt.reader_id))

    def process(self) -> Reader:
        """Show the payment on the reader."""
        return self._of_reader(
            StripeCall.PROCESS, lambda: self.terminal.process(self.attempt.reader_id, self.intent_id)
        )

    def withdraw(self) -> Reader | None:
        """Take the payment off the reader; whatever the reader answers, it is not asked again at once."""
        try:
            return self._ask(
                StripeCall.WITHDRAW,
                lambda: self.terminal.cancel_reader_action(self.attempt.reader_id, self.intent_id),
            )
        except TerminalError:
            self.pace.failed(StripeCall.WITHDRAW)
            raise

    def _of_reader(self, call: StripeCall, use: Callable[[], Reader]) -> Reader:
        """Ask the reader, which is held by the attempt, and let the desk know how it is."""
        known, reader_id = self.desk.readers, self.attempt.reader_id
        try:
            reader = self._ask(call, use)
        except TerminalError as error:
            if found := next((state for kind, state in READER_STATES if isinstance(error, kind)), None):
                known.learn(reader_id, found)
            raise
        is_online = call is StripeCall.PROCESS or reader.status == "online"
        known.learn(reader_id, ReaderState.IN_USE if is_online else ReaderState.OFFLINE)
        return reader

    def _own(self, call: StripeCall, use: Callable[[], Intent]) -> Intent:
        return self._compared(call, self._ask(call, use))

    def _compared(self, call: StripeCall, intent: Intent) -> Intent:
        try:
            discrepancy.check(self.desk, self.attempt, intent)
        except discrepancy.WrongAnswer:
            self.wrong_answers += 1
            self.pace.failed(call)
            raise
        self.wrong_answers = 0
        return intent

    def _ask(self, call: StripeCall, use: Callable[[], T]) -> T:
        try:
            answer = use()
        except TerminalError as error:
            attempt_log.answered(error.request_id or self.terminal.request_id)
            if error.is_definite:
                self.pace.answered(call)
            else:
                self.pace.failed(call, limited=error.answer is Answer.RATE_LIMITED)
            raise
        attempt_log.answered(self.terminal.request_id)
        self.pace.answered(call)
        return answer
