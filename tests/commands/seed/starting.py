"""Starting a card payment: connection tokens, intents, readers."""

import pytest

from tests.commands.seed.steps import CHARGED, Row, charge, no_key, sent, shirt
from tests.commands.till import READER, Till, attempt_of, lines_of, order_row, payments_of, write
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.registration import (
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    TerminalPayment,
)
from tui_pos.terminal import Terminal

TOKEN = "ConnectionTokenView"
CREATE = "CreatePaymentIntentView"
READERS = "ListReadersView"


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


ROWS: list[Row] = [
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
    (READERS, "readers", readers),
    (READERS, "location", readers_elsewhere),
    (READERS, "no Stripe key", readers_without_key),
]
