"""The simulator's own commands, as a person or a test gives them: one method each, over HTTP."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

TIMEOUT_SECONDS = 10.0


class CommandError(Exception):
    """The simulator refused a command; the message says why."""


class Controls:
    """Commands to the simulator at ``url``: CommandError when it refuses, OSError when it does not answer."""

    def __init__(self, url: str) -> None:
        self.url = url

    def tap(self, reader: str, card: str = "", *, hold: bool | str = False, tip: int | None = None) -> Json:
        """Present a test card (number or name; empty: a good one). ``hold`` keeps the bank from answering."""
        return self.command("POST", "tap", {"reader": reader, "card": card, "hold": hold, "tip": tip})

    def finish(self, reader: str, outcome: str = "approve", reason: str = "generic_decline") -> Json:
        """The bank's answer to a held card: approve, decline or lost."""
        return self.command("POST", f"readers/{reader}/finish", {"outcome": outcome, "reason": reason})

    def customer_cancel(self, reader: str) -> Json:
        """The customer presses cancel on the reader."""
        return self.command("POST", f"readers/{reader}/customer_cancel")

    def set_reader(self, reader: str, state: str | None = None, **following: object) -> Json:
        """Put a reader into a state, or order what goes wrong next (``ack_lost=True``, ``slow=3``)."""
        sent: Json = {"next": following} | ({"state": state} if state is not None else {})
        return self.command("POST", f"readers/{reader}", sent)

    def fault(self, do: str, on: str = "*", *, times: int = 1, after: int = 0, seconds: float = 1.0) -> Json:
        """Order a fault for the requests that match ``on``, a pattern of method and path."""
        order = {"do": do, "on": on, "times": times, "after": after, "seconds": seconds}
        return self.command("POST", "faults", order)

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self.command("DELETE", "faults")

    def advance(self, seconds: float) -> int:
        """Move the simulator's clock on; returns its time."""
        return int(self.command("POST", "clock", {"advance": seconds})["now"])

    def configure(self, **settings: object) -> Json:
        """Set ``tap_after``, ``test_amounts`` or ``search_lag``."""
        return self.command("POST", "settings", settings)

    def books(self) -> dict[str, Json]:
        """What truly happened to the money, by PaymentIntent id."""
        found: dict[str, Json] = self.command("GET", "books")["payment_intents"]
        return found

    def reset(self) -> None:
        """Forget everything and begin again."""
        self.command("POST", "reset")

    def command(self, method: str, path: str, sent: Json | None = None) -> Json:
        """Give any command below /simulator/."""
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT_SECONDS)
        try:
            body = None if sent is None else json.dumps(sent)
            connection.request(method, f"/simulator/{path}", body)
            answer = connection.getresponse()
            result: Json = json.loads(answer.read())
        finally:
            connection.close()
        if "error" in result:
            raise CommandError(result["error"]["message"])
        return result
