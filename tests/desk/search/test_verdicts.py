from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.desk.rows import late, order_of
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.core.clock import Moment
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Sale, SaleStatus
from tui_pos.data.tables.registration import (
    Attendee,
    CheckIn,
    Order,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
)
from tui_pos.desk.context import Desk
from tui_pos.desk.search import lookup
from tui_pos.desk.tones import Tone

D = Decimal
TEN = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Europe/Prague"))


# What the volunteer is told


VERDICTS = {
    "NOOR2026": ("registered", D(0), Tone.OK),
    "TOMA2026": ("already_checked_in", D(0), Tone.WARN),
    "INES2026": ("owes", D(349), Tone.WARN),
    "HALF2026": ("owes", D(249), Tone.WARN),
    "RAVI2026": ("not_paid", D(0), Tone.BAD),
    "OMAR2026": ("cancelled", D(0), Tone.BAD),
    "YUKI2026": ("refunded", D(0), Tone.BAD),
    "LUCA2026": ("registered", D(0), Tone.OK),
    "ZARA2026": ("no_order", D(0), Tone.BAD),
    "ELLA2026": ("registered.owes", D(25), Tone.OK),
    "SARA2026": ("registered", D(0), Tone.OK),
}


def test_the_verdict(desk: Desk) -> None:
    seen = {code: lookup.attendee(desk, code) for code in VERDICTS}
    said = {code: (each.verdict.key, each.verdict.owes, each.verdict.tone) for code, each in seen.items()}
    assert said == VERDICTS
    registered = {code for code, each in seen.items() if each.registered}
    assert registered == {"NOOR2026", "TOMA2026", "LUCA2026", "ELLA2026", "SARA2026"}


def test_a_first_check_in_today_is_told_by_time_and_place(desk: Desk) -> None:
    seen = lookup.attendee(desk, "TOMA2026")
    assert seen.verdict.first == Moment(TEN, "desk-2", is_today=True)
    assert seen.first_check_in is not None
    assert (seen.first_check_in.at, seen.first_check_in.station) == (seen.checked_in_at, "desk-2")


def test_a_first_check_in_yesterday_is_told_with_its_day(desk: Desk, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(24 * 3600)
    assert lookup.attendee(desk, "TOMA2026").verdict.first == Moment(TEN, "desk-2", is_today=False)


def test_the_first_of_several_check_ins_counts(desk: Desk) -> None:
    with connected():
        attendee = Attendee.get(Attendee.access_code == "TOMA2026")
        early = clock.now() - timedelta(hours=5)
        for at, station in ((clock.now(), "desk-9"), (early, "desk-1")):
            CheckIn.create(
                attendee=attendee, conference=desk.conference.id, checked_in_at=at, station=station
            )
    first = lookup.attendee(desk, "TOMA2026").first_check_in
    assert first is not None
    assert (first.at, first.station) == (early, "desk-1")


def test_a_check_in_that_the_web_site_noted_on_the_attendee_alone(desk: Desk) -> None:
    with connected():
        Attendee.update(checked_in_at=clock.now()).where(Attendee.access_code == "NOOR2026").execute()
    seen = lookup.attendee(desk, "NOOR2026")
    assert seen.verdict.first == Moment(desk.local(clock.now()), "", is_today=True)
    assert seen.first_check_in is not None
    assert seen.first_check_in.station == ""


def test_checked_in_and_owing(desk: Desk) -> None:
    order_of(desk, "TOMA2026", "25.00", "t-shirt")
    verdict = lookup.attendee(desk, "TOMA2026").verdict
    assert (verdict.key, verdict.owes) == ("already_checked_in.owes", D(25))


def test_a_refund_after_check_in_is_what_is_told(desk: Desk) -> None:
    linked = lookup.attendee(desk, "TOMA2026").order
    assert linked is not None
    with connected():
        Order.update(status=OrderStatus.REFUNDED).where(Order.id == linked.id).execute()
    assert lookup.attendee(desk, "TOMA2026").verdict.code == "refunded"


def test_a_paid_ticket_admits_though_the_badge_points_at_another_order(desk: Desk) -> None:
    shirt = order_of(desk, "NOOR2026", "25.00", "t-shirt", status="refunded")
    with connected():
        Attendee.update(order=shirt.id).where(Attendee.access_code == "NOOR2026").execute()
    seen = lookup.attendee(desk, "NOOR2026")
    assert seen.registered
    assert seen.order is not None
    assert seen.order.reference == shirt.reference


def test_a_paid_shirt_alone_is_no_ticket(desk: Desk) -> None:
    shirt = order_of(desk, "ZARA2026", "25.00", "t-shirt", status="paid")
    seen = lookup.attendee(desk, "ZARA2026")
    assert (seen.registered, seen.verdict.key, seen.verdict.tone) == (False, "no_ticket", "bad")
    with connected():
        Attendee.update(order=shirt.id).where(Attendee.access_code == "ZARA2026").execute()
    seen = lookup.attendee(desk, "ZARA2026")
    assert (seen.registered, seen.verdict.key, seen.verdict.tone) == (True, "no_ticket.paid", "warn")


# What is owed


def test_a_basket_left_behind_on_the_web_is_not_owed(desk: Desk) -> None:
    order_of(desk, "NOOR2026", "25.00", "t-shirt", **late())
    seen = lookup.attendee(desk, "NOOR2026")
    assert seen.owes == 0
    assert (seen.orders[0].due, seen.orders[0].owed) == (D("25.00"), False)


def test_a_hold_owes_until_it_expires(desk: Desk, frozen_clock: FrozenClock) -> None:
    order_of(desk, "NOOR2026", "25.00", "t-shirt", hold_expires_at=clock.now() + timedelta(minutes=15))
    assert lookup.attendee(desk, "NOOR2026").owes == D("25.00")
    frozen_clock.advance(15 * 60)
    assert lookup.attendee(desk, "NOOR2026").owes == 0


def test_what_was_paid_in_part_stays_owed(desk: Desk) -> None:
    order = order_of(desk, "NOOR2026", "25.00", "t-shirt", **late())
    with connected():
        for amount, status in (("10.00", "succeeded"), ("5.10", "succeeded"), ("9.00", "failed")):
            Payment.create(order=order, method=PaymentMethod.MANUAL, status=status, amount=D(amount))
    seen = lookup.attendee(desk, "NOOR2026")
    assert (seen.orders[0].paid, seen.orders[0].due, seen.owes) == (D("15.10"), D("9.90"), D("9.90"))


def test_what_a_desk_sold_stays_owed(desk: Desk) -> None:
    order = order_of(desk, "NOOR2026", "25.00", "t-shirt", **late())
    with connected():
        Sale.create(
            conference=desk.conference.id,
            station="desk-1",
            staff=desk.staff.id,
            order=order,
            status=SaleStatus.ORDERED,
        )
    assert lookup.attendee(desk, "NOOR2026").owes == D("25.00")


def test_an_order_without_hold_is_owed(desk: Desk) -> None:
    order_of(desk, "NOOR2026", "25.00", "t-shirt", hold_expires_at=None)
    assert lookup.attendee(desk, "NOOR2026").owes == D("25.00")


def test_only_pending_orders_are_due(desk: Desk) -> None:
    for status in OrderStatus:
        order_of(desk, "NOOR2026", "25.00", "t-shirt", status=status)
    seen = lookup.attendee(desk, "NOOR2026")
    assert {each.status for each in seen.orders if each.due} == {"pending"}
    assert seen.owes == D("25.00")


def test_an_overpaid_order_owes_nothing(desk: Desk) -> None:
    order = order_of(desk, "NOOR2026", "25.00", "t-shirt")
    with connected():
        Payment.create(
            order=order, method=PaymentMethod.MANUAL, status=PaymentStatus.SUCCEEDED, amount=D("30.00")
        )
    assert lookup.attendee(desk, "NOOR2026").orders[0].due == 0


def test_cents_add_up(desk: Desk) -> None:
    for _ in range(10):
        order_of(desk, "NOOR2026", "0.10", "t-shirt")
    seen = lookup.attendee(desk, "NOOR2026")
    assert str(seen.owes) == "1.00"
    assert (seen.verdict.key, seen.verdict.owes) == ("registered.owes", D(1))
