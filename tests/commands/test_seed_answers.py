"""What django-program's desk views (seed/views_terminal.txt) answer, row by row, and what they should have.

Each row names the view that it comes from. A row with a letter and a number, such as A3, is a defect of that
view: the right behaviour stands here instead. Keys are compared whole, so a missing or a new one shows.
"""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.commands.till import READER, Till, attempt_of, lines_of, order_row, payments_of, write
from tui_pos import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt
from tui_pos.data.tables.registration import (
    AddOn,
    Cart,
    CartItem,
    Order,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    TerminalPayment,
)
from tui_pos.terminal import Terminal

Steps = Callable[[Till], None]

CHARGED = {"payment_intent_id", "status", "order_id", "order_reference", "amount", "card"}
SETTLED = {"payment_intent_id", "status", "order_id", "order_reference"}
ORDER = {"id", "reference", "status", "total", "line_items"}
LINE = {"id", "description", "quantity", "unit_price", "line_total"}


def shirt(till: Till, quantity: int = 1) -> str:
    """A pending order for shirts; its reference."""
    reference: str = till.done("checkout", "--item", f"t-shirt={quantity}")["reference"]
    return reference


def no_key(till: Till) -> None:
    till.change_config("[stripe]", "[scanner]")
    till.config.write_text(
        "\n".join(line for line in till.config.read_text().splitlines() if not line.startswith("api_base"))
    )


def sent(till: Till, reference: str) -> str:
    """A payment whose prompt is on the reader; its intent."""
    answer = till.done("charge", "--order", reference, "--reader", READER, "--no-wait")
    intent: str = answer["payment_intent_id"]
    return intent


def held(till: Till, reference: str) -> str:
    """A payment that a card was approved for, and that waits to be captured."""
    till.change_config("automatic", "confirm")
    till.simulator.configure(tap_after=0)
    answer = till.done("charge", "--order", reference, "--reader", READER)
    assert (answer["status"], answer["card"]) == ("authorized", "Visa 4242")
    intent: str = answer["payment_intent_id"]
    return intent


def charge(reference: str) -> tuple[str, ...]:
    return ("charge", "--order", reference, "--reader", READER)


# ConnectionTokenView


def token(till: Till) -> None:
    answer = till.done("connection-token")
    assert set(answer) == {"secret"}
    assert answer["secret"].startswith("pst_")


def token_without_key(till: Till) -> None:
    no_key(till)
    assert till.refused("connection-token") == (2, "no_stripe_key")


def token_for_nobody(till: Till) -> None:
    assert till.refused("connection-token", staff="nobody") == (6, "wrong_credentials")


def token_without_rights(till: Till) -> None:
    assert till.refused("connection-token", staff="visitor") == (6, "no_desk_rights")
    assert till.refused("connection-token", staff="scanner") == (6, "not_permitted")


# CreatePaymentIntentView


def intent_for_order(till: Till) -> None:
    reference = shirt(till)
    answer = till.done(*charge(reference), "--no-wait")
    assert set(answer) == CHARGED
    assert (answer["status"], answer["order_reference"], answer["amount"], answer["card"]) == (
        "processing",
        reference,
        "25.00",
        "",
    )
    assert answer["order_id"] == order_row(reference).id


def intent_for_amount(till: Till) -> None:
    till.simulator.configure(tap_after=0)
    answer = till.done("charge", "--amount", "100.00", "--reader", READER, "--reason", "Late fee")
    assert set(answer) == CHARGED
    assert (answer["status"], answer["amount"], answer["card"]) == ("captured", "100.00", "Visa 4242")
    assert order_row(answer["order_reference"]).status == OrderStatus.PAID


def intent_needs_one_of_two(till: Till) -> None:
    assert till.refused("charge", "--reader", READER) == (2, "usage")
    assert till.refused("charge", "--reader", READER, "--order", "ORD-1", "--amount", "5") == (2, "usage")


def intent_needs_a_reader(till: Till) -> None:
    assert till.refused("charge", "--amount", "5.00") == (2, "usage")
    assert till.refused("charge", "--amount", "5.00", "--reader", " ") == (2, "reader_required")


def intent_for_unknown_order(till: Till) -> None:
    assert till.refused(*charge("ORD-NOSUCH00")) == (3, "order_not_found")


def intent_for_paid_order(till: Till) -> None:
    assert till.refused(*charge("ORD-DEMO0001")) == (4, "order_not_pending")


def intent_for_covered_order(till: Till) -> None:
    reference = shirt(till)
    order = order_row(reference)
    write(
        lambda: Payment.create(
            order=order, method=PaymentMethod.MANUAL, status=PaymentStatus.SUCCEEDED, amount=order.total
        )
    )
    assert till.refused(*charge(reference)) == (4, "already_paid")


def intent_without_key(till: Till) -> None:
    reference = shirt(till)
    no_key(till)
    assert till.refused(*charge(reference)) == (2, "no_stripe_key")


def intent_for_bad_amount(till: Till) -> None:
    assert till.refused("charge", "--amount", "abc", "--reader", READER) == (2, "invalid_amount")
    assert till.refused("charge", "--amount", "-1", "--reader", READER) == (2, "invalid_amount")


def intent_when_stripe_fails(till: Till) -> None:
    reference = shirt(till)
    till.simulator.fault("unavailable_503", "GET /v1/terminal/readers*", times=10)
    assert till.refused(*charge(reference))[0] == 5


def a1_reader_is_asked(till: Till) -> None:
    intent = sent(till, shirt(till))
    action = Terminal("sk_test_x", api_base=till.simulator.url).reader(READER).action
    assert action is not None
    assert (action.type, action.status, action.intent_id) == ("process_payment_intent", "in_progress", intent)


def a2_nothing_is_authorized_before_a_card(till: Till) -> None:
    intent = sent(till, shirt(till))
    assert attempt_of(intent).stage == "sent"
    with connected():
        assert TerminalPayment.get(TerminalPayment.payment_intent_id == intent).capture_status != "authorized"


def a3_attendee_is_checked_first(till: Till) -> None:
    before = till.world()
    words = ("charge", "--amount", "5.00", "--reader", READER, "--attendee", "NOSUCH99")
    assert till.refused(*words) == (3, "attendee_not_found")
    assert till.world() == before


def a4_lost_answer_makes_no_second_payment(till: Till) -> None:
    till.simulator.configure(tap_after=0)
    till.simulator.fault("answer_lost", "POST /v1/payment_intents", times=1)
    assert till.done(*charge(shirt(till)))["status"] == "captured"
    assert [book["captured"] for book in till.books().values()] == [2500]


def a5_second_desk_is_refused(till: Till) -> None:
    reference = shirt(till)
    sent(till, reference)
    again = ("charge", "--order", reference, "--reader", "tmr_front_2")
    assert till.refused(*again) == (4, "payment_live")
    assert len(till.books()) == 1


def a6_walk_up_order_has_a_guest_a_line_and_a_trace(till: Till) -> None:
    answer = till.done("charge", "--amount", "9.50", "--reader", READER, "--reason", "Lanyard", "--no-wait")
    reference = answer["order_reference"]
    order = order_row(reference)
    with connected():
        buyer, trainee = User.get_by_id(order.user_id), User.get(User.username == "trainee")
    assert buyer != trainee
    assert buyer.password.startswith("!")
    assert "Trainee" not in order.billing_name
    assert lines_of(reference) == [("Registration desk: Lanyard", 1)]
    assert till.books()[answer["payment_intent_id"]]["metadata"]["order"] == reference


def a8_true_is_no_order(till: Till) -> None:
    assert till.refused(*charge("true")) == (3, "order_not_found")


def a9_reference_has_the_prefix_and_survives_a_clash(till: Till) -> None:
    till.change_config('order_prefix = "ORD"', 'order_prefix = "PYC"')
    codes = iter(["SAMESAME", "SAMESAME", "OTHERONE"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "random_code", lambda length: next(codes)[:length])
        words = ("checkout", "--item", "t-shirt", "--attendee", "NOOR2026")
        assert [till.done(*words)["reference"] for _ in range(2)] == ["PYC-SAMESAME", "PYC-OTHERONE"]


def a10_free_order_is_complete(till: Till) -> None:
    placed = till.done("checkout", "--item", "sprint-breakfast", "--attendee", "NOOR2026")
    assert (placed["status"], placed["total"]) == ("paid", "0.00")
    assert payments_of(placed["reference"]) == [("succeeded", "0.00")]
    assert till.refused(*charge(placed["reference"])) == (4, "order_not_pending")


# CapturePaymentView


def captured(till: Till) -> None:
    reference = shirt(till)
    intent = held(till, reference)
    answer = till.done("capture", intent)
    assert set(answer) == SETTLED
    assert answer == {
        "status": "captured",
        "payment_intent_id": intent,
        "order_id": order_row(reference).id,
        "order_reference": reference,
    }
    assert order_row(reference).status == OrderStatus.PAID
    assert payments_of(reference) == [("succeeded", "25.00")]


def capture_of_nothing(till: Till) -> None:
    assert till.refused("capture") == (2, "usage")
    assert till.refused("capture", " ") == (2, "payment_intent_required")


def capture_of_unknown(till: Till) -> None:
    assert till.refused("capture", "pi_nosuch") == (3, "payment_not_found")


def capture_by_the_door(till: Till) -> None:
    intent = held(till, shirt(till))
    assert till.refused("capture", intent, staff="scanner") == (6, "not_permitted")
    assert till.books()[intent]["captured"] == 0


def b1_lost_capture_answer_is_booked_once(till: Till) -> None:
    reference = shirt(till)
    intent = held(till, reference)
    till.simulator.fault("answer_lost", "POST /v1/payment_intents/*/capture", times=3)
    till.ask("capture", intent)
    assert till.done("capture", intent)["status"] == "captured"
    assert till.books()[intent]["captured"] == 2500
    assert payments_of(reference) == [("succeeded", "25.00")]
    assert order_row(reference).status == OrderStatus.PAID


def b2_part_of_the_total_is_not_paid(till: Till) -> None:
    reference = shirt(till)
    intent = held(till, reference)
    write(lambda: Order.update(total=Decimal("100.00")).where(Order.reference == reference).execute())
    till.ask("capture", intent)
    assert payments_of(reference) == [("succeeded", "25.00")]
    assert order_row(reference).status == OrderStatus.PENDING


def b3_cancelled_order_is_not_captured(till: Till) -> None:
    reference = shirt(till)
    intent = held(till, reference)
    cancelled = {"status": OrderStatus.CANCELLED, "hold_expires_at": None}
    write(lambda: Order.update(**cancelled).where(Order.reference == reference).execute())
    status, _ = till.refused("capture", intent)
    assert status == 4
    book = till.books()[intent]
    assert (book["status"], book["captured"], book["held"]) == ("canceled", 0, 0)


# CancelPaymentView


def cancelled(till: Till) -> None:
    reference = shirt(till)
    intent = sent(till, reference)
    answer = till.done("cancel", intent)
    assert set(answer) == SETTLED
    assert (answer["status"], answer["payment_intent_id"]) == ("cancelled", intent)
    assert till.books()[intent]["status"] == "canceled"
    assert payments_of(reference) == [("failed", "25.00")]
    assert order_row(reference).status == OrderStatus.PENDING


def cancel_of_unknown(till: Till) -> None:
    assert till.refused("cancel", "pi_nosuch") == (3, "payment_not_found")


def e5_cancel_says_that_it_was_paid(till: Till) -> None:
    till.simulator.configure(tap_after=0)
    paid = till.done(*charge(shirt(till)))
    assert till.refused("cancel", paid["payment_intent_id"]) == (4, "too_late")
    assert till.books()[paid["payment_intent_id"]]["captured"] == 2500
    assert payments_of(paid["order_reference"]) == [("succeeded", "25.00")]


# FetchAttendeeView


def attendee(till: Till) -> None:
    answer = till.done("lookup", "TOMA2026")
    assert set(answer) == {"attendee", "order", "orders", "credits", "credits_total", "registered"}
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
    assert all(set(order) == {*ORDER, "paid", "due"} for order in orders)


# FetchInventoryView


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


# CartOperationsView


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


# ListReadersView


def readers(till: Till) -> None:
    answer = till.done("readers")
    assert set(answer) == {"readers"}
    keys = {"id", "label", "status", "device_type", "location", "serial_number"}
    assert [set(reader) for reader in answer["readers"]] == [keys] * 4
    assert {reader["label"] for reader in answer["readers"]} == {"Front-1", "Front-2", "Side-1", "Back-1"}


def readers_elsewhere(till: Till) -> None:
    assert till.done("readers", "--location", "tml_demo_front_desk") == till.done("readers")
    assert till.done("readers", "--location", "tml_nowhere") == {"readers": []}


def readers_without_key(till: Till) -> None:
    no_key(till)
    assert till.refused("readers") == (2, "no_stripe_key")


TOKEN, CREATE = "ConnectionTokenView", "CreatePaymentIntentView"
CAPTURE, CANCEL = "CapturePaymentView", "CancelPaymentView"
ATTENDEE, INVENTORY = "FetchAttendeeView", "FetchInventoryView"
CART, READERS = "CartOperationsView", "ListReadersView"
PAGE = "the page that calls the views"

ROWS: list[tuple[str, str, Steps]] = [
    (TOKEN, "secret", token),
    (TOKEN, "no Stripe key", token_without_key),
    (TOKEN, "nobody signed in", token_for_nobody),
    (TOKEN, "without the right (D3)", token_without_rights),
    (CREATE, "an order's amount", intent_for_order),
    (CREATE, "a walk-up amount", intent_for_amount),
    (CREATE, "order or amount", intent_needs_one_of_two),
    (CREATE, "reader_id is required", intent_needs_a_reader),
    (CREATE, "order not found", intent_for_unknown_order),
    (CREATE, "order not pending", intent_for_paid_order),
    (CREATE, "already fully paid", intent_for_covered_order),
    (CREATE, "no Stripe key", intent_without_key),
    (CREATE, "bad amount (A7: see test_bad_input)", intent_for_bad_amount),
    (CREATE, "Stripe error", intent_when_stripe_fails),
    (CREATE, "A1 the reader is asked", a1_reader_is_asked),
    (CREATE, "A2 not authorized before a card", a2_nothing_is_authorized_before_a_card),
    (CREATE, "A3 attendee checked first", a3_attendee_is_checked_first),
    (CREATE, "A4 one payment for a lost answer", a4_lost_answer_makes_no_second_payment),
    (CREATE, "A5 one payment for an order", a5_second_desk_is_refused),
    (CREATE, "A6 walk-up buyer", a6_walk_up_order_has_a_guest_a_line_and_a_trace),
    (CREATE, "A8 strict order", a8_true_is_no_order),
    (CREATE, "A9 order reference", a9_reference_has_the_prefix_and_survives_a_clash),
    (CREATE, "A10 free order", a10_free_order_is_complete),
    (CAPTURE, "captured", captured),
    (CAPTURE, "payment_intent_id is required", capture_of_nothing),
    (CAPTURE, "terminal payment not found", capture_of_unknown),
    (CAPTURE, "check-in right only (D3)", capture_by_the_door),
    (CAPTURE, "B1 lost answer", b1_lost_capture_answer_is_booked_once),
    (CAPTURE, "B2 part of the total", b2_part_of_the_total_is_not_paid),
    (CAPTURE, "B3 cancelled order", b3_cancelled_order_is_not_captured),
    (CANCEL, "cancelled", cancelled),
    (CANCEL, "terminal payment not found", cancel_of_unknown),
    (CANCEL, "E5 too late", e5_cancel_says_that_it_was_paid),
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
    (READERS, "readers", readers),
    (READERS, "location", readers_elsewhere),
    (READERS, "no Stripe key", readers_without_key),
]


@pytest.mark.parametrize("steps", [pytest.param(row[2], id=f"{row[0]}: {row[1]}") for row in ROWS])
def test_the_seeds_answers(till: Till, steps: Steps) -> None:
    steps(till)
