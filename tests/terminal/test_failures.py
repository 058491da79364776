"""What a reader's failed action means: the bank's word is told apart from a reader that gave up."""

from typing import Any

import pytest

from tests.terminal.paying import READER
from tui_pos.simulator import Server
from tui_pos.terminal import FailureKind, Reader, Terminal, model

CARD_ERROR = {"type": "card_error", "code": "card_declined", "decline_code": "lost_card", "message": "No."}
STATE_ERROR = {"type": "invalid_request_error", "code": "payment_intent_unexpected_state", "message": "No."}


def failed(code: str | None, api_error: dict[str, Any] | None) -> Reader:
    action = {
        "type": "process_payment_intent",
        "status": "failed",
        "failure_code": code,
        "failure_message": "It failed.",
        "api_error": api_error,
        "process_payment_intent": {"payment_intent": "pi_1"},
    }
    return model.reader_from({"id": "tmr_1", "action": action})


@pytest.mark.parametrize(
    ("code", "api_error", "kind"),
    [
        ("card_declined", CARD_ERROR, FailureKind.DECLINED),
        ("a_code_of_the_future", CARD_ERROR, FailureKind.DECLINED),
        (None, CARD_ERROR, FailureKind.DECLINED),
        ("card_declined", None, FailureKind.DECLINED),
        ("expired_card", None, FailureKind.DECLINED),
        ("insufficient_funds", None, FailureKind.DECLINED),
        ("connection_error", None, FailureKind.READER),
        ("timed_out", None, FailureKind.READER),
        ("terminal_reader_hardware_fault", None, FailureKind.READER),
        ("a_code_of_the_future", None, FailureKind.READER),
        (None, None, FailureKind.READER),
        ("customer_canceled", None, FailureKind.CANCELLED),
        ("canceled", None, FailureKind.CANCELLED),
        ("payment_intent_unexpected_state", STATE_ERROR, FailureKind.UNKNOWN),
    ],
)
def test_why_it_failed(code: str | None, api_error: dict[str, Any] | None, kind: FailureKind) -> None:
    action = failed(code, api_error).action
    assert action is not None
    assert action.failure is kind


@pytest.mark.parametrize("status", ["in_progress", "succeeded", "a_state_of_the_future"])
def test_what_did_not_fail_has_no_failure(status: str) -> None:
    assert (
        model.ReaderAction(type="process_payment_intent", status=status, failure_code="card_declined").failure
        is None
    )


def test_the_bank_says_why_inside_the_error() -> None:
    action = failed("card_declined", CARD_ERROR).action
    assert action is not None
    assert action.decline_code == "lost_card"


@pytest.mark.parametrize(("software", "told"), [("2.42.0.0", True), ("2.41.9.1", False)])
def test_a_declined_card_on_new_and_old_reader_software(
    account: Terminal, simulator: Server, software: str, told: bool
) -> None:
    simulator.set_reader_software(READER, software)
    intent = account.create_intent(5000, "usd", metadata={}, key="k")
    account.process(READER, intent.id)
    simulator.tap(READER, "insufficient_funds")
    action = account.reader(READER).action
    assert action is not None
    assert action.failure is FailureKind.DECLINED
    assert (action.api_error is not None) is told
    assert action.decline_code == ("insufficient_funds" if told else "card_declined")


def test_a_reader_that_gave_up_after_a_decline_does_not_repeat_it(
    account: Terminal, simulator: Server
) -> None:
    intent = account.create_intent(5000, "usd", metadata={}, key="k")
    account.process(READER, intent.id)
    simulator.tap(READER, "insufficient_funds")
    account.process(READER, intent.id)
    simulator.set_reader(READER, connection_error_before_authorization=True)
    simulator.tap(READER)
    action, left = account.reader(READER).action, account.intent(intent.id)
    assert action is not None
    assert (action.failure, action.api_error) == (FailureKind.READER, None)
    # Stripe keeps the first try's error until the payment is changed.
    assert left.last_error is not None
    assert left.last_error.decline_code == "insufficient_funds"
