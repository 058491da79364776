"""Every test card of Stripe's table, by number at Stripe's helper and by name at ours."""

import pytest

from tests.simulator.counter import READER, Counter
from tui_pos.simulator.engine.cards import CARDS, Card

PRESENT = [card for card in CARDS if card.brand != "interac"]


@pytest.mark.parametrize("card", PRESENT, ids=[card.name for card in PRESENT])
def test_cards(counter: Counter, card: Card) -> None:
    options = {"card_present": {"capture_method": "manual_preferred"}}
    intent = counter.hold(card=card.number, payment_method_options=options)
    end = counter.read(intent, "latest_charge")
    facts = end.latest_charge.payment_method_details.card_present
    assert (facts.brand, facts.last4) == (card.brand, card.number[-4:])
    if card.decline is None:
        assert end.status == ("succeeded" if card.single_message else "requires_capture")
        assert facts.receipt.cardholder_verification_method == card.cvm
    else:
        assert (end.status, end.last_payment_error.decline_code) == ("requires_payment_method", card.decline)
        assert counter.reader().action.failure_code == end.last_payment_error.code


@pytest.mark.parametrize(
    ("written", "last4"),
    [
        ("visa", "4242"),
        ("", "4242"),
        ("5555 5555 5555 4444", "4444"),
        ("insufficient_funds", "9995"),
        ("declined", "0002"),
    ],
)
def test_cards_by_name(counter: Counter, written: str, last4: str) -> None:
    intent = counter.intent()
    counter.ask(intent)
    counter.simulator.tap(READER, written)
    charge = counter.read(intent, "latest_charge").latest_charge
    assert charge.payment_method_details.card_present.last4 == last4


def test_how_a_card_that_is_typed_in_is_presented(counter: Counter) -> None:
    intent = counter.intent()
    counter.ask(intent)
    card = {"number": "4000056655665556", "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    sent = {"type": "card", "card": card}
    counter.api.test_helpers.terminal.readers.present_payment_method(READER, sent)
    charge = counter.read(intent, "latest_charge").latest_charge
    assert charge.payment_method_details.card_present.funding == "debit"
