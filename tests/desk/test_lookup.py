from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.desk.conftest import AsStaff, statements
from tests.fixtures.databases import FrozenClock, opened
from tui_pos import clock
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt, Sale, SaleStatus
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import (
    AddOn,
    Attendee,
    CheckIn,
    Credit,
    CreditStatus,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PaymentMethod,
    PaymentStatus,
    TicketType,
)
from tui_pos.desk import lookup, order_views
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refusal, Refused

D = Decimal


def order_of(
    desk: Desk, code: str, total: str, *products: str, status: str = "pending", **columns: Any
) -> Order:
    """Another order of this attendee, with one line for each product and all of the total on the first."""
    with connected():
        user = Attendee.get(Attendee.access_code == code).user
        values: dict[str, Any] = {
            "conference": desk.conference.id,
            "user": user,
            "status": status,
            "subtotal": D(total),
            "total": D(total),
            "reference": f"ORD-{clock.random_code(8)}",
            "billing_name": "Somebody",
        }
        order: Order = Order.create(**(values | columns))
        for number, slug in enumerate(products):
            OrderLine.create(
                order=order,
                ticket_type=TicketType.get_or_none(TicketType.slug == slug),
                addon=AddOn.get_or_none(AddOn.slug == slug),
                description=slug,
                quantity=1,
                unit_price=D(total) if number == 0 else D("0.00"),
                line_total=D(total) if number == 0 else D("0.00"),
            )
    return order


def late() -> dict[str, Any]:
    return {"hold_expires_at": clock.now() - timedelta(seconds=1)}


@pytest.fixture
def desk_on_sqlite(demo_url: str) -> Iterator[None]:
    with opened(demo_url):
        yield


def refused(desk: Desk, code: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        lookup.attendee(desk, code)
    return caught.value


# What the volunteer is told


VERDICTS = {
    "NOOR2026": ("registered", "REGISTERED", "ok"),
    "TOMA2026": ("already_checked_in", "ALREADY CHECKED IN", "warn"),
    "INES2026": ("owes", "OWES 349.00", "warn"),
    "HALF2026": ("owes", "OWES 249.00", "warn"),
    "RAVI2026": ("not_paid", "NOT PAID", "bad"),
    "OMAR2026": ("cancelled", "CANCELLED", "bad"),
    "YUKI2026": ("refunded", "REFUNDED", "bad"),
    "LUCA2026": ("registered", "REGISTERED", "ok"),
    "ZARA2026": ("no_order", "NO ORDER", "bad"),
    "ELLA2026": ("registered", "REGISTERED, owes 25.00", "ok"),
    "SARA2026": ("registered", "REGISTERED", "ok"),
}


def test_the_verdict(desk: Desk) -> None:
    seen = {code: lookup.attendee(desk, code) for code in VERDICTS}
    said = {code: (each.verdict.code, each.verdict.word, each.verdict.tone) for code, each in seen.items()}
    assert said == VERDICTS
    registered = {code for code, each in seen.items() if each.registered}
    assert registered == {"NOOR2026", "TOMA2026", "LUCA2026", "ELLA2026", "SARA2026"}


def test_a_first_check_in_today_is_told_by_time_and_place(desk: Desk) -> None:
    seen = lookup.attendee(desk, "TOMA2026")
    assert seen.verdict.sentence == "Checked in 10:00 at desk-2."  # 09:00 UTC in Prague
    assert seen.first_check_in is not None
    assert (seen.first_check_in.at, seen.first_check_in.station) == (seen.checked_in_at, "desk-2")


def test_a_first_check_in_yesterday_is_told_with_its_day(desk: Desk, frozen_clock: FrozenClock) -> None:
    frozen_clock.advance(24 * 3600)
    assert lookup.attendee(desk, "TOMA2026").verdict.sentence == "Checked in 23 Nov 10:00 at desk-2."


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
    assert seen.verdict.sentence == "Checked in 13:00."
    assert seen.first_check_in is not None
    assert seen.first_check_in.station == ""


def test_checked_in_and_owing(desk: Desk) -> None:
    order_of(desk, "TOMA2026", "25.00", "t-shirt")
    assert lookup.attendee(desk, "TOMA2026").verdict.word == "ALREADY CHECKED IN, owes 25.00"


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
    assert (seen.registered, seen.verdict.word, seen.verdict.tone) == (False, "NO TICKET", "bad")
    with connected():
        Attendee.update(order=shirt.id).where(Attendee.access_code == "ZARA2026").execute()
    seen = lookup.attendee(desk, "ZARA2026")
    assert (seen.registered, seen.verdict.word, seen.verdict.tone) == (True, "PAID, NO TICKET", "warn")


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
    assert seen.verdict.word == "REGISTERED, owes 1.00"


# The rest of the answer


def test_orders_come_newest_first_with_their_lines(desk: Desk) -> None:
    new = order_of(desk, "OWEN2026", "105.00", "day-pass", "hoodie", "t-shirt", discount_amount=D("5.00"))
    seen = lookup.attendee(desk, "OWEN2026")
    assert seen.orders[0].reference == new.reference
    assert seen.order == seen.orders[1]
    assert [line.ticket_slug or line.addon_slug for line in seen.orders[0].lines] == [
        "day-pass",
        "hoodie",
        "t-shirt",
    ]
    shirts = next(line for line in seen.orders[1].lines if line.addon_slug == "t-shirt")
    assert (shirts.quantity, shirts.unit_price, shirts.line_total) == (2, D("25.00"), D("50.00"))
    assert seen.orders[0].discount == D("5.00")


def test_several_payments_do_not_double_the_order(desk: Desk) -> None:
    order = order_of(desk, "NOOR2026", "25.00", "t-shirt", status="paid")
    with connected():
        for _ in range(3):
            Payment.create(order=order, method="manual", status="succeeded", amount=D("8.33"))
    seen = lookup.attendee(desk, "NOOR2026")
    assert len(seen.orders) == 2
    assert len(seen.orders[0].lines) == 1
    assert seen.orders[0].paid == D("24.99")


def test_a_live_card_payment_shows_on_its_order(desk: Desk) -> None:
    order = order_of(desk, "NOOR2026", "25.00", "t-shirt")
    values = {
        "conference": desk.conference.id,
        "order": order,
        "station": "desk-1",
        "staff": desk.staff.id,
        "reader_id": "tmr_1",
        "amount": 2500,
        "currency": "USD",
        "capture_mode": "automatic",
    }
    with connected():
        Attempt.create(key=clock.new_id(), stage="cancelled", finished_at=clock.now(), **values)
        live = Attempt.create(key=clock.new_id(), **values)
    seen = lookup.attendee(desk, "NOOR2026")
    assert [each.live_attempt_id for each in seen.orders] == [live.id, None]


def test_credits_are_the_available_ones_of_this_conference(desk: Desk) -> None:
    assert lookup.attendee(desk, "RICH2026").credits_total == D("500.00")
    with connected():
        user = Attendee.get(Attendee.access_code == "HUGO2026").user
        day = clock.now().date()
        other = Conference.create(name="Other", slug="other", start_date=day, end_date=day)
        for conference, status in (
            (desk.conference.id, CreditStatus.APPLIED),
            (desk.conference.id, CreditStatus.EXPIRED),
            (other.id, CreditStatus.AVAILABLE),
        ):
            Credit.create(
                conference=conference, user=user, status=status, amount=D("7.00"), remaining_amount=D("7.00")
            )
        Credit.create(conference=desk.conference.id, user=user, amount=D("10.00"), remaining_amount=D("0.35"))
    seen = lookup.attendee(desk, "HUGO2026")
    assert [(each.amount, each.remaining) for each in seen.credits] == [
        (D("20.00"), D("20.00")),
        (D("10.00"), D("0.35")),
    ]
    assert seen.credits_total == D("20.35")


def test_orders_of_other_conferences_stay_out(desk: Desk) -> None:
    with connected():
        day = clock.now().date()
        other = Conference.create(name="Other", slug="other", start_date=day, end_date=day)
    order_of(desk, "NOOR2026", "25.00", "t-shirt", conference=other.id)
    assert len(lookup.attendee(desk, "NOOR2026").orders) == 1


def test_a_person_without_name_is_called_by_user_name(desk: Desk) -> None:
    with connected():
        User.update(first_name="", last_name="").where(User.username == "noor.demo").execute()
    assert lookup.attendee(desk, "NOOR2026").name == "noor.demo"


def test_names_come_as_they_are(desk: Desk) -> None:
    assert lookup.attendee(desk, "MARK2026").name == "[bold]Mark[/] Upton %s"
    assert lookup.attendee(desk, "WIDE2026").name == "小龍 李"


def test_django_programs_own_attendees(desk2077: Desk) -> None:
    with connected():
        codes = [
            row.access_code for row in Attendee.select().where(Attendee.conference == desk2077.conference.id)
        ]
    seen = [lookup.attendee(desk2077, code) for code in codes]
    assert len(seen) == 62
    assert all(each.registered for each in seen)
    assert {each.order.status for each in seen if each.order} == {"paid", "partially_refunded"}
    assert sum(each.credits_total for each in seen) == D("599.00")


# The badge


def test_case_and_blanks_do_not_matter(desk: Desk) -> None:
    for text in (
        "noor2026",
        " NOOR2026\r\n",
        "NOOR 2026",
        "demo:NOOR2026",
        "DEMO:noor2026",
        " demo : noor2026 ",
    ):
        assert lookup.attendee(desk, text).access_code == "NOOR2026"


NO_CODES = (
    "",
    "   ",
    ":",
    "demo:",
    "NÖÖR2026",
    "A" * 21,
    "A" * 10_000,
    "a-b",
    "a\0b",
    "\x1b[31mNOOR",
    "x" * 9999 + ":NOOR2026;",
)


def test_what_cannot_be_a_code_gets_one_short_sentence(desk: Desk) -> None:
    for text in NO_CODES:
        error = refused(desk, text)
        assert isinstance(error, InvalidInput)
        assert (error.code, error.exit_status) == ("invalid_code", 2)
        assert len(error.message) < 160
        assert error.message.isprintable()


def test_an_unknown_code(desk: Desk) -> None:
    error = refused(desk, "k7q2m9zx")
    assert isinstance(error, NotFound)
    assert (error.code, error.message) == ("attendee_not_found", "K7Q2M9ZX is not known in Demo Conference.")


def test_a_badge_of_another_conference_is_named(desk2077: Desk) -> None:
    with connected():
        elsewhere = Attendee.select().join(Conference).where(Conference.slug == "python-2075").first()
    for form in ("{code}", "python-2075:{code}", "Python-2075:{code}"):
        error = refused(desk2077, form.format(code=elsewhere.access_code))
        assert isinstance(error, Refused)
        assert (error.code, error.exit_status) == ("other_conference", 4)
        assert error.message == "That badge is for Python 2075; this desk is for Python 2077."


def test_a_badge_of_a_conference_that_is_not_there(desk: Desk) -> None:
    for slug in ("nowhere", "a:b", "\0", "x" * 10_000):
        error = refused(desk, f"{slug}:NOOR2026")
        assert isinstance(error, NotFound)
        assert error.code == "attendee_not_found"
        assert len(error.message) < 160
        assert error.message.isprintable()


def test_whoever_checks_people_in_may_look_them_up(desk: Desk, as_staff: AsStaff) -> None:
    assert lookup.attendee(as_staff(desk, "scanner"), "NOOR2026").registered
    with pytest.raises(NotPermitted):
        lookup.attendee(as_staff(desk, "visitor"), "NOOR2026")
    with pytest.raises(NotPermitted):
        lookup.order(as_staff(desk, "visitor"), "ORD-DEMO0001")


def test_four_statements_whatever_the_number_of_orders(desk: Desk) -> None:
    with statements() as few:
        lookup.attendee(desk, "NOOR2026")
    for _ in range(30):
        order_of(desk, "NOOR2026", "25.00", "t-shirt", "hoodie")
    with statements() as many:
        seen = lookup.attendee(desk, "NOOR2026")
    assert len(seen.orders) == 31
    assert len(few) == len(many) <= 4


@pytest.mark.usefixtures("desk_on_sqlite")
def test_no_statement_reads_a_whole_table() -> None:
    with connected():
        for compiled in (lookup._PERSON, lookup._CREDITS, order_views._ORDERS, order_views._LINES):
            sql, places = compiled._sql()
            plan = database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", [None] * len(places)).fetchall()
            assert [step for *_, step in plan if step.startswith("SCAN")] == []


# One order


def test_an_order_by_reference_and_by_id(desk: Desk) -> None:
    seen = lookup.order(desk, " ord-demo0001\n")
    assert (seen.reference, seen.buyer_name, seen.buyer_email) == (
        "ORD-DEMO0001",
        "Noor Lindqvist",
        "noor@example.org",
    )
    assert lookup.order(desk, seen.id) == seen == lookup.order(desk, str(seen.id))


def test_an_unknown_order(desk: Desk) -> None:
    unknown: tuple[str | int, ...] = ("ORD-NOPE", "999999999", 999999999, "9" * 19, "ORD-DEMO0001'--", True)
    for reference in unknown:
        with pytest.raises(NotFound) as caught:
            lookup.order(desk, reference)
        assert caught.value.code == "order_not_found"


def test_what_cannot_be_an_order_reference(desk: Desk) -> None:
    for reference in ("", " ", "ORD DEMO", "ORD-\0", "x" * 101, "x" * 100_000, "ORD-É"):
        with pytest.raises(InvalidInput) as caught:
            lookup.order(desk, reference)
        assert caught.value.code == "invalid_reference"
        assert len(caught.value.message) < 160
        assert caught.value.message.isprintable()


def test_an_order_of_another_conference_is_not_here(desk2077: Desk) -> None:
    with connected():
        other = Order.select().join(Conference).where(Conference.slug == "python-2076").first()
    for reference in (other.reference, other.id):
        with pytest.raises(NotFound):
            lookup.order(desk2077, reference)
