"""Faults on command, as the real client meets them."""

import time
from typing import Any

import pytest
import stripe

from tests.simulator.counter import READER, Counter, client, code_of, refused
from tui_pos.simulator import CommandError, Server

CAPTURE = "POST /v1/payment_intents/*/capture"


def status(counter: Counter, intent: str) -> str:
    return str(counter.simulator.books()[intent]["status"])


# fault, what the client raises, whether the money was taken
CAPTURE_FAULTS = [
    ("answer_lost", stripe.APIConnectionError, True),
    ("cut_before", stripe.APIConnectionError, False),
    ("error_500", stripe.APIError, False),
    ("error_500_after", stripe.APIError, True),
    ("rate_limit_429", stripe.RateLimitError, False),
    ("lock_timeout_429", stripe.RateLimitError, False),
    ("forbidden_403", stripe.PermissionError, False),
    ("key_expired_401", stripe.AuthenticationError, False),
    ("unavailable_503", stripe.APIError, False),
    ("not_json", stripe.APIError, True),
]


@pytest.mark.parametrize(("fault", "kind", "taken"), CAPTURE_FAULTS)
def test_a_capture_that_goes_wrong(
    counter: Counter, fault: str, kind: type[stripe.StripeError], taken: bool
) -> None:
    intent = counter.hold()
    counter.simulator.fault(fault, CAPTURE)
    assert isinstance(refused(counter.api.payment_intents.capture, intent), kind)
    assert status(counter, intent) == ("succeeded" if taken else "requires_capture")
    assert counter.simulator.command("GET", "faults") == {"faults": []}


@pytest.mark.parametrize("fault", ["answer_lost", "cut_before", "lock_timeout_429", "unavailable_503"])
def test_a_client_that_retries_gets_through(counter: Counter, fault: str) -> None:
    intent = counter.hold()
    counter.simulator.fault(fault, CAPTURE)
    assert client(counter.simulator.url, retries=2).payment_intents.capture(intent).status == "succeeded"


@pytest.mark.parametrize("fault", ["error_500", "error_500_after", "rate_limit_429"])
def test_a_client_that_retries_does_not_get_through(counter: Counter, fault: str) -> None:
    intent = counter.hold()
    counter.simulator.fault(fault, CAPTURE)
    refused(client(counter.simulator.url, retries=2).payment_intents.capture, intent)


def test_the_two_kinds_of_429_differ_by_a_header(counter: Counter) -> None:
    counter.simulator.fault("rate_limit_429")
    limited = refused(counter.api.payment_intents.list)
    assert limited.headers is not None
    assert limited.headers["Stripe-Rate-Limited-Reason"] == "global-rate"
    assert code_of(limited) == "rate_limit"
    counter.simulator.fault("lock_timeout_429")
    locked = refused(counter.api.payment_intents.list)
    assert locked.headers is not None
    assert "Stripe-Rate-Limited-Reason" not in locked.headers
    assert locked.headers["Stripe-Should-Retry"] == "true"
    assert code_of(locked) == "lock_timeout"


@pytest.mark.parametrize(("fault", "done_meanwhile"), [("delay", True), ("slow", False)])
def test_an_answer_that_takes_too_long(counter: Counter, fault: str, done_meanwhile: bool) -> None:
    intent = counter.hold()
    counter.simulator.fault(fault, CAPTURE, seconds=0.5)
    hasty = client(counter.simulator.url, timeout=0.15)
    assert isinstance(refused(hasty.payment_intents.capture, intent), stripe.APIConnectionError)
    assert status(counter, intent) == ("succeeded" if done_meanwhile else "requires_capture")
    deadline = time.monotonic() + 5
    while status(counter, intent) != "succeeded" and time.monotonic() < deadline:
        pass
    assert status(counter, intent) == "succeeded", "giving up does not stop Stripe"


def test_a_request_that_sleeps_through_a_reset_does_nothing(counter: Counter) -> None:
    counter.simulator.fault("slow", seconds=0.3)
    refused(
        client(counter.simulator.url, timeout=0.1).payment_intents.create, {"amount": 500, "currency": "usd"}
    )
    counter.simulator.reset()
    counter.simulator.fault("slow", "GET *", seconds=0.3)
    counter.api.payment_intents.list()
    assert counter.simulator.books() == {}


def test_it_ends_although_a_request_sleeps(caplog: pytest.LogCaptureFixture) -> None:
    with Server() as server:
        server.fault("slow", seconds=60)
        hasty = client(server.url, timeout=0.1)
        refused(hasty.payment_intents.list)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    assert not [record for record in caplog.records if record.exc_info]


def test_after_and_times(counter: Counter) -> None:
    counter.simulator.fault("unavailable_503", "GET /v1/payment_intents/*", after=1, times=2)
    intent = counter.intent()
    outcomes = []
    for _ in range(4):
        try:
            outcomes.append(counter.read(intent).status)
        except stripe.APIError:
            outcomes.append("503")
    assert outcomes == ["requires_payment_method", "503", "503", "requires_payment_method"]


def test_a_fault_strikes_only_what_it_names(counter: Counter) -> None:
    counter.simulator.fault("unavailable_503", CAPTURE)
    intent = counter.hold()
    assert counter.read(intent).status == "requires_capture"
    refused(counter.api.payment_intents.capture, intent)


def test_faults_are_called_off(counter: Counter) -> None:
    counter.simulator.fault("unavailable_503", times=9)
    counter.simulator.set_reader(READER, ack_lost=True)
    counter.simulator.clear_faults()
    assert counter.ask(counter.intent()).action.status == "in_progress"


def test_the_command_reached_the_reader_although_it_did_not_say_so(counter: Counter) -> None:
    counter.simulator.set_reader(READER, ack_lost=True)
    intent = counter.intent()
    assert code_of(refused(counter.ask, intent)) == "terminal_reader_timeout"
    assert counter.reader().action.process_payment_intent.payment_intent == intent
    counter.present()
    assert counter.read(intent).status == "requires_capture"


def test_a_confirmation_that_is_not_acknowledged_charges_all_the_same(counter: Counter) -> None:
    intent = counter.intent()
    sent = {"payment_intent": intent}
    counter.api.terminal.readers.collect_payment_method(READER, sent)
    counter.present()
    counter.simulator.set_reader(READER, ack_lost=True)
    error = refused(counter.api.terminal.readers.confirm_payment_intent, READER, sent)
    assert code_of(error) == "terminal_reader_timeout"
    assert counter.read(intent).status == "requires_capture"
    assert counter.ask(counter.intent()).action.status == "in_progress"


def test_a_cancel_that_is_not_acknowledged_clears_all_the_same(counter: Counter) -> None:
    counter.ask(counter.intent())
    counter.simulator.set_reader(READER, ack_lost=True)
    error = refused(counter.api.terminal.readers.cancel_action, READER)
    assert code_of(error) == "terminal_reader_timeout"
    assert counter.reader().action is None


def test_the_command_did_not_reach_the_reader(counter: Counter) -> None:
    counter.simulator.set_reader(READER, timeout_not_delivered=True)
    intent = counter.intent()
    assert code_of(refused(counter.ask, intent)) == "terminal_reader_timeout"
    assert counter.reader().action is None
    assert counter.ask(intent).action.status == "in_progress"


@pytest.mark.parametrize(
    ("order", "end"),
    [
        ("connection_error_after_authorization", "requires_capture"),
        ("connection_error_before_authorization", "requires_payment_method"),
    ],
)
def test_the_reader_lost_its_connection(counter: Counter, order: str, end: str) -> None:
    counter.simulator.command("POST", f"readers/{READER}", {"next": {order: True}})
    intent = counter.intent()
    counter.ask(intent)
    action = counter.present().action
    assert (action.status, action.failure_code) == ("failed", "connection_error")
    assert counter.read(intent).status == end


def test_a_slow_reader(counter: Counter) -> None:
    counter.simulator.set_reader(READER, slow=0.2)
    intent = counter.intent()
    started = time.monotonic()
    assert counter.ask(intent).action.status == "in_progress"
    assert time.monotonic() - started >= 0.2


NONSENSE: list[tuple[str, str, Any]] = [
    ("POST", "faults", {"do": "explode"}),
    ("POST", "faults", {"do": ["answer_lost"]}),
    ("POST", "faults", {"do": "delay", "seconds": "3"}),
    ("POST", "faults", {"do": "delay", "times": -1}),
    ("POST", "faults", {"do": "delay", "on": 4}),
    ("POST", "faults", {"do": "delay", "when": "now"}),
    ("POST", "faults", [1]),
    ("POST", "readers/tmr_none", {"state": "busy"}),
    ("POST", "readers/tmr_front_1", {"state": "asleep"}),
    ("POST", "readers/tmr_front_1", {"next": {"explode": True}}),
    ("POST", "readers/tmr_front_1", {"next": ["slow"]}),
    ("POST", "readers/tmr_front_1", {"next": {"slow": "long"}}),
    ("POST", "readers/tmr_front_1/finish", {}),
    ("POST", "readers/tmr_front_1/finish", {"outcome": 3}),
    ("POST", "readers/tmr_front_1/finish", {"outcome": "decline", "reason": "mood"}),
    ("POST", "readers/tmr_front_1/customer_cancel", {}),
    ("POST", "tap", {}),
    ("POST", "tap", {"reader": "tmr_front_1"}),
    ("POST", "tap", {"reader": "tmr_front_1", "card": "\ud800"}),
    ("POST", "tap", {"reader": "tmr_front_1", "hold": "maybe"}),
    ("POST", "tap", {"reader": "tmr_front_1", "tip": float("nan")}),
    ("POST", "clock", {"advance": -1}),
    ("POST", "clock", {"advance": True}),
    ("POST", "settings", {"clock_offset": 1}),
    ("POST", "settings", {"tap_after": "soon"}),
    ("POST", "nothing", {}),
]


@pytest.mark.parametrize(("method", "path", "sent"), NONSENSE)
def test_commands_that_are_none(counter: Counter, method: str, path: str, sent: Any) -> None:
    with pytest.raises(CommandError):
        counter.simulator.command(method, path, sent)
