"""The control paths: altered answers, lasting refusals, acts in the dashboard, several accounts."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from tests.simulator.counter import KEY, MANUAL, Counter, client, code_of, raw, refused
from tui_pos.simulator import CommandError

OLD, NEW = "2026-08-26.dahlia", "2026-09-30.endive"
FORM = "amount=500&currency=usd&payment_method_types[]=card_present"


@pytest.mark.parametrize(
    ("operation", "changes"),
    [
        ("create", {"id": "pi_other"}),
        ("retrieve", {"currency": "jpy", "livemode": True}),
        ("retrieve", {"metadata": {"tui_pos_order": "8"}, "amount": 1}),
        ("capture", {"amount_received": 1}),
        ("capture", {"status": "processing"}),
        ("cancel", {"amount_received": -5}),
    ],
)
def test_an_answer_about_something_else(counter: Counter, operation: str, changes: dict[str, Any]) -> None:
    api, intent = counter.api.payment_intents, counter.hold()
    ask: dict[str, Callable[[], Any]] = {
        "create": lambda: api.create(MANUAL | {"amount": 500, "currency": "usd"}),
        "retrieve": lambda: api.retrieve(intent),
        "capture": lambda: api.capture(intent),
        "cancel": lambda: api.cancel(intent),
    }
    counter.simulator.alter(operation, **changes)
    answer = ask[operation]().to_dict()
    assert {name: answer[name] for name in changes} == changes
    # Stripe did what it was asked, and says so from then on.
    truth = counter.read(intent).to_dict()
    assert all(truth[name] != wrong for name, wrong in changes.items())
    done = {"capture": "succeeded", "cancel": "canceled"}.get(operation, "requires_capture")
    assert truth["status"] == done


def test_an_altered_refund_and_list(counter: Counter) -> None:
    intent = counter.paid()
    counter.simulator.alter("refund", amount=1, payment_intent="pi_other")
    refund = counter.api.refunds.create({"payment_intent": intent, "amount": 700})
    assert (refund.amount, refund.payment_intent) == (1, "pi_other")
    assert counter.api.refunds.retrieve(refund.id).amount == 700
    counter.simulator.alter("list", currency="jpy")
    assert [each.currency for each in counter.api.payment_intents.list().data] == ["jpy"]
    assert [each.currency for each in counter.api.payment_intents.list().data] == ["usd"]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "payment_intent_unexpected_state", stripe.InvalidRequestError),
        (402, "card_declined", stripe.CardError),
        (403, None, stripe.PermissionError),
        (404, "resource_missing", stripe.InvalidRequestError),
    ],
)
def test_a_refusal_for_good(
    counter: Counter, status: int, code: str | None, kind: type[stripe.StripeError]
) -> None:
    intent = counter.hold()
    counter.simulator.refuse("capture", status, code, message="Never.", param="intent")
    for _ in range(3):
        error = refused(counter.api.payment_intents.capture, intent, None, {"idempotency_key": "same"})
        assert (type(error), error.http_status, code_of(error)) == (kind, status, code)
        assert error.user_message == "Never."
    assert counter.read(intent).status == "requires_capture"
    counter.simulator.clear_faults()
    captured = counter.api.payment_intents.capture(intent, None, {"idempotency_key": "same"})
    assert captured.status == "succeeded"


def test_a_refusal_for_a_while(counter: Counter) -> None:
    counter.simulator.refuse("create", 400, "amount_too_small", times=2)
    for _ in range(2):
        assert code_of(refused(counter.intent)) == "amount_too_small"
    assert counter.intent()


def test_too_many_requests_for_a_while(counter: Counter) -> None:
    intent = counter.hold()
    counter.simulator.rate_limit(30, "retrieve", reason="endpoint-rate")
    for _ in range(5):
        error = refused(counter.read, intent)
        assert isinstance(error, stripe.RateLimitError)
        assert error.headers is not None
        assert error.headers["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
    assert counter.reader().id
    counter.simulator.advance(31)
    assert counter.read(intent).status == "requires_capture"
    assert counter.simulator.command("GET", "faults") == {"faults": []}


@pytest.mark.parametrize("status", ["processing", "requires_action", "future_settling"])
def test_a_payment_in_any_state(counter: Counter, status: str) -> None:
    intent = counter.paid()
    counter.simulator.set_status(intent, status)
    assert counter.read(intent).status == status
    assert counter.simulator.books()[intent]["status"] == status


def test_the_treasurer_refunds_in_the_dashboard(counter: Counter) -> None:
    intent = counter.paid(10000)
    part = counter.simulator.dashboard_refund(intent, 3000)
    assert (part["amount"], part["metadata"], part["payment_intent"]) == (3000, {}, intent)
    counter.simulator.dashboard_refund(intent, metadata={"why": "late"})
    listed = counter.api.refunds.list({"payment_intent": intent}).data
    assert [(each.amount, each.metadata.to_dict()) for each in listed] == [
        (7000, {"why": "late"}),
        (3000, {}),
    ]
    assert counter.events().count("charge.refunded") == counter.events().count("refund.created") == 2
    with pytest.raises(CommandError, match="already been refunded"):
        counter.simulator.dashboard_refund(intent)


def test_the_treasurer_cancels_in_the_dashboard(counter: Counter) -> None:
    intent = counter.hold()
    assert counter.simulator.dashboard_cancel(intent)["status"] == "canceled"
    assert counter.events()[-1] == "payment_intent.canceled"
    with pytest.raises(CommandError, match="cannot be canceled"):
        counter.simulator.dashboard_cancel(intent)


def test_an_old_endpoint_takes_a_released_hold_for_a_refund(counter: Counter) -> None:
    counter.simulator.configure(webhook_version="2024-06-20")
    intent = counter.hold(10000)
    counter.api.payment_intents.cancel(intent)
    part = counter.hold(10000)
    counter.api.payment_intents.capture(part, {"amount_to_capture": 4000})
    events = counter.api.events.list({"types": ["charge.refunded", "charge.captured"]}).data
    told = [(each.type, each.data.object.amount_refunded, each.data.object.refunded) for each in events]
    assert told == [("charge.captured", 6000, False), ("charge.refunded", 10000, True)]
    assert {each.api_version for each in events} == {"2024-06-20"}
    assert counter.read(intent, "latest_charge").latest_charge.amount_refunded == 0


@pytest.mark.parametrize(("version", "status"), [(NEW, 400), (None, 400), (OLD, 200)])
@pytest.mark.parametrize("path", ["", "/{id}"])
def test_a_parameter_that_this_version_no_longer_has(
    counter: Counter, version: str | None, status: int, path: str
) -> None:
    known = "/v1/payment_intents" + path.format(id=counter.intent())
    headers = {} if version is None else {"Stripe_Version": version}
    answer = raw(counter.simulator.url, "POST", known, FORM, KEY, **headers)
    assert answer.status == status
    if status == 400:
        assert answer.error["code"] == "payment_method_types_no_longer_supported"
        assert answer.error["param"] == "payment_method_types"


def test_a_payment_that_names_no_ways_to_pay_is_for_the_web(counter: Counter) -> None:
    made = counter.api.payment_intents.create({"amount": 500, "currency": "usd"})
    assert (made.payment_method_types, made.allowed_payment_method_types) == (["card", "link"], None)
    assert "must include card_present" in str(refused(counter.ask, made.id))


def test_what_does_not_fit_is_left_out_without_a_word(counter: Counter) -> None:
    both = ["card_present", "interac_present"]
    wish = {"allowed_payment_method_types": both, "amount": 500}
    counter.simulator.configure(no_cards_in=["jpy"])
    fits = {"usd": ["card_present"], "cad": both, "jpy": []}
    for currency, left in fits.items():
        made = counter.api.payment_intents.create(wish | {"currency": currency})
        assert made.payment_method_types == left
        assert made.allowed_payment_method_types == both
    changed = counter.api.payment_intents.update(made.id, {"currency": "cad"})
    assert changed.payment_method_types == both


@pytest.mark.parametrize("key", ["sk_test_otheraccount", "sk_live_x"])
def test_nothing_of_one_account_or_mode_is_seen_by_another(counter: Counter, key: str) -> None:
    counter.api.refunds.create({"payment_intent": counter.paid()})
    other = client(counter.simulator.url, key=key)
    for many in (other.payment_intents, other.refunds, other.charges, other.events):
        assert many.list({}).data == []
    assert other.payment_intents.search({"query": "status:'succeeded'"}).data == []
