"""Everybody of one order from any of its badges, and let in together."""

import threading
from decimal import Decimal

import pytest

from tests.desk.checkin.test_checkin import passes
from tests.desk.checkin.test_guest_tickets import bought
from tests.desk.conftest import AsStaff, statements
from tests.desk.search.test_cautions import TODAY, TOMORROW, with_days
from tests.desk.selling import at, everything
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Attendee, Order
from tui_pos.desk.checkin import redemption
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.checkin.group import GroupPass, check_in_group, group_of, others
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotPermitted
from tui_pos.desk.search.lookup import attendee

D = Decimal


def family(desk: Desk) -> tuple[str, list[str]]:
    """An order of four tickets, of which three have a badge: its reference and their codes."""
    reference = bought(desk, "day-pass*3 regular t-shirt*2")
    for name in ("Mary", "Percy"):
        register_companion(desk, reference, name)
    with connected():
        rows = Attendee.select().join(Order).where(Order.reference == reference).order_by(Attendee.id)
        return reference, [row.access_code for row in rows]


def told(done: tuple[GroupPass, ...]) -> list[tuple[str, object]]:
    """Of each badge whose it is, and why they were refused or whether they came in for the first time."""
    return [
        (each.name, each.refusal.key if each.refusal else each.result and each.result.first) for each in done
    ]


def test_everybody_is_found_by_any_badge(desk: Desk) -> None:
    reference, codes = family(desk)
    check_in(at(desk, "desk-1"), codes[1])
    seen = [group_of(desk, code) for code in (*codes, f"demo:{codes[2].lower()}")]
    assert seen == [seen[0]] * 4
    group = seen[0]
    assert (group.reference, group.unnamed) == (reference, 1)
    assert [each.attendee.name for each in group.members] == ["Ada Byron", "Mary", "Percy"]
    assert [each.attendee.access_code for each in group.members] == codes
    assert [each.may_come_in for each in group.members] == [True, False, True]
    assert [each.attendee.verdict.code for each in group.members] == [
        "registered",
        "already_checked_in",
        "registered",
    ]
    first = group.members[1].attendee.first_check_in
    assert first is not None
    assert first.station == "desk-1"
    assert [each.left for each in group.members] == [2, 2, 2]
    line = group.members[0].hand_outs[0].line_id
    redemption.hand_out(desk, codes[0], line)
    assert [each.left for each in group_of(desk, codes[2]).members] == [1, 1, 1]


def test_one_alone_and_one_without_an_order(desk: Desk) -> None:
    alone = group_of(desk, "NOOR2026")
    assert (alone.reference, len(alone.members), alone.unnamed) == ("ORD-DEMO0001", 1, 0)
    nobody = group_of(desk, "ZARA2026")
    assert (nobody.reference, nobody.members[0].may_come_in) == ("", False)
    assert [each.attendee.name for each in nobody.members] == ["Zara Nowak"]


def test_what_there_is_to_fetch_is_each_ones_own_and_read_for_all_at_once(desk: Desk) -> None:
    _, codes = family(desk)
    own = bought(desk, "hoodie", codes[1])
    with statements() as seen:
        members = group_of(desk, codes[0]).members
    assert len([each for each in seen if "program_registration_productredemption" in each]) == 1
    for member in members:
        assert member.hand_outs == redemption.hand_outs(desk, member.attendee.access_code)
    assert [any(line.reference == own for line in each.hand_outs) for each in members] == [False, True, False]


def test_how_many_others_there_are_takes_one_statement_for_any_number(desk: Desk) -> None:
    reference, codes = family(desk)
    found = attendee(desk, codes[1])
    with statements() as seen:
        there = others(desk, found)
    assert (there.reference, there.count) == (reference, 2)
    assert len(seen) == 2  # one for the rights
    alone, nobody = (others(desk, attendee(desk, code)) for code in ("NOOR2026", "ZARA2026"))
    assert (alone.reference, alone.count) == ("ORD-DEMO0001", 0)
    assert (nobody.reference, nobody.count) == ("", 0)


def test_another_days_pass_may_come_in_and_is_not_expected(desk: Desk) -> None:
    _, codes = family(desk)
    check_in(desk, codes[1])
    for days, expected in ((TODAY, [True, False, True]), (TOMORROW, [False] * 3)):
        members = group_of(with_days(desk, day_pass=(days,), regular=(days,)), codes[0]).members
        assert [each.may_come_in for each in members] == [True, False, True]
        assert [each.is_expected for each in members] == expected
        assert [each.for_another_day for each in members] == [days == TOMORROW, False, days == TOMORROW]


def test_the_ticked_ones_go_in_and_nobody_else(desk: Desk) -> None:
    _, codes = family(desk)
    done = check_in_group(desk, [codes[0], codes[2], codes[0].lower()])
    assert told(done) == [("Ada Byron", True), ("Percy", True)]
    assert [len(passes(code)) for code in codes] == [1, 0, 1]
    assert attendee(desk, codes[1]).first_check_in is None


def test_again_writes_nothing_and_tells_of_the_first_time(desk: Desk, frozen_clock: FrozenClock) -> None:
    _, codes = family(desk)
    first = check_in_group(desk, codes[:2])
    frozen_clock.advance(300)
    before = everything()
    again = check_in_group(at(desk, "desk-1"), codes[:2])
    assert everything() == before
    assert told(again) == [("Ada Byron", False), ("Mary", False)]
    for one, two in zip(first, again, strict=True):
        assert one.result is not None
        assert two.result is not None
        assert (two.result.at, two.result.station) == (one.result.at, "desk-3")


def test_who_is_refused_is_named_with_why_and_the_others_go_in(desk: Desk) -> None:
    done = check_in_group(
        desk, ["NOOR2026", "INES2026", "OMAR2026", "K7Q2M9ZX", "not a code!", "other:NOOR2026", "ELLA2026"]
    )
    assert told(done) == [
        ("Noor Lindqvist", True),
        ("Inês Park", "owes.check_in"),
        ("Omar Haddad", "cancelled.check_in"),
        ("", "attendee_not_found"),
        ("", "invalid_code"),
        ("", "attendee_not_found.conference"),
        ("Ella Novák", True),
    ]
    assert [len(passes(code)) for code in ("NOOR2026", "INES2026", "OMAR2026", "ELLA2026")] == [1, 0, 0, 1]


def test_two_desks_with_the_same_group_write_one_pass_each(desk: Desk) -> None:
    _, codes = family(desk)
    done: dict[str, tuple[GroupPass, ...]] = {}
    start = threading.Barrier(2)

    def let_in(station: str, wanted: list[str]) -> None:
        start.wait()
        done[station] = check_in_group(at(desk, station), wanted)

    desks = [
        threading.Thread(target=let_in, args=("desk-1", codes)),
        threading.Thread(target=let_in, args=("desk-2", codes[::-1])),
    ]
    for each in desks:
        each.start()
    for each in desks:
        each.join()
    assert [len(passes(code)) for code in codes] == [1, 1, 1]
    firsts = [each.result.first for every in done.values() for each in every if each.result is not None]
    assert sorted(firsts) == [False] * 3 + [True] * 3


def test_the_door_lets_groups_in_and_a_visitor_does_not(desk: Desk, as_staff: AsStaff) -> None:
    _, codes = family(desk)
    visitor = as_staff(desk, "visitor")
    for act in (
        lambda: group_of(visitor, codes[0]),
        lambda: others(visitor, attendee(desk, codes[0])),
        lambda: check_in_group(visitor, codes),
    ):
        with pytest.raises(NotPermitted):
            act()
    door = as_staff(desk, "scanner")
    assert [each.attendee.email for each in group_of(door, codes[0]).members] == ["", "", ""]
    assert told(check_in_group(door, codes)) == [("Ada Byron", True), ("Mary", True), ("Percy", True)]
