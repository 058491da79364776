"""Looking people and stock up, carts, and the page that calls the views."""

from decimal import Decimal

from tests.commands.seed.steps import LINE, ORDER, Row, charge, shirt
from tests.commands.till import Till, order_row, write
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt
from tui_pos.data.tables.registration import AddOn, Cart, CartItem, OrderStatus

ATTENDEE = "FetchAttendeeView"
INVENTORY = "FetchInventoryView"
CART = "CartOperationsView"
PAGE = "the page that calls the views"


def attendee(till: Till) -> None:
    answer = till.done("lookup", "TOMA2026")
    assert set(answer) - {"cautions", "facts", "imported"} == {
        "attendee",
        "order",
        "orders",
        "credits",
        "credits_total",
        "registered",
    }
    assert set(answer["attendee"]) == {"id", "access_code", "name", "email", "checked_in", "checked_in_at"}
    assert (answer["attendee"]["access_code"], answer["attendee"]["name"]) == ("TOMA2026", "Tomás Okafor")
    assert answer["attendee"]["checked_in"] is True
    assert answer["attendee"]["checked_in_at"].endswith("+00:00")
    assert set(answer["order"]) == ORDER
    assert set(answer["order"]["line_items"][0]) == {*LINE, "ticket_type_slug", "addon_slug"}
    assert (answer["order"]["status"], answer["order"]["total"], answer["registered"]) == (
        "paid",
        "349.00",
        True,
    )


def attendee_with_credit(till: Till) -> None:
    answer = till.done("lookup", "HUGO2026")
    assert [set(credit) for credit in answer["credits"]] == [{"id", "amount", "remaining_amount"}]
    assert answer["credits_total"] == "20.00"


def attendee_without_order(till: Till) -> None:
    answer = till.done("lookup", "ZARA2026")
    assert (answer["order"], answer["orders"], answer["registered"]) == (None, [], False)


def attendee_unknown(till: Till) -> None:
    answer = till.ask("lookup", "NOSUCH99")
    assert answer.status == 3
    assert set(answer.json) == {"error", "code", "access_code"}
    assert (answer.json["code"], answer.json["access_code"]) == ("attendee_not_found", "NOSUCH99")


def d1_case_does_not_matter(till: Till) -> None:
    assert till.done("lookup", "noor2026") == till.done("lookup", "demo:NOOR2026")


def d5_every_order_is_seen(till: Till) -> None:
    orders = till.done("lookup", "ELLA2026")["orders"]
    assert {(order["status"], order["due"]) for order in orders} == {("paid", "0.00"), ("pending", "25.00")}
    assert all(set(order) == {*ORDER, "paid", "gross", "given_back", "kept", "due"} for order in orders)


def inventory(till: Till) -> None:
    answer = till.done("inventory")
    assert set(answer) == {"ticket_types", "addons"}
    addon = {"id", "name", "slug", "description", "price", "remaining_quantity"}
    assert all(set(product) == {*addon, "requires_voucher"} for product in answer["ticket_types"])
    assert all(set(product) == addon for product in answer["addons"])
    on_sale = {product["slug"] for kind in answer.values() for product in kind}
    assert {"regular", "student", "t-shirt", "mug"} <= on_sale
    assert on_sale.isdisjoint({"early-bird", "next-year", "patron", "poster", "boat-trip", "museum-night"})


def inventory_for_the_door(till: Till) -> None:
    assert till.done("inventory", staff="scanner") == till.done("inventory")


def checkout(till: Till) -> None:
    answer = till.done("checkout", "--item", "t-shirt=2", "--item", "lunch", "--attendee", "NOOR2026")
    assert set(answer) == {"order_id", "reference", "status", "total", "line_items"}
    assert all(set(line) == LINE for line in answer["line_items"])
    assert (answer["status"], answer["total"]) == ("pending", "65.00")


def checkout_of_nothing(till: Till) -> None:
    before = till.world()
    assert till.refused("checkout") == (2, "usage")
    assert till.world() == before


def checkout_for_unknown_attendee(till: Till) -> None:
    words = ("checkout", "--item", "t-shirt", "--attendee", "NOSUCH99")
    assert till.refused(*words) == (3, "attendee_not_found")


def checkout_by_the_door(till: Till) -> None:
    assert till.refused("checkout", "--item", "t-shirt", staff="scanner") == (6, "not_permitted")


def c1_all_or_nothing(till: Till) -> None:
    before = till.world()
    assert till.refused("checkout", "--item", "t-shirt", "--item", "lunch=x") == (2, "invalid_quantity")
    assert till.refused("checkout", "--item", "t-shirt", "--item", "mug")[0] == 4
    assert till.world() == before


def c2_quantity_is_a_whole_number(till: Till) -> None:
    for quantity in ("0", "-1", "1.9", "true", "100000000000000000000", "1000"):
        assert till.refused("checkout", "--item", f"t-shirt={quantity}") == (2, "invalid_quantity")


def c3_same_product_twice_is_one_line(till: Till) -> None:
    answer = till.done("checkout", "--item", "t-shirt", "--item", "t-shirt=2")
    assert [line["quantity"] for line in answer["line_items"]] == [3]


def c4_unknown_product_is_named(till: Till) -> None:
    answer = till.ask("checkout", "--item", "t-shirt", "--item", "no-such-thing")
    assert (answer.status, answer.json["code"]) == (3, "product_not_found")
    assert "no-such-thing" in answer.json["error"]


def e1_what_was_asked_is_sold(till: Till) -> None:
    """The attendee's online cart is neither sold nor touched."""

    def fill() -> None:
        user = User.get(User.username == "noor.demo")
        cart = Cart.create(user=user, conference=1, status="open")
        CartItem.create(cart=cart, addon=AddOn.get(AddOn.slug == "hoodie"), quantity=1)

    write(fill)
    answer = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")
    assert [line["description"] for line in answer["line_items"]] == ["T-Shirt"]
    with connected():
        cart = Cart.get(Cart.user == User.get(User.username == "noor.demo"), Cart.status == "open")
        assert [item.addon.slug for item in CartItem.select().where(CartItem.cart == cart)] == ["hoodie"]


def e2_registered_attendee_buys_a_shirt(till: Till) -> None:
    till.simulator.configure(tap_after=0)
    before = till.done("lookup", "NOOR2026")["order"]
    placed = till.done("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")
    assert till.done(*charge(placed["reference"]))["amount"] == "25.00"
    after = till.done("lookup", "NOOR2026")
    assert (after["order"], after["registered"]) == (before, True)
    assert [order["status"] for order in after["orders"]] == ["paid", "paid"]


def e3_changed_cart_has_its_own_price(till: Till) -> None:
    first = shirt(till)
    assert till.ask(*charge(first), "--card", "declined").json["code"] == "declined"
    second = till.done("checkout", "--item", "t-shirt=2")["reference"]
    assert till.done(*charge(second), "--card", "good")["amount"] == "50.00"
    assert order_row(first).status == OrderStatus.PENDING


def e4_no_hold_is_left_behind(till: Till) -> None:
    reference = shirt(till)
    assert till.refused(*charge(reference), "--card", "declined") == (5, "declined")
    assert till.done(*charge(reference), "--card", "good")["status"] == "captured"
    assert sorted((book["held"], book["captured"]) for book in till.books().values()) == [(0, 0), (0, 2500)]
    with connected():
        assert Attempt.select().where(Attempt.finished_at.is_null()).count() == 0


def e6_receipt_says_what_stripe_took(till: Till) -> None:
    till.simulator.configure(tap_after=0)
    answer = till.done(*charge(shirt(till, 3)))
    assert till.books()[answer["payment_intent_id"]]["captured"] == int(Decimal(answer["amount"]) * 100)


ROWS: list[Row] = [
    (ATTENDEE, "attendee and order", attendee),
    (ATTENDEE, "credits", attendee_with_credit),
    (ATTENDEE, "no order", attendee_without_order),
    (ATTENDEE, "unknown attendee", attendee_unknown),
    (ATTENDEE, "D1 any case", d1_case_does_not_matter),
    (ATTENDEE, "D5 all orders", d5_every_order_is_seen),
    (INVENTORY, "what is on sale", inventory),
    (INVENTORY, "for check-in staff", inventory_for_the_door),
    (CART, "checkout", checkout),
    (CART, "cart is empty", checkout_of_nothing),
    (CART, "unknown attendee", checkout_for_unknown_attendee),
    (CART, "check-in right only (D3)", checkout_by_the_door),
    (CART, "C1 all or nothing", c1_all_or_nothing),
    (CART, "C2 quantities", c2_quantity_is_a_whole_number),
    (CART, "C3 the same product twice", c3_same_product_twice_is_one_line),
    (CART, "C4 unknown product", c4_unknown_product_is_named),
    (PAGE, "E1 what was asked is sold", e1_what_was_asked_is_sold),
    (PAGE, "E2 a shirt for a registered person", e2_registered_attendee_buys_a_shirt),
    (PAGE, "E3 a changed cart", e3_changed_cart_has_its_own_price),
    (PAGE, "E4 no forgotten hold", e4_no_hold_is_left_behind),
    (PAGE, "E6 the amount on the receipt", e6_receipt_says_what_stripe_took),
]
