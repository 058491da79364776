"""Locations, readers, tokens, metadata, refunds, and the books that add them up."""

import pytest

from tests.simulator.counter import READER, Counter, refused
from tui_pos.simulator import Server


def test_locations(counter: Counter) -> None:
    locations = counter.api.terminal.locations
    sent = {
        "display_name": "Hall B",
        "address": {"country": "DE", "city": "Berlin", "line1": "Weg 1", "postal_code": "10115"},
        "metadata": {"floor": "2"},
    }
    made = locations.create(sent)
    assert made.id.startswith("tml_")
    assert (made.address.city, made.address.state) == ("Berlin", None)
    updated = locations.update(made.id, {"display_name": "Hall C", "metadata": {"floor": "", "door": "4"}})
    assert (updated.display_name, updated.metadata.to_dict()) == ("Hall C", {"door": "4"})
    assert [one.id for one in locations.list().data] == [made.id, "tml_demo_front_desk"]
    assert locations.delete(made.id).deleted
    assert refused(locations.retrieve, made.id).http_status == 404


def test_readers(counter: Counter) -> None:
    readers = counter.api.terminal.readers
    sent = {"registration_code": "simulated-s700", "location": "tml_demo_front_desk", "label": "Side-2"}
    made = readers.create(sent)
    assert (made.device_type, made.label, made.status) == ("simulated_stripe_s700", "Side-2", "online")
    assert made.location == "tml_demo_front_desk"
    assert readers.create({"registration_code": "simulated-wpe"}).label == "simulated-wpe"
    assert readers.update(made.id, {"label": "Side-3", "metadata": {"a": "1"}}).label == "Side-3"
    assert readers.update(made.id, {"label": ""}).label == made.serial_number
    intent = counter.intent()
    counter.ask(intent, made.id)
    counter.present(reader=made.id)
    assert counter.read(intent).status == "requires_capture"
    deleted = readers.delete(made.id)
    assert deleted.to_dict() == {"id": made.id, "object": "terminal.reader", "deleted": True}
    assert refused(readers.retrieve, made.id).http_status == 404


def test_the_first_start(counter: Counter) -> None:
    found = counter.api.terminal.readers.list().data[::-1]
    assert [(one.id, one.label, one.status) for one in found] == [
        ("tmr_front_1", "Front-1", "online"),
        ("tmr_front_2", "Front-2", "online"),
        ("tmr_side_1", "Side-1", "online"),
        ("tmr_back_1", "Back-1", "offline"),
    ]
    assert counter.api.terminal.locations.retrieve("tml_demo_front_desk").display_name == "Front desk"


def test_without_demo_readers_there_is_nothing() -> None:
    with Server(demo_readers=False) as bare:
        assert Counter(bare).api.terminal.readers.list().data == []


def test_connection_tokens(counter: Counter) -> None:
    tokens = counter.api.terminal.connection_tokens
    token = tokens.create()
    assert token.secret.startswith("pst_test_")
    assert "id" not in token
    assert tokens.create({"location": "tml_demo_front_desk"}).location == "tml_demo_front_desk"
    assert tokens.create().secret != token.secret


def test_refunds_add_up(counter: Counter) -> None:
    intent = counter.paid(10000)
    refunds = counter.api.refunds
    first = refunds.create(
        {"payment_intent": intent, "amount": 4000, "reason": "duplicate", "metadata": {"line": "1"}}
    )
    assert (first.status, first.amount, first.reason, first.payment_intent) == (
        "succeeded",
        4000,
        "duplicate",
        intent,
    )
    assert refused(refunds.create, {"payment_intent": intent, "amount": 6001}).http_status == 400
    charge = counter.api.charges.retrieve(first.charge)
    assert (charge.amount_refunded, charge.refunded) == (4000, False)
    assert refunds.create({"charge": first.charge}).amount == 6000
    charge = counter.api.charges.retrieve(first.charge)
    assert (charge.amount_refunded, charge.refunded) == (10000, True)
    assert refunds.update(first.id, {"metadata": {"line": "2"}}).metadata["line"] == "2"
    assert counter.simulator.books()[intent]["refunded"] == 10000
    assert counter.events().count("charge.refunded") == 2


def test_a_refund_of_anothers_charge(counter: Counter) -> None:
    charge = counter.read(counter.paid()).latest_charge
    error = refused(counter.api.refunds.create, {"payment_intent": counter.paid(), "charge": charge})
    assert error.http_status == 400


def test_metadata_is_merged_and_cleared(counter: Counter) -> None:
    intent = counter.intent(metadata={"a": "1", "b": "2"})
    update = counter.api.payment_intents.update
    assert update(intent, {"metadata": {"b": "", "c": "3"}}).metadata.to_dict() == {"a": "1", "c": "3"}
    assert update(intent, {"metadata": ""}).metadata.to_dict() == {}


def test_the_books_say_what_is_true(counter: Counter) -> None:
    held = counter.hold(5000, metadata={"order": "A"})
    paid = counter.paid(7000)
    counter.api.refunds.create({"payment_intent": paid, "amount": 1000})
    books = counter.simulator.books()
    assert books[held] == {
        "amount": 5000,
        "currency": "usd",
        "status": "requires_capture",
        "held": 5000,
        "captured": 0,
        "refunded": 0,
        "metadata": {"order": "A"},
    }
    assert (books[paid]["captured"], books[paid]["refunded"], books[paid]["held"]) == (7000, 1000, 0)


def test_reset_begins_again(counter: Counter) -> None:
    counter.paid()
    counter.simulator.set_reader(READER, "busy", ack_lost=True)
    counter.simulator.fault("error_500", times=5)
    counter.simulator.configure(tap_after=0, test_amounts=True)
    counter.simulator.advance(1e6)
    counter.simulator.reset()
    assert counter.simulator.books() == {}
    assert counter.events() == []
    assert counter.ask(counter.intent(5001)).action.status == "in_progress"
    assert counter.present().action.status == "succeeded"


@pytest.mark.parametrize(("ending", "reason"), [
    ("00", None), ("01", "call_issuer"), ("02", "offline_pin_required"), ("05", "generic_decline"),
    ("55", "incorrect_pin"), ("65", "withdrawal_count_limit_exceeded"), ("75", "pin_try_exceeded"),
])  # fmt: skip
def test_test_amounts_count_only_when_asked(counter: Counter, ending: str, reason: str | None) -> None:
    amount = int("50" + ending)
    assert counter.read(counter.hold(amount)).status == "requires_capture"
    counter.simulator.configure(test_amounts=True)
    declined = counter.read(counter.hold(amount)).last_payment_error
    assert (declined and declined.decline_code) == reason
