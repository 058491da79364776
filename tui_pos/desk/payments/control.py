"""How a person's commands reach a running payment from another thread."""

import threading
from dataclasses import dataclass
from enum import StrEnum


class CommandKind(StrEnum):
    """What a person may ask of a payment that is watched."""

    CANCEL = "cancel"
    RETRY = "retry"
    CAPTURE = "capture"
    DETACH = "detach"
    SWITCH = "switch"


@dataclass(frozen=True, slots=True)
class PaymentCommand:
    """What the person at the desk asked for; the reader is that of SWITCH."""

    kind: CommandKind
    reader_id: str = ""
    reader_label: str = ""


class CommandQueue:
    """The commands for one running ``watch``; every method may be called from any thread."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._commands: list[PaymentCommand] = []

    def cancel(self) -> None:
        """Withdraw the prompt and cancel the payment; it may be captured before Stripe gets the request."""
        self._put(PaymentCommand(CommandKind.CANCEL))

    def retry(self) -> None:
        """After a decline or an obstacle at the reader: show the same payment on the reader again."""
        self._put(PaymentCommand(CommandKind.RETRY))

    def capture(self) -> None:
        """Take the held money, where the conference captures on a key."""
        self._put(PaymentCommand(CommandKind.CAPTURE))

    def detach(self) -> None:
        """Stop watching; the payment stays as it is in the attempt log."""
        self._put(PaymentCommand(CommandKind.DETACH))

    def switch(self, reader_id: str, reader_label: str = "") -> None:
        """Show the same payment on another reader."""
        self._put(PaymentCommand(CommandKind.SWITCH, reader_id, reader_label))

    def _put(self, command: PaymentCommand) -> None:
        with self._ready:
            self._commands.append(command)
            self._ready.notify()

    def next(self, seconds: float | None) -> PaymentCommand | None:
        """The oldest command, waiting for one up to ``seconds`` (None: for ever)."""
        with self._ready:
            self._ready.wait_for(lambda: bool(self._commands), seconds)
            return self._commands.pop(0) if self._commands else None
