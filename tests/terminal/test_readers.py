"""What a reader shows, and whose payment it is, over real HTTP to the simulator."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.terminal.paying import GOOD, READER, action_of, created, ids
from tui_pos.simulator import Server
from tui_pos.terminal import (
    CartLine,
    ReaderBusy,
    ReaderOffline,
    ReaderTimeout,
    Terminal,
    UnknownOutcome,
)


def test_taking_the_own_payment_off_the_reader(account: Terminal) -> None:
    intent = created(account)
    account.process(READER, intent.id)
    reader = account.cancel_reader_action(READER, intent.id)
    assert reader is not None
    assert reader.action is None
    assert account.cancel_reader_action(READER, intent.id) is None
    assert account.intent(intent.id).status == "requires_payment_method"


def test_a_payment_that_replaced_ours_is_left_alone(account: Terminal) -> None:
    ours, theirs = created(account, "create-1"), created(account, "create-2")
    account.process(READER, ours.id)
    account.process(READER, theirs.id)
    assert account.cancel_reader_action(READER, ours.id) is None
    assert action_of(account.reader(READER)) == ("process_payment_intent", "in_progress", theirs.id)


def test_a_payment_that_is_being_authorised_cannot_be_taken_off(account: Terminal, simulator: Server) -> None:
    intent = created(account)
    account.process(READER, intent.id)
    simulator.tap(READER, hold="processing")
    with pytest.raises(ReaderBusy):
        account.cancel_reader_action(READER, intent.id)
    with pytest.raises(UnknownOutcome, match="still_at_work"):
        account.cancel_intent(intent.id)
    simulator.finish(READER)
    assert account.intent(intent.id).status == "requires_capture"


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("offline", ReaderOffline),
        ("busy", ReaderBusy),
        ("card_left_in", ReaderBusy),
        ("hardware_fault", ReaderOffline),
    ],
)
def test_a_reader_that_cannot(
    account: Terminal, simulator: Server, state: str, kind: type[Exception]
) -> None:
    intent = created(account)
    simulator.set_reader(READER, state)
    with pytest.raises(kind):
        account.process(READER, intent.id)
    simulator.set_reader(READER, "online")
    assert action_of(account.process(READER, intent.id))[1] == "in_progress"  # a new key reaches the reader


def test_a_reader_whose_acknowledgement_is_lost_shows_the_payment_all_the_same(
    account: Terminal, simulator: Server
) -> None:
    intent = created(account)
    simulator.set_reader(READER, ack_lost=True)
    with pytest.raises(ReaderTimeout):
        account.process(READER, intent.id)
    assert action_of(account.reader(READER)) == ("process_payment_intent", "in_progress", intent.id)


def test_a_reader_that_loses_its_connection_may_have_been_paid(account: Terminal, simulator: Server) -> None:
    intent = created(account)
    simulator.set_reader(READER, connection_error_after_authorization=True)
    account.process(READER, intent.id)
    reader = account.present_card(READER, GOOD)
    assert reader.action is not None
    assert (reader.action.status, reader.action.failure_code) == ("failed", "connection_error")
    assert account.intent(intent.id).status == "requires_capture"


def test_the_readers_of_an_account_and_of_a_location(account: Terminal) -> None:
    readers = account.readers()
    front = next(reader for reader in readers if reader.id == READER)
    assert (front.label, front.device_type, front.livemode) == ("Front-2", "simulated_stripe_s700", False)
    assert front.location is not None
    assert front.last_seen_at is not None
    assert abs(front.last_seen_at - datetime.now(UTC)) < timedelta(days=1)
    assert ids(account.readers(front.location)) == ids(readers)
    assert {reader.status for reader in readers} == {"online", "offline"}


def test_a_cart_on_the_reader(account: Terminal) -> None:
    lines = [CartLine("T-shirt", 7000, 2), CartLine("50% [/off]", 1000)]
    assert account.show_cart(READER, "USD", lines, 8000).action is not None
    intent = created(account)
    assert action_of(account.process(READER, intent.id))[2] == intent.id
    with pytest.raises(ReaderBusy):
        account.show_cart(READER, "usd", lines, 8000)
    assert action_of(account.reader(READER))[2] == intent.id
