"""One sale, decline, cancel, capture and refund as at a counter: against the simulator, and with
``pytest -m stripe`` and STRIPE_TEST_KEY against a sandbox of Stripe's with a simulated reader of its own.
"""

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
import stripe
from stripe.params.terminal import LocationCreateParamsAddress

from tui_pos.simulator import Server
from tui_pos.terminal import FailureKind, Intent, Terminal

KEY_VARIABLE = "STRIPE_TEST_KEY"
GOOD, DECLINED = "4242424242424242", "4000000000000002"
AMOUNT = 2000  # minor units; none of the test amounts that decline
SECONDS = 30.0
ADDRESS: LocationCreateParamsAddress = {
    "line1": "1 Conference Way",
    "city": "Pittsburgh",
    "state": "PA",
    "postal_code": "15222",
    "country": "US",
}


@dataclass(frozen=True)
class Account:
    """Where the account is asked: its key and base address (None is Stripe)."""

    key: str
    base: str | None


@dataclass(frozen=True)
class Till:
    """A reader and the account behind it."""

    terminal: Terminal
    reader: str
    currency: str

    def authorised(self, card: str = GOOD) -> Intent:
        """A payment for which this card was presented, once Stripe has decided."""
        made = self.terminal.create_intent(
            AMOUNT, self.currency, metadata={"tui_pos_test": "1"}, key=uuid4().hex
        )
        assert made.takes_cards_in_person
        self.terminal.process(self.reader, made.id)
        self.terminal.present_card(self.reader, card)
        return self.until(made.id, lambda intent: intent.latest_charge_id is not None)

    def until(self, intent_id: str, is_so: Callable[[Intent], bool]) -> Intent:
        """The payment once this is so; Stripe may need a moment."""
        end = time.monotonic() + SECONDS
        while True:
            found = self.terminal.intent(intent_id)
            if is_so(found) or time.monotonic() > end:
                assert is_so(found), found
                return found
            time.sleep(0.5)


@pytest.fixture(params=["simulator", pytest.param("sandbox", marks=pytest.mark.stripe)])
def account(request: pytest.FixtureRequest) -> Account:
    if request.param == "simulator":
        simulator: Server = request.getfixturevalue("simulator")
        return Account("sk_test_sandbox", simulator.url)
    key = os.environ.get(KEY_VARIABLE, "")
    if not key:
        pytest.skip(f"{request.node.name} was not tried against Stripe: {KEY_VARIABLE} is not set")
    assert key.startswith(("sk_test_", "rk_test_")), f"{KEY_VARIABLE} must be a key of a sandbox"
    return Account(key, None)


@pytest.fixture
def till(account: Account) -> Iterator[Till]:
    """A new simulated reader at a new location; both are deleted afterwards."""
    bases = {"api": account.base} if account.base else {}
    api = stripe.StripeClient(account.key, base_addresses=bases).v1.terminal  # type: ignore[arg-type]
    terminal = Terminal(account.key, api_base=account.base)
    owner = terminal.account()
    address: LocationCreateParamsAddress = {**ADDRESS, "country": owner.country}
    location = api.locations.create({"display_name": "tui-pos test", "address": address})
    try:
        reader = api.readers.create(
            {"registration_code": "simulated-wpe", "location": location.id, "label": "tui-pos test"}
        )
        try:
            yield Till(terminal, reader.id, owner.default_currency)
        finally:
            api.readers.delete(reader.id)
    finally:
        api.locations.delete(location.id)


def test_a_sale_is_held_captured_and_refunded(till: Till) -> None:
    held = till.authorised()
    assert (held.status, held.amount_capturable, held.livemode) == ("requires_capture", AMOUNT, False)
    assert held.card is not None
    assert (held.card.brand, held.card.last4, held.card.kind) == ("visa", GOOD[-4:], "card_present")
    assert held.capture_before is not None
    taken = till.terminal.capture(held.id, key=uuid4().hex)
    assert (taken.status, taken.amount_received, taken.amount_refunded) == ("succeeded", AMOUNT, 0)
    back = till.terminal.refund(held.id, AMOUNT, key=uuid4().hex, metadata={"tui_pos_test": "1"})
    assert back.status in ("succeeded", "pending")
    assert [each.id for each in till.terminal.refunds(held.id)] == [back.id]
    assert till.until(held.id, lambda intent: intent.amount_refunded == AMOUNT).status == "succeeded"


def test_a_declined_card_leaves_the_payment_open(till: Till) -> None:
    declined = till.authorised(DECLINED)
    assert declined.status == "requires_payment_method"
    assert declined.last_error is not None
    assert declined.last_error.code == "card_declined"
    action = till.terminal.reader(till.reader).action
    assert action is not None
    assert action.failure is FailureKind.DECLINED
    assert till.terminal.cancel_intent(declined.id).status == "canceled"


def test_a_cancelled_hold_is_no_refund(till: Till) -> None:
    held = till.authorised()
    cancelled = till.terminal.cancel_intent(held.id)
    assert (cancelled.status, cancelled.amount_received) == ("canceled", 0)
    assert till.terminal.intent(held.id).amount_refunded == 0
    assert till.terminal.refunds(held.id) == []


def test_part_of_a_hold_is_captured(till: Till) -> None:
    held = till.authorised()
    taken = till.terminal.capture(held.id, key=uuid4().hex, amount=AMOUNT // 2)
    assert (taken.status, taken.amount_received) == ("succeeded", AMOUNT // 2)
    assert till.terminal.intent(held.id).amount_refunded == 0
