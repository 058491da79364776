"""What happens by itself once its time has come, by moving the simulator's clock."""

import pytest

from tests.simulator.counter import OTHER, READER, Counter, code_of, refused

DAY = 24 * 3600


def test_a_silent_reader_is_offline_after_two_minutes(counter: Counter) -> None:
    seen = counter.reader().last_seen_at
    assert abs(seen / 1000 - counter.simulator.advance(0)) < 60, "milliseconds, unlike all other times"
    counter.simulator.set_reader(READER, "dead")
    counter.simulator.advance(119)
    assert counter.reader().status == "online"
    assert code_of(refused(counter.ask, counter.intent())) == "terminal_reader_timeout"
    counter.simulator.advance(2)
    offline = counter.reader()
    assert offline.status == "offline"
    assert offline.last_seen_at < (counter.simulator.advance(0) - 119) * 1000
    assert code_of(refused(counter.ask, counter.intent())) == "terminal_reader_offline"


def test_a_reader_that_dies_keeps_its_action_until_it_is_canceled(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    counter.simulator.set_reader(READER, "dead")
    counter.simulator.advance(DAY)
    assert counter.reader().action.status == "in_progress"
    assert counter.api.terminal.readers.cancel_action(READER).action is None
    assert counter.read(intent).status == "requires_payment_method"


def test_a_reader_may_die_while_the_bank_is_asked(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    counter.simulator.tap(READER, hold=True)
    counter.simulator.set_reader(READER, "dead")
    counter.simulator.finish(READER)
    assert counter.read(intent).status == "requires_capture", "the bank held the money"
    assert counter.reader().action.status == "in_progress", "and nobody could say so"


def test_a_cleared_reader_may_have_been_paid_after_all(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    counter.simulator.tap(READER, hold=True)
    counter.simulator.set_reader(READER, "dead")
    counter.api.terminal.readers.cancel_action(READER)
    counter.simulator.set_reader(READER, "online")
    other = counter.intent()
    counter.ask(other)
    counter.simulator.finish(READER)
    assert counter.read(intent).status == "requires_capture"
    assert counter.reader().action.process_payment_intent.payment_intent == other
    counter.present()
    assert counter.read(other).status == "requires_capture"


@pytest.mark.parametrize(
    ("card", "window"), [("4242424242424242", 5 * DAY - 6 * 3600), ("5555555555554444", 2 * DAY)]
)
def test_a_hold_lapses(counter: Counter, card: str, window: int) -> None:
    intent = counter.hold(card=card)
    charge = counter.read(intent, "latest_charge").latest_charge
    before = charge.payment_method_details.card_present.capture_before
    assert before == charge.created + window
    counter.simulator.advance(window - 60)
    assert counter.read(intent).status == "requires_capture"
    counter.simulator.advance(120)
    lapsed = counter.read(intent)
    assert (lapsed.status, lapsed.cancellation_reason) == ("canceled", "expired")
    assert lapsed.amount_capturable == 0
    assert code_of(refused(counter.api.payment_intents.capture, intent)) == "payment_intent_unexpected_state"
    assert counter.events()[-2:] == ["charge.expired", "payment_intent.canceled"]


def test_the_books_know_at_once_what_has_lapsed(counter: Counter) -> None:
    intent = counter.hold()
    counter.simulator.advance(6 * DAY)
    assert counter.simulator.books()[intent]["status"] == "canceled"


def test_captured_money_does_not_lapse(counter: Counter) -> None:
    intent = counter.paid()
    counter.simulator.advance(30 * DAY)
    assert counter.read(intent).status == "succeeded"


def test_a_collected_card_is_forgotten_after_half_a_minute(counter: Counter) -> None:
    intent = counter.intent()
    sent = {"payment_intent": intent}
    counter.api.terminal.readers.collect_payment_method(READER, sent)
    counter.present()
    counter.simulator.advance(31)
    error = refused(counter.api.terminal.readers.confirm_payment_intent, READER, sent)
    assert code_of(error) == "intent_invalid_state"


def test_a_refund_may_fail_later(counter: Counter) -> None:
    intent = counter.paid(10000, "4000000000005126")
    refund = counter.api.refunds.create({"payment_intent": intent})
    assert refund.status == "succeeded"
    counter.simulator.advance(61)
    failed = counter.api.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert counter.api.charges.retrieve(refund.charge).amount_refunded == 0
    assert counter.simulator.books()[intent]["refunded"] == 0
    assert counter.events()[-1] == "refund.failed"
    assert counter.api.refunds.create({"payment_intent": intent}).amount == 10000, "it may be tried again"


def test_a_refund_may_wait(counter: Counter) -> None:
    intent = counter.paid(10000, "4000000000007726")
    refund = counter.api.refunds.create({"payment_intent": intent})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    assert counter.simulator.books()[intent]["refunded"] == 10000
    counter.simulator.advance(61)
    assert counter.api.refunds.retrieve(refund.id).status == "succeeded"


def test_a_card_comes_by_itself_after_a_while(counter: Counter) -> None:
    counter.simulator.configure(tap_after=0.05)
    intent = counter.intent()
    assert counter.ask(intent).action.status == "in_progress"
    while counter.reader().action.status == "in_progress":
        pass
    assert counter.read(intent).status == "requires_capture"


def test_a_card_announced_for_a_payment_does_not_pay_the_one_that_replaced_it(counter: Counter) -> None:
    counter.simulator.configure(tap_after=0.05)
    counter.ask(counter.intent())
    counter.simulator.configure(tap_after=None)
    second = counter.intent()
    counter.ask(second)
    counter.simulator.configure(tap_after=0.06)
    counter.ask(counter.intent(), OTHER)
    while counter.reader(OTHER).action.status == "in_progress":
        pass
    assert counter.read(second).status == "requires_payment_method"
