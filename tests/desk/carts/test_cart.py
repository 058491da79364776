"""The desk's cart: what goes in and out, who has it, what it says, what it leaves alone."""

from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from tests.desk.conftest import AsStaff, statements
from tests.desk.selling import at, everything, items, user_of
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Sale
from tui_pos.data.tables.registration import AddOn, Cart, CartItem, CartStatus, Voucher
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.carts.cart_view import AppliedDiscount, CartView
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused, because

D = Decimal
FULL_WIDTH_ONE = "\uff11"
BAD_EMAILS = (
    *("ada", "ada@", "@example.org", "ada@localhost", "a b@example.org", "ada@example..org", "a@b@c.de"),
    *("ada@example.org\x00", "ada@-\u202e.org", "a" * 260 + "@example.org", "<ada@example.org>"),
)
UNKNOWN_SLUGS = ("nothing", "", "a" * 5000, "t-shirt\x00", "\x1b[31mred", "'; --", "ticket:hoodie")
BAD_VOUCHERS = (
    ("NONE", NotFound, "voucher_not_found voucher=NONE"),
    ("x" * 300, NotFound, f"voucher_not_found voucher={'x' * 39}…"),
    ("USEDUP", Refused, "voucher_not_valid.used_up voucher=USEDUP"),
    ("EXPIRED", Refused, "voucher_not_valid.over voucher=EXPIRED"),
    ("TOOEARLY", Refused, "voucher_not_valid.yet voucher=TOOEARLY"),
    ("withdrawn", Refused, "voucher_not_valid.off voucher=WITHDRAWN"),
)


def content(view: CartView) -> list[tuple[str, int, Decimal]]:
    return [(line.slug, line.quantity, line.total) for line in view.lines]


def test_products_go_in_add_up_change_and_go_out(desk: Desk) -> None:
    sale = cart.start(desk).sale_id
    cart.add(desk, sale, "regular")
    cart.add(desk, sale, "t-shirt", 2)
    view = cart.add(desk, sale, " T-Shirt ".strip().lower())
    assert content(view) == [("regular", 1, D("349.00")), ("t-shirt", 3, D("75.00"))]
    assert (view.subtotal, view.total, view.to_pay, view.credit) == (
        D("424.00"),
        D("424.00"),
        D("424.00"),
        D(0),
    )
    view = cart.set_quantity(desk, sale, "t-shirt", 1)
    view = cart.remove(desk, sale, "regular")
    assert content(view) == [("t-shirt", 1, D("25.00"))]
    assert view == cart.view(desk, sale)
    changes = (
        partial(cart.remove, desk, sale, "regular"),
        partial(cart.set_quantity, desk, sale, "hoodie", 1),
    )
    for change in changes:
        with pytest.raises(NotFound) as missing:
            change()
        assert missing.value.code == "line_not_found"


def test_a_cart_shows_what_is_taken_off_and_by_what(desk: Desk) -> None:
    sale = cart.start(desk, attendee_code="VOLT2026").sale_id
    cart.add(desk, sale, "regular")
    cart.add(desk, sale, "hoodie")
    view = cart.set_voucher(desk, sale, "fifty")
    assert view.discounts == (
        AppliedDiscount(because("discount.percentage", name="Volunteers", percent="20"), D("80.80")),
        AppliedDiscount(because("discount.voucher", voucher="FIFTY"), D("50.00")),
    )
    assert (view.voucher_code, view.subtotal, view.total) == ("FIFTY", D("404.00"), D("273.20"))
    assert [line.discount for line in view.lines] == [D("112.99"), D("17.81")]
    assert cart.set_voucher(desk, sale, "").total == D("323.20")


def test_a_quantity_is_a_whole_number_from_1_to_999(desk: Desk) -> None:
    sale = cart.add(desk, cart.start(desk).sale_id, "t-shirt").sale_id
    before = everything()
    bad: tuple[Any, ...] = (0, -1, 1000, 10**20, 1.5, 1.0, True, "1", "x", None, FULL_WIDTH_ONE)
    for quantity in bad:
        for refused in (
            partial(cart.add, desk, sale, "t-shirt", quantity),
            partial(cart.set_quantity, desk, sale, "t-shirt", quantity),
            partial(checkout.sell, desk, [("regular", 1), ("t-shirt", quantity)]),
        ):
            with pytest.raises(InvalidInput, match=r"^invalid_quantity "):
                refused()
    assert everything() == before


def test_added_up_a_quantity_stays_within_bounds(desk: Desk) -> None:
    sale = cart.add(desk, cart.start(desk).sale_id, "t-shirt", 999).sale_id
    with pytest.raises(InvalidInput, match=r"^invalid_quantity given=1000 most=999$"):
        cart.add(desk, sale, "t-shirt")
    with pytest.raises(InvalidInput, match=r"^invalid_quantity given=1000 most=999$"):
        checkout.sell(desk, [("t-shirt", 600), ("t-shirt", 400)])
    assert cart.view(desk, sale).lines[0].quantity == 999


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "1.5", "x", "1000", FULL_WIDTH_ONE, "²", "1e2", "1\x1b[2J", "9" * 5000]
)
def test_what_was_typed_is_not_a_quantity(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        cart.parse_quantity(text)
    assert len(str(refusal.value)) < 90
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize(("text", "quantity"), [("1", 1), (" 12 ", 12), ("007", 7), ("999", 999)])
def test_what_was_typed_is_a_quantity(text: str, quantity: int) -> None:
    assert cart.parse_quantity(text) == quantity


def test_an_unknown_product_is_named_shortly(desk: Desk) -> None:
    sale = cart.start(desk).sale_id
    before = everything()
    for slug in UNKNOWN_SLUGS:
        for refused in (
            partial(cart.add, desk, sale, slug),
            partial(checkout.sell, desk, [("regular", 1), (slug, 1)]),
        ):
            with pytest.raises(NotFound) as refusal:
                refused()
            assert refusal.value.code == "product_not_found"
            assert len(str(refusal.value)) < 100
            assert str(refusal.value).isprintable()
    assert everything() == before


def test_a_ticket_and_an_addon_of_one_slug_are_told_apart(desk: Desk) -> None:
    with connected():
        AddOn.create(conference=desk.conference.id, slug="regular", name="Regular coffee", price=D("3.00"))
    sale = cart.start(desk).sale_id
    with pytest.raises(InvalidInput, match=r"^product_ambiguous product=regular$"):
        cart.add(desk, sale, "regular")
    cart.add(desk, sale, "addon:regular")
    assert [line.name for line in cart.add(desk, sale, "ticket:regular").lines] == [
        "Regular coffee",
        "Regular",
    ]


def test_a_desk_cart_never_touches_the_online_one(desk: Desk) -> None:
    """The web shop expects one open cart per user and takes it; ours is never one."""
    noor = user_of("NOOR2026")
    with connected():
        online = Cart.create(conference=desk.conference.id, user=noor)
        hoodie = AddOn.get(AddOn.slug == "hoodie")
        CartItem.create(cart=online, addon=hoodie, quantity=2)
        before = list(Cart.select().where(Cart.id == online.id).tuples())
    sale = cart.start(desk, attendee_code="NOOR2026").sale_id
    cart.add(desk, sale, "lunch")
    with connected():
        assert list(
            Cart.select(Cart.id).where(Cart.user == noor, Cart.status == CartStatus.OPEN).tuples()
        ) == [(online.id,)]
    checkout.place(desk, sale)
    with connected():
        assert list(Cart.select().where(Cart.id == online.id).tuples()) == before
        assert [item.quantity for item in CartItem.select().where(CartItem.cart == online)] == [2]


def test_a_sale_survives_a_crash_and_goes_on_where_it_was(desk: Desk) -> None:
    sale = cart.add(desk, cart.start(desk, attendee_code="noor2026").sale_id, "t-shirt").sale_id
    again = cart.start(desk, attendee_code="demo:NOOR2026")
    assert (again.sale_id, content(again)) == (sale, [("t-shirt", 1, D("25.00"))])
    assert cart.start(at(desk, "desk-9"), attendee_code="NOOR2026").sale_id != sale
    assert cart.start(desk).sale_id != cart.start(desk).sale_id


def test_who_buys_is_cleaned_and_checked(desk: Desk) -> None:
    view = cart.start(desk, name="  Ada\x1b[31m \n Lovelace ", email=" ada@example.org ")
    assert (view.buyer_name, view.buyer_email, view.user_id) == ("Ada Lovelace", "ada@example.org", None)
    view = cart.start(desk, attendee_code="NOOR2026")
    assert (view.buyer_name, view.buyer_email) == ("Noor Lindqvist", "noor@example.org")
    assert view.user_id == user_of("NOOR2026")
    view = cart.set_buyer(desk, view.sale_id, "Firm GmbH", "")
    assert (view.buyer_name, view.buyer_email) == ("Firm GmbH", "")


def test_a_bad_email_is_refused_in_one_sentence(desk: Desk) -> None:
    sale = cart.start(desk).sale_id
    before = everything()
    for email in BAD_EMAILS:
        for refused in (
            partial(cart.start, desk, email=email),
            partial(cart.set_buyer, desk, sale, "Ada", email),
            partial(checkout.sell, desk, [("t-shirt", 1)], email=email),
            partial(checkout.ad_hoc, desk, "5.00", email=email),
        ):
            with pytest.raises(InvalidInput) as refusal:
                refused()
            assert refusal.value.code == "invalid_email"
            assert len(str(refusal.value)) < 140
            assert str(refusal.value).isprintable()
    assert everything() == before


def test_a_voucher_that_cannot_be_used(desk: Desk) -> None:
    sale = cart.add(desk, cart.start(desk).sale_id, "t-shirt").sale_id
    before = everything()
    for code, error, reason in BAD_VOUCHERS:
        for refused in (
            partial(cart.set_voucher, desk, sale, code),
            partial(checkout.sell, desk, [("t-shirt", 1)], voucher=code),
        ):
            with pytest.raises(error) as refusal:
                refused()
            assert str(refusal.value) == reason
    assert everything() == before


def test_a_voucher_that_ran_out_since_is_pointed_out(desk: Desk) -> None:
    sale = cart.add(desk, cart.start(desk).sale_id, "t-shirt").sale_id
    assert cart.set_voucher(desk, sale, "TENOFF").total == D("22.50")
    with connected():
        Voucher.update(times_used=Voucher.max_uses).where(Voucher.code == "TENOFF").execute()
    view = cart.view(desk, sale)
    used_up = because("voucher_not_valid.used_up", voucher="TENOFF")
    assert (view.problem, view.total, view.discounts) == (used_up, D("25.00"), ())
    with pytest.raises(Refused, match=r"^voucher_not_valid\.used_up voucher=TENOFF$"):
        checkout.place(desk, sale)


def test_a_sale_belongs_to_one_station_at_a_time(desk: Desk, as_staff: AsStaff) -> None:
    neighbour = as_staff(at(desk, "desk-4"), "lead")
    sale = cart.add(desk, cart.start(desk).sale_id, "t-shirt").sale_id
    with pytest.raises(Refused, match=r"^sale_elsewhere station=desk-3$"):
        cart.add(neighbour, sale, "t-shirt")
    assert cart.park(desk, sale).status == "parked"
    with pytest.raises(Refused, match=r"^sale_parked\.frozen$"):
        cart.add(desk, sale, "t-shirt")
    assert [view.sale_id for view in cart.parked(neighbour)] == [sale]
    view = cart.recall(neighbour, sale)
    assert (view.status, view.station, content(view)) == ("open", "desk-4", [("t-shirt", 1, D("25.00"))])
    assert cart.parked(desk) == ()
    with connected():
        assert Sale.get_by_id(sale).staff_id == neighbour.staff.id
    with pytest.raises(Refused, match=r"^sale_elsewhere station=desk-4$"):
        checkout.place(desk, sale)
    assert cart.recall(desk, sale).station == "desk-3"  # desk-4 got stuck


def test_a_sale_that_is_over_cannot_be_changed(desk: Desk) -> None:
    sale = cart.add(desk, cart.start(desk).sale_id, "t-shirt").sale_id
    assert cart.abandon(desk, sale).status == "abandoned"
    with pytest.raises(Refused, match=r"^sale_abandoned\.frozen$"):
        cart.add(desk, sale, "t-shirt")
    with pytest.raises(Refused, match=r"^sale_abandoned\.frozen$"):
        cart.recall(desk, sale)
    for action in (cart.view, cart.park, cart.recall, cart.abandon, checkout.place, checkout.reopen):
        with pytest.raises(NotFound, match=r"^sale_not_found sale=4711$"):
            action(desk, 4711)


def test_selling_needs_the_right_to_sell(desk: Desk, as_staff: AsStaff) -> None:
    sale = cart.add(desk, cart.start(desk).sale_id, "t-shirt").sale_id
    door = as_staff(desk, "scanner")
    before = everything()
    for action in (
        lambda: cart.start(door),
        lambda: cart.view(door, sale),
        lambda: cart.add(door, sale, "t-shirt"),
        lambda: cart.parked(door),
        lambda: checkout.place(door, sale),
        lambda: checkout.sell(door, items("t-shirt")),
        lambda: checkout.ad_hoc(door, "5.00"),
        lambda: checkout.cancel_order(door, "ORD-1"),
        lambda: checkout.reopen(door, sale),
    ):
        with pytest.raises(NotPermitted):
            action()
    assert everything() == before


def test_credit_is_shown_beside_the_total_not_taken_off(desk: Desk) -> None:
    view = cart.add(desk, cart.start(desk, attendee_code="HUGO2026").sale_id, "t-shirt")
    assert (view.credit, view.total, view.to_pay) == (D("20.00"), D("25.00"), D("25.00"))


def test_a_view_takes_the_same_few_statements_for_any_number_of_lines(desk: Desk) -> None:
    sale = cart.start(desk, attendee_code="HUGO2026").sale_id
    cart.set_voucher(desk, cart.add(desk, sale, "regular").sale_id, "TENOFF")
    counts = []
    for slug in ("t-shirt", "hoodie", "lunch", "cafe-creme"):
        cart.add(desk, sale, slug)
        with statements() as seen:
            cart.view(desk, sale)
        counts.append(len(seen))
    assert counts == [7, 7, 7, 7]
