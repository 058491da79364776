"""The web site's webhook is called for our payments too, when it likes: the books agree all the same."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.chaos.website import Website
from tests.desk.paying import INSUFFICIENT_FUNDS, OTHER_READER, READER, Watched, begin, paid, rows
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Stage
from tui_pos.data.tables.registration import OrderStatus, Payment
from tui_pos.desk import payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import transitions
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.refunds import refunds
from tui_pos.simulator import Server

REFUND_FAILS_LATER = "4000000000005126"


@pytest.fixture
def order(lead: Desk) -> OrderView:
    """A ticket, so that the web site's webhook minds the payment."""
    return checkout.sell(lead, [("regular", 1)], name="Ada Byron")


@pytest.fixture
def website(simulator: Server) -> Website:
    return Website(simulator.url)


def deliver_all(website: Website) -> list[str]:
    """Every webhook that Stripe has not called yet; their kinds."""
    waiting = website.waiting()
    for event in waiting:
        website.deliver(event)
    return [event["type"] for event in waiting]


def counted(order: OrderView) -> tuple[str, list[Decimal]]:
    """The order's status and the payments that count."""
    row, found, _ = rows(order)
    return row.status, [payment.amount for payment in found if payment.status == "succeeded"]


def in_two_parts(desk: Desk, order: OrderView, simulator: Server) -> None:
    """The order paid by two cards: 100, and the rest."""
    for amount in (Decimal(100), None):
        begun = payments.begin(desk, order.reference, OTHER_READER, amount=amount)
        Watched(desk, begun.attempt_id, sent=lambda: simulator.tap(OTHER_READER)).run()


def test_a_declined_card_is_no_failed_payment_for_good(
    lead: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    watched = Watched(lead, begin(lead, order).attempt_id)
    delivered: list[str] = []

    def told_of_the_decline() -> None:
        delivered.extend(deliver_all(website))
        watched._at["sent"] = captured_and_told
        watched.control.retry()

    def captured_and_told() -> None:
        simulator.tap(READER)
        lead.terminal.capture(watched.seen[-1].intent_id, key="first")
        delivered.extend(deliver_all(website))

    watched._at = {
        "sent": lambda: simulator.tap(READER, INSUFFICIENT_FUNDS),
        "declined": told_of_the_decline,
    }
    last = watched.run()
    assert delivered == ["payment_intent.payment_failed", "payment_intent.succeeded"]
    assert (last.stage, last.problem) == (Stage.CAPTURED, "")
    assert counted(order) == ("paid", [order.total])


@pytest.mark.parametrize(
    ("version", "events"), [("2024-06-20", ["charge.refunded"]), ("2026-10-28.endive", [])]
)
def test_a_released_hold_does_not_end_the_order(
    lead: Desk,
    order: OrderView,
    simulator: Server,
    website: Website,
    version: str,
    events: list[str],
) -> None:
    """Also where the endpoint has a version in which a released hold was a refund."""
    simulator.configure(webhook_version=version)
    desk = replace(lead, conference=replace(lead.conference, capture="confirm"))
    watched = Watched(desk, begin(desk, order).attempt_id, sent=lambda: simulator.tap(READER))
    watched._at["authorized"] = watched.control.cancel
    assert watched.run().stage is Stage.CANCELLED
    assert deliver_all(website) == events
    assert counted(order) == ("pending", [])
    paid(lead, order, simulator)
    assert counted(order) == ("paid", [order.total])


def test_one_payment_of_two_that_goes_back_does_not_refund_the_order(
    lead: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    in_two_parts(lead, order, simulator)
    deliver_all(website)
    refunds.refund(lead, order.reference, order.total - 100, reason="late")
    assert deliver_all(website) == ["charge.refunded"]
    assert counted(order) == ("partially_refunded", [Decimal(100)])


def test_an_order_that_keeps_money_is_not_refunded(
    lead: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    in_two_parts(lead, order, simulator)
    refunds.refund(lead, order.reference, order.total - 100, reason="late")
    assert deliver_all(website) == ["payment_intent.succeeded"] * 2 + ["charge.refunded"]
    assert counted(order) == ("partially_refunded", [Decimal(100)])
    assert reconciliation.run(lead).clean


def test_a_cancelled_order_stays_cancelled_when_its_money_goes_back(
    lead: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    begun = payments.begin(lead, order.reference, READER, amount=Decimal(100))
    Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    website.cancel_order(order.reference)
    refunds.refund(lead, order.reference, Decimal(40), reason="late")
    assert "charge.refunded" in deliver_all(website)
    assert counted(order)[0] == OrderStatus.CANCELLED
    assert [each.kind for each in reconciliation.run(lead).mismatches] == ["needs_a_person"]
    refunds.refund(lead, order.reference)
    assert counted(order) == (OrderStatus.CANCELLED, [])
    assert reconciliation.run(lead).clean


@pytest.mark.parametrize("times", [1, 2])
def test_a_late_call_after_a_refund_books_nothing(
    lead: Desk, order: OrderView, simulator: Server, website: Website, times: int
) -> None:
    paid(lead, order, simulator)
    refunds.refund(lead, order.reference)
    for event in website.waiting():
        for number in range(times):
            website.deliver({**event, "id": f"{event['id']}-{number}"})
    assert counted(order) == ("refunded", [])
    assert reconciliation.run(lead, check=True).clean


@pytest.mark.parametrize("days", [0, 20])
def test_a_late_call_after_a_refund_books_nothing_for_long(
    lead: Desk,
    order: OrderView,
    simulator: Server,
    website: Website,
    frozen_clock: FrozenClock,
    days: int,
) -> None:
    """For an intent of before, which names the order; even when no station ran for days after the call."""
    paid(lead, order, simulator)
    refunds.refund(lead, order.reference)
    late = [event for event in website.waiting() if event["type"] == "payment_intent.succeeded"]
    late[0]["data"]["object"]["metadata"]["order_id"] = str(order.id)
    website.deliver(late[0])
    assert counted(order) == ("paid", [order.total])
    assert not reconciliation.run(lead, check=True).clean
    frozen_clock.advance(days * 24 * 3600)
    simulator.advance(days * 24 * 3600)
    assert maintenance.tick(lead, "desk-3")
    assert counted(order) == ("refunded", [])
    (told,) = reconciliation.run(lead).mismatches
    assert (told.kind, told.reference) == ("repaired", order.reference)
    assert reconciliation.run(lead, check=True).clean


def test_a_refund_that_failed_is_not_believed_when_the_web_site_is_told_late(
    lead: Desk, order: OrderView, simulator: Server, website: Website, frozen_clock: FrozenClock
) -> None:
    begun = begin(lead, order)
    Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER, REFUND_FAILS_LATER)).run()
    refunds.refund(lead, order.reference)
    simulator.advance(100)
    frozen_clock.advance(100)
    reconciliation.run(lead)
    assert counted(order) == ("paid", [order.total])
    deliver_all(website)
    assert counted(order) == ("paid", [order.total])


def test_an_order_that_was_overpaid_and_keeps_its_price_is_paid(
    lead: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    begun = payments.begin(lead, order.reference, READER, amount=Decimal(100))
    Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    website.pay_otherwise(order.reference)
    refunds.refund(lead, order.reference, Decimal(40), reason="late")
    assert counted(order)[0] == "paid"
    assert "charge.refunded" in deliver_all(website)
    assert counted(order)[0] == "paid"


def test_the_webhook_is_written_for_these_tables(order: OrderView, website: Website) -> None:
    """What the tests above lean on: the actor does what django-program does when nobody is in its way."""
    intent = {"id": "pi_1", "amount": 34900, "currency": "usd", "latest_charge": "ch_1"}
    event = {"id": "evt_1", "type": "payment_intent.succeeded"}
    told = {**intent, "metadata": {"order_id": str(order.id)}}
    website.deliver({**event, "data": {"object": told}})
    assert counted(order) == ("paid", [Decimal("349.00")])
    charge = {
        "id": "ch_1",
        "payment_intent": "pi_1",
        "amount": 34900,
        "amount_refunded": 34900,
        "metadata": {},
    }
    website.deliver({"id": "evt_2", "type": "charge.refunded", "data": {"object": charge}})
    assert counted(order) == ("refunded", [])


def test_an_overpaid_order_that_the_web_site_calls_refunded_in_part_is_paid_again(
    lead: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    """As for rows from before, whose payment still carries the intent that the webhook looks for."""
    begun = payments.begin(lead, order.reference, READER, amount=Decimal(100))
    last = Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    website.pay_otherwise(order.reference)
    refunds.refund(lead, order.reference, Decimal(40), reason="late")
    with connected():
        kept = (Payment.method == "terminal") & (Payment.status == "succeeded")
        Payment.update(stripe_payment_intent_id=last.intent_id).where(
            Payment.order == order.id, kept
        ).execute()
    assert "charge.refunded" in deliver_all(website)
    assert counted(order)[0] == "partially_refunded"
    maintenance.tick(lead, "desk-3")
    assert counted(order)[0] == "paid"


def test_an_intent_of_before_without_its_rows_is_booked_once(
    lead: Desk, order: OrderView, simulator: Server, website: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A desk of before died when Stripe had its payment, which names the order to the webhook."""
    keys = transitions.metadata
    with_order = {"order_id": str(order.id)}
    monkeypatch.setattr(transitions, "metadata", lambda attempt, desk: {**keys(attempt, desk), **with_order})
    watched = Watched(lead, begin(lead, order).attempt_id, sent=lambda: simulator.tap(READER))
    assert watched.run().stage is Stage.CAPTURED
    deliver_all(website)
    assert counted(order) == ("paid", [order.total])
    assert reconciliation.run(lead).clean
