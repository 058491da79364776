"""Every way in which Stripe can say no, or say nothing, has its class and its words; none shows the key."""

import logging
import traceback

import pytest

from tests.terminal.canned import Canned
from tests.terminal.conftest import KEY
from tui_pos.terminal import (
    AmountRefused,
    Answer,
    Declined,
    IntentNotFound,
    Misconfigured,
    NotFound,
    RateLimited,
    ReaderBusy,
    ReaderOffline,
    ReaderTimeout,
    Refused,
    Terminal,
    TerminalError,
    UnknownOutcome,
)

ANSWERS = [
    (400, "terminal_reader_offline", ReaderOffline),
    (400, "terminal_reader_hardware_fault", ReaderOffline),
    (400, "terminal_reader_busy", ReaderBusy),
    (400, "terminal_reader_timeout", ReaderTimeout),
    (400, "terminal_reader_invalid_location_for_payment", Refused),
    (400, "intent_invalid_state", Refused),
    (400, "payment_intent_unexpected_state", Refused),
    (400, "charge_already_refunded", Refused),
    (400, "amount_too_small", AmountRefused),
    (400, "amount_too_large", AmountRefused),
    (400, "resource_missing", NotFound),
    (404, "resource_missing", NotFound),
    (404, None, NotFound),
    (400, "parameter_missing", Refused),
    (400, None, Refused),
    (401, None, Misconfigured),
    (401, "api_key_expired", Misconfigured),
    (402, "card_declined", Declined),
    (402, "expired_card", Declined),
    (403, None, Misconfigured),
    (409, "idempotency_key_in_use", UnknownOutcome),
    (409, None, UnknownOutcome),
    (418, None, UnknownOutcome),
    (424, None, UnknownOutcome),
    (429, "rate_limit", RateLimited),
    (429, "lock_timeout", UnknownOutcome),
    (429, None, RateLimited),
    (500, None, UnknownOutcome),
    (503, "rate_limit", UnknownOutcome),
    (599, "terminal_reader_offline", UnknownOutcome),
]


@pytest.mark.parametrize(("status", "code", "kind"), ANSWERS)
def test_an_error_object_becomes_its_class(
    canned: Canned, terminal: Terminal, status: int, code: str | None, kind: type[TerminalError]
) -> None:
    canned.error(status, code)
    with pytest.raises(TerminalError) as caught:
        terminal.process("tmr_1", "pi_1")
    assert type(caught.value) is kind
    assert caught.value.code == (code or "")
    assert caught.value.request_id == "req_1"


@pytest.mark.parametrize(("status", "code", "kind"), ANSWERS)
def test_every_error_says_whether_it_is_stripes_last_word(
    canned: Canned, terminal: Terminal, status: int, code: str | None, kind: type[TerminalError]
) -> None:
    canned.error(status, code)
    with pytest.raises(TerminalError) as caught:
        terminal.process("tmr_1", "pi_1")
    open_ended = code == "terminal_reader_timeout" or status in (409, 418, 424) or status >= 500
    expected = Answer.NONE if open_ended or code == "lock_timeout" else Answer.DEFINITE
    if kind is RateLimited:
        expected = Answer.RATE_LIMITED
    assert caught.value.answer is expected
    assert caught.value.is_definite is (expected is Answer.DEFINITE)


@pytest.mark.parametrize("fault", ["cut", "hang", "html"])
def test_what_was_not_answered_is_no_last_word(canned: Canned, terminal: Terminal, fault: str) -> None:
    if fault == "html":
        canned.answer(200, b"<html>")
    else:
        getattr(canned, fault)()
    with pytest.raises(TerminalError) as caught:
        terminal.capture("pi_1", key="k")
    assert caught.value.answer is Answer.NONE


@pytest.mark.parametrize("status", [400, 404])
@pytest.mark.parametrize(
    ("param", "kind"),
    [("intent", IntentNotFound), ("payment_intent", IntentNotFound), ("reader", NotFound), (None, NotFound)],
)
def test_a_missing_payment_is_told_apart_from_a_missing_reader(
    canned: Canned, terminal: Terminal, status: int, param: str | None, kind: type[NotFound]
) -> None:
    canned.error(status, "resource_missing", param=param)
    with pytest.raises(NotFound) as caught:
        terminal.process("tmr_1", "pi_1")
    assert (type(caught.value), caught.value.param) == (kind, param or "")


@pytest.mark.parametrize(
    ("message", "right", "key"),
    [
        (
            "The provided key 'rk_test_***4242' does not have the required permissions for this endpoint on "
            "account 'acct_1'. Having the 'rak_terminal_reader_write' permission would allow this request.",
            "rak_terminal_reader_write",
            "stripe.no_right",
        ),
        (
            "Having the 'rak_charge_read' permission would allow this request to continue.",
            "rak_charge_read",
            "stripe.no_right",
        ),
        ("You may not.", "", "stripe.no_rights"),
    ],
)
def test_a_key_that_lacks_a_right_says_which(
    canned: Canned, terminal: Terminal, message: str, right: str, key: str
) -> None:
    canned.error(403, message=message)
    with pytest.raises(Misconfigured) as caught:
        terminal.process("tmr_1", "pi_1")
    assert caught.value.missing_right == right
    assert caught.value.reason.key == key
    assert caught.value.reason.values == ({"right": right} if right else {})


@pytest.mark.parametrize("kind", [ReaderTimeout, NotFound, AmountRefused])
def test_the_finer_classes_are_caught_as_the_coarser(kind: type[TerminalError]) -> None:
    assert issubclass(kind, UnknownOutcome if kind is ReaderTimeout else Refused)


def test_a_decline_carries_its_decline_code(canned: Canned, terminal: Terminal) -> None:
    canned.error(402, "card_declined", type="card_error", decline_code="insufficient_funds")
    with pytest.raises(Declined) as caught:
        terminal.cancel_intent("pi_1")
    assert (caught.value.code, caught.value.decline_code) == ("card_declined", "insufficient_funds")


def test_a_refusal_carries_the_payment_as_it_is(canned: Canned, terminal: Terminal) -> None:
    state = {"id": "pi_1", "status": "succeeded", "amount": 500, "currency": "usd", "amount_received": 500}
    canned.error(400, "payment_intent_unexpected_state", payment_intent=state)
    with pytest.raises(Refused) as caught:
        terminal.capture("pi_1", key="k")
    assert caught.value.intent is not None
    assert (caught.value.intent.status, caught.value.intent.amount_received) == ("succeeded", 500)


def test_an_unreadable_payment_does_not_hide_the_refusal(canned: Canned, terminal: Terminal) -> None:
    canned.error(400, "payment_intent_unexpected_state", payment_intent={"id": 5})
    with pytest.raises(Refused) as caught:
        terminal.capture("pi_1", key="k")
    assert caught.value.intent is None


def test_an_unknown_refusal_shows_stripes_words_without_control_characters(
    canned: Canned, terminal: Terminal
) -> None:
    canned.error(400, message="Bad \x1b[31mthing {message}\n" + "x" * 5000)
    with pytest.raises(Refused) as caught:
        terminal.intent("pi_1")
    said = str(caught.value.reason.values["said"])
    assert said.startswith("Bad [31mthing {message} xxx")
    assert said.isprintable()
    assert len(said) <= 200


def test_a_reused_key_with_other_details_did_nothing(canned: Canned, terminal: Terminal) -> None:
    canned.error(400, type="idempotency_error")
    with pytest.raises(Refused, match="idempotency_conflict"):
        terminal.create_intent(1, "usd", metadata={}, key="k")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Sign in to the hotel's wireless network</html>"),
        (200, b""),
        (200, b"[]"),
        (200, b'"ok"'),
        (200, b"null"),
        (200, b"{}"),
        (200, b'{"id": "pi_1", "status": "succeeded", "amount": "much", "currency": "usd"}'),
        (200, b'{"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "usd", "created": 1e300}'),
        (200, b'{"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "usd", "metadata": 5}'),
        (302, b""),
        (400, b"<html>"),
        (400, b"null"),
        (400, b'{"error": null}'),
        (400, b'{"error": "invalid_client"}'),
        (400, b'{"error": ["x"]}'),
        (404, b"Not here"),
        (407, b"Proxy"),
        (502, b"<html>Bad gateway</html>"),
        (200, b"\xff\xfe\x00"),
    ],
)
def test_what_is_no_answer_of_stripes_leaves_the_outcome_open(
    canned: Canned, terminal: Terminal, status: int, body: bytes
) -> None:
    canned.answer(status, body, Location="https://example.org/login")
    with pytest.raises(UnknownOutcome):
        terminal.intent("pi_1")
    with pytest.raises(UnknownOutcome):
        terminal.capture("pi_1", key="k")


def test_a_lost_answer_leaves_the_outcome_open(canned: Canned, terminal: Terminal) -> None:
    canned.cut()
    with pytest.raises(UnknownOutcome, match="no_connection"):
        terminal.capture("pi_1", key="k")


def test_a_late_answer_leaves_the_outcome_open(canned: Canned, terminal: Terminal) -> None:
    canned.hang()
    with pytest.raises(UnknownOutcome, match="no_answer"):
        terminal.process("tmr_1", "pi_1")


def test_nobody_at_the_other_end(unused_tcp_port: int) -> None:
    nobody = Terminal(KEY, api_base=f"http://127.0.0.1:{unused_tcp_port}", retries=0)
    with pytest.raises(UnknownOutcome, match="no_connection"):
        nobody.intent("pi_1")


@pytest.mark.parametrize(("status", "code"), [(429, "rate_limit"), (401, None), (403, None)])
def test_a_refused_repeat_does_not_hide_a_lost_answer(
    canned: Canned, terminal: Terminal, status: int, code: str | None
) -> None:
    """The first try may have captured; that the second was turned away at the door changes nothing."""
    canned.cut()
    canned.error(status, code)
    with pytest.raises(UnknownOutcome) as caught:
        terminal.capture("pi_1", key="k")
    assert caught.value.code == (code or "")
    assert len(canned.requests) == 2


def test_one_lost_answer_does_not_stain_the_next_call(canned: Canned, terminal: Terminal) -> None:
    canned.cut()
    canned.error(429, "rate_limit")
    with pytest.raises(UnknownOutcome):
        terminal.capture("pi_1", key="k")
    with pytest.raises(RateLimited):
        terminal.capture("pi_1", key="k")


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("", "no_key"),
        ("  ", "no_key"),
        ("pk_test_1234", "not_a_key"),
        ("sk_test_", "not_a_key"),
        ("sk_test_hidden\n", "not_a_key"),
        ("sk_test_hid\r\nden", "not_a_key"),
        ("sk_test_hïdden", "not_a_key"),
        ("hidden", "not_a_key"),
    ],
)
def test_a_nonsense_key_is_told_before_anything_is_sent(canned: Canned, key: str, says: str) -> None:
    canned.answer(200, {})
    terminal = Terminal(key, api_base=canned.url)
    for attempt in (terminal.check, terminal.warm_up, lambda: terminal.intent("pi_1")):
        with pytest.raises(Misconfigured, match=says) as caught:
            attempt()
        assert not canned.requests
        assert "hidden" not in everything_about(caught.value) + repr(terminal)


@pytest.mark.parametrize(
    "api_base",
    [
        "127.0.0.1:12111",
        "http://example.org",
        "http://127.0.0.1.example.org",
        "ftp://127.0.0.1",
        "https://",
        "https://user:secret@example.org",
        "https://example.org/v1",
        "https://example.org?x",
        "https://example.org#x",
        "http://127.0.0.1:port",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://[::1",
        "http://127.0.0.1\n",
    ],
)
def test_an_address_that_cannot_be_stripe(api_base: str) -> None:
    terminal = Terminal(KEY, api_base=api_base)
    with pytest.raises(Misconfigured, match="bad_base"):
        terminal.check()
    assert "secret" not in repr(terminal)


@pytest.mark.parametrize(
    "api_base", ["http://localhost:1", "http://127.0.0.1:1/", "http://[::1]:1", "https://e.org"]
)
def test_an_address_that_can(api_base: str) -> None:
    Terminal(KEY, api_base=api_base).check()


def everything_about(error: TerminalError) -> str:
    """What a log or a crash screen could show of it, local variables of the package included."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    inside = [frame.f_locals for frame in frames if frame.f_globals["__name__"].startswith("tui_pos.")]
    assert inside
    return f"{error} {error!r} {vars(error)} {error.args} {inside} {traceback.format_exception(error)}"


@pytest.mark.parametrize("answer", ["error", "cut", "hang", "html", "echo"])
def test_the_key_is_nowhere(
    canned: Canned, terminal: Terminal, caplog: pytest.LogCaptureFixture, answer: str
) -> None:
    caplog.set_level(logging.DEBUG)
    if answer == "error":
        canned.error(401)
    elif answer == "cut":
        canned.cut()
    elif answer == "hang":
        canned.hang()
    elif answer == "html":
        canned.answer(400, b"<html>")
    else:
        canned.error(400, message=f"Not the key {KEY}.")
    with pytest.raises(TerminalError) as caught:
        terminal.capture("pi_1", key="k")
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    assert KEY not in everything_about(caught.value)
    assert KEY not in caplog.text
    assert KEY not in repr(terminal) + str(terminal)
    assert canned.requests[0].headers["Authorization"] == f"Bearer {KEY}"
