"""Handing out what was bought, once for every piece, to whoever of an order comes for it."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.selling import at, everything, items, order_row
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected, lock
from tui_pos.data.tables.desk import AuditEntry
from tui_pos.data.tables.registration import Order, ProductRedemption
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.checkin.redemption import HandOut, fetched, hand_out, hand_outs, undo_hand_out
from tui_pos.desk.checkin.transfers import transfer
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import NotPermitted, Refusal
from tui_pos.desk.search.lookup import attendee
from tui_pos.desk.tenders.cash import take_cash


def line(desk: Desk, code: str, description: str) -> HandOut:
    (found,) = [each for each in hand_outs(desk, code) if each.description == description]
    return found


def pieces(line_id: int) -> list[ProductRedemption]:
    with connected():
        query = ProductRedemption.select().where(ProductRedemption.order_line == line_id)
        return list(query.order_by(ProductRedemption.id))


def refusal_of(desk: Desk, code: str, line_id: int, quantity: int = 1) -> str:
    before = everything()
    with pytest.raises(Refusal) as caught:
        hand_out(desk, code, line_id, quantity)
    assert everything() == before
    return str(caught.value)


@pytest.mark.parametrize("back", [False, True])
def test_a_badge_that_died_while_the_order_was_waited_for_fetches_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    """Another desk hands the ticket over between the look at the badge and the lock on its order."""
    shirts = line(desk, "OWEN2026", "T-Shirt")
    hand_out(desk, "OWEN2026", shirts.line_id)
    gone: list[str] = []

    def late(query: Any) -> Any:
        if not gone:
            gone.append(transfer(at(desk, "desk-1"), "OWEN2026", "Mary", reason="ill").access_code)
        return lock(query)

    monkeypatch.setattr("tui_pos.desk.checkin.redemption.lock", late)
    act = partial(undo_hand_out, reason="wrong size") if back else hand_out
    with pytest.raises(Refusal, match=r"^badge_replaced "):
        act(desk, "OWEN2026", shirts.line_id)
    assert gone
    assert len(pieces(shirts.line_id)) == 1


def test_what_is_left_of_what_was_bought(desk: Desk) -> None:
    told = [(each.description, each.bought, each.left) for each in hand_outs(desk, "GIVE2026")]
    assert told == [("T-Shirt", 2, 1), ("Lunch", 1, 0), ("Hoodie", 1, 1)]
    assert {each.reference for each in hand_outs(desk, "GIVE2026")} == {
        order.reference for order in attendee(desk, "GIVE2026").orders
    }


def test_a_piece_is_handed_out_with_who_and_where(desk: Desk) -> None:
    shirts = line(desk, "OWEN2026", "T-Shirt")
    done = hand_out(desk, "demo:owen2026", shirts.line_id)
    assert (done.left, done.bought) == (1, 2)
    (piece,) = pieces(shirts.line_id)
    assert (piece.redeemed_by_id, piece.redeemed_at, piece.note, piece.attendee_id) == (
        desk.staff.id,
        clock.now(),
        "desk-3",
        attendee(desk, "OWEN2026").id,
    )
    with connected():
        (entry,) = AuditEntry.select()
    assert (entry.what, entry.text, entry.station) == ("hand_out", "1 x T-Shirt", "desk-3")


def test_never_more_than_were_bought(desk: Desk, frozen_clock: FrozenClock) -> None:
    shirts, lunch = line(desk, "OWEN2026", "T-Shirt"), line(desk, "OWEN2026", "Lunch")
    assert refusal_of(desk, "OWEN2026", shirts.line_id, 3) == ("too_many left=2 bought=2 product=T-Shirt")
    assert hand_out(at(desk, "desk-1"), "OWEN2026", lunch.line_id).left == 0
    frozen_clock.advance(60)
    assert refusal_of(desk, "OWEN2026", lunch.line_id) == (
        "handed_out product=Lunch bought=1 last=2026-11-23 13:00 desk-1"
    )
    frozen_clock.advance(24 * 3600)
    assert refusal_of(desk, "OWEN2026", lunch.line_id).endswith("last=2026-11-23 13:00 desk-1")
    assert "invalid_quantity " in refusal_of(desk, "OWEN2026", shirts.line_id, 0)
    assert "invalid_quantity " in refusal_of(desk, "OWEN2026", shirts.line_id, 1000)


def test_one_lunch_for_three_attendees_of_an_order_is_one_lunch(desk: Desk) -> None:
    placed = checkout.sell(desk, items("day-pass*3 lunch"), attendee_code="ZARA2026")
    take_cash(desk, placed.reference, placed.total)
    names = [register_companion(desk, placed.reference, name).access_code for name in ("Mary", "Percy")]
    lunch = line(desk, "ZARA2026", "Lunch")
    assert [line(desk, code, "Lunch") for code in names] == [lunch, lunch]
    assert hand_out(desk, names[0], lunch.line_id).left == 0
    for code in ("ZARA2026", names[1]):
        assert "handed_out " in refusal_of(desk, code, lunch.line_id)


def test_eight_desks_hand_out_two_shirts_twice(desk: Desk) -> None:
    shirts = line(desk, "OWEN2026", "T-Shirt")

    def one(number: int) -> int:
        try:
            hand_out(at(desk, f"desk-{number}"), "OWEN2026", shirts.line_id)
        except Refusal:
            return 0
        return 1

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(one, range(8))) == 2
    assert len(pieces(shirts.line_id)) == 2


def test_a_doubled_key_press_hands_out_once(desk: Desk) -> None:
    shirts = line(desk, "OWEN2026", "T-Shirt")
    for _ in range(2):
        assert hand_out(desk, "OWEN2026", shirts.line_id, key="dialog-1").left == 1
    assert len(pieces(shirts.line_id)) == 1


def test_a_second_order_is_handed_out_too(desk: Desk) -> None:
    placed = checkout.sell(desk, items("hoodie"), attendee_code="OWEN2026")
    assert len(hand_outs(desk, "OWEN2026")) == 3
    take_cash(desk, placed.reference, placed.total)
    told = [(each.description, each.reference == placed.reference) for each in hand_outs(desk, "OWEN2026")]
    assert told == [("T-Shirt", False), ("Lunch", False), ("Hoodie", False), ("Hoodie", True)]


@pytest.mark.parametrize(
    ("status", "code"), [("pending", "not_paid"), ("cancelled", "cancelled"), ("refunded", "refunded")]
)
def test_what_is_not_paid_any_more_is_not_handed_out(status: str, code: str, desk: Desk) -> None:
    lunch = line(desk, "OWEN2026", "Lunch")
    with connected():
        Order.update(status=status).where(Order.reference == lunch.reference).execute()
    assert refusal_of(desk, "OWEN2026", lunch.line_id) == f"{code}.to_hand_out order={lunch.reference}"
    assert hand_outs(desk, "OWEN2026") == ()


def test_somebody_elses_line_and_badges_that_are_none(desk: Desk, as_staff: AsStaff) -> None:
    lunch = line(desk, "OWEN2026", "Lunch")
    assert refusal_of(desk, "NOOR2026", lunch.line_id) == (
        f"line_not_found.attendee who=Noor Lindqvist line={lunch.line_id}"
    )
    assert "attendee_not_found " in refusal_of(desk, "NOBODY26", lunch.line_id)
    assert "attendee_not_found.conference " in refusal_of(desk, "pycon:OWEN2026", lunch.line_id)
    visitor = as_staff(desk, "visitor")
    for act in (lambda: hand_outs(visitor, "OWEN2026"), lambda: hand_out(visitor, "OWEN2026", 1)):
        with pytest.raises(NotPermitted):
            act()
    assert hand_out(as_staff(desk, "scanner"), "OWEN2026", lunch.line_id).left == 0


def test_taking_back_needs_a_reason_and_keeps_it(desk: Desk) -> None:
    shirts = line(desk, "OWEN2026", "T-Shirt")
    hand_out(desk, "OWEN2026", shirts.line_id, 2)
    first = pieces(shirts.line_id)[0].id
    with pytest.raises(Refusal) as caught:
        undo_hand_out(desk, "OWEN2026", shirts.line_id, "\t")
    assert caught.value.code == "reason_required"
    done = undo_hand_out(at(desk, "desk-5"), "OWEN2026", shirts.line_id, "wrong size")
    assert done.left == 1
    assert [piece.id for piece in pieces(shirts.line_id)] == [first]
    with connected():
        (entry,) = AuditEntry.select().where(AuditEntry.what == "take_back")
    assert (entry.text, entry.reason, entry.station, entry.staff_id) == (
        "1 x T-Shirt",
        "wrong size",
        "desk-5",
        desk.staff.id,
    )
    assert entry.order_id == order_row(shirts.reference).id
    with pytest.raises(Refusal) as caught:
        undo_hand_out(desk, "OWEN2026", shirts.line_id, "again", quantity=2)
    assert str(caught.value) == "not_handed_out quantity=1 product=T-Shirt"
    assert hand_out(desk, "OWEN2026", shirts.line_id).left == 0


def test_what_the_web_site_handed_out_counts(desk: Desk) -> None:
    lunch = line(desk, "GIVE2026", "Lunch")
    assert refusal_of(desk, "GIVE2026", lunch.line_id) == (
        "handed_out product=Lunch bought=1 last=2026-11-23 13:00"
    )
    assert undo_hand_out(desk, "GIVE2026", lunch.line_id, "dropped it").left == 1


def test_what_was_handed_out_is_told_with_time_and_place_the_last_first(
    desk: Desk, frozen_clock: FrozenClock
) -> None:
    shirts, lunch = (line(desk, "OWEN2026", each) for each in ("T-Shirt", "Lunch"))
    hand_out(desk, "OWEN2026", shirts.line_id)
    frozen_clock.advance(60)
    hand_out(at(desk, "desk-1"), "OWEN2026", lunch.line_id)
    told = fetched(desk, attendee(desk, "OWEN2026").orders)
    assert [(each.line_id, each.description, each.when.station) for each in told] == [
        (lunch.line_id, "Lunch", "desk-1"),
        (shirts.line_id, "T-Shirt", "desk-3"),
    ]
    assert (told[0].when.at - told[1].when.at).total_seconds() == 60
    assert fetched(desk, attendee(desk, "NOOR2026").orders) == ()
