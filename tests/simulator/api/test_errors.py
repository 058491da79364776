"""Every refusal, with the status, type, code and parameter that Stripe gives it."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.simulator.counter import MANUAL, READER, Counter, client, code_of, raw, refused

Do = Callable[[Counter], Any]
GOOD = MANUAL | {"amount": 5000, "currency": "usd"}


def create(**changes: Any) -> Do:
    sent = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return lambda counter: counter.api.payment_intents.create(sent)


def readers(method: str, reader: str = READER, **sent: Any) -> Do:
    return lambda counter: getattr(counter.api.terminal.readers, method)(reader, sent)


def refund(**sent: Any) -> Do:
    def do(counter: Counter) -> Any:
        return counter.api.refunds.create({"payment_intent": counter.paid()} | sent)

    return do


# what is done, HTTP status, code, parameter
REFUSALS: list[tuple[Do, int, str | None, str | None]] = [
    (create(amount=None), 400, "parameter_missing", "amount"),
    (create(currency=None), 400, "parameter_missing", "currency"),
    (create(currency=""), 400, "parameter_invalid_empty", "currency"),
    (create(status="succeeded"), 400, "parameter_unknown", "status"),
    (
        create(payment_method_options={"card_present": {"colour": "red"}}),
        400,
        "parameter_unknown",
        "payment_method_options[card_present][colour]",
    ),
    (create(amount=0), 400, "parameter_invalid_integer", "amount"),
    (create(amount=-5), 400, "parameter_invalid_integer", "amount"),
    (create(amount="ten"), 400, "parameter_invalid_integer", "amount"),
    (create(amount=10.5), 400, "parameter_invalid_integer", "amount"),
    (create(amount=49), 400, "amount_too_small", "amount"),
    (create(amount=1499, currency="czk"), 400, "amount_too_small", "amount"),
    (create(amount=1_000_000_000_000), 400, "amount_too_large", "amount"),
    (create(amount=1050, currency="isk"), 400, "invalid_charge_amount", "amount"),
    (create(amount=1050, currency="ugx"), 400, "invalid_charge_amount", "amount"),
    (create(amount=1005, currency="kwd"), 400, "invalid_charge_amount", "amount"),
    (create(currency="zzz"), 400, None, "currency"),
    (create(capture_method="manual_preferred"), 400, None, "capture_method"),
    (create(allowed_payment_method_types=["barter"]), 400, None, "allowed_payment_method_types[0]"),
    (create(metadata={"k" * 41: "v"}), 400, None, "metadata"),
    (create(metadata={"k": "v" * 501}), 400, None, "metadata[k]"),
    (create(metadata={f"k{number}": "v" for number in range(51)}), 400, None, "metadata"),
    (lambda counter: counter.api.payment_intents.retrieve("pi_none"), 404, "resource_missing", "intent"),
    (lambda counter: counter.api.payment_intents.capture("pi_none"), 404, "resource_missing", "intent"),
    (lambda counter: counter.api.charges.retrieve("ch_none"), 404, "resource_missing", "id"),
    (lambda counter: counter.api.refunds.retrieve("re_none"), 404, "resource_missing", "id"),
    (lambda counter: counter.api.events.retrieve("evt_none"), 404, "resource_missing", "id"),
    (lambda counter: counter.reader("tmr_none"), 404, "resource_missing", "reader"),
    (
        lambda counter: counter.api.terminal.locations.retrieve("tml_none"),
        404,
        "resource_missing",
        "location",
    ),
    (readers("process_payment_intent", payment_intent="pi_none"), 400, "resource_missing", "payment_intent"),
    (readers("process_payment_intent"), 400, "parameter_missing", "payment_intent"),
    (readers("set_reader_display", type="cart"), 400, "parameter_missing", "cart"),
    (readers("confirm_payment_intent", payment_intent="pi_none"), 400, "resource_missing", "payment_intent"),
    (lambda counter: counter.api.payment_intents.list({"status": "x"}), 400, "parameter_unknown", "status"),
    (
        lambda counter: counter.api.payment_intents.list({"limit": 0}),
        400,
        "parameter_invalid_integer",
        "limit",
    ),
    (
        lambda counter: counter.api.payment_intents.list({"limit": 101}),
        400,
        "parameter_invalid_integer",
        "limit",
    ),
    (
        lambda counter: counter.api.payment_intents.list({"starting_after": "pi_none"}),
        400,
        "resource_missing",
        "starting_after",
    ),
    (
        lambda counter: counter.api.payment_intents.list({"starting_after": "a", "ending_before": "b"}),
        400,
        None,
        "starting_after",
    ),
    (
        lambda counter: counter.api.payment_intents.list({"created": {"since": 1}}),
        400,
        "parameter_unknown",
        "created[since]",
    ),
    (lambda counter: counter.api.payment_intents.search({"query": "colour:'red'"}), 400, None, "query"),
    (refund(amount=16701), 400, None, "amount"),
    (refund(amount=0), 400, "parameter_invalid_integer", "amount"),
    (refund(reason="bored"), 400, None, "reason"),
    (refund(payment_intent="pi_none"), 400, "resource_missing", "payment_intent"),
    (lambda counter: counter.api.refunds.create({}), 400, "parameter_missing", "payment_intent"),
    (lambda counter: counter.api.refunds.create({"payment_intent": counter.hold()}), 400, None, None),
    (
        lambda counter: counter.api.refunds.create(
            {"charge": counter.read(counter.hold()).latest_charge},
        ),
        400,
        "charge_not_refundable",
        None,
    ),
    (
        lambda counter: counter.api.payment_intents.capture(counter.hold(), {"amount_to_capture": 16701}),
        400,
        "amount_too_large",
        "amount_to_capture",
    ),
    (
        lambda counter: counter.api.payment_intents.capture(counter.hold(), {"final_capture": False}),
        400,
        None,
        "final_capture",
    ),
    (
        lambda counter: counter.api.terminal.readers.create({"registration_code": "quick-brown-fox"}),
        400,
        None,
        "registration_code",
    ),
    (
        lambda counter: counter.api.terminal.locations.create(
            {"display_name": "Hall"} | {"address": {"city": "X"}}
        ),
        400,
        "parameter_missing",
        "address[country]",
    ),
    (
        lambda counter: counter.api.terminal.locations.delete("tml_demo_front_desk"),
        400,
        None,
        "location",
    ),
    (
        lambda counter: counter.api.terminal.connection_tokens.create({"location": "tml_none"}),
        400,
        "resource_missing",
        "location",
    ),
    (lambda counter: counter.present("4111111111111111"), 400, None, "card_present[number]"),
]


@pytest.mark.parametrize(("do", "status", "code", "param"), REFUSALS)
def test_refusals(counter: Counter, do: Do, status: int, code: str | None, param: str | None) -> None:
    error = refused(do, counter)
    assert isinstance(error, stripe.InvalidRequestError)
    assert (error.http_status, code_of(error), error.param) == (status, code, param)
    assert error.error is not None
    assert error.error.type == "invalid_request_error"
    assert error.user_message
    assert error.request_id is not None
    assert error.request_id.startswith("req_")


def test_a_whole_refund_and_then_another(counter: Counter) -> None:
    intent = counter.paid()
    counter.api.refunds.create({"payment_intent": intent})
    assert (
        code_of(refused(counter.api.refunds.create, {"payment_intent": intent})) == "charge_already_refunded"
    )


# state of the reader, code
READER_STATES = [
    ("offline", "terminal_reader_offline"),
    ("dead", "terminal_reader_timeout"),
    ("busy", "terminal_reader_busy"),
    ("updating", "terminal_reader_busy"),
    ("card_left_in", "terminal_reader_busy"),
    ("hardware_fault", "terminal_reader_hardware_fault"),
    ("wrong_location", "terminal_reader_invalid_location_for_payment"),
]


@pytest.mark.parametrize(("state", "code"), READER_STATES)
def test_a_reader_that_cannot(counter: Counter, state: str, code: str) -> None:
    counter.simulator.set_reader(READER, state)
    intent = counter.intent()
    error = refused(counter.ask, intent)
    assert isinstance(error, stripe.InvalidRequestError)
    assert (error.http_status, error.code) == (400, code)
    assert counter.reader().action is None
    counter.simulator.set_reader(READER, "online")
    assert counter.ask(intent).action.status == "in_progress"


def test_the_offline_reader_of_the_demonstration(counter: Counter) -> None:
    assert counter.reader("tmr_back_1").status == "offline"
    assert code_of(refused(counter.ask, counter.intent(), "tmr_back_1")) == "terminal_reader_offline"


@pytest.mark.parametrize("key", [None, "", "pk_test_1", "nonsense"])
def test_no_answer_without_a_secret_key(counter: Counter, key: str | None) -> None:
    answer = raw(counter.simulator.url, "GET", "/v1/payment_intents", key=key)
    assert answer.status == 401
    assert answer.error["type"] == "invalid_request_error"


def test_a_key_of_another_kind_is_no_authentication(counter: Counter) -> None:
    error = refused(client(counter.simulator.url, key="pk_test_1").payment_intents.list)
    assert isinstance(error, stripe.AuthenticationError)


def test_a_restricted_key_will_do(counter: Counter) -> None:
    assert client(counter.simulator.url, key="rk_test_1").payment_intents.list().data == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/customers"),
        ("GET", "/"),
        ("PUT", "/v1/payment_intents"),
        ("DELETE", "/v1/refunds"),
        ("POST", "/v1/payment_intents/pi_1/eat"),
        ("GET", "/v1/payment_intents/a%2Fb/c"),
    ],
)
def test_unknown_paths(counter: Counter, method: str, path: str) -> None:
    answer = raw(counter.simulator.url, method, path)
    assert answer.status == 404
    assert answer.error["type"] == "invalid_request_error"
    assert "Unrecognized request URL" in answer.error["message"]


def test_an_empty_id_is_the_list(counter: Counter) -> None:
    counter.intent()
    assert counter.api.payment_intents.retrieve("").object == "list"


@pytest.mark.parametrize("path", ["customers", "latest_charge.nothing", "data.latest_charge", "id"])
def test_what_cannot_be_expanded(counter: Counter, path: str) -> None:
    error = refused(counter.read, counter.intent(), path)
    assert (error.http_status, code_of(error)) == (400, None)
    assert "cannot be expanded" in str(error)


def test_a_wrong_expand_does_no_work(counter: Counter) -> None:
    refused(counter.api.payment_intents.create, GOOD | {"expand": ["nothing"]})
    assert counter.simulator.books() == {}


def test_a_reader_that_does_not_wait_takes_no_card(counter: Counter) -> None:
    assert refused(counter.present).http_status == 400
    counter.ask(counter.intent())
    counter.simulator.set_reader(READER, "dead")
    assert code_of(refused(counter.present)) == "terminal_reader_offline"


@pytest.mark.parametrize(
    ("amount", "currency"),
    [(50, "usd"), (30, "gbp"), (50, "jpy"), (100, "isk"), (1010, "kwd"), (999_999_999_999, "usd")],
)
def test_amounts_at_the_edge_are_taken(counter: Counter, amount: int, currency: str) -> None:
    intent = counter.read(counter.intent(amount, currency.upper()))
    assert (intent.amount, intent.currency) == (amount, currency)


def test_refunds_keep_to_the_steps_of_their_currency(counter: Counter) -> None:
    intent = counter.paid(10000, currency="isk")
    error = refused(counter.api.refunds.create, {"payment_intent": intent, "amount": 150})
    assert code_of(error) == "invalid_charge_amount"
