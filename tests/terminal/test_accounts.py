"""Whose key it is: the account, its mode, and what another's key sees of a payment."""

from datetime import UTC, datetime

import pytest

from tests.terminal.conftest import KEY
from tests.terminal.paying import READER
from tui_pos.simulator import Server
from tui_pos.terminal import Account, IntentNotFound, Misconfigured, NotFound, Terminal, UnknownOutcome

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OTHERS = ["sk_test_otheraccount", "sk_test_otheraccountB", "sk_live_desk", "sk_live_otheraccount"]


def with_key(simulator: Server, key: str) -> Terminal:
    return Terminal(key, api_base=simulator.url)


def test_the_account_of_a_key(account: Terminal, simulator: Server) -> None:
    found = account.account()
    assert found == Account(found.id, "US", "usd")
    simulator.configure(country="CA", default_currency="cad")
    assert account.account() == Account(found.id, "CA", "cad")
    simulator.reset()
    assert account.account() == found


def test_accounts_are_told_apart_and_modes_are_not_accounts(account: Terminal, simulator: Server) -> None:
    ids = [with_key(simulator, key).account().id for key in OTHERS]
    assert ids[2] == account.account().id
    assert ids[3] == ids[0]
    assert len({*ids}) == 3
    assert all(each.startswith("acct_") for each in ids)


@pytest.mark.parametrize("key", OTHERS)
def test_another_key_knows_nothing_of_a_payment(account: Terminal, simulator: Server, key: str) -> None:
    other = with_key(simulator, key)
    intent = account.create_intent(5000, "usd", metadata={}, key="k")
    theirs = other.create_intent(5000, "usd", metadata={}, key="k")
    assert (theirs.id != intent.id, theirs.livemode) == (True, "live" in key)
    for ask in (
        lambda: other.intent(intent.id),
        lambda: other.cancel_intent(intent.id),
        lambda: other.process(READER, intent.id),
        lambda: account.intent(theirs.id),
    ):
        with pytest.raises(IntentNotFound, match="no_such_intent") as caught:
            ask()
        assert caught.value.is_definite
    assert [each.id for each in other.intents_created(theirs.created or EPOCH)] == [theirs.id]


def test_a_missing_reader_is_not_a_missing_payment(account: Terminal) -> None:
    intent = account.create_intent(5000, "usd", metadata={}, key="k")
    with pytest.raises(NotFound) as caught:
        account.process("tmr_none", intent.id)
    assert (type(caught.value), caught.value.param) == (NotFound, "reader")


@pytest.mark.parametrize("key", [KEY, *OTHERS])
def test_the_readers_on_the_counter_are_there_in_every_mode(simulator: Server, key: str) -> None:
    terminal = with_key(simulator, key)
    readers = terminal.readers()
    assert READER in [reader.id for reader in readers]
    assert {reader.livemode for reader in readers} == {terminal.is_live}
    intent = terminal.create_intent(5000, "usd", metadata={}, key="k")
    terminal.process(READER, intent.id)
    simulator.tap(READER)
    paid = terminal.capture(intent.id, key="c")
    assert (paid.status, paid.livemode) == ("succeeded", terminal.is_live)
    assert terminal.refund(intent.id, 100, key="r", metadata={}).amount == 100


def test_a_key_without_the_right_to_ask(account: Terminal, simulator: Server) -> None:
    simulator.fault("forbidden_403")
    with pytest.raises(Misconfigured, match="rak_accounts_kyc_basic_read") as caught:
        account.account()
    assert caught.value.missing_right == "rak_accounts_kyc_basic_read"


def test_stripe_forgets(account: Terminal, simulator: Server) -> None:
    made = [account.create_intent(5000, "usd", metadata={}, key=f"k{number}") for number in range(3)]
    before = account.account()
    simulator.forget_intent(made[0].id)
    with pytest.raises(IntentNotFound):
        account.intent(made[0].id)
    assert account.intent(made[1].id) == made[1]
    simulator.wipe()
    with pytest.raises(IntentNotFound):
        account.intent(made[1].id)
    assert account.account() == before


def test_the_last_answer_has_its_id(account: Terminal, simulator: Server) -> None:
    assert account.request_id == ""
    account.readers()
    first = account.request_id
    account.readers()
    assert first.startswith("req_")
    assert account.request_id not in ("", first)
    simulator.fault("error_500", times=9)
    with pytest.raises(UnknownOutcome) as caught:
        account.readers()
    assert account.request_id == caught.value.request_id
