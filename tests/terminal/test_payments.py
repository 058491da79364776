"""Whole payments, with the real client over real HTTP to the simulator."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from tests.terminal.conftest import KEY
from tests.terminal.paying import GOOD, READER, action_of, authorised, created, ids
from tui_pos.simulator import Server
from tui_pos.terminal import (
    AmountRefused,
    Misconfigured,
    NotFound,
    RateLimited,
    Refused,
    Terminal,
    UnknownOutcome,
    client,
)


def test_a_card_payment_from_nothing_to_captured(account: Terminal) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    intent = created(account)
    assert (intent.status, intent.amount, intent.currency) == ("requires_payment_method", 12000, "usd")
    assert intent.metadata == {"tui_pos_order": "7"}
    assert intent.created is not None
    assert before <= intent.created <= datetime.now(UTC)
    assert (intent.livemode, intent.card, intent.last_error) == (False, None, None)

    reader = account.process(READER, intent.id)
    assert action_of(reader) == ("process_payment_intent", "in_progress", intent.id)
    reader = account.present_card(READER, GOOD)
    assert action_of(reader) == ("process_payment_intent", "succeeded", intent.id)

    held = account.intent(intent.id)
    assert (held.status, held.amount_capturable, held.amount_received) == ("requires_capture", 12000, 0)
    assert held.capture_before is not None
    assert held.capture_before > datetime.now(UTC) + timedelta(days=1)
    assert held.card is not None
    assert (held.card.brand, held.card.last4) == ("visa", "4242")
    assert all((held.card.funding, held.card.read_method, held.card.aid, held.card.application_name))
    assert held.card.reader == READER
    assert held.latest_charge_id is not None

    taken = account.capture(intent.id, key="capture-1")
    assert (taken.status, taken.amount_capturable, taken.amount_received) == ("succeeded", 0, 12000)
    assert (taken.card, taken.amount_refunded) == (held.card, 0)


def test_a_declined_card_and_then_a_good_one_on_the_same_payment(account: Terminal) -> None:
    intent = created(account)
    account.process(READER, intent.id)
    reader = account.present_card(READER, "4000000000009995")
    assert reader.action is not None
    assert (reader.action.status, reader.action.failure_code) == ("failed", "card_declined")
    declined = account.intent(intent.id)
    assert declined.status == "requires_payment_method"
    assert declined.last_error is not None
    assert declined.last_error.decline_code == "insufficient_funds"
    account.process(READER, intent.id)
    account.present_card(READER, GOOD)
    assert account.intent(intent.id).status == "requires_capture"


def test_creating_twice_under_one_key_makes_one_payment(account: Terminal, simulator: Server) -> None:
    first = authorised(account)
    again = created(account)
    assert again.id == first.id
    assert again.status == "requires_payment_method"  # what Stripe said at first, not what is true
    assert account.intent(again.id).status == "requires_capture"
    assert len(simulator.books()) == 1
    with pytest.raises(Refused, match="idempotency_conflict"):
        created(account, amount=5)


@pytest.mark.parametrize("fault", ["answer_lost", "cut_before", "unavailable_503", "not_json"])
def test_creating_and_capturing_through_one_fault_acts_once(
    account: Terminal, simulator: Server, fault: str
) -> None:
    simulator.fault(fault, "POST /v1/payment_intents")
    with suppress(UnknownOutcome):  # what cannot be read is not repeated within the call
        created(account)
    intent = created(account)
    account.process(READER, intent.id)
    account.present_card(READER, GOOD)
    simulator.fault("answer_lost", "POST /v1/payment_intents/*/capture")
    assert account.capture(intent.id, key="capture-1").amount_received == 12000
    assert len(simulator.books()) == 1


def test_a_lost_answer_without_retries_is_unknown_and_the_read_tells(
    account: Terminal, simulator: Server
) -> None:
    intent = authorised(account)
    simulator.fault("answer_lost", "POST /v1/payment_intents/*/capture")
    once = Terminal(KEY, api_base=simulator.url, retries=0)
    with pytest.raises(UnknownOutcome):
        once.capture(intent.id, key="capture-1")
    assert once.intent(intent.id).status == "succeeded"
    assert once.capture(intent.id, key="capture-1").amount_received == 12000  # the same key: what was said


def test_a_server_error_that_stripe_stored_stays_unknown_under_its_key(
    account: Terminal, simulator: Server
) -> None:
    simulator.fault("error_500_after", "POST /v1/payment_intents")
    for _ in range(2):
        with pytest.raises(UnknownOutcome):
            created(account)
    (found,) = account.intents_created(datetime.now(UTC) - timedelta(hours=1))
    assert found.metadata == {"tui_pos_order": "7"}


def test_capturing_twice_shows_the_payment_as_it_is(account: Terminal) -> None:
    intent = authorised(account)
    account.capture(intent.id, key="capture-1")
    with pytest.raises(Refused) as caught:
        account.capture(intent.id, key="capture-2")
    assert caught.value.code == "payment_intent_unexpected_state"
    assert caught.value.intent is not None
    assert (caught.value.intent.id, caught.value.intent.status) == (intent.id, "succeeded")


def test_a_part_can_be_captured(account: Terminal) -> None:
    intent = authorised(account)
    taken = account.capture(intent.id, key="capture-1", amount=9000)
    assert (taken.amount_received, taken.amount_refunded) == (9000, 0)


def test_more_than_is_held_cannot_be_captured(account: Terminal) -> None:
    intent = authorised(account)
    with pytest.raises(Refused):
        account.capture(intent.id, key="capture-1", amount=12001)
    assert account.intent(intent.id).status == "requires_capture"


def test_cancelling_releases_the_hold(account: Terminal) -> None:
    intent = authorised(account)
    cancelled = account.cancel_intent(intent.id, reason="duplicate")
    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "duplicate")
    assert (cancelled.amount_capturable, cancelled.amount_refunded) == (0, 0)
    calls: list[Callable[[], object]] = [
        lambda: account.cancel_intent(intent.id),
        lambda: account.capture(intent.id, key="capture-1"),
    ]
    for again in calls:
        with pytest.raises(Refused) as caught:
            again()
        assert caught.value.intent is not None
        assert caught.value.intent.status == "canceled"
    with pytest.raises(Refused, match="wrong_state"):
        account.process(READER, intent.id)


def test_a_captured_payment_cannot_be_cancelled(account: Terminal) -> None:
    intent = authorised(account)
    account.capture(intent.id, key="capture-1")
    with pytest.raises(Refused) as caught:
        account.cancel_intent(intent.id)
    assert caught.value.intent is not None
    assert caught.value.intent.status == "succeeded"


def test_an_expired_hold_is_seen(account: Terminal, simulator: Server) -> None:
    intent = authorised(account)
    simulator.advance(8 * 24 * 3600)
    with pytest.raises(Refused):
        account.capture(intent.id, key="capture-1")
    assert account.intent(intent.id).status == "canceled"


def test_refunds(account: Terminal) -> None:
    intent = authorised(account)
    account.capture(intent.id, key="capture-1")
    first = account.refund(intent.id, 2000, key="refund-1", metadata={"shift": "3"})
    again = account.refund(intent.id, 2000, key="refund-1", metadata={"shift": "3"})
    second = account.refund(intent.id, 500, key="refund-2", metadata={}, reason="requested_by_customer")
    assert again.id == first.id
    assert (first.amount, first.currency, first.intent_id, first.metadata) == (
        2000,
        "usd",
        intent.id,
        {"shift": "3"},
    )
    assert account.refund_status(first.id).status == "succeeded"
    assert {refund.id for refund in account.refunds(intent.id)} == {first.id, second.id}
    assert account.intent(intent.id).amount_refunded == 2500
    with pytest.raises(Refused):
        account.refund(intent.id, 10000, key="refund-3", metadata={})
    account.refund(intent.id, 9500, key="refund-4", metadata={})
    with pytest.raises(Refused, match="already_refunded"):
        account.refund(intent.id, 1, key="refund-5", metadata={})


def test_what_is_not_captured_cannot_be_refunded(account: Terminal) -> None:
    intent = authorised(account)
    with pytest.raises(Refused):
        account.refund(intent.id, 100, key="refund-1", metadata={})


def test_all_pages_are_fetched(account: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    everyone = ids(account.readers())
    intents = [created(account, f"create-{number}") for number in range(5)]
    account.capture(authorised(account, "create-4").id, key="capture-1")
    refunds = {account.refund(intents[4].id, 1, key=f"refund-{n}", metadata={}).id for n in range(3)}
    monkeypatch.setattr(client, "PAGE", 2)
    assert ids(account.readers()) == everyone
    since = datetime.now(UTC) - timedelta(hours=1)
    found = list(account.intents_created(since, datetime.now(UTC) + timedelta(hours=1)))
    assert {intent.id for intent in found} == {intent.id for intent in intents}
    paid = next(intent for intent in found if intent.id == intents[4].id)
    assert paid.card is not None
    assert paid.amount_refunded == 3
    assert {refund.id for refund in account.refunds(paid.id)} == refunds
    assert list(account.intents_created(since - timedelta(days=1), since)) == []


def test_a_page_that_does_not_come_is_no_short_list(
    account: Terminal, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        created(account, f"create-{number}")
    monkeypatch.setattr(client, "PAGE", 2)
    simulator.fault("rate_limit_429", "GET /v1/payment_intents", after=1)
    pages = account.intents_created(datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(RateLimited):
        list(pages)


def test_a_connection_token(account: Terminal) -> None:
    location = account.reader(READER).location
    token = account.connection_token(location)
    assert token.secret.startswith("pst_")
    assert token.location == location
    assert account.connection_token().secret != token.secret


def test_unknown_objects(account: Terminal) -> None:
    calls: list[Callable[[], object]] = [
        lambda: account.intent("pi_unknown"),
        lambda: account.reader("tmr_unknown"),
        lambda: account.refund_status("re_unknown"),
        lambda: account.process(READER, "pi_unknown"),
        lambda: account.refund("pi_unknown", 1, key="k", metadata={}),
    ]
    for call in calls:
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize("amount", [10, 10**12])
def test_amounts_that_stripe_does_not_take(account: Terminal, amount: int) -> None:
    with pytest.raises(AmountRefused):
        created(account, amount=amount)


@pytest.mark.parametrize("fault", ["key_expired_401", "forbidden_403"])
def test_a_key_that_no_longer_works(account: Terminal, simulator: Server, fault: str) -> None:
    simulator.fault(fault)
    with pytest.raises(Misconfigured):
        account.readers()
