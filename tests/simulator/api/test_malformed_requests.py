"""Whatever is sent, the answer is Stripe's error object and never a traceback."""

import json
import logging
import socket
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.simulator.counter import READER, Counter, raw

BODIES = [
    "amount",
    "=",
    "&&&",
    "[]=1",
    "amount[]=1",
    "amount[0]=1&amount=2",
    "amount=2&amount[0]=1",
    "metadata=x",
    "metadata[a][b]=1",
    "metadata[a=1",
    "metadata[a]b=1",
    "metadata[[a]]=1",
    "expand=latest_charge",
    "expand[x]=1",
    "expand[0][1]=1",
    "expand[99999999999999999999]=latest_charge",
    "expand[]=",
    "allowed_payment_method_types=card_present",
    "payment_method_options=",
    "payment_method_options[card_present]=",
    "amount=9999999999999999999999",
    "amount=\uff11\uff12",
    "amount=%F0%9F%92%B3",
    "amount=%FF",
    "amount=%",
    "currency=%00",
    "a" + "[a]" * 2000 + "=1",
    "&".join(f"a{number}=1" for number in range(3000)),
    "metadata[k]=" + "v" * 20000,
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:30])
def test_bodies(counter: Counter, body: str) -> None:
    sent = f"{body}&amount=5000&currency=usd&allowed_payment_method_types[]=card_present".encode()
    answer = raw(counter.simulator.url, "POST", "/v1/payment_intents", sent)
    assert answer.status in (200, 400)
    assert answer.status == 200 or answer.error["type"] == "invalid_request_error"


def test_the_body_must_be_a_form(counter: Counter) -> None:
    sent = json.dumps({"amount": 5000, "currency": "usd"})
    url, path = counter.simulator.url, "/v1/payment_intents"
    assert "content type" in raw(url, "POST", path, sent, Content_Type="application/json").error["message"]
    assert raw(url, "POST", path, b"amount=\xff").status == 400
    assert raw(url, "POST", path, b"a=" + b"b" * 1_000_001).status == 400


def test_a_client_that_leaves_in_the_middle_of_its_request(
    counter: Counter, caplog: pytest.LogCaptureFixture
) -> None:
    host, port = counter.simulator.url.removeprefix("http://").split(":")
    head = "POST /v1/refunds HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer sk_1\r\nContent-Length: 50\r\n\r\na"
    with socket.create_connection((host, int(port))) as half:
        half.sendall(head.encode())
    with socket.create_connection((host, int(port))) as garbage:
        garbage.sendall(b"\x00\xff nonsense\r\n\r\n")
        assert b"400" in garbage.recv(100)
    assert counter.intent()
    assert not [record for record in caplog.records if record.exc_info]


NAMES = st.sampled_from([
    "amount", "currency", "metadata", "metadata[a]", "metadata[]", "expand[]", "expand[0]", "created[gte]",
    "created", "limit", "payment_intent", "process_config[tipping]", "process_config[skip_tipping]",
    "payment_method_options[card_present][capture_method]", "cart[line_items][0][amount]", "cart", "type",
    "card_present[number]", "starting_after", "query", "page", "charge", "registration_code", "status",
])  # fmt: skip
VALUES = st.sampled_from(
    [
        "{intent}",
        "",
        "1",
        "-1",
        "0",
        "5000",
        "usd",
        "true",
        "card_present",
        "latest_charge",
        "data.latest_charge",
        "cart",
    ]
) | st.text(max_size=20).filter(lambda text: text.isprintable())
PATHS = st.sampled_from([
    ("GET", "/v1/payment_intents"), ("POST", "/v1/payment_intents"), ("GET", "/v1/payment_intents/search"),
    ("POST", "/v1/payment_intents/{intent}"), ("POST", "/v1/payment_intents/{intent}/capture"),
    ("POST", "/v1/payment_intents/{intent}/cancel"), ("GET", "/v1/charges"), ("POST", "/v1/refunds"),
    ("GET", "/v1/events"), ("POST", "/v1/terminal/locations"), ("POST", "/v1/terminal/readers"),
    ("GET", "/v1/terminal/readers"), ("POST", f"/v1/terminal/readers/{READER}/process_payment_intent"),
    ("POST", f"/v1/terminal/readers/{READER}/collect_payment_method"),
    ("POST", f"/v1/terminal/readers/{READER}/confirm_payment_intent"),
    ("POST", f"/v1/terminal/readers/{READER}/refund_payment"),
    ("POST", f"/v1/terminal/readers/{READER}/set_reader_display"),
    ("POST", f"/v1/terminal/readers/{READER}/cancel_action"),
    ("POST", f"/v1/test_helpers/terminal/readers/{READER}/present_payment_method"),
])  # fmt: skip


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=PATHS, fields=st.lists(st.tuples(NAMES, VALUES), max_size=5))
def test_any_fields_at_any_path(
    counter: Counter,
    caplog: pytest.LogCaptureFixture,
    place: tuple[str, str],
    fields: list[tuple[str, str]],
) -> None:
    method, path = place
    intent = counter.intent()
    query = urlencode([(name, value.replace("{intent}", intent)) for name, value in fields])
    path = path.replace("{intent}", intent)
    with caplog.at_level(logging.WARNING):
        if method == "GET":
            answer = raw(counter.simulator.url, method, f"{path}?{query}")
        else:
            answer = raw(counter.simulator.url, method, path, query)
    assert answer.status in (200, 400, 404)
    json.loads(answer.text)
    assert not [record for record in caplog.records if record.exc_info]
