"""What a newer imported list says was given back elsewhere: it is no money that a desk has, nor a surplus."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.imports.lists import FIRST, bring_in, changed
from tests.desk.reports.test_lists import listed
from tests.desk.selling import items, order_row
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Order, Payment, PaymentMethod
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.next_steps import order_now
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.orders import holds
from tui_pos.desk.orders.order_views import by_reference
from tui_pos.desk.orders.payment_sources import less_given_back
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.refunds import exchanges, refunds, voids
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.reports import day
from tui_pos.desk.search import find_orders
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.ui.screens import receipt_view, tender_view

D = Decimal
LOWER = ("650.00", "600.00")
BACK = ("paid", "refunded")
FREE = ("650.00", "0.00")


@pytest.fixture
def lead(desk: Desk, as_staff: AsStaff, tmp_path: Path) -> Desk:
    lead = as_staff(desk, "lead")
    bring_in(lead, tmp_path, *FIRST)
    return lead


Newer = Callable[..., OrderView]


@pytest.fixture
def newer(lead: Desk, tmp_path: Path) -> Newer:
    """The order of one ticket as newer lists tell it, one after the other."""

    def follow(*changes: tuple[str, str]) -> OrderView:
        for each in changes:
            bring_in(lead, tmp_path, changed(FIRST[2], *each))
        return by_reference(lead, "TR3NA")

    return follow


@pytest.mark.parametrize(
    "changes", [[LOWER], [LOWER, ("650.00", "620.00")], [BACK, ("paid", "paid")]], ids=str
)
def test_what_is_left_is_given_back_where_it_was_paid(
    lead: Desk, newer: Newer, changes: list[tuple[str, str]]
) -> None:
    order = newer(*changes)
    for refused in (
        lambda: refunds.refundable(lead, order.reference),
        lambda: refunds.refund(lead, order.reference),
        lambda: refunds.refund(lead, order.reference, D(10), reason="late"),
        lambda: refunds.refund(lead, order.reference, lines=[Piece("corporate")]),
        lambda: voids.void(lead, order.reference, "by mistake"),
        lambda: exchanges.terms(lead, order.reference, Piece("corporate"), "day-pass"),
    ):
        with pytest.raises(Refused) as caught:
            refused()
        assert caught.value.code == "paid_online"


def test_what_is_free_by_now_can_be_taken_back(lead: Desk, newer: Newer) -> None:
    order = newer(FREE)
    assert voids.void(lead, order.reference, "by mistake").done
    assert order_row(order.reference).status == "refunded"


def test_of_what_went_back_whole_nothing_is_left(lead: Desk, newer: Newer) -> None:
    order = newer(BACK)
    for refused in (refunds.refundable, refunds.refund):
        with pytest.raises(Refused) as caught:
            refused(lead, order.reference)
        assert caught.value.code == "nothing_to_refund"


def test_an_exchange_moves_no_more_than_was_left(lead: Desk, newer: Newer) -> None:
    order = newer(LOWER)
    done = exchanges.exchange(lead, order.reference, Piece("corporate"), "corporate")
    assert (done.value, done.credit, done.due) == (D(600), D(600), done.new.total - 600)
    assert (done.old.status, done.old.received, done.old.given_back, done.old.paid) == (
        "refunded",
        D(650),
        D(650),
        D(0),
    )
    assert find_orders.orders(lead, text=order.reference)[0].paid_by == ""


@pytest.mark.parametrize(
    ("change", "status", "back"),
    [
        (LOWER, "paid", 50),
        (BACK, "refunded", 650),
        (("paid", "canceled"), "cancelled", 650),
        (FREE, "paid", 650),
    ],
    ids=str,
)
def test_every_sum_tells_it_as_given_back(
    lead: Desk, newer: Newer, change: tuple[str, str], status: str, back: int
) -> None:
    order = newer(change)
    sums = (status, D(650), D(back), D(650 - back))
    assert (order.status, order.received, order.given_back, order.paid) == sums
    assert order.due == 0
    assert order.admits is (status == "paid")
    (found,) = find_orders.orders(lead, text=order.reference)
    assert (found.status, found.received, found.given_back, found.paid) == sums
    ways = {"paid": "Complimentary" if back == 650 else "Paid on the web site"}
    assert found.paid_by == ways.get(status, "")
    (row,) = [row for row in listed(lead, "orders") if row["order"] == order.reference]
    assert (row["status"], row["received"], row["given_back"], row["kept"]) == sums
    booked = [row for row in listed(lead, "payments") if row["order"] == order.reference]
    assert [(row["amount"], row["kept"]) for row in booked if row["amount"]] == [(650, 650), (-back, -back)]
    today = day.postings(lead, lead.local(clock.now()).date())
    moved = {
        is_refund: sum(
            each.amount
            for each in today
            if each.entry.order_id == order.id and each.entry.is_refund is is_refund
        )
        for is_refund in (False, True)
    }
    assert moved == {False: D(650), True: D(-back)}


def test_screens_say_it_in_words(lead: Desk, newer: Newer) -> None:
    view = receipt(lead, newer(LOWER).reference)
    assert [(payment.label, payment.amount) for payment in view.payments] == [
        ("Paid on the web site", D(650))
    ]
    assert view.back_elsewhere == view.given_back == D(50)
    now = order_now(lead, view.order.reference)
    cells = [line.cells for line in receipt_view.receipt_content(lead, now).lines]
    assert cells[-3:] == [
        ("Paid on the web site", "650.00"),
        ("Given back elsewhere", "-50.00"),
        (("Kept", "bold"), ("600.00", "bold")),
    ]
    shown = [line.cells for line in tender_view.sums(view, "{:.2f}".format)]
    assert shown[1:] == [
        ("Paid on the web site", "-650.00"),
        ("Given back", "50.00"),
        ("Still to pay USD", "0.00"),
    ]


def test_an_unpaid_order_of_which_all_went_back_lets_its_places_go(lead: Desk, newer: Newer) -> None:
    order = newer(BACK)
    with connected():
        Order.update(status="pending", hold_expires_at=clock.now() - timedelta(minutes=1)).where(
            Order.id == order.id
        ).execute()
    holds.release_expired(lead)
    assert order_row(order.reference).status == "cancelled"


@pytest.mark.parametrize("method", [PaymentMethod.MANUAL, PaymentMethod.CREDIT])
def test_less_that_the_web_site_wrote_by_hand_is_given_back_too(lead: Desk, method: str) -> None:
    placed = checkout.sell(lead, items("t-shirt*2"))
    take_cash(lead, placed.reference, placed.total)
    with connected():
        Payment.create(order=placed.id, method=method, status="succeeded", amount=D(-20))
    order = by_reference(lead, placed.reference)
    assert (order.received, order.given_back, order.paid) == (D(50), D(20), D(30))
    today = day.postings(lead, lead.local(clock.now()).date())
    back = sum(each.amount for each in today if each.entry.order_id == order.id and each.entry.is_refund)
    assert back == D(-20)
    assert refunds.refundable(lead, placed.reference).amount == D(30)
    (made,) = refunds.refund(lead, placed.reference)
    assert (made.tender, made.amount) == ("cash", D(30))
    assert by_reference(lead, placed.reference).status == "refunded"


def test_it_is_taken_off_what_has_its_reference_first() -> None:
    paid = [("1", D(50)), ("2", D(30)), ("2", D(-40)), ("", D(5)), ("3", D(-4))]
    assert less_given_back(paid) == [D(36), D(0), D(0), D(5), D(0)]
    assert less_given_back([("1", D(5)), ("1", D(-9))]) == [D(0), D(0)]
