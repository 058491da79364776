"""The simulator's own commands, as a person or a test gives them: one method each, over HTTP."""

import http.client
import json
from urllib.parse import urlsplit

from tui_pos.simulator.engine.errors import Json

TIMEOUT_SECONDS = 10.0

FOR_GOOD = 999_999  # times: until the faults are cleared

# What a desk asks of Stripe, as the pattern of a fault.
OPERATIONS = {
    "any": "*",
    "create": "POST /v1/payment_intents",
    "retrieve": "GET /v1/payment_intents/*",
    "list": "GET /v1/payment_intents",
    "capture": "POST /v1/payment_intents/*/capture",
    "cancel": "POST /v1/payment_intents/*/cancel",
    "refund": "POST /v1/refunds",
    "refund_status": "GET /v1/refunds/*",
    "refunds": "GET /v1/refunds",
    "process": "POST /v1/terminal/readers/*/process_payment_intent",
    "refund_on_reader": "POST /v1/terminal/readers/*/refund_payment",
    "cancel_action": "POST /v1/terminal/readers/*/cancel_action",
    "reader": "GET /v1/terminal/readers/*",
    "account": "GET /v1/account",
}


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

    def set_reader_software(self, reader: str, version: str) -> Json:
        """Give a reader another software; before 2.42 its failed actions carry no ``api_error``."""
        return self.command("POST", f"readers/{reader}", {"software": version})

    def set_reader(self, reader: str, state: str | None = None, **following: object) -> Json:
        """Put a reader into a state, or order what goes wrong next (``ack_lost=True``, ``slow=3``)."""
        sent: Json = {"next": following} | ({"state": state} if state is not None else {})
        return self.command("POST", f"readers/{reader}", sent)

    def fault(self, do: str, on: str = "*", *, times: int = 1, after: int = 0, seconds: float = 1.0) -> Json:
        """Order a fault for the requests that match ``on``, a pattern of method and path."""
        order = {"do": do, "on": on, "times": times, "after": after, "seconds": seconds}
        return self.command("POST", "faults", order)

    def alter(self, operation: str, *, times: int = 1, after: int = 0, **fields: object) -> Json:
        """Let the next answers to an operation (see OPERATIONS) carry other values; what was asked is done.

        ``alter("capture", id="pi_other")``, ``alter("retrieve", amount_received=1, metadata={})``.
        """
        order = {"do": "alter", "on": OPERATIONS[operation], "fields": fields}
        return self.command("POST", "faults", order | {"times": times, "after": after})

    def refuse(
        self,
        operation: str,
        status: int = 400,
        code: str | None = None,
        *,
        times: int = FOR_GOOD,
        after: int = 0,
        **error: str,
    ) -> Json:
        """Refuse an operation, without having done it, until the faults are cleared or so many times.

        ``error`` is more of the error object: ``message``, ``param``, ``decline_code``.
        """
        said = error | ({"code": code} if code is not None else {})
        order = {"do": "refuse", "on": OPERATIONS[operation], "status": status, "refusal": said}
        return self.command("POST", "faults", order | {"times": times, "after": after})

    def rate_limit(self, seconds: float, operation: str = "any", *, reason: str = "global-rate") -> Json:
        """Everything, or one operation, answers 429 for so many seconds of the simulator's clock."""
        order = {"do": "rate_limit_429", "on": OPERATIONS[operation], "during": seconds, "reason": reason}
        return self.command("POST", "faults", order)

    def set_status(self, intent: str, status: str) -> Json:
        """Put a payment into any state: ``processing``, ``requires_action``, one of the future's."""
        return self.command("POST", f"payment_intents/{intent}", {"status": status})

    def pay_online(self, amount: int, currency: str, *, metadata: dict[str, str] | None = None) -> Json:
        """A card pays in a web shop of the account: the captured payment. ``amount`` in minor units."""
        sent = {"amount": amount, "currency": currency, "metadata": metadata or {}}
        return self.command("POST", "payment_intents", sent)

    def dashboard_refund(
        self, intent: str, amount: int | None = None, *, metadata: dict[str, str] | None = None
    ) -> Json:
        """The treasurer gives back a part, or all that is left, in Stripe's dashboard: the refund."""
        sent = {"amount": amount, "metadata": metadata or {}}
        return self.command("POST", f"payment_intents/{intent}/refund", sent)

    def dashboard_cancel(self, intent: str) -> Json:
        """The treasurer cancels a payment in Stripe's dashboard."""
        return self.command("POST", f"payment_intents/{intent}/cancel")

    def forget_intent(self, intent: str) -> None:
        """Stripe knows no such payment any more."""
        self.command("DELETE", f"payment_intents/{intent}")

    def wipe(self) -> None:
        """Stripe knows no payment any more, as after a sandbox was wiped."""
        self.command("POST", "wipe")

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self.command("DELETE", "faults")

    def advance(self, seconds: float) -> int:
        """Move the simulator's clock on; returns its time."""
        return int(self.command("POST", "clock", {"advance": seconds})["now"])

    def configure(self, **settings: object) -> Json:
        """Set ``tap_after``, ``test_amounts`` or ``search_lag``, or what the account is.

        That is ``country``, ``default_currency``, ``no_cards_in=["jpy"]``, the ``rights`` of its restricted
        keys, as in ``{"rk_test_1": ["rak_charge_read"]}``, and the ``webhook_version`` of its events (before
        2025-03-31 a released hold is a refund).
        """
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
