from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.desk.conftest import AsStaff, statements
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.core.clock import Moment
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Sale, SaleStatus, Stage
from tui_pos.data.tables.registration import (
    AddOn,
    Attendee,
    Cart,
    CartItem,
    Order,
    Payment,
    TerminalPayment,
    TicketType,
)
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotPermitted, Reason, because
from tui_pos.desk.orders.payment_sources import ON_THE_WEB
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.payments.readers import remember_reader, remembered_reader
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search.activity import RecentLine, recent
from tui_pos.desk.search.attention import AttentionKind, AttentionLine, attention
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.desk.tones import Tone


def sale(desk: Desk, name: str, status: str, total: str, **columns: Any) -> Order:
    """A sale at this station with its order."""
    with connected():
        order: Order = Order.create(
            conference=desk.conference.id,
            user=desk.staff.id,
            status=status,
            total=Decimal(total),
            reference=f"ORD-{clock.random_code(8)}",
        )
        Sale.create(
            conference=desk.conference.id,
            station=desk.station,
            staff=desk.staff.id,
            order=order,
            status=SaleStatus.ORDERED,
            buyer_name=name,
            **columns,
        )
    return order


def paid(order: Order, method: str, **card: str) -> None:
    with connected():
        payment = Payment.create(order=order, method=method, status="succeeded", amount=order.total)
        if card:
            TerminalPayment.create(
                payment=payment, conference=order.conference_id, payment_intent_id="pi_1", **card
            )


def attempt(desk: Desk, reference: str, **columns: Any) -> Attempt:
    values: dict[str, Any] = {
        "conference": desk.conference.id,
        "key": clock.new_id(),
        "station": "desk-2",
        "staff": desk.staff.id,
        "reader_id": f"tmr_{clock.random_code(4)}",
        "amount": 12_000,
        "currency": "USD",
        "capture_mode": "automatic",
        "stage": Stage.UNKNOWN,
    }
    with connected():
        order = Order.get(Order.reference == reference)
        made: Attempt = Attempt.create(order=order, **(values | columns))
    return made


# The reader


D = Decimal


def told(case: str, **values: object) -> Reason:
    return because(f"recent.{case}", **{"back": D(0), "currency": "USD", **values})


def moved(case: str, amount: int, **values: object) -> Reason:
    return because(f"recent.{case}", **{"amount": D(amount), **values, "currency": "USD"})


def test_a_station_remembers_its_reader(desk: Desk) -> None:
    assert remembered_reader(desk) is None
    remember_reader(desk, "tmr_1", "Front-1")
    remember_reader(desk, "tmr_2", "Front-2")
    assert remembered_reader(desk) == ("tmr_2", "Front-2")
    assert remembered_reader(replace(desk, station="desk-4")) is None
    remember_reader(desk, "", "")
    assert remembered_reader(desk) is None


# What happened here


def test_the_last_sales_and_check_ins_newest_first(desk: Desk, frozen_clock: FrozenClock) -> None:
    by_card = sale(desk, "Noor Lindqvist", "paid", "1120.00")
    paid(by_card, "terminal", card_brand="visa", card_last4="4242")
    at = [clock.now()]
    for step in (
        lambda: check_in(desk, "ELLA2026"),
        lambda: paid(sale(desk, "", "paid", "25.00"), "manual"),
        lambda: sale(desk, "Ravi Chen", "pending", "85.00"),
        lambda: sale(desk, "Ines Park", "cancelled", "85.00"),
    ):
        frozen_clock.advance(60)
        at.append(clock.now())
        step()
    assert recent(desk, 9) == (
        RecentLine(at[4], "Ines Park", told("ended", status="cancelled", total=D(85)), Tone.PLAIN),
        RecentLine(at[3], "Ravi Chen", told("not_paid", due=D(85)), Tone.WARN),
        RecentLine(at[2], "Tilda Trainee", told("paid", kept=D(25), card=False, ways=ON_THE_WEB), Tone.OK),
        RecentLine(at[1], "Ella Novák", because("recent.checked_in"), Tone.OK),
        RecentLine(at[0], "Noor Lindqvist", told("paid", kept=D(1120), card=True, ways="Visa 4242"), Tone.OK),
    )
    assert [line.title for line in recent(desk, 2)] == ["Ines Park", "Ravi Chen"]


def test_a_split_tender_is_one_line(desk: Desk) -> None:
    order = sale(desk, "Noor", "paid", "60.00")
    order.total = Decimal(30)  # what each of the two pays
    paid(order, "credit")
    paid(order, "terminal", card_brand="mastercard", card_last4="4444")
    (line,) = recent(desk, 9)
    assert line.detail == told("paid", kept=D(60), card=True, ways=f"{ON_THE_WEB}, Mastercard 4444")


def test_every_payment_and_refund_is_told(desk: Desk, as_staff: AsStaff, frozen_clock: FrozenClock) -> None:
    lead = as_staff(desk, "lead")
    order = checkout.sell(lead, [("chefs-dinner", 1)], name="Noor")
    take_cash(lead, order.reference, Decimal(20), Decimal(20))
    (line,) = recent(lead, 9)
    assert line.detail == because("recent.and_due", said=moved("cash", 20), due=D(45), currency="USD")
    assert line.tone is Tone.WARN
    take_cash(lead, order.reference, Decimal(45))
    frozen_clock.advance(60)
    refunds.refund(lead, order.reference, Decimal(15), reason="cold soup")
    refunds.refund(lead, order.reference)
    assert [(line.title, line.detail, line.tone) for line in recent(lead, 9)] == [
        ("Noor", moved("refunded", 20, tender="cash"), Tone.OK),
        ("Noor", moved("refunded", 30, tender="cash"), Tone.OK),
        ("Noor", moved("refunded", 15, tender="cash"), Tone.OK),
        ("Noor", moved("cash", 45), Tone.OK),
        ("Noor", moved("cash", 20), Tone.OK),
    ]


def test_a_gift_names_itself(desk: Desk, as_staff: AsStaff) -> None:
    lead = as_staff(desk, "lead")
    order = checkout.sell(lead, [("chefs-dinner", 1)], name="Noor")
    give_free(lead, order.reference, reason="speaker")
    assert [line.detail for line in recent(lead, 9)] == [moved("given_away", 65)]


def test_other_stations_and_open_carts_stay_out(desk: Desk) -> None:
    sale(replace(desk, station="desk-9"), "Elsewhere", "paid", "1.00")
    check_in(replace(desk, station="desk-9"), "NOOR2026")
    with connected():
        Sale.create(conference=desk.conference.id, station=desk.station, staff=desk.staff.id)
    assert recent(desk, 9) == ()


def test_few_statements_however_much_there_is(desk: Desk) -> None:
    for number in range(5):
        paid(sale(desk, f"Buyer {number}", "paid", "1.00"), "manual")
        attempt(desk, f"ORD-DEMO000{number + 1}")
    with statements() as seen:
        assert len(recent(desk, 5)) == 5
    assert len(seen) <= 7
    with statements() as seen:
        assert len(attention(desk)) == 5
    assert len(seen) <= 3


# What needs attention


def test_a_payment_that_nobody_watches(desk: Desk) -> None:
    lost = attempt(desk, "ORD-DEMO0003")
    assert attention(desk) == (
        AttentionLine(
            kind=AttentionKind.ATTEMPT,
            id=lost.id,
            reference="ORD-DEMO0003",
            name="Inês Park",
            amount=Decimal("120.00"),
            said=because("attention.payment", notice=Notice.UNKNOWN, station="desk-2"),
            tone=Tone.UNKNOWN,
        ),
    )


def test_a_payment_that_another_desk_watches_is_its_business(desk: Desk, frozen_clock: FrozenClock) -> None:
    lease = clock.now() + timedelta(seconds=30)
    attempt(desk, "ORD-DEMO0003", stage=Stage.SENT, lease_until=lease)
    here = attempt(desk, "ORD-DEMO0004", stage=Stage.SENT, lease_until=lease, station="desk-3")
    (line,) = attention(desk)
    assert (line.id, line.said, line.tone) == (
        here.id,
        because("attention.payment", notice=Notice.SENT, station=""),
        "warn",
    )
    frozen_clock.advance(30)
    assert len(attention(desk)) == 2


def test_a_finished_payment_with_a_problem_stays(desk: Desk) -> None:
    attempt(desk, "ORD-DEMO0003", stage=Stage.CAPTURED, finished_at=clock.now())
    odd = attempt(
        desk,
        "ORD-DEMO0004",
        stage=Stage.CAPTURED,
        finished_at=clock.now(),
        problem="The order was cancelled.",
        lease_until=clock.now() + timedelta(seconds=30),
    )
    (line,) = attention(desk)
    assert (line.id, line.said, line.tone) == (
        odd.id,
        because("attention.problem", problem="The order was cancelled.", station="desk-2"),
        "bad",
    )


def test_parked_sales_with_their_worth(desk: Desk, frozen_clock: FrozenClock) -> None:
    first = clock.now()
    with connected():
        user = Attendee.get(Attendee.access_code == "NOOR2026").user
        carts = [Cart.create(conference=desk.conference.id, user=user) for _ in range(3)]
        CartItem.create(cart=carts[0], ticket_type=TicketType.get(TicketType.slug == "speaker"), quantity=1)
        CartItem.create(cart=carts[0], addon=AddOn.get(AddOn.slug == "t-shirt"), quantity=3)
        CartItem.create(cart=carts[0], ticket_type=TicketType.get(TicketType.slug == "day-pass"), quantity=1)
        ids = []
        for cart, name, station, status in (
            (carts[0], "Ravi Chen", "desk-1", SaleStatus.PARKED),
            (carts[1], "", "desk-3", SaleStatus.PARKED),
            (carts[2], "Open", "desk-3", SaleStatus.OPEN),
        ):
            values = {"cart": cart, "buyer_name": name, "station": station, "status": status}
            ids.append(Sale.create(conference=desk.conference.id, staff=desk.staff.id, **values).id)
            frozen_clock.advance(60)
    second = first + timedelta(minutes=1)
    content = ((1, "Speaker"), (3, "T-Shirt"), (1, "Day Pass"))
    assert attention(desk) == (
        AttentionLine(
            kind=AttentionKind.PARKED,
            id=ids[0],
            reference="",
            name="Ravi Chen",
            amount=Decimal("195.00"),
            said=because("attention.parked", when=Moment(desk.local(first), "desk-1", True), content=content),
            tone=Tone.WARN,
        ),
        AttentionLine(
            kind=AttentionKind.PARKED,
            id=ids[1],
            reference="",
            name="walk-up",
            amount=Decimal("0.00"),
            said=because("attention.parked", when=Moment(desk.local(second), "", True), content=()),
            tone=Tone.WARN,
        ),
    )


def test_an_order_of_this_station_that_is_owed_is_seen_until_it_is_paid_or_its_hold_ends(
    desk: Desk, frozen_clock: FrozenClock
) -> None:
    number = cart.start(desk, name="Wanda Walk").sale_id
    cart.add(desk, number, "t-shirt", 2)
    order = checkout.place(desk, number)
    (line,) = attention(desk)
    assert (line.kind, line.id, line.reference) == (AttentionKind.ORDER, order.id, order.reference)
    assert (line.name, line.amount, line.said.values["is_part"]) == ("Wanda Walk", Decimal(50), False)
    assert attention(replace(desk, station="desk-9")) == ()
    frozen_clock.advance(60 * desk.hold_minutes + 1)
    assert attention(desk) == ()
    take_cash(desk, order.reference, Decimal(20), Decimal(20), key="a")
    frozen_clock.advance(60 * desk.hold_minutes + 1)
    (line,) = attention(desk)
    assert (line.amount, line.said.values["is_part"]) == (Decimal(30), True)
    take_cash(desk, order.reference, Decimal(30), Decimal(30), key="b")
    assert attention(desk) == ()


def test_only_staff_see_it(desk: Desk, as_staff: AsStaff) -> None:
    visitor = as_staff(desk, "visitor")
    with pytest.raises(NotPermitted):
        recent(visitor, 5)
    with pytest.raises(NotPermitted):
        attention(visitor)
