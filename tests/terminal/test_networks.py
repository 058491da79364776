"""Ways to pay that differ by country: Interac, eftpos, and an account that takes no cards in person."""

import pytest

from tests.terminal.paying import READER
from tui_pos.simulator import Server
from tui_pos.terminal import FailureKind, Intent, Refused, Terminal

VISA, INTERAC, EFTPOS = "4242424242424242", "4506445006931933", "6280000360000978"


def paid(account: Terminal, currency: str, card: str, key: str = "k") -> Intent:
    intent = account.create_intent(5000, currency, metadata={}, key=key)
    account.process(READER, intent.id)
    account.present_card(READER, card, "interac_present" if card == INTERAC else "card_present")
    return account.intent(intent.id)


@pytest.mark.parametrize("currency", ["usd", "EUR", "jpy", "gbp", "aud"])
def test_a_payment_takes_cards_in_person(account: Terminal, currency: str) -> None:
    intent = account.create_intent(5000, currency, metadata={}, key="k")
    assert intent.payment_method_types == ("card_present",)
    assert intent.takes_cards_in_person


def test_an_account_that_takes_no_cards_in_person_is_seen(account: Terminal, simulator: Server) -> None:
    simulator.configure(no_cards_in=["jpy"])
    intent = account.create_intent(5000, "jpy", metadata={}, key="k")
    assert (intent.payment_method_types, intent.takes_cards_in_person) == ((), False)
    assert account.cancel_intent(intent.id).status == "canceled"
    assert account.create_intent(5000, "usd", metadata={}, key="l").takes_cards_in_person


@pytest.mark.parametrize(
    ("currency", "card", "status", "received"),
    [
        ("usd", VISA, "requires_capture", 0),
        ("cad", VISA, "requires_capture", 0),
        ("cad", INTERAC, "succeeded", 5000),
        ("aud", VISA, "requires_capture", 0),
        ("aud", EFTPOS, "succeeded", 5000),
    ],
)
def test_what_can_be_held_is_held(
    account: Terminal, currency: str, card: str, status: str, received: int
) -> None:
    intent = paid(account, currency, card)
    assert (intent.status, intent.amount_received) == (status, received)
    assert intent.card is not None
    assert (intent.card.kind == "interac_present") is (card == INTERAC)


def test_interac_is_refunded_in_person(account: Terminal) -> None:
    intent = paid(account, "cad", INTERAC)
    with pytest.raises(Refused, match="in person"):
        account.refund(intent.id, 2000, key="r", metadata={})
    waiting = account.refund_on_reader(READER, intent.id, 2000, metadata={"tui_pos_refund": "7"})
    assert waiting.action is not None
    assert (waiting.action.type, waiting.action.status) == ("refund_payment", "in_progress")
    assert (waiting.action.intent_id, waiting.action.refund_id) == (intent.id, None)
    assert account.refunds(intent.id) == []
    account.present_card(READER, INTERAC, "interac_present")
    done = account.reader(READER).action
    assert done is not None
    assert done.refund_id is not None
    refund = account.refund_status(done.refund_id)
    assert (refund.status, refund.amount, refund.intent_id) == ("succeeded", 2000, intent.id)
    assert refund.metadata == {"tui_pos_refund": "7"}
    assert account.intent(intent.id).amount_refunded == 2000


def test_an_in_person_refund_is_taken_off_the_reader(account: Terminal) -> None:
    intent = paid(account, "cad", INTERAC)
    account.refund_on_reader(READER, intent.id, 5000, metadata={})
    assert account.cancel_reader_action(READER, intent.id) is None
    cleared = account.cancel_reader_action(READER, intent.id, "refund_payment")
    assert cleared is not None
    assert cleared.action is None
    assert account.refunds(intent.id) == []


@pytest.mark.parametrize("card", [VISA, INTERAC])
def test_a_refund_that_the_card_does_not_take(account: Terminal, simulator: Server, card: str) -> None:
    """Another card than the one that paid, or a bank that declines the refund of this test amount."""
    intent = paid(account, "cad", INTERAC)
    simulator.configure(test_amounts=card == INTERAC)
    account.refund_on_reader(READER, intent.id, 1005, metadata={})
    simulator.tap(READER, card)
    action = account.reader(READER).action
    assert action is not None
    assert (action.status, action.failure, action.refund_id) == ("failed", FailureKind.DECLINED, None)
    assert account.refunds(intent.id) == []


def test_only_interac_is_refunded_in_person(account: Terminal) -> None:
    intent = paid(account, "cad", VISA)
    account.capture(intent.id, key="c")
    with pytest.raises(Refused, match="Only Interac"):
        account.refund_on_reader(READER, intent.id, 2000, metadata={})
