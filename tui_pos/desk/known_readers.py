"""What this desk knows of card readers at this moment, from whoever asked last: the list, or a payment."""

from collections.abc import Callable
from enum import StrEnum


class ReaderState(StrEnum):
    """Whether a reader can take a payment now; the value is how it is said."""

    READY = "ready"
    IN_USE = "in use"
    OFFLINE = "offline"
    NOT_KNOWN = "not known"
    """Stripe did not answer."""
    NOT_FOUND = "not found"
    """Stripe has no such reader."""


class KnownReaders:
    """One state for each reader that was asked about, shared by every copy of a desk, in any thread."""

    def __init__(self) -> None:
        self._states: dict[str, ReaderState] = {}
        self._changed: Callable[[], object] = _nobody

    def tell(self, changed: Callable[[], object]) -> None:
        """Have ``changed`` called, in whatever thread, each time that a state became another one."""
        self._changed = changed

    def learn(self, reader_id: str, state: ReaderState) -> None:
        """The reader is in this state."""
        if reader_id and self._states.get(reader_id) is not state:
            self._states[reader_id] = state
            self._changed()

    def payment_ended(self, reader_id: str) -> None:
        """A payment that held the reader is over: where it held it, it is free again."""
        if self.state(reader_id) is ReaderState.IN_USE:
            self.learn(reader_id, ReaderState.READY)

    def state(self, reader_id: str) -> ReaderState | None:
        """What was learnt last; None of a reader that nobody asked about."""
        return self._states.get(reader_id)


def _nobody() -> None:
    """Tell nobody."""
