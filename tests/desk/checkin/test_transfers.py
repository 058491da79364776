"""A ticket that went to another person: one badge lives, the other is dead and says so."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest

from tests.desk.checkin.test_checkin import passes
from tests.desk.checkin.test_corrections import badge_of
from tests.desk.checkin.test_guest_tickets import admitted_by, bought
from tests.desk.conftest import AsStaff, make_desk
from tests.desk.rows import order_of
from tests.desk.selling import at, everything, order_row, user_of
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.auth import User
from tui_pos.data.tables.desk import AuditEntry, ReplacedBadge
from tui_pos.data.tables.program import Conference
from tui_pos.data.tables.registration import Attendee, ProductRedemption
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin import redemption
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.checkin.group import group_of
from tui_pos.desk.checkin.guest_tickets import register_companion, unnamed_tickets
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotPermitted, Refusal, Refused
from tui_pos.desk.orders import orders
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search import lookup
from tui_pos.desk.search.search import resolve, search
from tui_pos.desk.search.today import today
from tui_pos.desk.stored_reasons import unpack
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.ui.messages import sentence

D = Decimal
WHY = "she is ill"


def test_the_new_person_comes_in_and_the_old_badge_is_dead(desk: Desk, frozen_clock: FrozenClock) -> None:
    new = transfer(at(desk, "desk-1"), "demo:noor2026", "Ada Byron", "ada@example.org", reason=WHY)
    assert (new.name, new.email, new.registered, new.verdict.key) == (
        "Ada Byron",
        "ada@example.org",
        True,
        "registered",
    )
    assert new.order is not None
    assert (new.order.reference, new.access_code != "NOOR2026", len(new.access_code)) == (
        "ORD-DEMO0001",
        True,
        8,
    )
    since = desk.moment(clock.now(), "desk-1")
    frozen_clock.advance(3600)
    before = everything()
    for act in (lookup.attendee, resolve, check_in, redemption.hand_outs, group_of):
        with pytest.raises(Refused) as caught:
            act(desk, "noor2026")
        assert (caught.value.code, caught.value.values["since"]) == ("badge_replaced", since)
    with pytest.raises(Refused, match=r"^badge_replaced "):
        checkout.sell(desk, [("t-shirt", 1)], attendee_code="NOOR2026")
    assert everything() == before
    assert check_in(desk, new.access_code).first
    assert unnamed_tickets(desk, "ORD-DEMO0001") == 0


def test_who_handed_it_over_is_found_by_name_and_not_let_in(desk: Desk) -> None:
    transfer(desk, "NOOR2026", "Ada Byron", reason=WHY)
    (hit,) = [each for each in search(desk, "Noor").found if each.kind == "attendee"]
    seen = lookup.attendee(desk, hit.key)
    assert (seen.registered, seen.verdict.key, seen.order) == (False, "replaced", None)
    assert seen.verdict.replaced == desk.moment(clock.now(), "desk-3")
    with pytest.raises(Refused, match=r"^replaced\.check_in "):
        check_in(desk, hit.key)
    with pytest.raises(Refused, match=r"^replaced\.transfer "):
        transfer(desk, hit.key, "Somebody", reason=WHY)


def test_it_is_written_as_django_program_stores_it(desk: Desk) -> None:
    old_user = user_of("NOOR2026")
    billed = order_row("ORD-DEMO0001").billing_name
    new = transfer(desk, "NOOR2026", "Ada Byron", reason=WHY)
    order = order_row("ORD-DEMO0001")
    assert (order.user_id, order.billing_name) == (old_user, billed)
    with connected():
        old = Attendee.get(Attendee.user == old_user)
        row = Attendee.get_by_id(new.id)
        user = User.get_by_id(row.user_id)
        replaced = ReplacedBadge.get()
        (entry,) = AuditEntry.select().where(AuditEntry.what == "transfer")
    assert (old.order_id, old.completed_registration) == (None, False)
    assert old.access_code not in ("NOOR2026", row.access_code)
    assert (row.order_id, row.completed_registration, row.checked_in_at) == (order.id, True, None)
    assert (user.password[0], user.first_name, user.last_name) == ("!", "Ada", "Byron")
    assert (replaced.code, replaced.attendee_id, replaced.successor_id) == ("NOOR2026", old.id, row.id)
    assert (entry.order_id, entry.attendee_id, entry.reason) == (order.id, old.id, WHY)
    assert sentence(unpack(entry.text)) == "ticket handed over from Noor Lindqvist to Ada Byron"


def test_the_ticket_of_who_is_in_is_a_supervisors_to_hand_over(desk: Desk, as_staff: AsStaff) -> None:
    check_in(desk, "NOOR2026")
    before, house = everything(), today(desk).house
    with pytest.raises(NotPermitted) as caught:
        transfer(desk, "NOOR2026", "Ada Byron", reason=WHY)
    assert caught.value.values["action"] is Action.TRANSFER_USED
    assert everything() == before
    new = transfer(as_staff(desk, "lead"), "NOOR2026", "Ada Byron", reason=WHY)
    after = today(desk).house
    assert (after.inside, after.registered) == (house.inside - 1, house.registered)
    check_in(desk, new.access_code)
    assert today(desk).house.inside == house.inside


def test_what_was_handed_out_stays_handed_out_and_check_ins_stay_whose_they_were(
    desk: Desk, as_staff: AsStaff
) -> None:
    lines = {line.description: line for line in redemption.hand_outs(desk, "GIVE2026")}
    new = transfer(as_staff(desk, "lead"), "GIVE2026", "Ada Byron", reason=WHY)
    after = {line.description: line for line in redemption.hand_outs(desk, new.access_code)}
    assert after == lines
    with pytest.raises(Refused, match=r"^handed_out "):
        redemption.hand_out(desk, new.access_code, lines["Lunch"].line_id)
    with connected():
        # The web site counts by attendee: it must not hand out once more to the new one.
        assert {row.attendee_id for row in ProductRedemption.select()} == {new.id}
    assert (new.first_check_in, new.verdict.key) == (None, "registered")
    assert check_in(desk, new.access_code).first
    assert len(passes(new.access_code)) == 1


def test_one_of_a_group_and_a_second_time(desk: Desk) -> None:
    reference = bought(desk, "day-pass*3")
    mary = register_companion(desk, reference, "Mary")
    percy = transfer(desk, mary.access_code, "Percy", reason=WHY)
    assert admitted_by(reference) == ["Ada Byron", "Percy"]
    assert unnamed_tickets(desk, reference) == 1
    jane = transfer(desk, percy.access_code, "Jane", reason=WHY)
    for dead in (mary.access_code, percy.access_code):
        with pytest.raises(Refused, match=r"^badge_replaced "):
            lookup.attendee(desk, dead)
    assert [each.attendee.name for each in group_of(desk, jane.access_code).members] == ["Ada Byron", "Jane"]


def test_the_buyer_is_not_registered_again_by_the_order_they_handed_over(desk: Desk) -> None:
    """The web site tells of a payment late, or twice; a desk completes the order anew each time."""
    reference = bought(desk, "day-pass")
    new = transfer(desk, badge_of(reference), "Mary", reason=WHY)
    order = order_row(reference)
    with connected():
        run_tx(lambda: orders.finish_if_paid(order, clock.now()))
        run_tx(lambda: orders.complete_paid(order, clock.now()))
    assert admitted_by(reference) == ["Mary"]
    with connected():
        # What django-program's signal does: it links the buyer's attendee to the order again.
        Attendee.update(order=order.id, completed_registration=True).where(
            Attendee.user == order.user_id
        ).execute()
    assert lookup.attendee(desk, badge_of(reference)).verdict.key == "replaced"
    assert lookup.attendee(desk, new.access_code).registered


def test_who_handed_theirs_over_may_buy_another(desk: Desk) -> None:
    reference = bought(desk, "day-pass")
    transfer(desk, badge_of(reference), "Mary", reason=WHY)
    again = checkout.sell(desk, [("day-pass", 1)], attendee_code=badge_of(reference))
    take_cash(desk, again.reference, again.total)
    seen = lookup.attendee(desk, badge_of(reference))
    assert (seen.registered, seen.verdict.key) == (True, "registered")
    assert admitted_by(again.reference) == ["Ada Byron"]
    assert admitted_by(reference) == ["Mary"]


def test_a_ticket_of_an_order_that_the_badge_does_not_name(desk: Desk) -> None:
    shirt = order_of(desk, "NOOR2026", "25.00", "t-shirt", status="refunded")
    with connected():
        Attendee.update(order=shirt.id).where(Attendee.access_code == "NOOR2026").execute()
    new = transfer(desk, "NOOR2026", "Ada Byron", reason=WHY)
    assert new.order is not None
    assert new.order.reference == "ORD-DEMO0001"
    with pytest.raises(Refused, match=r"^badge_replaced "):
        lookup.attendee(desk, "NOOR2026")
    (hit,) = [each for each in search(desk, "Noor").found if each.kind == "attendee"]
    assert lookup.attendee(desk, hit.key).verdict.key == "replaced"


def test_an_order_whose_ticket_was_handed_over_has_none_of_theirs_any_more(desk: Desk) -> None:
    """Who has a ticket and two further orders hands over each once, whatever these have left for others."""
    older = bought(desk, "day-pass", "NOOR2026")
    newer = bought(desk, "day-pass*2", "NOOR2026")
    code = "NOOR2026"
    went = []
    for name in ("Mary", "Percy", "Jane"):
        person = lookup.attendee(desk, code)
        new = transfer(desk, code, name, reason=WHY)
        assert new.order is not None
        went.append(new.order.reference)
        with connected():
            code = Attendee.get_by_id(person.id).access_code
    assert went == ["ORD-DEMO0001", newer, older]
    assert unnamed_tickets(desk, newer) == 1
    with pytest.raises(Refused, match=r"^replaced\.transfer "):
        transfer(desk, code, "Bo", reason=WHY)


def test_a_ticket_that_a_companion_holds_is_not_handed_over_by_its_buyer(desk: Desk) -> None:
    shirt = order_of(desk, "NOOR2026", "25.00", "t-shirt", status="refunded")
    with connected():
        Attendee.update(order=shirt.id).where(Attendee.access_code == "NOOR2026").execute()
    register_companion(desk, "ORD-DEMO0001", "Mary")
    before = everything()
    with pytest.raises(Refused, match=r"^no_ticket\.transfer "):
        transfer(desk, "NOOR2026", "Ada Byron", reason=WHY)
    assert everything() == before


def test_who_has_no_paid_ticket_has_none_to_hand_over(desk: Desk) -> None:
    before = everything()
    for code, verdict in {
        "INES2026": "owes",
        "OMAR2026": "cancelled",
        "YUKI2026": "refunded",
        "ZARA2026": "no_order",
    }.items():
        with pytest.raises(Refused) as caught:
            transfer(desk, code, "Ada Byron", reason=WHY)
        assert caught.value.reason.key == f"{verdict}.transfer"
        assert sentence(caught.value).startswith("Not handed over. ")
    assert everything() == before


def test_names_and_reasons_are_needed_and_the_door_hands_nothing_over(desk: Desk, as_staff: AsStaff) -> None:
    before = everything()
    for name, email, why, refusal in (
        (" ", "", WHY, "name_required"),
        ("A" * 201, "", WHY, "name_too_long"),
        ("Ada", "ada@", WHY, "invalid_email"),
        ("Ada", "", " ", "reason_required"),
    ):
        with pytest.raises(InvalidInput) as caught:
            transfer(desk, "NOOR2026", name, email, reason=why)
        assert caught.value.code == refusal
    with pytest.raises(NotPermitted):
        transfer(as_staff(desk, "scanner"), "NOOR2026", "Ada", reason=WHY)
    assert everything() == before


def test_of_four_at_once_one_gets_the_ticket(desk: Desk) -> None:
    def hand_over(number: int) -> str:
        try:
            transfer(desk, "NOOR2026", f"Person {number}", reason=WHY)
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(hand_over, range(4))) == [*["badge_replaced"] * 3, "done"]
    assert len(admitted_by("ORD-DEMO0001")) == 1


def test_a_refund_takes_the_ticket_of_who_has_it_now(desk: Desk, as_staff: AsStaff) -> None:
    reference = bought(desk, "day-pass")
    new = transfer(desk, badge_of(reference), "Mary", reason=WHY)
    refunds.refund(as_staff(desk, "lead"), reference, reason="mistake")
    assert lookup.attendee(desk, new.access_code).verdict.code == "refunded"


def test_a_dead_badge_of_another_conference_names_it(desk: Desk) -> None:
    transfer(desk, "NOOR2026", "Ada Byron", reason=WHY)
    with connected():
        today = clock.now().date()
        other = Conference.create(slug="other", name="Other", start_date=today, end_date=today)
        ReplacedBadge.update(conference=other.id).execute()
    for act in (lookup.attendee, resolve):
        with pytest.raises(Refused, match=r"^other_conference theirs=Other "):
            act(desk, "NOOR2026")
    elsewhere = make_desk("other", "trainee")
    with pytest.raises(Refused, match=r"^badge_replaced "):
        lookup.attendee(elsewhere, "NOOR2026")
