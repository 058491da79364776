from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff, statements
from tests.desk.rows import order_of
from tests.fixtures.databases import opened
from tui_pos.core import clock
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import Attempt
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee, Credit, CreditStatus, Order, Payment
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refusal, Refused
from tui_pos.desk.orders import order_views
from tui_pos.desk.search import lookup

D = Decimal


@pytest.fixture
def desk_on_sqlite(demo_url: str) -> Iterator[None]:
    with opened(demo_url):
        yield


def refused(desk: Desk, code: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        lookup.attendee(desk, code)
    return caught.value


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
        assert len(str(error)) < 160
        assert str(error).isprintable()


def test_an_unknown_code(desk: Desk) -> None:
    error = refused(desk, "k7q2m9zx")
    assert isinstance(error, NotFound)
    assert str(error) == "attendee_not_found code=K7Q2M9ZX conference=Demo Conference"


def test_a_badge_of_another_conference_is_named(desk2077: Desk) -> None:
    with connected():
        elsewhere = Attendee.select().join(Conference).where(Conference.slug == "python-2075").first()
    for form in ("{code}", "python-2075:{code}", "Python-2075:{code}"):
        error = refused(desk2077, form.format(code=elsewhere.access_code))
        assert isinstance(error, Refused)
        assert (error.code, error.exit_status) == ("other_conference", 4)
        assert str(error) == "other_conference theirs=Python 2075 ours=Python 2077"


def test_a_badge_of_a_conference_that_is_not_there(desk: Desk) -> None:
    for slug in ("nowhere", "a:b", "\0", "x" * 10_000):
        error = refused(desk, f"{slug}:NOOR2026")
        assert isinstance(error, NotFound)
        assert error.code == "attendee_not_found"
        assert len(str(error)) < 160
        assert str(error).isprintable()


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
        assert len(str(caught.value)) < 160
        assert str(caught.value).isprintable()


def test_an_order_of_another_conference_is_not_here(desk2077: Desk) -> None:
    with connected():
        other = Order.select().join(Conference).where(Conference.slug == "python-2076").first()
    for reference in (other.reference, other.id):
        with pytest.raises(NotFound):
            lookup.order(desk2077, reference)
