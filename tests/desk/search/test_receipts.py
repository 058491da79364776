from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from tests.desk.conftest import AsStaff, statements
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Sale, SaleStatus, Stage
from tui_pos.data.tables.registration import (
    CaptureStatus,
    Order,
    Payment,
    PaymentMethod,
    PaymentStatus,
    TerminalPayment,
)
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotFound, NotPermitted
from tui_pos.desk.search.receipts import receipt
from tui_pos.terminal import Card

CARD = Card(
    brand="visa",
    last4="4242",
    funding="credit",
    read_method="contactless_emv",
    wallet="apple_pay",
    application_name="Visa Credit",
    aid="A0000000031010",
    account_type="credit",
    authorization_code="123456",
    authorization_response_code="3030",
    cardholder_verification="none",
    cryptogram="2EB5A3D9B2C1F0E4",
    tvr="0000008000",
    tsi="",
    location="tml_1",
    reader="tmr_1",
)


def paid_by_card(desk: Desk, reference: str, amount: str, card: Card | None = CARD) -> None:
    """A captured payment on a reader, as ``payments`` leaves it."""
    with connected():
        order = Order.get(Order.reference == reference)
        payment = Payment.create(
            order=order,
            method=PaymentMethod.TERMINAL,
            status=PaymentStatus.SUCCEEDED,
            amount=Decimal(amount),
            created_at=clock.now() - timedelta(minutes=1),
        )
        TerminalPayment.create(
            payment=payment,
            conference=desk.conference.id,
            payment_intent_id="pi_1",
            capture_status=CaptureStatus.CAPTURED,
            captured_at=clock.now(),
            card_brand="visa",
            card_last4="4242",
            receipt_url="https://example.org/receipt",
        )
        Attempt.create(
            conference=desk.conference.id,
            order=order,
            payment=payment,
            key=clock.new_id(),
            station="desk-3",
            staff=desk.staff.id,
            reader_id="tmr_1",
            amount=100,
            currency="USD",
            stage=Stage.CAPTURED,
            capture_mode="automatic",
            card=msgspec.json.encode(card).decode() if card else "",
            finished_at=clock.now(),
        )


def test_a_card_receipt_has_what_the_schemes_ask_for(desk: Desk) -> None:
    paid_by_card(desk, "ORD-DEMO0003", "349.00")
    (line,) = receipt(desk, "ord-demo0003").payments
    assert (line.method, line.label, line.amount) == ("terminal", "Visa 4242", Decimal("349.00"))
    assert (line.at, line.receipt_url) == (clock.now(), "https://example.org/receipt")
    assert line.card == (
        ("application_name", "Visa Credit"),
        ("aid", "A0000000031010"),
        ("account_type", "credit"),
        ("authorization_code", "123456"),
        ("read_method", "contactless_emv"),
        ("cardholder_verification", "none"),
        ("authorization_response_code", "3030"),
        ("cryptogram", "2EB5A3D9B2C1F0E4"),
        ("tvr", "0000008000"),
    )


def test_a_card_of_which_little_is_known(desk: Desk) -> None:
    paid_by_card(desk, "ORD-DEMO0003", "349.00", card=None)
    (line,) = receipt(desk, "ORD-DEMO0003").payments
    assert (line.label, line.card) == ("Visa 4242", ())


def test_a_split_tender_in_the_order_of_paying(desk: Desk) -> None:
    with connected():
        order = Order.get(Order.reference == "ORD-DEMO0003")
        for method, amount, status in (
            ("manual", "100.00", "succeeded"),
            ("credit", "49.00", "succeeded"),
            ("terminal", "200.00", "failed"),
        ):
            Payment.create(order=order, method=method, amount=Decimal(amount), status=status, note="till 2")
    paid_by_card(desk, "ORD-DEMO0003", "200.00")
    view = receipt(desk, "ORD-DEMO0003")
    assert [line.label for line in view.payments] == [
        "Paid on the web site",  # neither the drawer nor a credit knows of them
        "Paid on the web site",
        "Visa 4242",
    ]
    assert sum(line.amount for line in view.payments) == view.order.paid == Decimal("349.00")
    assert view.payments[0].note == "till 2"
    assert view.paid_at == clock.now()


def test_who_sold_it_where(desk: Desk) -> None:
    assert (receipt(desk, "ORD-DEMO0003").station, receipt(desk, "ORD-DEMO0003").staff) == ("", "")
    with connected():
        Sale.create(
            conference=desk.conference.id,
            station="desk-7",
            staff=desk.staff.id,
            order=Order.get(Order.reference == "ORD-DEMO0003"),
            status=SaleStatus.CLOSED,
        )
    view = receipt(desk, "ORD-DEMO0003")
    assert (view.station, view.staff) == ("desk-7", "Tilda Trainee")


def test_the_buyers_badge_is_on_it(desk: Desk) -> None:
    view = receipt(desk, "ORD-DEMO0001")
    assert view.attendee is not None
    assert (view.attendee.access_code, view.attendee.registered) == ("NOOR2026", True)
    assert (view.conference, view.currency) == ("Demo Conference", "USD")
    assert [line.description for line in view.order.lines] == ["Regular"]


def test_an_unpaid_order_and_a_buyer_without_badge(desk: Desk) -> None:
    with connected():
        Order.create(
            conference=desk.conference.id, user=desk.staff.id, reference="ORD-BARE", status="pending"
        )
    view = receipt(desk, "ORD-BARE")
    assert (view.payments, view.paid_at, view.attendee, view.order.lines) == ((), None, None, ())


def test_an_unknown_order_and_somebody_without_right(desk: Desk, as_staff: AsStaff) -> None:
    with pytest.raises(NotFound):
        receipt(desk, "ORD-NOPE")
    with pytest.raises(NotPermitted):
        receipt(as_staff(desk, "visitor"), "ORD-DEMO0001")


def test_as_many_statements_for_many_payments(desk: Desk) -> None:
    with statements() as few:
        receipt(desk, "ORD-DEMO0003")
    for _ in range(10):
        paid_by_card(desk, "ORD-DEMO0003", "1.00")
    with statements() as many:
        receipt(desk, "ORD-DEMO0003")
    assert len(few) == len(many)


def test_every_payment_of_django_programs_data_has_a_name(desk2077: Desk) -> None:
    with connected():
        references = [
            row.reference
            for row in Order.select(Order.reference)
            .join(Payment, on=(Payment.order == Order.id))
            .where(Order.conference == desk2077.conference.id, Payment.status == "succeeded")
            .distinct()
        ]
    labels = {line.label for reference in references for line in receipt(desk2077, reference).payments}
    assert labels == {"Card, online", "Complimentary", "Paid on the web site"}
