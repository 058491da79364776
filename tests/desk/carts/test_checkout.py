"""From a cart to an order: every column of it, once, all or nothing."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier

import pytest

from tests.desk.conftest import AsStaff, statements
from tests.desk.selling import at, everything, items, order_row, user_of, uses
from tests.fixtures.databases import FROZEN_NOW
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.conditions import CategoryDiscount, ProductDiscount, TimeOrStockCondition
from tui_pos.data.tables.desk import Sale
from tui_pos.data.tables.registration import (
    AddOn,
    Attendee,
    Cart,
    Order,
    OrderLine,
    Payment,
    TicketType,
    Voucher,
)
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, Refused
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.search import lookup

D = Decimal
HOLD = FROZEN_NOW + timedelta(minutes=15)


def placed_cart(
    desk: Desk, text: str, *, badge: str | None = None, voucher: str = ""
) -> tuple[int, OrderView]:
    """A cart that went through the checkout."""
    sale = cart.start(desk, attendee_code=badge).sale_id
    for slug, quantity in items(text):
        cart.add(desk, sale, slug, quantity)
    if voucher:
        cart.set_voucher(desk, sale, voucher)
    return sale, checkout.place(desk, sale)


def test_an_order_is_written_as_django_program_writes_one(desk2077: Desk) -> None:
    sale = cart.start(desk2077, name="Ada Lovelace", email="ada@example.org").sale_id
    cart.add(desk2077, sale, "regular")
    cart.add(desk2077, sale, "t-shirt", 2)
    cart.set_voucher(desk2077, sale, "RETURNING")
    used = uses(desk2077, "RETURNING")
    with connected():
        early = TimeOrStockCondition.get(TimeOrStockCondition.name == "Early Bird Discount").times_used
    placed = checkout.place(desk2077, sale)

    row = order_row(placed.reference)
    assert placed.reference.startswith("ORD-")
    assert len(placed.reference) == 12
    assert (row.status, row.subtotal, row.discount_amount, row.total) == (
        "pending",
        D(419),
        D("137.85"),
        D("281.15"),
    )
    assert (row.billing_name, row.billing_email, row.billing_company) == (
        "Ada Lovelace",
        "ada@example.org",
        "",
    )
    assert (row.utm_source, row.utm_medium, row.utm_campaign) == ("", "", "")
    assert (row.hold_expires_at, row.created_at, row.updated_at) == (HOLD, FROZEN_NOW, FROZEN_NOW)
    assert row.voucher_code == "RETURNING"
    assert json.loads(row.voucher_details) == {
        "code": "RETURNING",
        "voucher_type": "fixed_amount",
        "discount_value": "75.00",
        "unlocks_hidden_tickets": False,
    }
    with connected():
        lines = list(OrderLine.select().where(OrderLine.order == row).order_by(OrderLine.id))
        user = User.get_by_id(row.user_id)
        made = Cart.get(Cart.user == user)
        kept = Sale.get_by_id(sale)
        uses_of_early = TimeOrStockCondition.get(
            TimeOrStockCondition.name == "Early Bird Discount"
        ).times_used
    assert [(each.description, each.quantity, each.unit_price) for each in lines] == [
        ("Regular", 1, D(349)),
        ("Conference T-Shirt", 2, D(35)),
    ]
    assert [(each.discount_amount, each.line_total) for each in lines] == [
        (D("62.47"), D("234.18")),  # the voucher's part alone; net of everything
        (D("12.53"), D("46.97")),
    ]
    assert (lines[0].addon_id, lines[1].ticket_type_id) == (None, None)
    assert uses(desk2077, "RETURNING") == used + 1
    assert uses_of_early == early + 2  # by line, not by piece
    assert (user.first_name, user.last_name, user.email) == ("Ada", "Lovelace", "ada@example.org")
    assert user.username.startswith("desk-guest-")
    assert user.password.startswith("!")
    assert (user.is_staff, user.is_superuser) == (False, False)
    assert (made.status, kept.status, kept.order_id, kept.cart_id) == (
        "checked_out",
        "ordered",
        row.id,
        made.id,
    )


def test_the_answer_is_what_a_look_up_then_says(desk: Desk) -> None:
    for _, placed in (
        placed_cart(desk, "regular t-shirt*2", badge="NOOR2026", voucher="TENOFF"),
        placed_cart(desk, "sprint-breakfast"),
    ):
        assert placed == lookup.order(desk, placed.reference)
    assert checkout.sell(desk, items("hoodie")).lines[0].addon_slug == "hoodie"


def test_a_sale_becomes_one_order_however_often_it_is_placed(desk: Desk) -> None:
    sale, placed = placed_cart(desk, "t-shirt", badge="NOOR2026", voucher="TENOFF")
    before = everything()
    assert checkout.place(desk, sale) == placed
    assert checkout.place(at(desk, "desk-4"), sale) == placed
    assert everything() == before
    view = cart.view(desk, sale)
    assert (view.status, view.reference, view.total, view.to_pay) == (
        "ordered",
        placed.reference,
        D("22.50"),
        D("22.50"),
    )
    assert [(line.slug, line.quantity, line.discount) for line in view.lines] == [("t-shirt", 1, D("2.50"))]
    for change in (cart.add, cart.remove):
        with pytest.raises(Refused, match=r"^sale_ordered\.frozen$"):
            change(desk, sale, "t-shirt")


def test_a_sale_that_is_placed_eight_times_at_once_becomes_one_order(desk: Desk) -> None:
    sale = cart.add(desk, cart.start(desk, attendee_code="NOOR2026").sale_id, "t-shirt").sale_id
    cart.set_voucher(desk, sale, "TENOFF")
    with connected():
        before = Order.select().count()
    all_connected = Barrier(8)

    def place(_: int) -> str:
        with connected():
            all_connected.wait(10)
            return checkout.place(desk, sale).reference

    with ThreadPoolExecutor(8) as threads:
        placed = list(threads.map(place, range(8)))
    assert len(set(placed)) == 1
    assert uses(desk, "TENOFF") == 1
    with connected():
        assert Order.select().count() == before + 1


def test_an_empty_cart_is_no_order(desk: Desk) -> None:
    sale = cart.start(desk).sale_id
    before = everything()
    for nothing in (partial(checkout.place, desk, sale), partial(checkout.sell, desk, [])):
        with pytest.raises(Refused, match=r"^cart_empty$"):
            nothing()
    assert everything() == before


def test_nothing_is_written_when_the_last_line_fails(desk: Desk) -> None:
    """Voucher, guest account and first lines are all undone."""
    sale = cart.start(desk, name="Ada").sale_id
    for slug in ("regular", "lunch", "mug"):
        cart.add(desk, sale, slug)
    cart.set_voucher(desk, sale, "TENOFF")
    checkout_once = everything()
    with pytest.raises(Refused, match=r"^sold_out product=Mug \(sold out\)$"):
        checkout.place(desk, sale)
    assert everything() == checkout_once


def test_a_changed_price_is_pointed_out_before_paying(desk: Desk) -> None:
    sale = cart.start(desk).sale_id
    shown = cart.add(desk, sale, "t-shirt").total
    with connected():
        AddOn.update(price=D("27.00")).where(AddOn.slug == "t-shirt").execute()
    with pytest.raises(Refused, match=r"^price_changed now=27\.00 before=25\.00 currency=USD$") as refusal:
        checkout.place(desk, sale, shown_total=shown)
    assert refusal.value.code == "price_changed"
    assert checkout.place(desk, sale, shown_total=cart.view(desk, sale).total).total == D("27.00")


def test_an_order_is_never_booked_on_the_staff(desk: Desk) -> None:
    sale = cart.add(desk, cart.start(desk).sale_id, "t-shirt").sale_id
    for placed in (
        checkout.place(desk, sale),
        checkout.sell(desk, items("hoodie")),
        checkout.ad_hoc(desk, "5.00"),
    ):
        assert placed.user_id != desk.staff.id
    with connected():
        assert Cart.select().where(Cart.user == desk.staff.id).count() == 0


def test_a_guest_never_becomes_somebodys_account(desk: Desk) -> None:
    noor = user_of("NOOR2026")
    placed = checkout.sell(desk, items("regular"), name="Noor Lindqvist", email="noor@example.org")
    assert placed.user_id != noor
    assert lookup.attendee(desk, "NOOR2026").orders[0].reference != placed.reference


def test_a_registered_attendee_keeps_the_ticket_order(desk: Desk) -> None:
    with connected():
        before = Attendee.get(Attendee.access_code == "VOLA2026").order_id
    placed = checkout.sell(desk, items("sprint-breakfast"), attendee_code="vola2026")
    assert placed.status == "paid"
    with connected():
        attendee = Attendee.get(Attendee.access_code == "VOLA2026")
    assert (attendee.order_id, placed.user_id) == (before, attendee.user_id)


def test_a_free_order_is_complete_at_once(desk: Desk) -> None:
    for text, voucher in (("sprint-breakfast", ""), ("regular hoodie", "COMP2026"), ("speaker", "SPEAKER26")):
        sale, placed = placed_cart(desk, text, voucher=voucher)
        assert (placed.status, placed.total, placed.due) == ("paid", D(0), D(0))
        row = order_row(placed.reference)
        with connected():
            (payment,) = Payment.select().where(Payment.order == row)
            has_badge = Attendee.select().where(Attendee.order == row).exists()
            assert Sale.get_by_id(sale).status == "closed"
        assert (row.status, row.hold_expires_at) == ("paid", None)
        assert (payment.method, payment.status, payment.amount) == ("comp", "succeeded", D(0))
        assert payment.created_by_id == desk.staff.id
        assert has_badge == (text != "sprint-breakfast")
    assert uses(desk, "COMP2026") == 1


def test_a_reference_that_is_taken_is_not_used_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["GUESTAAA", "AAAAAAAA", "GUESTAAA", "GUESTBBB", "AAAAAAAA", "AAAAAAAA", "BBBBBBBB"])
    monkeypatch.setattr(clock, "random_code", lambda length: "P" * length if length == 40 else next(codes))
    first = checkout.sell(desk, items("t-shirt"))
    second = checkout.sell(desk, items("t-shirt"))
    assert (first.reference, second.reference) == ("ORD-AAAAAAAA", "ORD-BBBBBBBB")
    with connected():
        assert {row.username for row in User.select().where(User.username.startswith("desk-guest"))} == {
            "desk-guest-GUESTAAA",
            "desk-guest-GUESTBBB",
        }
    monkeypatch.setattr(clock, "random_code", lambda length: "A" * length)
    before = everything()
    with pytest.raises(Refused, match=r"^no_free_reference$"):
        checkout.sell(desk, items("t-shirt"), attendee_code="NOOR2026")
    assert everything() == before


def test_the_desks_prefix_and_hold_are_used(desk: Desk) -> None:
    placed = checkout.sell(replace(desk, order_prefix="PYCON", hold_minutes=40), items("t-shirt"))
    assert placed.reference.startswith("PYCON-")
    assert placed.hold_expires_at == FROZEN_NOW + timedelta(minutes=40)


def test_sell_adds_up_what_is_named_twice(desk: Desk) -> None:
    placed = checkout.sell(desk, [("t-shirt", 1), ("regular", 1), ("addon:t-shirt", 2)], voucher="fifty")
    assert [(line.description, line.quantity) for line in placed.lines] == [("T-Shirt", 3), ("Regular", 1)]
    assert (placed.voucher_code, placed.total) == ("FIFTY", D("374.00"))


def test_a_voucher_is_used_once_per_order_and_no_more_often_than_it_may(desk: Desk) -> None:
    with connected():
        Voucher.update(max_uses=2).where(Voucher.code == "TENOFF").execute()
    for _ in range(2):
        checkout.sell(desk, items("t-shirt regular"), voucher="TENOFF")
    with pytest.raises(Refused, match=r"^voucher_not_valid\.used_up voucher=TENOFF$"):
        checkout.sell(desk, items("t-shirt"), voucher="TENOFF")
    assert uses(desk, "TENOFF") == 2


def test_a_limited_condition_counts_lines_and_ends_at_its_limit(desk: Desk) -> None:
    with connected():
        here = desk.conference.id
        once = ProductDiscount.create(
            conference=here, name="Once", discount_value=D(50), limit=3, times_used=1
        )
        free = CategoryDiscount.create(conference=here, name="Any", percentage=D(10), priority=9)
    assert checkout.sell(desk, items("t-shirt*4 regular hoodie")).total == D("252.00")
    assert checkout.sell(desk, items("t-shirt")).total == D("22.50")
    with connected():
        assert ProductDiscount.get_by_id(once.id).times_used == 3  # three lines, but the limit is the limit
        assert CategoryDiscount.get_by_id(free.id).times_used == 1


def test_an_order_beyond_what_a_column_holds_is_refused(desk: Desk) -> None:
    with connected():
        TicketType.update(price=D("99999999.99")).where(TicketType.slug == "corporate").execute()
    before = everything()
    with pytest.raises(Refused, match=r"^amount_too_large most=99999999\.99 currency=USD$"):
        checkout.sell(desk, items("corporate*2"))
    assert everything() == before


@pytest.mark.parametrize("buyer", ["NOOR2026", None])
def test_a_checkout_takes_the_same_statements_for_any_number_of_products(
    desk: Desk, buyer: str | None
) -> None:
    counts = []
    for text in (
        "t-shirt",
        "t-shirt hoodie lunch regular",
        "t-shirt hoodie lunch cafe-creme chefs-dinner regular",
    ):
        sale = cart.start(desk, attendee_code=buyer).sale_id
        for slug, _ in items(text):
            cart.add(desk, sale, slug)
        cart.set_voucher(desk, sale, "TENOFF")
        checkout.sell(desk, items("cafe-creme"))  # sweeps what others left behind
        with statements() as seen:
            checkout.place(desk, sale)
        with statements() as seen_by_command:
            checkout.sell(desk, items(text), attendee_code=buyer, voucher="TENOFF")
        counts.append((len(seen), len(seen_by_command)))
    assert len(set(counts)) == 1
    assert max(counts[0]) <= 12


def test_a_free_amount_is_an_order_with_a_line_and_an_owner(desk: Desk) -> None:
    placed = checkout.ad_hoc(desk, "12.50", attendee_code="NOOR2026", reason=" Lost\x1b[2J badge\n ")
    assert [(line.description, line.quantity, line.line_total) for line in placed.lines] == [
        ("Registration desk: Lost badge", 1, D("12.50"))
    ]
    assert (placed.status, placed.total, placed.user_id) == ("pending", D("12.50"), user_of("NOOR2026"))
    assert placed.hold_expires_at == HOLD
    assert placed == lookup.order(desk, placed.reference)
    guest = checkout.ad_hoc(desk, D("0.50"), name="Ada", email="ada@example.org")
    assert (guest.lines[0].description, guest.buyer_name) == ("Registration desk", "Ada")


def test_a_free_amount_must_be_money_that_a_card_can_pay(desk: Desk) -> None:
    before = everything()
    for amount in (
        "",
        "0",
        "-1",
        "1e3",
        "Infinity",
        "NaN",
        "1,500",
        "0.001",
        "99999999999",
        "x" * 99,
        D("1E+3"),
    ):
        with pytest.raises(InvalidInput) as refusal:
            checkout.ad_hoc(desk, amount, attendee_code="UNKNOWN")
        assert refusal.value.code == "invalid_amount"
    with pytest.raises(InvalidInput, match=r"^amount_too_small\.order least=0\.50 currency=USD$"):
        checkout.ad_hoc(desk, "0.49", attendee_code="UNKNOWN")
    yen = replace(desk, conference=replace(desk.conference, currency="JPY"))
    with pytest.raises(
        InvalidInput,
        match=r"^invalid_amount\.decimals currency=JPY places=0 example=1250$",
    ):
        checkout.ad_hoc(yen, "100.50")
    with pytest.raises(NotFound, match=r"^attendee_not_found code=UNKNOWN conference=Demo Conference$"):
        checkout.ad_hoc(desk, "5.00", attendee_code="UNKNOWN")
    assert everything() == before
    assert checkout.ad_hoc(yen, "100").total == D("100.00")


def test_another_conferences_badge_buys_nothing(desk2077: Desk) -> None:
    with connected():
        other = Attendee.select().where(Attendee.conference != desk2077.conference.id).first()
    assert other is not None
    before = everything()
    with pytest.raises(Refused) as refusal:
        checkout.sell(desk2077, items("t-shirt"), attendee_code=other.access_code)
    assert refusal.value.code == "other_conference"
    assert everything() == before


def test_reopening_cancels_the_order_and_gives_the_cart_back(desk: Desk, as_staff: AsStaff) -> None:
    sale, placed = placed_cart(desk, "hoodie*10", badge="NOOR2026", voucher="TENOFF")
    neighbour = as_staff(at(desk, "desk-4"), "lead")
    view = checkout.reopen(neighbour, sale)
    assert (view.status, view.station, view.reference, view.voucher_code) == ("open", "desk-4", "", "TENOFF")
    assert [(line.slug, line.quantity, line.problem) for line in view.lines] == [("hoodie", 10, None)]
    assert (order_row(placed.reference).status, uses(desk, "TENOFF")) == ("cancelled", 0)
    cart.set_quantity(neighbour, sale, "hoodie", 9)
    again = checkout.place(neighbour, sale)
    assert (again.total, uses(desk, "TENOFF")) == (D("445.50"), 1)
    assert again.reference != placed.reference


def test_what_cannot_be_reopened(desk: Desk) -> None:
    paid, _ = placed_cart(desk, "sprint-breakfast")
    with pytest.raises(Refused, match=r"^order_not_pending\.void "):
        checkout.reopen(desk, paid)
    placed = checkout.sell(desk, items("t-shirt"))
    with connected():
        sale = Sale.get(Sale.order == placed.id).id
        orders = Order.select().count()
    with pytest.raises(Refused, match=r"^sale_without_cart$"):
        checkout.reopen(desk, sale)
    with connected():
        assert Order.select().count() == orders
    assert order_row(placed.reference).status == "pending"
