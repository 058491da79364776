"""Ending a card payment: capture and cancel."""

from decimal import Decimal

from tests.commands.seed.steps import SETTLED, Row, charge, held, sent, shirt
from tests.commands.till import Till, order_row, payments_of, write
from tui_pos.data.tables.registration import Order, OrderStatus

CAPTURE = "CapturePaymentView"
CANCEL = "CancelPaymentView"


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


ROWS: list[Row] = [
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
]
