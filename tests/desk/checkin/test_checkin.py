import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.desk.conftest import AsStaff, statements
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import AuditEntry
from tui_pos.data.tables.registration import Attendee, CheckIn, Order, OrderStatus
from tui_pos.desk.checkin.checkin import CheckInResult, check_in, undo_check_in
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refused
from tui_pos.desk.search import lookup


def passes(code: str) -> list[CheckIn]:
    with connected():
        return list(CheckIn.select().join(Attendee).where(Attendee.access_code == code).order_by(CheckIn.id))


def test_the_first_time(desk: Desk) -> None:
    done = check_in(desk, " demo:noor2026")
    assert (done.first, done.at, done.station) == (True, clock.now(), "desk-3")
    assert done.attendee.checked_in_at == clock.now()
    assert done.attendee.verdict.key == "registered"
    (row,) = passes("NOOR2026")
    assert (row.checked_in_at, row.station, row.checked_in_by_id) == (clock.now(), "desk-3", desk.staff.id)
    assert row.conference_id == desk.conference.id
    assert lookup.attendee(desk, "NOOR2026").verdict.code == "already_checked_in"


def test_the_second_time_tells_of_the_first(desk: Desk, frozen_clock: FrozenClock) -> None:
    first = check_in(desk, "NOOR2026")
    frozen_clock.advance(600)
    again = check_in(replace(desk, station="desk-1"), "NOOR2026")
    assert (again.first, again.at, again.station) == (False, first.at, "desk-3")
    assert again.attendee.verdict.key == "already_checked_in"
    assert [row.station for row in passes("NOOR2026")] == ["desk-3", "desk-1"]
    assert lookup.attendee(desk, "NOOR2026").checked_in_at == first.at


def test_a_check_in_of_the_web_site_is_the_first(desk: Desk) -> None:
    done = check_in(desk, "TOMA2026")
    assert (done.first, done.station) == (False, "desk-2")
    assert len(passes("TOMA2026")) == 2


@pytest.mark.parametrize("status", [OrderStatus.PAID, OrderStatus.PARTIALLY_REFUNDED])
def test_paid_orders_admit(desk: Desk, status: str) -> None:
    with connected():
        Order.update(status=status).where(Order.reference == "ORD-DEMO0001").execute()
    assert check_in(desk, "NOOR2026").first


def test_who_paid_nothing_that_admits_is_refused_and_nothing_is_written(desk: Desk) -> None:
    refusals = {
        "INES2026": "owes",
        "RAVI2026": "not_paid",
        "OMAR2026": "cancelled",
        "YUKI2026": "refunded",
        "ZARA2026": "no_order",
    }
    for code, verdict in refusals.items():
        with pytest.raises(Refused) as caught:
            check_in(desk, code)
        assert caught.value.reason.key == f"{verdict}.check_in"
        assert caught.value.values["verdict"] == lookup.attendee(desk, code).verdict
        assert passes(code) == []
        assert lookup.attendee(desk, code).checked_in_at is None


def test_an_unknown_badge(desk: Desk) -> None:
    with pytest.raises(NotFound):
        check_in(desk, "K7Q2M9ZX")


def test_the_door_may_check_in_and_a_visitor_may_not(desk: Desk, as_staff: AsStaff) -> None:
    assert check_in(as_staff(desk, "scanner"), "NOOR2026").first
    with pytest.raises(NotPermitted):
        check_in(as_staff(desk, "visitor"), "ELLA2026")
    assert passes("ELLA2026") == []


def test_of_many_desks_at_once_one_is_the_first(desk: Desk) -> None:
    done: list[CheckInResult] = []
    start = threading.Barrier(4)

    def scan(station: str) -> None:
        start.wait()
        done.append(check_in(replace(desk, station=station), "NOOR2026"))

    desks = [threading.Thread(target=scan, args=(f"desk-{number}",)) for number in range(4)]
    for each in desks:
        each.start()
    for each in desks:
        each.join()
    (first,) = [result for result in done if result.first]
    assert [result.station for result in done] == [first.station] * 4
    assert len(passes("NOOR2026")) == 4


def test_few_statements(desk: Desk) -> None:
    with statements() as seen:
        check_in(desk, "NOOR2026")
    written = [sql for sql in seen if not sql.upper().startswith(("BEGIN", "COMMIT"))]
    assert len(written) <= 8


def test_a_check_in_is_taken_back_with_its_reason(desk: Desk) -> None:
    check_in(desk, "NOOR2026")
    with pytest.raises(InvalidInput, match=r"^reason_required$"):
        undo_check_in(desk, "NOOR2026", "")
    back = undo_check_in(replace(desk, station="desk-1"), " noor2026", "wrong person")
    assert (back.checked_in_at, back.first_check_in, back.verdict.key) == (None, None, "registered")
    assert passes("NOOR2026") == []
    with connected():
        (entry,) = AuditEntry.select()
    assert (entry.what, entry.reason, entry.station, entry.attendee_id) == (
        "undo_check_in",
        "wrong person",
        "desk-1",
        back.id,
    )
    with pytest.raises(Refused) as caught:
        undo_check_in(desk, "NOOR2026", "wrong person")
    assert str(caught.value) == "not_checked_in who=Noor Lindqvist"
    assert check_in(desk, "NOOR2026").first


def test_only_the_last_check_in_is_taken_back(desk: Desk, frozen_clock: FrozenClock) -> None:
    first = check_in(desk, "NOOR2026")
    frozen_clock.advance(60)
    check_in(replace(desk, station="desk-1"), "NOOR2026")
    back = undo_check_in(desk, "NOOR2026", "scanned twice")
    assert (back.checked_in_at, back.verdict.code) == (first.at, "already_checked_in")
    assert [row.station for row in passes("NOOR2026")] == ["desk-3"]


def test_who_may_take_a_check_in_back(desk: Desk, as_staff: AsStaff) -> None:
    check_in(desk, "NOOR2026")
    with pytest.raises(NotPermitted):
        undo_check_in(as_staff(desk, "visitor"), "NOOR2026", "because")
    assert undo_check_in(as_staff(desk, "scanner"), "NOOR2026", "because").checked_in_at is None


def test_an_undo_leaves_a_time_that_no_check_in_wrote(desk: Desk) -> None:
    """Seeds and imports mark people as checked in without a row."""
    seeded = clock.now() - timedelta(hours=3)
    with connected():
        Attendee.update(checked_in_at=seeded).where(Attendee.access_code == "NOOR2026").execute()
    with pytest.raises(Refused, match=r"^no_check_in who=Noor Lindqvist$"):
        undo_check_in(desk, "NOOR2026", "wrong person")
    assert not check_in(desk, "NOOR2026").first
    assert undo_check_in(desk, "NOOR2026", "wrong person").checked_in_at == seeded
