"""What may not be sold, said line by line in the cart and refused at the checkout."""

import pytest

from tests.desk.selling import everything, items
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Order, OrderStatus
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.catalogue import stock
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.orders import holds

REFUSED = (
    ("patron", None, "", "not_on_sale product=Patron (withdrawn)"),
    (
        "next-year",
        None,
        "",
        "not_on_sale.yet product=Next Year (not yet on sale) opens=2036-11-20 13:00:00+01:00",
    ),
    (
        "early-bird",
        None,
        "",
        "not_on_sale.over product=Early Bird (sale ended) closed=2026-11-22 13:00:00+01:00",
    ),
    ("poster", None, "", "not_on_sale product=Poster (withdrawn)"),
    (
        "boat-trip",
        None,
        "",
        "not_on_sale.over product=Boat Trip (sale ended) closed=2026-11-22 13:00:00+01:00",
    ),
    ("student", None, "", "needs_voucher product=Student"),
    ("student", None, "TENOFF", "needs_voucher product=Student"),
    ("student", None, "SPEAKER26", "needs_voucher.other product=Student voucher=SPEAKER26"),
    ("online*2", None, "", "limit_per_user product=Online most=1 owned=0"),
    ("online", "LINE2026", "", "limit_per_user product=Online most=1 owned=1"),
    ("day-pass*4", "ZARA2026", "", "limit_per_user product=Day Pass most=3 owned=0"),
    ("day-pass*3", "DAYA2026", "", "limit_per_user product=Day Pass most=3 owned=1"),
    (
        "tutorial-async",
        None,
        "",
        "needs_ticket product=Tutorial: async tickets=['Corporate', 'Regular', 'Speaker', 'Student']",
    ),
    (
        "day-pass tutorial-async",
        "INES2026",  # her Regular is not paid
        "",
        "needs_ticket product=Tutorial: async tickets=['Corporate', 'Regular', 'Speaker', 'Student']",
    ),
    ("mug", None, "", "sold_out product=Mug (sold out)"),
    ("tutorial-pass", None, "", "sold_out product=Tutorial Pass (sold out)"),
    ("hoodie*11", None, "", "sold_out.few product=Hoodie left=10"),
    ("regular lunch hoodie*999", None, "", "sold_out.few product=Hoodie left=10"),
)

ALLOWED = (
    ("tutorial-async regular", None, ""),
    ("tutorial-async", "NOOR2026", ""),  # owns a Regular
    ("tutorial-async", "LUCA2026", ""),  # partly refunded: still owns it
    ("student", None, "STUDENT26"),
    ("student", None, "student26"),
    ("speaker", None, "SPEAKER26"),
    ("day-pass*2", "DAYA2026", ""),
    ("hoodie*10", None, ""),
    ("t-shirt*999", None, ""),
)


@pytest.fixture
def demo(desk: Desk) -> Desk:
    """Without the orders whose hold ran out: the first checkout would sweep them."""
    holds.release_expired(desk)
    return desk


def test_the_checkout_refuses_each_of_them_and_writes_nothing(demo: Desk) -> None:
    before = everything()
    for text, buyer, voucher, reason in REFUSED:
        with pytest.raises(Refused) as refusal:
            checkout.sell(demo, items(text), attendee_code=buyer, voucher=voucher)
        assert str(refusal.value) == reason
    assert everything() == before


def test_the_cart_says_the_same_before_and_still_takes_them(desk: Desk) -> None:
    for text, buyer, voucher, reason in REFUSED:
        sale = cart.start(desk, attendee_code=buyer).sale_id
        for slug, quantity in items(text):
            shown = cart.add(desk, sale, slug, quantity)
        if voucher:
            shown = cart.set_voucher(desk, sale, voucher)
        assert [str(line.problem) for line in shown.lines if line.problem] == [reason]
        with pytest.raises(Refused) as refusal:
            checkout.place(desk, sale)
        assert str(refusal.value) == reason
        cart.abandon(desk, sale)


def test_what_keeps_the_rules_is_sold(desk: Desk) -> None:
    for text, buyer, voucher in ALLOWED:
        placed = checkout.sell(desk, items(text), attendee_code=buyer, voucher=voucher)
        assert placed.status in ("pending", "paid"), text
        if placed.status == "pending":
            checkout.cancel_order(desk, placed.reference)


def test_the_venue_has_so_many_seats_whatever_the_ticket(desk: Desk) -> None:
    """The line that no longer fits is named; add-ons take no seat."""
    with connected():
        taken = stock.seats_taken(stock.sold(desk.conference.id, clock.now()))
        Conference.update(total_capacity=taken + 3).where(Conference.id == desk.conference.id).execute()
    with pytest.raises(Refused, match=r"^venue_full\.few product=Corporate left=3$"):
        checkout.sell(desk, [("regular", 2), ("t-shirt", 50), ("corporate", 2)])
    checkout.sell(desk, [("regular", 2), ("t-shirt", 50), ("corporate", 1)])
    with pytest.raises(Refused, match=r"^venue_full product=Regular$"):
        checkout.sell(desk, [("t-shirt", 1), ("regular", 1)])
    checkout.sell(desk, [("t-shirt", 1)])


def test_only_paid_orders_count_against_the_buyers_limit(desk: Desk) -> None:
    """Two unpaid orders of one ticket each are allowed where one is the limit, as on the web site."""
    first = checkout.sell(desk, [("online", 1)], attendee_code="ZARA2026")
    checkout.sell(desk, [("online", 1)], attendee_code="ZARA2026")
    with connected():
        Order.update(status=OrderStatus.PAID).where(Order.id == first.id).execute()
    with pytest.raises(Refused, match="limit_per_user product=Online most=1 owned=1"):
        checkout.sell(desk, [("online", 1)], attendee_code="ZARA2026")
