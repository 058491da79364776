"""A payment from its intent to its end, as Stripe documents it."""

import pytest
import stripe

from tests.simulator.counter import OTHER, READER, Counter, code_of, refused
from tui_pos.simulator import CommandError


def test_a_new_intent_waits_for_a_card(counter: Counter) -> None:
    intent = counter.read(counter.intent(metadata={"order": "ORD-1"}))
    assert intent.status == "requires_payment_method"
    assert (intent.amount, intent.amount_capturable, intent.amount_received) == (16700, 0, 0)
    assert intent.latest_charge is None
    assert intent.metadata.to_dict() == {"order": "ORD-1"}


def test_approved_and_held_then_captured(counter: Counter) -> None:
    intent = counter.intent()
    action = counter.ask(intent).action
    assert (action.type, action.status) == ("process_payment_intent", "in_progress")
    assert action.process_payment_intent.payment_intent == intent
    assert counter.read(intent).status == "requires_payment_method"

    assert counter.present().action.status == "succeeded"
    held = counter.read(intent, "latest_charge")
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 16700, 0)
    assert (held.latest_charge.captured, held.latest_charge.paid) == (False, True)

    captured = counter.api.payment_intents.capture(intent, {"expand": ["latest_charge"]})
    assert (captured.status, captured.amount_capturable, captured.amount_received) == ("succeeded", 0, 16700)
    assert captured.latest_charge.amount_captured == 16700
    assert counter.events() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "terminal.reader.action_succeeded",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_the_charge_tells_what_a_receipt_needs(counter: Counter) -> None:
    card = counter.read(counter.hold(), "latest_charge").latest_charge.payment_method_details.card_present
    assert (card.brand, card.last4, card.reader) == ("visa", "4242", READER)
    assert card.location == "tml_demo_front_desk"
    assert card.read_method == "contactless_emv"
    assert card.receipt.application_preferred_name == "Visa Credit"
    assert card.receipt.dedicated_file_name == "A0000000031010"
    assert card.receipt.authorization_code == "123456"


@pytest.mark.parametrize(
    ("top", "card", "status"),
    [
        ("automatic", None, "succeeded"),
        ("automatic_async", None, "succeeded"),
        ("manual", None, "requires_capture"),
        ("automatic", "manual", "requires_capture"),
        ("automatic", "manual_preferred", "requires_capture"),
    ],
)
def test_capture_methods(counter: Counter, top: str, card: str | None, status: str) -> None:
    options = {"card_present": {"capture_method": card}} if card else {}
    intent = counter.hold(capture_method=top, payment_method_options=options)
    assert counter.read(intent).status == status


def test_a_decline_leaves_the_intent_payable_with_the_same_or_another_card(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    action = counter.present("4000000000009995").action
    assert (action.status, action.failure_code) == ("failed", "card_declined")
    assert action.failure_message == "Your card has insufficient funds."
    assert action.api_error.decline_code == "insufficient_funds"

    declined = counter.read(intent, "latest_charge")
    assert declined.status == "requires_payment_method"
    error = declined.last_payment_error
    assert (error.type, error.code, error.decline_code) == (
        "card_error",
        "card_declined",
        "insufficient_funds",
    )
    assert error.payment_method.card_present.last4 == "9995"
    charge = declined.latest_charge
    assert (charge.status, charge.paid, charge.outcome.reason) == ("failed", False, "insufficient_funds")
    assert counter.events()[1:] == [
        "charge.failed",
        "payment_intent.payment_failed",
        "terminal.reader.action_failed",
    ]

    counter.ask(intent)
    counter.present()
    approved = counter.read(intent)
    assert approved.status == "requires_capture"
    assert approved.last_payment_error is None
    assert approved.latest_charge != charge.id


def test_an_update_wipes_the_last_payment_error(counter: Counter) -> None:
    intent = counter.hold(card="4000000000000002")
    assert counter.read(intent).last_payment_error is not None
    counter.api.payment_intents.update(intent, {"metadata": {"try": "2"}})
    assert counter.read(intent).last_payment_error is None


def test_cancel_from_held_releases_the_money(counter: Counter) -> None:
    intent = counter.hold()
    sent = {"cancellation_reason": "abandoned", "expand": ["latest_charge"]}
    canceled = counter.api.payment_intents.cancel(intent, sent)
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert canceled.amount_capturable == 0
    assert canceled.canceled_at is not None
    charge = canceled.latest_charge
    assert (charge.refunded, charge.amount_refunded, charge.amount_captured) == (False, 0, 0)
    assert "charge.refunded" not in counter.events()
    assert counter.api.refunds.list({"payment_intent": intent}).data == []
    books = counter.simulator.books()[intent]
    assert (books["held"], books["captured"], books["refunded"]) == (0, 0, 0)


def test_capture_less_than_was_held(counter: Counter) -> None:
    intent = counter.hold()
    sent = {"amount_to_capture": 10000, "expand": ["latest_charge"]}
    captured = counter.api.payment_intents.capture(intent, sent)
    assert (captured.amount, captured.amount_received, captured.amount_capturable) == (16700, 10000, 0)
    assert captured.latest_charge.amount_captured == 10000
    error = refused(counter.api.refunds.create, {"payment_intent": intent, "amount": 10001})
    assert error.http_status == 400
    assert counter.api.refunds.create({"payment_intent": intent}).amount == 10000


@pytest.mark.parametrize("operation", ["capture", "cancel"])
@pytest.mark.parametrize("status", ["succeeded", "canceled"])
def test_what_is_over_stays_over(counter: Counter, operation: str, status: str) -> None:
    intent = counter.paid() if status == "succeeded" else counter.hold()
    if status == "canceled":
        counter.api.payment_intents.cancel(intent)
    error = refused(getattr(counter.api.payment_intents, operation), intent)
    assert isinstance(error, stripe.InvalidRequestError)
    assert code_of(error) == "payment_intent_unexpected_state"
    assert error.error is not None
    assert error.error.payment_intent is not None
    assert error.error.payment_intent.id == intent
    assert error.error.payment_intent.status == status


def test_a_paid_intent_takes_no_new_amount_but_metadata(counter: Counter) -> None:
    intent = counter.paid()
    error = refused(counter.api.payment_intents.update, intent, {"amount": 100})
    assert code_of(error) == "payment_intent_unexpected_state"
    updated = counter.api.payment_intents.update(intent, {"metadata": {"a": "1"}, "description": "Badge"})
    assert (updated.metadata["a"], updated.description) == ("1", "Badge")


def test_an_open_intent_takes_a_new_amount(counter: Counter) -> None:
    intent = counter.intent()
    assert counter.api.payment_intents.update(intent, {"amount": 5000}).amount == 5000
    counter.ask(intent)
    counter.present()
    assert counter.read(intent).amount_capturable == 5000


@pytest.mark.parametrize("end", ["capture", "cancel"])
def test_an_intent_that_is_not_open_is_not_shown_on_a_reader(counter: Counter, end: str) -> None:
    intent = counter.hold()
    assert code_of(refused(counter.ask, intent)) == "intent_invalid_state"
    getattr(counter.api.payment_intents, end)(intent)
    assert code_of(refused(counter.ask, intent)) == "intent_invalid_state"


def test_a_waiting_payment_is_replaced_without_a_word(counter: Counter) -> None:
    first, second = counter.intent(), counter.intent(5000)
    counter.ask(first)
    assert counter.ask(second).action.process_payment_intent.payment_intent == second
    counter.present()
    assert counter.read(first).status == "requires_payment_method"
    assert counter.read(second).status == "requires_capture"


def test_a_display_replaces_a_waiting_payment_too(counter: Counter) -> None:
    counter.ask(counter.intent())
    cart = {
        "currency": "usd",
        "total": 3500,
        "line_items": [{"amount": 3500, "description": "T-shirt", "quantity": 1}],
    }
    sent = {"type": "cart", "cart": cart}
    action = counter.api.terminal.readers.set_reader_display(READER, sent).action
    assert (action.type, action.status) == ("set_reader_display", "in_progress")
    assert action.set_reader_display.cart.line_items[0].description == "T-shirt"
    assert "not waiting" in str(refused(counter.present))
    assert counter.api.terminal.readers.cancel_action(READER).action is None


def test_while_the_bank_is_asked_the_reader_and_the_intent_are_locked(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    counter.simulator.tap(READER, "visa", hold=True)
    assert counter.read(intent).status == "requires_confirmation"
    assert counter.reader().action.status == "in_progress"
    other = counter.intent()
    for error in (
        refused(counter.ask, other),
        refused(counter.api.terminal.readers.cancel_action, READER),
    ):
        assert isinstance(error, stripe.InvalidRequestError)
        assert code_of(error) == "terminal_reader_busy"
    locked = refused(counter.api.payment_intents.cancel, intent)
    assert isinstance(locked, stripe.RateLimitError)
    assert code_of(locked) == "lock_timeout"

    counter.simulator.finish(READER)
    assert counter.reader().action.status == "succeeded"
    assert counter.read(intent).status == "requires_capture"


def test_a_held_card_may_be_declined_in_the_end(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    counter.simulator.tap(READER, hold="processing")
    assert counter.read(intent).status == "processing"
    counter.simulator.finish(READER, "decline", "lost_card")
    assert counter.reader().action.failure_code == "card_declined"
    assert counter.read(intent).last_payment_error.decline_code == "lost_card"


def test_a_held_card_may_never_reach_the_bank(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    counter.simulator.tap(READER, hold=True)
    counter.simulator.finish(READER, "lost")
    assert counter.reader().action.failure_code == "connection_error"
    assert counter.read(intent).status == "requires_payment_method"
    assert counter.api.payment_intents.cancel(intent).status == "canceled"


def test_cancel_on_the_reader_leaves_the_intent_open(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    assert counter.api.terminal.readers.cancel_action(READER).action is None
    assert counter.read(intent).status == "requires_payment_method"
    assert counter.api.terminal.readers.cancel_action(READER).action is None, (
        "an idle reader has nothing against it"
    )


def test_the_slot_keeps_the_last_action_until_it_is_cleared(counter: Counter) -> None:
    counter.hold()
    assert counter.reader().action.status == "succeeded"
    assert counter.api.terminal.readers.cancel_action(READER).action is None


def test_a_card_for_an_intent_that_was_canceled_meanwhile_is_not_charged(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    counter.api.payment_intents.cancel(intent)
    action = counter.present().action
    assert (action.status, action.failure_code) == ("failed", "payment_intent_unexpected_state")
    assert counter.read(intent).status == "canceled"
    assert counter.api.charges.list({"payment_intent": intent}).data == []


def test_the_customer_cancels_only_where_a_key_was_offered(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    with pytest.raises(CommandError, match="shows no cancel key"):
        counter.simulator.customer_cancel(READER)
    counter.ask(intent, process_config={"enable_customer_cancellation": True})
    counter.simulator.customer_cancel(READER)
    action = counter.reader().action
    assert (action.status, action.failure_code) == ("failed", "customer_canceled")
    assert counter.read(intent).status == "requires_payment_method"


def test_a_card_may_come_by_itself_at_once(counter: Counter) -> None:
    counter.simulator.configure(tap_after=0)
    intent = counter.intent()
    assert counter.ask(intent).action.status == "succeeded"
    assert counter.read(intent).status == "requires_capture"


def test_two_readers_work_side_by_side(counter: Counter) -> None:
    first, second = counter.intent(), counter.intent()
    counter.ask(first, READER)
    counter.ask(second, OTHER)
    counter.present(reader=OTHER)
    assert counter.read(second).status == "requires_capture"
    assert counter.reader(READER).action.status == "in_progress"


def test_only_in_person_payments_are_shown_on_a_reader(counter: Counter) -> None:
    intent = counter.intent(allowed_payment_method_types=["card"])
    error = refused(counter.ask, intent)
    assert error.http_status == 400
