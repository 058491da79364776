"""Refunds in Stripe's dashboard, and what the web site's people do by hand: all of it is in the ledger."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from tests.chaos.website import Website
from tests.desk.paying import READER, Watched, begin, paid, rows
from tests.desk.payments.test_web_site import deliver_all
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import RefundOrigin, Repair
from tui_pos.data.tables.registration import Attendee, Credit, Order, Payment
from tui_pos.desk import payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.checkin.guest_tickets import unnamed_tickets
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused, because
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.refunds import card_refunds, refunds
from tui_pos.desk.search import find_orders, lookup, receipts
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders import credit, tendering
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.simulator import Server

PENDS = "4000000000007726"


@pytest.fixture
def order(lead: Desk) -> OrderView:
    return checkout.sell(lead, [("regular", 1)], name="Ada Byron")


@pytest.fixture
def website(simulator: Server) -> Website:
    return Website(simulator.url)


def badge(order: OrderView) -> str:
    with connected():
        return str(Attendee.get(Attendee.order == order.id).access_code)


def old_form(order: OrderView, intent_id: str) -> None:
    """As attempts from before were: the web site's webhook finds the payment by its intent."""
    with connected():
        mine = Payment.order == order.id
        Payment.update(stripe_payment_intent_id=intent_id).where(mine).execute()


def told(desk: Desk) -> list[str]:
    return [each.kind for each in reconciliation.run(desk).mismatches]


@pytest.mark.parametrize("webhook", ["none", "before", "after"])
@pytest.mark.parametrize("form", ["old", "new"])
@pytest.mark.parametrize("part", [None, 10000])
def test_a_refund_in_the_dashboard_is_in_the_ledger(
    lead: Desk,
    order: OrderView,
    simulator: Server,
    website: Website,
    webhook: str,
    form: str,
    part: int | None,
) -> None:
    intent_id = paid(lead, order, simulator).intent_id
    deliver_all(website)
    old_form(order, intent_id if form == "old" else "")
    simulator.dashboard_refund(intent_id, part)
    if webhook == "before":
        deliver_all(website)
    assert maintenance.tick(lead, "desk-3")
    if webhook == "after":
        deliver_all(website)
    assert maintenance.tick(lead, "desk-3")
    (made,) = receipt(lead, order.reference).refunds
    amount = Decimal(100) if part else order.total
    assert (made.origin, made.amount, made.stage) == (RefundOrigin.DASHBOARD, amount, "succeeded")
    view = lookup.order(lead, order.reference)
    assert (view.given_back, view.paid) == (amount, order.total - amount)
    assert view.status == ("partially_refunded" if part else "refunded")
    assert view.admits is (part is not None)
    assert lookup.attendee(lead, badge(order)).registered is (part is not None)
    assert told(lead)[:1] == ["repaired"]
    assert reconciliation.run(lead).clean
    assert simulator.books()[intent_id]["refunded"] == (part or 34900)


def test_a_pending_refund_of_the_dashboard_is_never_asked_for_again(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    watched = Watched(lead, begin(lead, order).attempt_id, sent=lambda: simulator.tap(READER, PENDS))
    intent_id = watched.run().intent_id
    simulator.dashboard_refund(intent_id, 10000)
    for _ in range(3):
        assert maintenance.tick(lead, "desk-3")
    assert [each.stage for each in receipt(lead, order.reference).refunds] == ["pending"]
    assert simulator.books()[intent_id]["refunded"] == 10000
    simulator.advance(100)
    assert maintenance.tick(lead, "desk-3")
    assert [each.stage for each in receipt(lead, order.reference).refunds] == ["succeeded"]


def test_a_refund_refused_because_the_dashboard_was_first(
    lead: Desk, order: OrderView, simulator: Server
) -> None:
    intent_id = paid(lead, order, simulator).intent_id
    simulator.dashboard_refund(intent_id)
    refunds.refund(lead, order.reference)
    stages = {each.origin: each.stage for each in receipt(lead, order.reference).refunds}
    assert stages == {RefundOrigin.DESK: "failed", RefundOrigin.DASHBOARD: "succeeded"}
    assert lookup.order(lead, order.reference).status == "refunded"


def test_a_late_success_after_a_dashboard_refund_admits_nobody(
    lead: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    intent_id = paid(lead, order, simulator).intent_id
    old_form(order, intent_id)
    simulator.dashboard_refund(intent_id)
    waiting = website.waiting()
    first = [event for event in waiting if event["type"] == "charge.refunded"]
    last = {
        "id": "evt_late",
        "type": "payment_intent.succeeded",
        "data": {
            "object": {
                "id": intent_id,
                "amount": 34900,
                "currency": "usd",
                "latest_charge": "ch_1",
                "metadata": {"order_id": str(order.id)},
            }
        },
    }
    for event in (*first, last):
        website.deliver(event)
    assert rows(order)[0].status == "paid"
    found = lookup.attendee(lead, badge(order))
    assert (found.registered, found.verdict.code) == (False, "refunded")
    with pytest.raises(Refused, match=r"^refunded\.check_in "):
        check_in(lead, badge(order))
    simulator.refuse("retrieve", 500)
    simulator.refuse("refunds", 500)
    maintenance.tick(lead, "desk-3")
    assert rows(order)[0].status == "paid", "nothing is changed while Stripe does not answer"
    simulator.clear_faults()
    maintenance.tick(lead, "desk-3")
    assert rows(order)[0].status == "refunded"
    result = reconciliation.run(lead)
    assert not result.clean
    assert all("after=standing status=refunded" in str(each.done) for each in result.mismatches)
    assert reconciliation.run(lead).clean


def test_a_dashboard_refund_of_a_card_that_paid_on_the_web(
    lead: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    intent = lead.terminal.create_intent(34900, "usd", metadata={"web": "1"}, key="web")
    lead.terminal.process(READER, intent.id)
    simulator.tap(READER)
    lead.terminal.capture(intent.id, key="web-capture")
    website.pay_otherwise(order.reference)
    with connected():
        mine = Payment.order == order.id
        Payment.update(stripe_payment_intent_id=intent.id).where(mine).execute()
    simulator.dashboard_refund(intent.id)
    maintenance.tick(lead, "desk-3")
    (made,) = receipt(lead, order.reference).refunds
    assert (made.origin, made.intent_id) == (RefundOrigin.DASHBOARD, intent.id)
    assert lookup.order(lead, order.reference).status == "refunded"


def test_other_peoples_refunds_are_none_of_our_business(lead: Desk, simulator: Server) -> None:
    other = lead.terminal.create_intent(500, "usd", metadata={"conference": "other"}, key="o")
    lead.terminal.process(READER, other.id)
    simulator.tap(READER)
    lead.terminal.capture(other.id, key="oc")
    simulator.dashboard_refund(other.id)
    assert maintenance.tick(lead, "desk-3")
    assert reconciliation.run(lead).clean


@pytest.mark.parametrize("first", ["webhook", "desk"])
def test_a_part_payment_that_goes_back_makes_no_order_paid(
    lead: Desk, order: OrderView, simulator: Server, website: Website, first: str
) -> None:
    """Nor refunded: whoever hears of it first, the order waits for its rest."""
    begun = payments.begin(lead, order.reference, READER, amount=Decimal(100))
    last = Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    old_form(order, last.intent_id)
    simulator.dashboard_refund(last.intent_id, 4000)
    if first == "desk":
        maintenance.tick(lead, "desk-3")
    deliver_all(website)
    assert lookup.order(lead, order.reference).status == "partially_refunded"
    maintenance.tick(lead, "desk-3")
    view = lookup.order(lead, order.reference)
    assert (view.admits, view.status, view.paid, view.due) == (
        False,
        "pending",
        Decimal(60),
        order.total - 60,
    )


@pytest.mark.parametrize("method", ["manual", "credit", "comp"])
def test_what_the_manage_page_wrote_is_no_cash_and_completes_for_its_buyer(
    lead: Desk, order: OrderView, website: Website, method: str
) -> None:
    website.pay_on_manage_page(order.reference, method, order.total)
    receipt = receipts.receipt(lead, order.reference)
    assert [each.label for each in receipt.payments] == ["Paid on the web site"]
    assert receipt.to_complete
    (listed,) = find_orders.orders(lead, text=order.reference)
    assert listed.paid_by == "Paid on the web site"
    if method != "comp":
        with pytest.raises(Refused, match=r"^paid_online "):
            refunds.refund(lead, order.reference)
    view = tendering.complete(lead, order.reference)
    assert (view.status, view.hold_expires_at) == ("paid", None)
    with connected():
        made = Attendee.get(Attendee.order == order.id)
        assert made.user_id == view.user_id
    assert unnamed_tickets(lead, order.reference) == 0
    assert not receipts.receipt(lead, order.reference).to_complete
    with pytest.raises(Refused, match=r"^already_paid "):
        tendering.complete(lead, order.reference)


def test_credit_of_an_order_that_the_web_site_swept_is_put_back_and_told(
    lead: Desk, order: OrderView, website: Website, frozen_clock: FrozenClock
) -> None:
    with connected():
        user_id = Order.get_by_id(order.id).user_id
        given = Credit.create(
            conference=lead.conference.id,
            user=user_id,
            amount=Decimal(40),
            remaining_amount=Decimal(40),
            status="available",
        )
    credit.use_credit(lead, order.reference)
    frozen_clock.advance(3600)
    assert website.sweep() == [order.reference]
    maintenance.tick(lead, "desk-3")
    maintenance.tick(lead, "desk-4")
    with connected():
        again = Credit.get_by_id(given.id)
        assert (again.status, again.remaining_amount) == ("available", Decimal(40))
        assert [row.kind for row in Repair.select()] == ["credit_put_back"]
    assert told(lead) == ["repaired"]
    assert told(lead) == []


def test_a_paid_free_order_is_voided_not_cancelled(lead: Desk, order: OrderView) -> None:
    give_free(lead, order.reference, "speaker")
    with pytest.raises(Refused, match=r"^order_not_pending\.void "):
        checkout.cancel_order(lead, order.reference)


def test_credit_that_has_expired_since_comes_back_as_a_new_one_and_says_so(
    lead: Desk, order: OrderView
) -> None:
    with connected():
        user_id = Order.get_by_id(order.id).user_id
        Credit.create(
            conference=lead.conference.id,
            user=user_id,
            amount=order.total,
            remaining_amount=order.total,
            status="available",
        )
    credit.use_credit(lead, order.reference)
    with connected():
        Credit.update(status="expired").execute()
    (made,) = refunds.refund(lead, order.reference)
    assert made.notes == (because("refund_note.new_credit", amount=order.total, currency="USD"),)
    with connected():
        left = [row.remaining_amount for row in Credit.select().where(Credit.status == "available")]
    assert left == [order.total]


@pytest.mark.parametrize("fault", ["", "rate_limit_429", "answer_lost"])
def test_two_pursuers_of_one_refund_make_one(
    lead: Desk, order: OrderView, simulator: Server, fault: str
) -> None:
    intent_id = paid(lead, order, simulator).intent_id
    if fault:
        simulator.fault(fault, "POST /v1/refunds", times=2)

    def follow() -> None:
        for _ in range(5):
            card_refunds.follow_up(lead)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(refunds.refund, lead, order.reference)
        second = pool.submit(follow)
        first.result()
        second.result()
    for _ in range(3):  # one more than faults are left, should the other have come too early
        card_refunds.follow_up(lead)
    assert [each.stage for each in receipt(lead, order.reference).refunds] == ["succeeded"]
    assert simulator.books()[intent_id]["refunded"] == 34900
