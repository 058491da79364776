"""Every field that Stripe's objects always have is there, and not null where it never is."""

from typing import Any

import pytest

from tests.simulator.counter import READER, Counter

# object: fields that are never null, fields that may be.
SHAPES = {
    "terminal.reader": (
        "id object device_type label livemode metadata serial_number",
        "action device_sw_version ip_address last_seen_at location status",
    ),
    "terminal.location": ("id object address display_name livemode metadata", ""),
    "payment_intent": (
        "id object amount amount_capturable amount_received capture_method confirmation_method created "
        "currency livemode metadata payment_method_types status",
        "application application_fee_amount automatic_payment_methods canceled_at cancellation_reason "
        "client_secret customer customer_account description excluded_payment_method_types "
        "last_payment_error latest_charge managed_payments next_action on_behalf_of payment_method "
        "payment_method_configuration_details payment_method_options payment_record processing "
        "receipt_email review setup_future_usage shipping source statement_descriptor "
        "statement_descriptor_suffix transfer_data transfer_group",
    ),
    "charge": (
        "id object amount amount_captured amount_refunded billing_details captured created currency "
        "disputed livemode metadata paid refunded status",
        "application application_fee application_fee_amount balance_transaction "
        "calculated_statement_descriptor customer description failure_balance_transaction failure_code "
        "failure_message fraud_details on_behalf_of outcome payment_intent payment_method "
        "payment_method_details receipt_email receipt_number receipt_url refunds review shipping "
        "source_transfer statement_descriptor statement_descriptor_suffix transfer_data transfer_group",
    ),
    "outcome": (
        "type",
        "network_status reason seller_message advice_code network_advice_code network_decline_code",
    ),
    "card_present": (
        "exp_month exp_year incremental_authorization_supported overcapture_supported location reader",
        "amount_authorized brand brand_product cardholder_name country emv_auth_data fingerprint funding "
        "generated_card last4 network network_transaction_id offline preferred_locales read_method receipt",
    ),
    "receipt": (
        "application_preferred_name dedicated_file_name account_type",
        "authorization_response_code application_cryptogram terminal_verification_results "
        "transaction_status_information authorization_code cardholder_verification_method",
    ),
    "refund": (
        "id object amount created currency",
        "balance_transaction charge customer customer_account metadata payment_intent payment_method reason "
        "receipt_number source_transfer_reversal status transfer_reversal",
    ),
    "event": ("id object created livemode type pending_webhooks data", "api_version request"),
    "list": ("object url has_more data", ""),
    "search_result": ("object url has_more data", "next_page"),
    "action": ("status type process_payment_intent", "failure_code failure_message api_error"),
}


def seen(counter: Counter) -> dict[str, Any]:
    """One of each, after a payment and a refund."""
    intent = counter.paid()
    refund = counter.api.refunds.create({"payment_intent": intent})
    whole = counter.read(intent, "latest_charge").to_dict()
    charge = whole["latest_charge"]
    card = charge["payment_method_details"]["card_present"]
    reader = counter.reader().to_dict()
    return {
        "terminal.reader": reader,
        "action": reader["action"],
        "terminal.location": counter.api.terminal.locations.list().data[0].to_dict(),
        "payment_intent": whole,
        "charge": charge,
        "outcome": charge["outcome"],
        "card_present": card,
        "receipt": card["receipt"],
        "refund": refund.to_dict(),
        "event": counter.api.events.list().data[0].to_dict(),
        "list": counter.api.payment_intents.list().to_dict(),
        "search_result": counter.api.payment_intents.search({"query": "amount>1"}).to_dict(),
    }


@pytest.mark.parametrize("kind", SHAPES)
def test_shapes(counter: Counter, kind: str) -> None:
    always, nullable = (fields.split() for fields in SHAPES[kind])
    found = seen(counter)[kind]
    assert [name for name in (*always, *nullable) if name not in found] == []
    assert [name for name in always if found[name] is None] == []
    assert [name for name in found if name.startswith("_")] == []


def test_a_new_intent_and_an_idle_reader_have_all_their_fields_too(counter: Counter) -> None:
    for kind, found in (
        ("payment_intent", counter.read(counter.intent()).to_dict()),
        ("terminal.reader", counter.reader("tmr_back_1").to_dict()),
    ):
        fields = " ".join(SHAPES[kind]).split()
        assert [name for name in fields if name not in found] == []


def test_events_keep_no_private_notes(counter: Counter) -> None:
    counter.paid()
    for event in counter.api.events.list({"limit": 100}).data:
        assert not [name for name in event.data.object.to_dict() if name.startswith("_")]


def test_headers(counter: Counter) -> None:
    answer = counter.reader(READER).last_response
    assert answer.request_id.startswith("req_")
    assert answer.headers["Stripe-Version"] == "2026-10-28.endive"
    assert answer.headers["Content-Type"] == "application/json"
