"""What is told beside the verdict: other days, what is owed, what is to be shown, names that are missing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.desk.carts.test_holders import filled
from tests.desk.checkin.test_corrections import badge_of
from tests.desk.checkin.test_guest_tickets import bought
from tests.desk.conftest import statements
from tests.desk.rows import order_of
from tests.desk.selling import items
from tests.fixtures.databases import FrozenClock
from tui_pos.core.reasons import Reason
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Attendee
from tui_pos.desk.carts import checkout
from tui_pos.desk.carts.holders import name_ticket
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.checkin.corrections import correct
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.context import Desk
from tui_pos.desk.search import lookup
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.verdicts import words

D = Decimal
TODAY, TOMORROW, AFTER = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)


def told(desk: Desk, code: str) -> list[tuple[str, Mapping[str, object]]]:
    return [(each.key, each.values) for each in lookup.attendee(desk, code).cautions]


def with_days(desk: Desk, **days: tuple[date, ...]) -> Desk:
    named = {slug.replace("_", "-"): each for slug, each in days.items()}
    return replace(desk, conference=replace(desk.conference, days=named))


def test_an_ordinary_badge_needs_none_and_no_further_statement(desk: Desk) -> None:
    lookup.attendee(desk, "NOOR2026")
    with statements() as seen:
        assert lookup.attendee(desk, "NOOR2026").cautions == ()
    assert len(seen) <= 4


def test_a_pass_of_another_day_warns_and_lets_in(desk: Desk) -> None:
    for days in ((TOMORROW,), (AFTER, TOMORROW)):
        at_the_desk = with_days(desk, day_pass=days)
        seen = lookup.attendee(at_the_desk, "DAYA2026")
        assert (seen.verdict.key, seen.verdict.tone, seen.registered) == (
            "registered.other_day",
            "warn",
            True,
        )
        assert told(at_the_desk, "DAYA2026") == [("other_day", {"days": tuple(sorted(days))})]
    assert words(seen.verdict).sentence == "Paid, for 24 Nov, 25 Nov."
    assert sentence(seen.cautions[0]) == "Not for today: the ticket is for 24 Nov, 25 Nov."
    assert check_in(at_the_desk, "DAYA2026").first


def test_a_pass_of_today_and_one_of_every_day_do_not_warn(desk: Desk) -> None:
    for days in ({"day_pass": (TODAY,)}, {"day_pass": (TODAY, TOMORROW)}, {"regular": (TOMORROW,)}, {}):
        seen = lookup.attendee(with_days(desk, **days), "DAYA2026")
        assert (seen.verdict.key, seen.cautions) == ("registered", ())


def test_today_is_the_conferences_day(desk: Desk, frozen_clock: FrozenClock) -> None:
    """At 23:30 UTC it is the next day in Prague."""
    at_the_desk = with_days(desk, day_pass=(TODAY,))
    frozen_clock.advance(11.5 * 3600)
    assert told(at_the_desk, "DAYA2026") == [("other_day", {"days": (TODAY,)})]
    far_east = replace(at_the_desk, conference=replace(at_the_desk.conference, timezone="America/New_York"))
    assert told(far_east, "DAYA2026") == []


def test_an_order_with_a_pass_of_today_does_not_warn(desk: Desk) -> None:
    reference = bought(desk, "day-pass online")
    for online in ({"online": (TODAY,)}, {}):
        at_the_desk = with_days(desk, day_pass=(TOMORROW,), **online)
        assert [key for key, _ in told(at_the_desk, badge_of(reference))] == ["without_name"]
    both = with_days(desk, day_pass=(TOMORROW,), online=(AFTER,))
    assert told(both, badge_of(reference))[0] == ("other_day", {"days": (TOMORROW, AFTER)})


def test_who_is_not_let_in_is_told_why_and_no_day(desk: Desk) -> None:
    at_the_desk = with_days(desk, regular=(TOMORROW,))
    assert [key for key, _ in told(at_the_desk, "OMAR2026")] == []
    assert [key for key, _ in told(at_the_desk, "INES2026")] == ["unpaid_order"]
    assert lookup.attendee(at_the_desk, "INES2026").verdict.key == "owes"


def test_each_order_that_is_owed(desk: Desk) -> None:
    (first,) = lookup.attendee(desk, "ELLA2026").cautions
    assert first.key == "unpaid_order"
    more = order_of(desk, "ELLA2026", "15.00", "lunch")
    assert told(desk, "ELLA2026")[0] == (
        "unpaid_order",
        {"order": more.reference, "due": D("15.00"), "currency": "USD"},
    )
    assert sentence(lookup.attendee(desk, "ELLA2026").cautions[0]) == (
        f"15.00 is to be paid for {more.reference}."
    )
    assert len(told(desk, "ELLA2026")) == 2


def test_what_the_config_says_is_to_be_shown(desk: Desk) -> None:
    at_the_desk = replace(
        desk, conference=replace(desk.conference, proofs={"student": "a student card", "mug": "nothing"})
    )
    assert told(at_the_desk, "STUD2026") == [("to_show", {"product": "Student", "proof": "a student card"})]
    assert sentence(lookup.attendee(at_the_desk, "STUD2026").cautions[0]) == (
        "Student: have a student card shown."
    )
    assert told(at_the_desk, "CASH2026") == []


def test_a_ticket_that_a_voucher_alone_opens(desk: Desk) -> None:
    placed = checkout.sell(desk, items("student"), voucher="STUDENT26", name="Stu Dent")
    take_cash(desk, placed.reference, placed.total)
    assert told(desk, badge_of(placed.reference)) == [
        ("with_voucher", {"product": "Student", "voucher": "STUDENT26"})
    ]
    with_regular = checkout.sell(desk, items("regular"), voucher="TENOFF", name="Reg Ular")
    take_cash(desk, with_regular.reference, with_regular.total)
    assert told(desk, badge_of(with_regular.reference)) == []


def test_tickets_without_a_name_are_told_to_every_badge_of_the_order(desk: Desk) -> None:
    reference = bought(desk, "day-pass*3 online")
    mary = register_companion(desk, reference, "Mary")
    for code in (mary.access_code, badge_of(reference)):
        assert told(desk, code) == [("without_name", {"tickets": 2, "order": reference})]
    register_companion(desk, reference, "Percy")
    (one,) = lookup.attendee(desk, mary.access_code).cautions
    assert sentence(one) == f"1 ticket without a name on {reference}."
    register_companion(desk, reference, "Jane")
    assert told(desk, mary.access_code) == []


def test_tickets_that_somebody_bought_for_others_are_told_to_them(desk: Desk) -> None:
    sale = filled(desk, "day-pass*2", "NOOR2026")
    name_ticket(desk, sale, 2, "Mary")
    placed = checkout.place(desk, sale)
    take_cash(desk, placed.reference, placed.total)
    assert told(desk, "NOOR2026") == [("without_name", {"tickets": 1, "order": placed.reference})]


def test_their_own_ticket_is_not_one_without_a_name(desk: Desk) -> None:
    shirt = order_of(desk, "NOOR2026", "25.00", "t-shirt", status="refunded")
    with connected():
        Attendee.update(order=shirt.id).where(Attendee.access_code == "NOOR2026").execute()
    assert told(desk, "NOOR2026") == []


def test_a_badge_without_a_name(desk: Desk) -> None:
    code = badge_of(bought(desk, "day-pass", name=""))
    assert told(desk, code) == [("no_name", {})]
    correct(desk, code, name="Ada")
    assert told(desk, code) == []


@pytest.mark.parametrize("tickets", [1, 2])
def test_without_a_name_in_words(tickets: int) -> None:
    said = sentence(Reason("without_name", {"tickets": tickets, "order": "ORD-1"}))
    assert said == ("1 ticket" if tickets == 1 else "2 tickets") + " without a name on ORD-1."
