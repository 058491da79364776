"""Today in figures, other stations, and that none of what the home screen asks for reads a table through."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import paid
from tests.desk.selling import at
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.base import database
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, CashMovement, Obstacle
from tui_pos.data.tables.registration import Attendee
from tui_pos.desk import lease_owners
from tui_pos.desk.access import occupancy
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.checkin import check_in, undo_check_in
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotPermitted
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.payments.readers import remember_reader
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search.activity import recent
from tui_pos.desk.search.attention import attention
from tui_pos.desk.search.today import TenderFigures, stations_now, today
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.simulator import Server

D = Decimal


def sold(desk: Desk, given: str = "25") -> str:
    order = checkout.sell(desk, [("t-shirt", 1)])
    take_cash(desk, order.reference, D(given))
    return order.reference


def figures(desk: Desk) -> dict[tuple[Tender, str], TenderFigures]:
    return {(each.tender, each.currency): each for each in today(desk).tenders}


def test_money_by_tender_with_what_went_back(lead: Desk, simulator: Server) -> None:
    paid(lead, checkout.sell(lead, [("t-shirt", 2)]), simulator)
    first, _ = sold(lead), sold(lead)
    sold(at(lead, "desk-9"))
    refunds.refund(lead, first, D(10), reason="torn")
    give_free(lead, checkout.sell(lead, [("lunch", 1)]).reference, reason="speaker")
    found = figures(lead)
    assert list(found) == [(tender, "USD") for tender in (Tender.CARD, Tender.CASH, Tender.COMPLIMENTARY)]
    card, cash, _ = found.values()
    assert (card.count, card.sum) == (1, D(50))
    assert (cash.count, cash.taken, cash.refunds, cash.given_back, cash.sum) == (2, D(50), 1, D(10), D(40))


def test_currencies_are_never_added_up(desk: Desk) -> None:
    sold(desk)
    sold(desk)
    with connected():
        CashMovement.update(currency="EUR").where(CashMovement.id == CashMovement.select().first()).execute()
    found = figures(desk)
    assert [(currency, each.sum) for (_, currency), each in found.items()] == [
        ("EUR", D(25)),
        ("USD", D(25)),
    ]


def test_what_stripe_captured_counts_not_what_was_asked_for(lead: Desk, simulator: Server) -> None:
    paid(lead, checkout.sell(lead, [("t-shirt", 2)]), simulator)
    with connected():
        Attempt.update(captured=4000, obstacle=Obstacle.CAPTURED_LESS).execute()
    (card,) = today(lead).tenders
    assert (card.count, card.taken) == (1, D(40))


@pytest.mark.parametrize(
    ("zone", "midnight"),
    [("Europe/Prague", (22, 23)), ("Pacific/Kiritimati", (23, 10)), ("America/New_York", (23, 5))],
)
def test_the_day_is_the_conferences(
    desk: Desk, frozen_clock: FrozenClock, zone: str, midnight: tuple[int, int]
) -> None:
    """It is noon in UTC on the 23rd of November."""
    there = replace(desk, conference=replace(desk.conference, timezone=zone))
    day, hour = midnight
    begins = datetime(2026, 11, day, hour, tzinfo=UTC)
    if begins > clock.now():
        begins -= timedelta(days=1)
    sold(there)
    for moment, count in ((begins, 1), (begins - timedelta(seconds=1), 0)):
        with connected():
            CashMovement.update(created_at=moment).execute()
        assert sum(each.count for each in today(there).tenders) == count
    assert frozen_clock


def test_who_is_in_is_true_at_once_and_counted_seldom(desk: Desk, frozen_clock: FrozenClock) -> None:
    with connected():
        everybody = Attendee.select().where(Attendee.conference == desk.conference.id)
        count, inside = everybody.count(), everybody.where(Attendee.checked_in_at.is_null(False)).count()
    before = today(desk)
    assert (before.inside, before.registered) == (inside, count)
    check_in(at(desk, "desk-9"), "NOOR2026")
    check_in(desk, "NOOR2026")
    check_in(desk, "ELLA2026")
    after = today(desk, before)
    assert (after.inside, after.house) == (inside + 2, before.house)
    undo_check_in(desk, "ELLA2026", "wrong person")
    assert today(desk, after).inside == inside + 1
    frozen_clock.advance(60)
    again = today(desk, after)
    assert (again.inside, again.house.inside) == (inside + 1, inside + 1)


def test_the_last_hour_in_ten_minutes_each(desk: Desk, frozen_clock: FrozenClock) -> None:
    assert today(desk).came == (0,) * 6
    for minutes in (0, 1, 10, 25):
        frozen_clock.advance(60 * minutes)
        check_in(desk, "NOOR2026")
    frozen_clock.advance(1)
    assert today(desk).came == (0, 0, 2, 1, 0, 1)
    frozen_clock.advance(3600)
    assert sum(today(desk).came) == 0


def test_stations_that_are_open(desk: Desk, as_staff: AsStaff, frozen_clock: FrozenClock) -> None:
    assert stations_now(desk) == ()
    since = clock.now()
    other = at(as_staff(desk, "lead"), "desk-1")
    remember_reader(other, "tmr_1", "Front-1")
    owners = [lease_owners.new_owner(each) for each in (desk, other)]
    for each, owner in zip((desk, other), owners, strict=True):
        frozen_clock.advance(5)
        occupancy.claim(each, owner)
    found = stations_now(desk)
    assert [(each.name, each.staff, each.reader, each.is_here) for each in found] == [
        ("desk-1", "Lena Lead", "Front-1", False),
        ("desk-3", "Tilda Trainee", "", True),
    ]
    assert [(each.since - since).total_seconds() for each in found] == [10, 5]
    occupancy.release(other, owners[1])
    assert [each.name for each in stations_now(desk)] == ["desk-3"]
    frozen_clock.advance(60)
    assert stations_now(desk) == ()
    lease_owners.ended(owners[0])


def test_only_staff_see_it(desk: Desk, as_staff: AsStaff) -> None:
    for ask in (today, stations_now):
        with pytest.raises(NotPermitted):
            ask(as_staff(desk, "visitor"))


@pytest.mark.parametrize("shop", ["sqlite"], indirect=True)
def test_nothing_reads_a_table_through(desk: Desk) -> None:
    """SQLite's plans do not depend on how many rows there are; PostgreSQL's were looked at with 50,000."""
    sold(desk)
    checkout.sell(desk, [("lunch", 1)])
    check_in(desk, "NOOR2026")
    before = today(desk)
    asked: list[tuple[str, list[object]]] = []
    acts: list[Callable[[], object]] = [
        lambda: recent(desk, 9),
        lambda: attention(desk),
        lambda: today(desk, before),
        lambda: stations_now(desk),
    ]
    with connected():
        database.obj.query_hooks.append(lambda event: asked.append((event.sql, event.params)))
        try:
            for act in acts:
                act()
        finally:
            database.obj.query_hooks.pop()
        assert len(asked) == 7 + 3 + 2 + 1
        for sql, params in asked:
            plan = [row[-1] for row in database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", params).fetchall()]
            scans = [step for step in plan if step.startswith("SCAN t")]
            # The payments under way have an index that holds them alone.
            assert all(step.endswith("USING INDEX tui_pos_attempt_live_order") for step in scans), (sql, plan)
