"""Lists, their pages and filters, search, and expanded objects."""

from typing import Any

import pytest
import stripe

from tests.simulator.counter import OTHER, READER, Counter


def ids(found: Any) -> list[str]:
    return [one.id for one in found.data]


def test_newest_first_ten_at_a_time(counter: Counter) -> None:
    made = [counter.intent() for _ in range(12)][::-1]
    first = counter.api.payment_intents.list()
    assert (ids(first), first.has_more, first.url) == (made[:10], True, "/v1/payment_intents")
    rest = counter.api.payment_intents.list({"starting_after": made[9]})
    assert (ids(rest), rest.has_more) == (made[10:], False)
    assert [one.id for one in counter.api.payment_intents.list().auto_paging_iter()] == made


def test_a_page_before(counter: Counter) -> None:
    made = [counter.intent() for _ in range(5)][::-1]
    page = counter.api.payment_intents.list({"ending_before": made[3], "limit": 2})
    assert (ids(page), page.has_more) == (made[1:3], True)


def test_a_page_that_is_just_full_has_no_more(counter: Counter) -> None:
    counter.intent()
    assert not counter.api.payment_intents.list({"limit": 1}).has_more


def test_by_the_time_it_was_made(counter: Counter) -> None:
    old = counter.intent()
    later = counter.simulator.advance(1000)
    new = counter.intent()
    listed = counter.api.payment_intents.list
    assert ids(listed({"created": {"gte": later}})) == [new]
    assert ids(listed({"created": {"lt": later}})) == [old]
    assert ids(listed({"created": {"gt": later - 2000, "lte": later + 60}})) == [new, old]
    assert ids(listed({"created": counter.read(old).created})) == [old]


def test_what_belongs_to_a_payment(counter: Counter) -> None:
    first, second = counter.paid(), counter.paid()
    refund = counter.api.refunds.create({"payment_intent": first, "amount": 100})
    counter.api.refunds.create({"payment_intent": second})
    assert ids(counter.api.refunds.list({"payment_intent": first})) == [refund.id]
    assert ids(counter.api.refunds.list({"charge": refund.charge})) == [refund.id]
    assert ids(counter.api.charges.list({"payment_intent": first})) == [refund.charge]
    assert len(counter.api.charges.list().data) == 2


def test_readers_by_place_state_and_kind(counter: Counter) -> None:
    listed = counter.api.terminal.readers.list
    everyone = ["tmr_back_1", "tmr_side_1", "tmr_front_2", "tmr_front_1"]
    assert ids(listed({"location": "tml_demo_front_desk"})) == everyone
    assert ids(listed({"status": "offline"})) == ["tmr_back_1"]
    assert ids(listed({"device_type": "simulated_stripe_s700"})) == [OTHER, READER]
    serial = counter.reader().serial_number
    assert ids(listed({"serial_number": serial})) == [READER]
    assert ids(listed({"limit": 1, "starting_after": "tmr_side_1"})) == [OTHER]
    elsewhere = counter.api.terminal.locations.create(
        {"display_name": "Hall", "address": {"country": "US", "line1": "2 Way"}}
    )
    assert ids(listed({"location": elsewhere.id})) == []


def test_events_by_kind(counter: Counter) -> None:
    counter.paid()
    listed = counter.api.events.list
    assert [one.type for one in listed({"type": "charge.*"}).data] == ["charge.captured", "charge.succeeded"]
    kinds = ["payment_intent.created", "payment_intent.succeeded"]
    assert [one.type for one in listed({"types": kinds}).data] == kinds[::-1]
    event = counter.api.events.retrieve(listed({"type": "payment_intent.created"}).data[0].id)
    assert event.data.object.status == "requires_payment_method", "an event keeps what was true then"
    assert event.request.id.startswith("req_")


QUERIES = [
    ("status:'requires_capture'", {"held"}),
    ("status:'requires_capture' AND metadata['till']:'3'", {"held"}),
    ("status:'requires_capture' AND metadata['till']:'4'", set()),
    ('metadata["till"]:"3" OR status:"succeeded"', {"held", "paid"}),
    ("-status:'succeeded'", {"held", "open"}),
    ("amount>5000", {"paid"}),
    ("amount<=5000 AND currency:'usd'", {"held", "open"}),
    ("metadata['till']~'3'", {"held"}),
    ("metadata['till']:null", {"open", "paid"}),
    ("created>1000000000", {"held", "open", "paid"}),
]


@pytest.mark.parametrize(("query", "found"), QUERIES)
def test_search(counter: Counter, query: str, found: set[str]) -> None:
    made = {
        "open": counter.intent(5000),
        "held": counter.hold(5000, metadata={"till": "3"}),
        "paid": counter.paid(9000),
    }
    result = counter.api.payment_intents.search({"query": query})
    assert result.object == "search_result"
    assert set(ids(result)) == {made[name] for name in found}


def test_search_has_pages(counter: Counter) -> None:
    made = [counter.intent() for _ in range(3)][::-1]
    sent = {"query": "amount>1", "limit": 2}
    first = counter.api.payment_intents.search(sent)
    assert (ids(first), first.has_more) == (made[:2], True)
    rest = counter.api.payment_intents.search(sent | {"page": first.next_page})
    assert (ids(rest), rest.has_more, rest.next_page) == (made[2:], False, None)
    assert [one.id for one in first.auto_paging_iter()] == made


def test_search_may_lag_behind(counter: Counter) -> None:
    counter.simulator.configure(search_lag=60)
    intent = counter.intent()
    assert ids(counter.api.payment_intents.search({"query": "amount>1"})) == []
    assert ids(counter.api.payment_intents.list()) == [intent]
    counter.simulator.advance(61)
    assert ids(counter.api.payment_intents.search({"query": "amount>1"})) == [intent]


@pytest.mark.parametrize(
    "query", ["", "status", "status:", "status:'a' AND", "status:'a' 'b'", "metadata:'x'", "a" * 999]
)
def test_a_search_that_cannot_be_read(counter: Counter, query: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=r"search query|empty string"):
        counter.api.payment_intents.search({"query": query})


def test_expanded_objects(counter: Counter) -> None:
    intent = counter.paid()
    counter.api.refunds.create({"payment_intent": intent, "amount": 700})
    whole = counter.read(intent, "latest_charge.refunds", "payment_method")
    assert whole.latest_charge.refunds.data[0].amount == 700
    assert whole.payment_method.card_present.last4 == "4242"
    listed = counter.api.payment_intents.list({"expand": ["data.latest_charge"]}).data[0]
    assert listed.latest_charge.amount_refunded == 700
    charge = counter.api.charges.retrieve(listed.latest_charge.id, {"expand": ["payment_intent"]})
    assert charge.payment_intent.id == intent
    refund = counter.api.refunds.list({"expand": ["data.charge.payment_intent"]}).data[0]
    assert refund.charge.payment_intent.id == intent
    reader = counter.api.terminal.readers.retrieve(
        READER, {"expand": ["location", "action.process_payment_intent.payment_intent.latest_charge"]}
    )
    assert reader.location.display_name == "Front desk"
    assert reader.action.process_payment_intent.payment_intent.latest_charge.captured


def test_nothing_to_expand_stays_null(counter: Counter) -> None:
    assert counter.read(counter.intent(), "latest_charge", "customer").latest_charge is None
    idle = counter.api.terminal.readers.retrieve(
        READER, {"expand": ["action.process_payment_intent.payment_intent"]}
    )
    assert idle.action is None
