"""What leaves the machine: when, how often, under which key, and what does not."""

import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.terminal.canned import Canned
from tests.terminal.conftest import KEY
from tui_pos.terminal import (
    CartLine,
    Misconfigured,
    NotFound,
    RateLimited,
    ReaderBusy,
    Terminal,
    Timeouts,
    UnknownOutcome,
)
from tui_pos.terminal.connection import _Dates, _SessionPerThread

INTENT = {"id": "pi_1", "status": "requires_payment_method", "amount": 500, "currency": "usd"}
REFUND = {"id": "re_1", "status": "succeeded", "amount": 500, "currency": "usd"}
READER = {"id": "tmr_1", "label": "Front-2", "action": None}
WAITING = {
    "type": "process_payment_intent",
    "status": "in_progress",
    "process_payment_intent": {"payment_intent": "pi_1"},
}


def test_a_created_intent_says_everything_explicitly(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, INTENT)
    terminal.create_intent(500, "USD", metadata={"order_id": "7"}, description="Order 7", key="create-1")
    (sent,) = canned.requests
    assert (sent.method, sent.path) == ("POST", "/v1/payment_intents")
    assert sent.params == {
        "amount": "500",
        "currency": "usd",
        "allowed_payment_method_types[0]": "card_present",
        "capture_method": "manual",
        "metadata[order_id]": "7",
        "description": "Order 7",
    }
    assert sent.headers["Idempotency-Key"] == "create-1"


def test_reads_ask_for_the_charge(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, INTENT)
    terminal.intent("pi_1")
    terminal.capture("pi_1", key="capture-1")
    terminal.capture("pi_1", key="capture-2", amount=300)
    terminal.cancel_intent("pi_1", reason="abandoned")
    assert [
        (sent.path.removeprefix("/v1/payment_intents/"), dict(sent.params)) for sent in canned.requests
    ] == [
        ("pi_1", {"expand[0]": "latest_charge"}),
        ("pi_1/capture", {"expand[0]": "latest_charge"}),
        ("pi_1/capture", {"expand[0]": "latest_charge", "amount_to_capture": "300"}),
        ("pi_1/cancel", {"expand[0]": "latest_charge", "cancellation_reason": "abandoned"}),
    ]
    assert canned.requests[1].headers["Idempotency-Key"] == "capture-1"


def test_a_refund(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, REFUND)
    terminal.refund("pi_1", 500, key="refund-1", metadata={"shift": "3"}, reason="requested_by_customer")
    (sent,) = canned.requests
    assert sent.path == "/v1/refunds"
    assert sent.headers["Idempotency-Key"] == "refund-1"
    assert sent.params == {
        "payment_intent": "pi_1",
        "amount": "500",
        "metadata[shift]": "3",
        "reason": "requested_by_customer",
    }


def test_a_window_of_intents(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, {"object": "list", "url": "/v1/payment_intents", "has_more": False, "data": []})
    window = datetime(2027, 5, 1, tzinfo=UTC), datetime(2027, 5, 2, tzinfo=UTC)
    assert list(terminal.intents_created(*window)) == []
    (sent,) = canned.requests
    assert sent.params == {
        "created[gte]": str(int(window[0].timestamp())),
        "created[lt]": str(int(window[1].timestamp())),
        "limit": "100",
        "expand[0]": "data.latest_charge",
    }


def test_each_reader_command_has_a_key_of_its_own(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, {**READER, "action": WAITING})
    terminal.process("tmr_1", "pi_1")
    terminal.process("tmr_1", "pi_1")
    terminal.cancel_reader_action("tmr_1", "pi_1")
    commands = [sent for sent in canned.requests if sent.method == "POST"]
    assert len({sent.headers["Idempotency-Key"] for sent in commands}) == 3
    assert commands[0].params == {"payment_intent": "pi_1", "process_config[skip_tipping]": "true"}


@pytest.mark.parametrize("fault", ["cut", "hang", "500", "409"])
def test_a_reader_command_is_never_repeated_by_itself(canned: Canned, terminal: Terminal, fault: str) -> None:
    fail(canned, fault)
    canned.answer(200, READER)
    with pytest.raises(UnknownOutcome):
        terminal.process("tmr_1", "pi_1")
    assert len(canned.requests) == 1


def test_cancelling_on_the_reader_is_never_repeated_by_itself(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, {**READER, "action": WAITING})
    canned.cut()
    with pytest.raises(UnknownOutcome):
        terminal.cancel_reader_action("tmr_1", "pi_1")
    assert [sent.method for sent in canned.requests] == ["GET", "POST"]


@pytest.mark.parametrize("fault", ["cut", "hang", "500", "409"])
def test_a_command_with_a_fixed_key_is_repeated_under_it(
    canned: Canned, terminal: Terminal, fault: str
) -> None:
    fail(canned, fault)
    fail(canned, fault)
    canned.answer(200, INTENT)
    assert terminal.create_intent(500, "usd", metadata={}, key="create-1").id == "pi_1"
    assert [sent.headers["Idempotency-Key"] for sent in canned.requests] == ["create-1"] * 3


@pytest.mark.parametrize("fault", ["cut", "hang", "500"])
def test_cancelling_an_intent_is_repeated_under_one_key(
    canned: Canned, terminal: Terminal, fault: str
) -> None:
    fail(canned, fault)
    canned.answer(200, {**INTENT, "status": "canceled"})
    assert terminal.cancel_intent("pi_1").status == "canceled"
    assert len(canned.requests) == 2
    assert len({sent.headers["Idempotency-Key"] for sent in canned.requests}) == 1


def test_retries_can_be_switched_off(canned: Canned) -> None:
    canned.cut()
    with pytest.raises(UnknownOutcome):
        Terminal(KEY, api_base=canned.url, retries=0).intent("pi_1")
    assert len(canned.requests) == 1


def test_too_many_requests_are_not_repeated(canned: Canned, terminal: Terminal) -> None:
    canned.error(429, "rate_limit")
    with pytest.raises(RateLimited):
        terminal.intent("pi_1")
    assert len(canned.requests) == 1


def fail(canned: Canned, fault: str) -> None:
    if fault in ("cut", "hang"):
        getattr(canned, fault)()
    else:
        canned.error(int(fault))


@pytest.mark.parametrize(
    "action",
    [
        None,
        {**WAITING, "status": "succeeded"},
        {**WAITING, "status": "failed"},
        {**WAITING, "process_payment_intent": {"payment_intent": "pi_of_another_desk"}},
        {"type": "set_reader_display", "status": "in_progress", "set_reader_display": {"type": "cart"}},
        {"type": "refund_payment", "status": "in_progress", "refund_payment": {"payment_intent": "pi_1"}},
    ],
)
def test_only_the_own_waiting_payment_is_taken_off_the_reader(
    canned: Canned, terminal: Terminal, action: object
) -> None:
    canned.answer(200, {**READER, "action": action})
    assert terminal.cancel_reader_action("tmr_1", "pi_1") is None
    assert [sent.method for sent in canned.requests] == ["GET"]


def test_a_cancel_that_came_too_late_says_how_the_reader_is(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, {**READER, "action": WAITING})
    canned.error(400, "resource_missing")
    canned.answer(200, {**READER, "action": {**WAITING, "status": "succeeded"}})
    reader = terminal.cancel_reader_action("tmr_1", "pi_1")
    assert reader is not None
    assert reader.action is not None
    assert reader.action.status == "succeeded"


def test_a_cart_never_replaces_a_payment(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, {**READER, "action": WAITING})
    with pytest.raises(ReaderBusy, match="reader_takes_payment"):
        terminal.show_cart("tmr_1", "usd", [CartLine("T-shirt", 3500)], 3500)
    assert [sent.method for sent in canned.requests] == ["GET"]


def test_test_cards_need_a_test_key_or_a_simulator(canned: Canned) -> None:
    canned.answer(200, READER)
    with pytest.raises(Misconfigured, match="no_test_cards"):
        Terminal("sk_live_4711").present_card("tmr_1", "4242424242424242")
    Terminal("sk_live_4711", api_base=canned.url).present_card("tmr_1", "4242424242424242")
    (sent,) = canned.requests
    assert sent.params == {"type": "card_present", "card_present[number]": "4242424242424242"}


@pytest.mark.parametrize(
    ("key", "live"), [("sk_live_1", True), ("rk_live_1", True), ("sk_test_1", False), ("", False)]
)
def test_the_key_tells_the_mode(key: str, live: bool) -> None:
    assert Terminal(key).is_live is live


@pytest.mark.parametrize("nonsense", ["", " ", "pi_1/capture", "../x", "pi_1?x", "pi_ä", "p" * 256, "pi_1\n"])
def test_what_is_no_id_is_not_sent(canned: Canned, terminal: Terminal, nonsense: str) -> None:
    canned.answer(200, INTENT)
    calls: list[Callable[[], object]] = [
        lambda: terminal.intent(nonsense),
        lambda: terminal.capture(nonsense, key="k"),
        lambda: terminal.cancel_intent(nonsense),
        lambda: terminal.process(nonsense, "pi_1"),
        lambda: terminal.process("tmr_1", nonsense),
        lambda: terminal.refund(nonsense, 1, key="k", metadata={}),
        lambda: terminal.refunds(nonsense),
        lambda: terminal.refund_status(nonsense),
        lambda: terminal.reader(nonsense),
    ]
    for call in calls:
        with pytest.raises(NotFound, match="not_an_id"):
            call()
    assert not canned.requests


def test_threads_share_a_terminal_and_keep_a_connection_each(canned: Canned) -> None:
    canned.answer(200, INTENT)
    terminal = Terminal(KEY, api_base=canned.url)
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            start.wait(5)
            for _ in range(3):
                terminal.intent("pi_1")
                terminal.capture("pi_1", key="k")
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not failures
    assert len(canned.requests) == 24
    assert len({sent.connection for sent in canned.requests}) == 4


def test_proxies_do_not_come_between_the_desk_and_a_simulator(
    canned: Canned, monkeypatch: pytest.MonkeyPatch
) -> None:
    canned.answer(200, INTENT)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert Terminal(KEY, api_base=canned.url, retries=0).intent("pi_1").id == "pi_1"


def test_netrc_does_not_replace_the_key(canned: Canned, tmp_path: Path) -> None:
    """Where the environment counts, at Stripe itself, requests would let a default entry win."""
    canned.answer(200, INTENT)
    (tmp_path / ".netrc").write_text("default login somebody password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    _SessionPerThread(_Dates(), environment=True).request(
        "get", canned.url, headers={"Authorization": f"Bearer {KEY}"}
    )
    assert canned.requests[0].headers["Authorization"] == f"Bearer {KEY}"


def test_a_redirect_is_not_followed(canned: Canned, terminal: Terminal) -> None:
    canned.answer(307, b"", Location=f"{canned.url}/elsewhere")
    with pytest.raises(UnknownOutcome):
        terminal.process("tmr_1", "pi_1")
    assert len(canned.requests) == 1


def test_nothing_is_reported_about_this_machine(canned: Canned, terminal: Terminal, tmp_path: Path) -> None:
    canned.answer(200, INTENT, Request_Id="req_1")
    terminal.intent("pi_1")
    terminal.intent("pi_1")
    assert not any("telemetry" in name.lower() for name in canned.requests[1].headers)
    assert list(tmp_path.rglob("*")) == []


def test_notices_are_not_printed_over_the_screen(canned: Canned, terminal: Terminal) -> None:
    canned.answer(200, INTENT, Stripe_Notice="Look at the new thing!")
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        terminal.intent("pi_1")
    assert seen == []


def test_timeouts_are_what_was_asked_for(canned: Canned) -> None:
    """A process call outlives the time that a read is given."""
    canned.hang()
    patient = Terminal(KEY, api_base=canned.url, timeouts=Timeouts(1, 0.05, 0.05, 60), retries=0)
    with pytest.raises(UnknownOutcome, match="no_answer"):
        patient.intent("pi_1")
    answered: list[object] = []
    waiting = threading.Thread(target=lambda: answered.append(outcome(patient)))
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive()
    canned.released.set()
    waiting.join(5)
    assert isinstance(answered[0], UnknownOutcome)


def outcome(terminal: Terminal) -> object:
    try:
        return terminal.process("tmr_1", "pi_1")
    except UnknownOutcome as error:
        return error


@pytest.mark.parametrize(
    "then",
    [
        "",
        "t = tui_pos.terminal.Terminal('sk_test_1'); t.check(); repr(t); t.is_live; import tui_pos.core",
    ],
)
def test_importing_and_building_import_no_stripe(then: str) -> None:
    code = (
        "import sys, tui_pos.terminal\n"
        f"{then}\n"
        "slow = {'stripe', 'requests', 'urllib3', 'textual', 'rich', 'peewee'} & set(sys.modules)\n"
        "sys.exit(str(slow) if slow else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stderr


def test_warming_up_imports_stripe_and_asks_nobody(canned: Canned, terminal: Terminal) -> None:
    terminal.warm_up()
    assert not canned.requests
