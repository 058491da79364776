"""Cards in the rarer flows: collect and confirm, tips, raised holds, Interac."""

from typing import Any

import stripe

from tests.simulator.counter import READER, Counter, code_of, refused


def test_collect_look_and_confirm(counter: Counter) -> None:
    intent = counter.intent()
    readers = counter.api.terminal.readers
    assert readers.collect_payment_method(READER, {"payment_intent": intent}).action.status == "in_progress"
    action = counter.present().action
    assert action.status == "succeeded"
    assert action.collect_payment_method.payment_method.card_present.last4 == "4242"
    assert counter.read(intent).status == "requires_payment_method"
    confirmed = readers.confirm_payment_intent(READER, {"payment_intent": intent})
    assert (confirmed.action.type, confirmed.action.status) == ("confirm_payment_intent", "succeeded")
    assert counter.read(intent).status == "requires_capture"
    other = counter.intent()
    error = refused(readers.confirm_payment_intent, READER, {"payment_intent": other})
    assert code_of(error) == "intent_invalid_state"


def test_a_tip_raises_the_amount_unless_it_is_skipped(counter: Counter) -> None:
    intent = counter.intent(10000)
    counter.ask(intent)
    counter.present(amount_tip=1500)
    tipped = counter.read(intent)
    assert (tipped.amount, tipped.amount_details.tip.amount) == (11500, 1500)
    plain = counter.intent(10000)
    counter.ask(plain, process_config={"skip_tipping": True})
    counter.present(amount_tip=1500)
    assert counter.read(plain).amount == 10000


def test_raising_a_hold(counter: Counter) -> None:
    raised = {"card_present": {"request_incremental_authorization_support": True}}
    intent = counter.hold(10000, payment_method_options=raised)
    increment = counter.api.payment_intents.increment_authorization
    assert increment(intent, {"amount": 12000}).amount_capturable == 12000
    assert "greater" in str(refused(increment, intent, {"amount": 12000}))
    counter.simulator.configure(test_amounts=True)
    declined = refused(increment, intent, {"amount": 12001})
    assert isinstance(declined, stripe.CardError)
    assert (declined.code, declined.http_status) == ("card_declined", 402)
    counter.simulator.configure(test_amounts=False)
    for amount in range(13000, 22000, 1000):
        increment(intent, {"amount": amount})
    assert "at most 10" in str(refused(increment, intent, {"amount": 30000}))
    assert counter.api.payment_intents.capture(intent).amount_received == 21000
    assert "does not support" in str(refused(increment, counter.hold(10000), {"amount": 12000}))


def test_interac_is_charged_at_once_and_refunded_in_person(counter: Counter) -> None:
    both = ["card_present", "interac_present"]
    options = {"card_present": {"capture_method": "manual_preferred"}}
    more: dict[str, Any] = {"allowed_payment_method_types": both, "payment_method_options": options}
    intent = counter.hold(currency="cad", card="4506445006931933", **more)
    assert counter.read(intent).status == "succeeded"
    assert "in person" in str(refused(counter.api.refunds.create, {"payment_intent": intent}))

    readers = counter.api.terminal.readers
    sent = {"payment_intent": intent, "amount": 700}
    assert readers.refund_payment(READER, sent).action.status == "in_progress"
    action = counter.api.test_helpers.terminal.readers.present_payment_method(READER).action
    assert action.status == "succeeded"
    assert counter.api.refunds.retrieve(action.refund_payment.refund).amount == 700
    assert counter.simulator.books()[intent]["refunded"] == 700

    readers.refund_payment(READER, {"payment_intent": intent})
    assert counter.present("4242424242424242").action.failure_code == "card_declined"
    assert "Only Interac" in str(refused(readers.refund_payment, READER, {"payment_intent": counter.paid()}))


def test_interac_cannot_be_held(counter: Counter) -> None:
    intent = counter.hold(
        currency="cad", card="4506445006931933", allowed_payment_method_types=["interac_present"]
    )
    assert counter.read(intent).last_payment_error.code == "card_declined"
