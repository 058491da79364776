"""Restricted keys: what lacks a right is 403 with the right's name, before anything else is looked at."""

from typing import Any

import pytest
import stripe

from tests.simulator.counter import MANUAL, READER, Counter, client, refused
from tui_pos.simulator.server.control_client import CommandError

KEY = "rk_test_till"
ALL = ["rak_payment_intent_write", "rak_terminal_reader_write", "rak_charge_write"]


def restricted(counter: Counter, *rights: str) -> Any:
    counter.simulator.configure(rights={KEY: list(rights)})
    return client(counter.simulator.url, key=KEY)


@pytest.mark.parametrize(
    ("right", "ask"),
    [
        ("rak_payment_intent_read", lambda api: api.payment_intents.list()),
        ("rak_payment_intent_write", lambda api: api.payment_intents.cancel("pi_none")),
        ("rak_payment_intent_write", lambda api: api.payment_intents.create({})),
        ("rak_terminal_reader_read", lambda api: api.terminal.readers.retrieve(READER)),
        ("rak_terminal_reader_write", lambda api: api.terminal.readers.cancel_action("tmr_none")),
        ("rak_terminal_location_read", lambda api: api.terminal.locations.list()),
        ("rak_charge_write", lambda api: api.refunds.create({"payment_intent": "pi_none"})),
        ("rak_charge_read", lambda api: api.refunds.list()),
        ("rak_accounts_kyc_basic_read", lambda api: api.accounts.retrieve_current()),
    ],
)
def test_a_request_without_its_right_is_refused_by_name(counter: Counter, right: str, ask: Any) -> None:
    error = refused(ask, restricted(counter))
    assert isinstance(error, stripe.PermissionError)
    assert f"'{right}'" in str(error)


def test_writing_is_reading_too_and_nothing_else(counter: Counter) -> None:
    api = restricted(counter, "rak_payment_intent_write")
    made = api.payment_intents.create(MANUAL | {"amount": 5000, "currency": "usd"})
    assert api.payment_intents.retrieve(made.id).id == made.id
    assert isinstance(refused(api.terminal.readers.list), stripe.PermissionError)
    assert isinstance(
        refused(restricted(counter, "rak_payment_intent_read").payment_intents.cancel, made.id),
        stripe.PermissionError,
    )


def test_expanding_takes_the_right_to_read_what_is_expanded(counter: Counter) -> None:
    paid = counter.paid()
    api = restricted(counter, "rak_payment_intent_read")
    assert api.payment_intents.retrieve(paid).latest_charge.startswith("ch_")
    for ask in (
        lambda: api.payment_intents.retrieve(paid, {"expand": ["latest_charge"]}),
        lambda: api.payment_intents.list({"expand": ["data.latest_charge"]}),
    ):
        error = refused(ask)
        assert "'rak_charge_read'" in str(error)
    api = restricted(counter, "rak_payment_intent_read", "rak_charge_read")
    assert api.payment_intents.retrieve(paid, {"expand": ["latest_charge"]}).latest_charge.id


def test_a_refusal_is_not_kept_under_the_idempotency_key(counter: Counter) -> None:
    sent, options = MANUAL | {"amount": 5000, "currency": "usd"}, {"idempotency_key": "once"}
    refused(restricted(counter).payment_intents.create, sent, options)
    assert counter.simulator.books() == {}
    assert restricted(counter, *ALL).payment_intents.create(sent, options).status == "requires_payment_method"


def test_keys_that_no_setting_names_may_do_everything(counter: Counter) -> None:
    restricted(counter)
    for key in ("rk_test_other", "sk_test_1"):
        assert client(counter.simulator.url, key=key).accounts.retrieve_current().id


@pytest.mark.parametrize("rights", [[], "all", {KEY: "all"}, {KEY: [1]}])
def test_what_is_no_list_of_rights(counter: Counter, rights: object) -> None:
    with pytest.raises(CommandError, match="'rights'"):
        counter.simulator.configure(rights=rights)
