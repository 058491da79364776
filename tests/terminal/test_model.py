"""Stripe's JSON becomes dataclasses, whatever it leaves out, expands or adds."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

import pytest

from tui_pos.terminal import model

INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "status": "requires_capture",
    "amount": 12000,
    "amount_capturable": 12000,
    "amount_received": 0,
    "currency": "usd",
    "metadata": {"order_id": "7"},
    "created": 1_790_000_000,
    "client_secret": "pi_1_secret_x",
    "livemode": False,
    "cancellation_reason": None,
    "last_payment_error": None,
    "latest_charge": {
        "id": "ch_1",
        "amount": 12000,
        "amount_captured": 12000,
        "amount_refunded": 500,
        "payment_method_details": {
            "type": "card_present",
            "card_present": {
                "brand": "visa",
                "last4": "4242",
                "funding": "credit",
                "read_method": "contactless_emv",
                "wallet": {"type": "apple_pay"},
                "capture_before": 1_790_172_800,
                "location": "tml_1",
                "reader": {"id": "tmr_1", "object": "terminal.reader"},
                "receipt": {
                    "application_preferred_name": "Visa Credit",
                    "dedicated_file_name": "A0000000031010",
                    "account_type": "credit",
                    "authorization_code": "123456",
                    "authorization_response_code": "3030",
                    "cardholder_verification_method": "none",
                    "application_cryptogram": "AB12",
                    "terminal_verification_results": "0000000000",
                    "transaction_status_information": "E800",
                },
            },
        },
    },
}

READER: dict[str, Any] = {
    "id": "tmr_1",
    "label": "Front-2",
    "status": "online",
    "device_type": "stripe_s700",
    "serial_number": "S-1",
    "location": "tml_1",
    "livemode": True,
    "last_seen_at": 1_790_000_000_123,
    "action": {
        "type": "process_payment_intent",
        "status": "failed",
        "failure_code": "card_declined",
        "failure_message": "Declined.",
        "process_payment_intent": {"payment_intent": "pi_1"},
    },
}


def test_an_intent_with_its_charge() -> None:
    intent = model.intent_from(INTENT)
    assert (intent.id, intent.status, intent.amount, intent.currency) == (
        "pi_1",
        "requires_capture",
        12000,
        "usd",
    )
    assert intent.metadata == {"order_id": "7"}
    assert intent.created == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    assert intent.capture_before == datetime(2026, 9, 23, 14, 13, 20, tzinfo=UTC)
    assert (intent.latest_charge_id, intent.amount_refunded) == ("ch_1", 500)
    assert intent.card == model.Card(
        brand="visa",
        last4="4242",
        funding="credit",
        read_method="contactless_emv",
        wallet="apple_pay",
        application_name="Visa Credit",
        aid="A0000000031010",
        account_type="credit",
        authorization_code="123456",
        authorization_response_code="3030",
        cardholder_verification="none",
        cryptogram="AB12",
        tvr="0000000000",
        tsi="E800",
        location="tml_1",
        reader="tmr_1",
    )


def test_an_intent_as_bare_as_it_can_be() -> None:
    intent = model.intent_from(
        {"id": "pi_1", "status": "requires_reauthorization", "amount": 1, "currency": "jpy"}
    )
    assert intent.status == "requires_reauthorization"
    assert (intent.card, intent.last_error, intent.created, intent.latest_charge_id) == (
        None,
        None,
        None,
        None,
    )
    assert (intent.amount_capturable, intent.amount_received, intent.amount_refunded) == (0, 0, 0)
    assert (intent.metadata, intent.client_secret) == ({}, "")


def test_a_charge_that_is_not_expanded_leaves_its_id() -> None:
    intent = model.intent_from({**INTENT, "latest_charge": "ch_1"})
    assert (intent.latest_charge_id, intent.card, intent.amount_refunded) == ("ch_1", None, 0)


@pytest.mark.parametrize(
    ("captured", "counted", "refunded"),
    [(0, 0, 0), (12000, 0, 0), (12000, 12000, 12000), (9000, 0, 0), (9000, 500, 500), (9000, 9000, 9000)],
)
def test_what_was_refunded_is_what_the_charge_says(captured: int, counted: int, refunded: int) -> None:
    """Since 2025-03-31.basil money that was only released is not in it."""
    charge = {"id": "ch_1", "amount": 12000, "amount_captured": captured, "amount_refunded": counted}
    assert model.intent_from({**INTENT, "latest_charge": charge}).amount_refunded == refunded


def test_a_swiped_card_has_no_receipt_fields() -> None:
    details = {"type": "card_present", "card_present": {"brand": "amex", "last4": "0005", "receipt": None}}
    intent = model.intent_from({**INTENT, "latest_charge": {"id": "ch_1", "payment_method_details": details}})
    assert intent.card is not None
    assert (intent.card.brand, intent.card.aid, intent.card.wallet, intent.card.reader) == (
        "amex",
        "",
        "",
        None,
    )
    assert intent.capture_before is None


def test_an_interac_card_is_read_the_same_way() -> None:
    details = {"type": "interac_present", "interac_present": {"brand": "interac", "last4": "1933"}}
    intent = model.intent_from({**INTENT, "latest_charge": {"id": "ch_1", "payment_method_details": details}})
    assert intent.card is not None
    assert intent.card.brand == "interac"


def test_the_last_error_is_plain_text() -> None:
    error = {"code": "card_declined", "decline_code": "lost_card", "message": "No\x1b[2J\nway."}
    assert model.intent_from({**INTENT, "last_payment_error": error}).last_error == model.LastError(
        "card_declined", "lost_card", "No [2J way."
    )


@pytest.mark.parametrize("missing", ["id", "status", "amount", "currency"])
def test_an_intent_without_its_essentials_is_refused(missing: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        model.intent_from({**INTENT, missing: None})


def test_a_reader_counts_in_milliseconds() -> None:
    reader = model.reader_from(READER)
    assert reader.last_seen_at == datetime(2026, 9, 21, 14, 13, 20, 123000, tzinfo=UTC)
    assert reader.action == model.ReaderAction(
        type="process_payment_intent",
        status="failed",
        intent_id="pi_1",
        failure_code="card_declined",
        failure_message="Declined.",
    )


def test_a_reader_as_bare_as_it_can_be() -> None:
    reader = model.reader_from({"id": "tmr_1", "status": None, "action": None, "last_seen_at": None})
    assert (reader.status, reader.action, reader.last_seen_at, reader.location) == ("", None, None, None)


def test_actions_without_a_payment_have_no_intent() -> None:
    action = {"type": "set_reader_display", "status": "in_progress", "set_reader_display": {"type": "cart"}}
    reader = model.reader_from({**READER, "action": action})
    assert reader.action == model.ReaderAction(type="set_reader_display", status="in_progress")
    unknown = model.reader_from({**READER, "action": {"type": "dance", "status": "dancing"}})
    assert unknown.action == model.ReaderAction(type="dance", status="dancing")


def test_expanded_ids_are_ids() -> None:
    process = {"payment_intent": {"id": "pi_9"}}
    action = {"type": "process_payment_intent", "status": "in_progress", "process_payment_intent": process}
    reader = model.reader_from({**READER, "location": {"id": "tml_9"}, "action": action})
    assert reader.location == "tml_9"
    assert reader.action is not None
    assert reader.action.intent_id == "pi_9"


def test_labels_are_plain_text() -> None:
    assert model.reader_from({**READER, "label": "[red]Front\x1b]0;x\x07\n2"}).label == "[red]Front ]0;x 2"


def test_a_refund() -> None:
    refund = model.refund_from(
        {
            "id": "re_1",
            "status": "failed",
            "amount": 5,
            "currency": "usd",
            "charge": {"id": "ch_1"},
            "created": 60,
        }
    )
    assert (refund.status, refund.charge_id, refund.intent_id) == ("failed", "ch_1", None)
    assert refund.created == datetime(1970, 1, 1, 0, 1, tzinfo=UTC)


def test_secrets_are_not_shown_and_nothing_can_be_changed() -> None:
    intent = model.intent_from(INTENT)
    token = model.connection_token_from({"secret": "pst_test_hidden"})
    assert "pi_1_secret_x" not in repr(intent)
    assert "hidden" not in repr(token)
    with pytest.raises(FrozenInstanceError):
        intent.status = "succeeded"  # type: ignore[misc]  # what the test is about
