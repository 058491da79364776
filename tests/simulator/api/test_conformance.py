"""The comparison with Stripe's own types finds what it is for; without that its silence proves little.

See ``tests/fixtures/stripe_types.py``.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import stripe

from tests.fixtures.simulator import fail_for, written
from tests.fixtures.stripe_types import PARAMS, answer_problems, problems, request_problems
from tests.simulator.counter import READER, Counter
from tui_pos.simulator import Child
from tui_pos.simulator.api.routes import ENDPOINTS
from tui_pos.simulator.engine.accounts import API_VERSION as SIMULATED
from tui_pos.simulator.server.trace import FOLDER_VARIABLE, HttpExchange
from tui_pos.terminal import API_VERSION as ASKED

INTENTS = "/v1/payment_intents"
CREATE = "amount=500&currency=usd&"
PROCESS = f"/v1/terminal/readers/{READER}/process_payment_intent"


def test_both_sides_speak_the_version_of_the_installed_package() -> None:
    assert stripe.api_version == ASKED == SIMULATED


def test_every_endpoint_of_the_simulator_is_one_of_the_packages() -> None:
    assert {(each.method, each.path) for each in ENDPOINTS} == set(PARAMS)


@pytest.mark.parametrize(
    ("path", "form", "said"),
    [
        (INTENTS, CREATE + "payment_method_types[0]=card_present", "[payment_method_types] is no parameter"),
        (INTENTS, CREATE + "colour=red", "sent[colour] is no parameter"),
        (INTENTS, "amount=500", "sent[currency] is missing"),
        (INTENTS, "currency=usd&amount=5.50", "sent[amount] is '5.50', not int"),
        (INTENTS, CREATE + "capture_method=manual_preferred", "sent[capture_method] is 'manual_preferred'"),
        (INTENTS, CREATE + "allowed_payment_method_types=card_present", "not a list"),
        (INTENTS, CREATE + "allowed_payment_method_types[0]=barter", "[0] is 'barter', not one of"),
        (INTENTS, CREATE + "metadata=5", "sent[metadata] is '5'"),
        (
            INTENTS,
            CREATE + "payment_method_options[card_present][capture_method]=automatic",
            "[capture_method] is 'automatic', not one of manual",
        ),
        (f"{INTENTS}/pi_1/cancel", "cancellation_reason=bored", "[cancellation_reason] is 'bored'"),
        (PROCESS, "process_config[skip_tipping]=1", "[skip_tipping] is '1', not bool"),
        (PROCESS, "", "sent[payment_intent] is missing"),
        ("/v1/refunds", "amount=much", "sent[amount] is 'much', not int"),
        ("/v1/refunds", "payment_intent=pi_1&intent=pi_1", "sent[intent] is no parameter"),
        ("/v1/gifts", "", "no such endpoint"),
    ],
)
def test_a_request_that_stripe_would_not_take(path: str, form: str, said: str) -> None:
    assert said in "\n".join(request_problems("POST", path, form))


@pytest.mark.parametrize(
    ("path", "form"),
    [
        (INTENTS, CREATE + "allowed_payment_method_types[0]=card_present&metadata[order_id]=7&metadata[x]="),
        (INTENTS, CREATE + "payment_method_options[card_present][capture_method]=manual_preferred"),
        (INTENTS, CREATE + "payment_method_options[card_present]="),
        (PROCESS, "payment_intent=pi_1&process_config[skip_tipping]=true&expand[0]=location"),
        (f"{INTENTS}/pi_1", "metadata="),
    ],
)
def test_a_request_that_stripe_takes(path: str, form: str) -> None:
    assert request_problems("POST", path, form) == []


def changed(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda answer: answer.update(fields)


def charge(**fields: Any) -> Callable[[dict[str, Any]], object]:
    return lambda answer: answer["latest_charge"].update(fields)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (changed(colour="red"), "answer.colour is no field"),
        (changed(amount="500"), "answer.amount is '500', not int"),
        (changed(amount=None), "answer.amount is None, not int"),
        (changed(livemode=0), "answer.livemode is 0, not bool"),
        (changed(status="cancelled"), "answer.status is 'cancelled', not one of"),
        (changed(object="intent"), "Stripe has no 'intent'"),
        (changed(metadata=[]), "answer.metadata is []"),
        (
            changed(payment_method_types="card_present"),
            "answer.payment_method_types is 'card_present', not a",
        ),
        (lambda answer: answer.pop("payment_method_types"), "answer.payment_method_types is missing"),
        (lambda answer: answer.pop("created"), "answer.created is missing"),
        (charge(refunded=None), "answer.latest_charge.refunded is None, not bool"),
        (charge(outcome={"type": "authorized", "mood": "good"}), "latest_charge.outcome.mood is no field"),
        (charge(_card="4242"), "latest_charge._card is no field"),
    ],
)
def test_an_answer_that_stripe_would_not_give(
    counter: Counter, spoil: Callable[[dict[str, Any]], object], said: str
) -> None:
    answer = json.loads(json.dumps(counter.read(counter.hold(), "latest_charge").to_dict()))
    assert answer_problems(answer) == []
    spoil(answer)
    assert said in "\n".join(answer_problems(answer))


@pytest.mark.parametrize("status", ["future_settling", "requires_reauthorization"])
def test_a_word_of_the_future_is_let_through(counter: Counter, status: str) -> None:
    intent = counter.intent()
    counter.simulator.set_status(intent, status)
    assert counter.read(intent).status == status


def test_a_simulator_in_a_process_of_its_own_writes_down_what_it_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with Child() as simulator:
        Counter(simulator).intent()
    (file,) = tmp_path.iterdir()
    with file.open("a") as lines:
        lines.write('{"method": "POST", "pa')  # as of one that was killed
    (made,) = written(file)
    assert (made.method, made.path, made.status) == ("POST", INTENTS, 200)
    assert problems(made) == []
    wrong = replace(made, form=made.form + "&colour=red")
    with pytest.raises(pytest.fail.Exception, match=r"sent\[colour\] is no parameter"):
        fail_for([made, wrong])


def test_a_refused_request_may_be_wrong_but_its_error_may_not() -> None:
    error = {"type": "invalid_request_error", "message": "No.", "because": "x"}
    refused = HttpExchange(
        method="POST",
        path=INTENTS,
        form="colour=red",
        version=ASKED,
        status=400,
        body=json.dumps({"error": error}),
    )
    assert problems(refused) == [f"POST {INTENTS}: error.because is no field of Stripe's"]
