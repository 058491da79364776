"""What the tests do at a counter: Stripe's real client, and the steps of a payment that most of them need."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from tui_pos.simulator import Controls

KEY = "sk_test_counter"
READER = "tmr_front_1"
OTHER = "tmr_front_2"
MANUAL = {"allowed_payment_method_types": ["card_present"], "capture_method": "manual"}


def client(url: str, *, retries: int = 0, timeout: float = 5, key: str = KEY) -> Any:
    """Stripe's client; untyped, because tests also send what its types forbid."""
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        max_network_retries=retries,
        http_client=stripe.RequestsClient(timeout=timeout),
    ).v1


class Counter:
    """A till with its reader."""

    def __init__(self, simulator: Controls) -> None:
        self.simulator = simulator
        self.api = client(simulator.url)

    def intent(self, amount: int = 16700, currency: str = "usd", **more: Any) -> str:
        """A new PaymentIntent's id."""
        sent = MANUAL | {"amount": amount, "currency": currency} | more
        return str(self.api.payment_intents.create(sent).id)

    def ask(self, intent: str, reader: str = READER, **more: Any) -> Any:
        """Have a reader wait for a card."""
        return self.api.terminal.readers.process_payment_intent(reader, {"payment_intent": intent} | more)

    def present(self, card: str = "4242424242424242", reader: str = READER, **more: Any) -> Any:
        """Stripe's test helper."""
        sent = {"type": "card_present", "card_present": {"number": card}} | more
        return self.api.test_helpers.terminal.readers.present_payment_method(reader, sent)

    def hold(self, amount: int = 16700, card: str = "4242424242424242", **more: Any) -> str:
        """An authorised payment's id."""
        intent = self.intent(amount, **more)
        self.ask(intent)
        self.present(card)
        return intent

    def paid(self, amount: int = 16700, card: str = "4242424242424242", **more: Any) -> str:
        """A captured payment's id."""
        intent = self.hold(amount, card, **more)
        self.api.payment_intents.capture(intent)
        return intent

    def read(self, intent: str, *expand: str) -> Any:
        """The PaymentIntent as it is now."""
        return self.api.payment_intents.retrieve(intent, {"expand": list(expand)})

    def reader(self, reader: str = READER) -> Any:
        """The reader as it is now."""
        return self.api.terminal.readers.retrieve(reader)

    def events(self) -> list[str]:
        """The kinds of all events, oldest first."""
        return [event.type for event in self.api.events.list({"limit": 100}).data][::-1]


def refused(call: Any, *args: Any, **more: Any) -> stripe.StripeError:
    """The error that a call to Stripe ends with."""
    with pytest.raises(stripe.StripeError) as caught:
        call(*args, **more)
    return caught.value


def code_of(error: stripe.StripeError) -> str | None:
    """Its code, which the exception itself has only for some classes."""
    assert error.error is not None
    return error.error.code


@dataclass(frozen=True)
class Raw:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def error(self) -> Any:
        return json.loads(self.text)["error"]


def raw(
    url: str, method: str, path: str, body: str | bytes | None = None, key: str | None = KEY, **headers: str
) -> Raw:
    """A request that Stripe's client would not send."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if key is not None:
        sent["Authorization"] = f"Bearer {key}"
    if body is not None:
        sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
    try:
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return Raw(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode())
    finally:
        connection.close()
