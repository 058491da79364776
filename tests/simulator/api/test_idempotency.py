"""Idempotency keys: what is answered again, what is refused, and what is forgotten."""

import threading
from typing import Any

import pytest
import stripe

from tests.simulator.counter import MANUAL, READER, Counter, client, code_of, raw, refused

SENT = MANUAL | {"amount": 5000, "currency": "usd"}
DAY = 24 * 3600


def key(name: str) -> Any:
    return {"idempotency_key": name}


def replayed(answer: Any) -> bool:
    return bool(answer.last_response.headers.get("Idempotent-Replayed") == "true")


def test_a_repeat_gets_the_first_answer_and_does_nothing(counter: Counter) -> None:
    first = counter.api.payment_intents.create(SENT, key("a"))
    again = counter.api.payment_intents.create(SENT, key("a"))
    assert again.id == first.id
    assert not replayed(first)
    assert replayed(again)
    assert again.last_response.headers["Idempotency-Key"] == "a"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert len(counter.simulator.books()) == 1


def test_a_repeat_is_as_old_as_its_first_answer(counter: Counter) -> None:
    intent = counter.api.payment_intents.create(SENT, key("a")).id
    counter.api.payment_intents.cancel(intent)
    assert counter.api.payment_intents.create(SENT, key("a")).status == "requires_payment_method"
    assert counter.read(intent).status == "canceled"


def test_without_a_key_each_request_works(counter: Counter) -> None:
    counter.intent()
    counter.intent()
    assert len(counter.simulator.books()) == 2


@pytest.mark.parametrize("other", ["parameters", "path"])
def test_a_key_is_for_one_request(counter: Counter, other: str) -> None:
    intent = counter.api.payment_intents.create(SENT, key("a")).id
    if other == "path":
        error = refused(counter.api.payment_intents.cancel, intent, {}, key("a"))
    else:
        error = refused(counter.api.payment_intents.create, SENT | {"amount": 6000}, key("a"))
    assert isinstance(error, stripe.IdempotencyError)
    assert error.http_status == 400
    assert code_of(error) is None
    assert counter.read(intent).status == "requires_payment_method"


def test_each_account_has_its_own_keys(counter: Counter) -> None:
    first = counter.api.payment_intents.create(SENT, key("a")).id
    other = (
        client(counter.simulator.url, key="sk_test_otheraccount").payment_intents.create(SENT, key("a")).id
    )
    assert other != first


def test_while_the_first_runs_the_second_is_refused(counter: Counter) -> None:
    counter.simulator.fault("slow", "POST /v1/payment_intents", seconds=0.6)
    made: list[Any] = []
    other = client(counter.simulator.url)
    first = threading.Thread(target=lambda: made.append(other.payment_intents.create(SENT, key("a"))))
    first.start()
    # The fault is used up when the first request has begun.
    while counter.simulator.command("GET", "faults")["faults"]:
        pass
    error = refused(counter.api.payment_intents.create, SENT, key("a"))
    assert isinstance(error, stripe.APIError)
    assert error.http_status == 409
    assert code_of(error) == "idempotency_key_in_use"
    first.join()
    assert counter.api.payment_intents.create(SENT, key("a")).id == made[0].id


def test_a_key_is_forgotten_after_a_day(counter: Counter) -> None:
    first = counter.api.payment_intents.create(SENT, key("a")).id
    counter.simulator.advance(DAY - 60)
    assert counter.api.payment_intents.create(SENT, key("a")).id == first
    counter.simulator.advance(120)
    assert counter.api.payment_intents.create(SENT, key("a")).id != first


def test_a_refused_parameter_leaves_the_key_free(counter: Counter) -> None:
    refused(counter.api.payment_intents.create, SENT | {"colour": "red"}, key("a"))
    assert counter.api.payment_intents.create(SENT, key("a")).id


def test_an_executed_refusal_is_given_again(counter: Counter) -> None:
    intent = counter.intent()
    counter.simulator.set_reader(READER, "busy")
    sent = {"payment_intent": intent}
    process = counter.api.terminal.readers.process_payment_intent
    refused(process, READER, sent, key("a"))
    counter.simulator.set_reader(READER, "online")
    again = refused(process, READER, sent, key("a"))
    assert code_of(again) == "terminal_reader_busy"
    assert again.headers is not None
    assert again.headers["Idempotent-Replayed"] == "true"
    assert process(READER, sent, key("b")).action.status == "in_progress"


@pytest.mark.parametrize("fault", ["rate_limit_429", "lock_timeout_429", "key_expired_401"])
def test_what_never_began_is_not_kept(counter: Counter, fault: str) -> None:
    counter.simulator.fault(fault)
    refused(counter.api.payment_intents.create, SENT, key("a"))
    made = counter.api.payment_intents.create(SENT, key("a"))
    assert not replayed(made)


@pytest.mark.parametrize(("fault", "made"), [("error_500", 0), ("error_500_after", 1)])
def test_a_500_is_kept_and_given_again(counter: Counter, fault: str, made: int) -> None:
    counter.simulator.fault(fault)
    for _ in range(2):
        error = refused(counter.api.payment_intents.create, SENT, key("a"))
        assert isinstance(error, stripe.APIError)
        assert error.http_status == 500
    assert error.headers is not None
    assert error.headers["Idempotent-Replayed"] == "true"
    assert len(counter.simulator.books()) == made


def test_the_order_of_parameters_does_not_matter(counter: Counter) -> None:
    url = counter.simulator.url
    first = raw(url, "POST", "/v1/payment_intents", "amount=500&currency=usd", Idempotency_Key="a")
    second = raw(url, "POST", "/v1/payment_intents", "currency=usd&amount=500", Idempotency_Key="a")
    assert first.text == second.text


def test_a_key_has_a_length(counter: Counter) -> None:
    assert refused(counter.api.payment_intents.create, SENT, key("a" * 256)).http_status == 400
    assert counter.api.payment_intents.create(SENT, key("a" * 255)).id


def test_reading_ignores_keys(counter: Counter) -> None:
    url = counter.simulator.url
    assert '"data": []' in raw(url, "GET", "/v1/payment_intents", Idempotency_Key="a").text
    counter.intent()
    assert '"data": []' not in raw(url, "GET", "/v1/payment_intents", Idempotency_Key="a").text
