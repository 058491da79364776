"""How a person's wishes reach a running payment from another thread."""

import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person at the desk wants: cancel, retry, capture, detach, or switch to another reader."""

    kind: str
    reader_id: str = ""
    reader_label: str = ""


class Control:
    """The wishes for one running ``watch``; every method may be called from any thread."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._wishes: list[Wish] = []

    def cancel(self) -> None:
        """Take the prompt back and give the money up; Stripe has the last word."""
        self._put(Wish("cancel"))

    def retry(self) -> None:
        """After a decline or a reader's trouble: show the same payment on the reader again."""
        self._put(Wish("retry"))

    def capture(self) -> None:
        """Take the held money, where the conference captures on a key."""
        self._put(Wish("capture"))

    def detach(self) -> None:
        """Stop watching; the payment stays as it is, safe in the journal."""
        self._put(Wish("detach"))

    def switch(self, reader_id: str, reader_label: str = "") -> None:
        """Show the same payment on another reader."""
        self._put(Wish("switch", reader_id, reader_label))

    def _put(self, wish: Wish) -> None:
        with self._ready:
            self._wishes.append(wish)
            self._ready.notify()

    def next(self, seconds: float | None) -> Wish | None:
        """The oldest wish, waiting for one up to ``seconds`` (None: for ever)."""
        with self._ready:
            self._ready.wait_for(lambda: bool(self._wishes), seconds)
            return self._wishes.pop(0) if self._wishes else None
