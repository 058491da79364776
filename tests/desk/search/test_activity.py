"""Every kind of thing that is told under "Last here", and what is told of each in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import INSUFFICIENT_FUNDS, READER, Watched, begin, paid
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import CheckIn, Order
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin import checkin, redemption
from tui_pos.desk.context import Desk
from tui_pos.desk.orders import holds
from tui_pos.desk.refunds import exchanges, refunds, voids
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.search import activity
from tui_pos.desk.search.activity import recent
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tones import Tone
from tui_pos.simulator import Server
from tui_pos.ui.messages.views import phrase

CODE = "NOOR2026"


def told(desk: Desk, limit: int = 9) -> list[tuple[str, str, str]]:
    """Who, what and the tone, newest first."""
    return [(line.title, phrase_of(line.detail), line.tone.value) for line in recent(desk, limit)]


def phrase_of(detail: object) -> str:
    return detail if isinstance(detail, str) else phrase(detail)  # type: ignore[arg-type]


def test_a_card_that_paid_and_what_went_back_to_it(
    lead: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    order = checkout.sell(lead, [("t-shirt", 2)], attendee_code=CODE)
    paid(lead, order, simulator)
    assert told(lead) == [("Noor Lindqvist", "captured 50.00", "ok")]
    frozen_clock.advance(1)
    refunds.refund(lead, order.reference, Decimal(20), reason="torn")
    assert told(lead, 1) == [("Noor Lindqvist", "refunded 20.00 card", "ok")]
    frozen_clock.advance(1)
    voids.void(lead, order.reference, "wrong person")
    assert {what for _, what, _ in told(lead, 2)} == {"void", "refunded 30.00 card"}


def test_a_card_that_was_declined_is_told_until_the_order_is_paid(card_desk: Desk, simulator: Server) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)])
    watched = Watched(
        card_desk,
        begin(card_desk, order).attempt_id,
        sent=lambda: simulator.tap(READER, INSUFFICIENT_FUNDS),
    )
    watched._at["declined"] = watched.control.cancel
    watched.run()
    assert told(card_desk) == [("walk-up", "declined, not charged, 25.00 still due", "bad")]
    take_cash(card_desk, order.reference, Decimal(30))
    assert told(card_desk) == [("walk-up", "cash 25.00", "ok")]


def test_a_card_that_was_not_presented(card_desk: Desk) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)], name="Ana")
    watched = Watched(card_desk, begin(card_desk, order).attempt_id)
    watched._at["sent"] = watched.control.cancel
    watched.run()
    assert told(card_desk) == [("Ana", "cancelled, not charged, 25.00 still due", "plain")]
    checkout.cancel_order(card_desk, order.reference)
    assert told(card_desk) == [("Ana", "cancelled, not charged", "plain")]


def test_the_door_and_the_counter(desk: Desk, frozen_clock: FrozenClock) -> None:
    order = checkout.sell(desk, [("t-shirt", 3)], attendee_code=CODE)
    take_cash(desk, order.reference, Decimal(80))
    (line,) = [each for each in redemption.hand_outs(desk, CODE) if each.reference == order.reference]
    for act in (
        lambda: checkin.check_in(desk, CODE),
        lambda: redemption.hand_out(desk, CODE, line.line_id),
        lambda: redemption.hand_out(desk, CODE, line.line_id, 2),
        lambda: redemption.undo_hand_out(desk, CODE, line.line_id, "wrong size"),
        lambda: checkin.undo_check_in(desk, CODE, "wrong person"),
    ):
        frozen_clock.advance(1)
        act()
    assert told(desk) == [
        ("Noor Lindqvist", "check-in undone", "warn"),
        ("Noor Lindqvist", "took back T-Shirt", "warn"),
        ("Noor Lindqvist", "handed out 2 T-Shirt", "ok"),
        ("Noor Lindqvist", "handed out T-Shirt", "ok"),
        ("Noor Lindqvist", "cash 75.00", "ok"),
    ]


def test_an_exchange_is_one_line_beside_what_went_back(
    desk: Desk, as_staff: AsStaff, frozen_clock: FrozenClock
) -> None:
    lead = as_staff(desk, "lead")
    order = checkout.sell(lead, [("chefs-dinner", 1)], name="Ana")
    take_cash(lead, order.reference, Decimal(65))
    frozen_clock.advance(1)
    (line,) = order.lines
    done = exchanges.exchange(lead, order.reference, Piece(str(line.id)), "t-shirt", reason="vegan")
    assert {what for _, what, _ in told(lead)} == {
        f"exchanged for {done.new.reference}",
        "refunded 40.00 cash",
        "cash 65.00",
        "paid 25.00   Credit",
    }


def test_an_order_of_another_station_or_of_the_web_shop_says_what_is_due(desk: Desk) -> None:
    with connected():
        order = Order.get(Order.reference == "ORD-DEMO0003")
    take_cash(desk, order.reference, Decimal(5), Decimal(5))
    (line,) = told(desk)
    assert line[1].startswith("cash 5.00, ")
    assert line[1].endswith(" still due")


def test_check_ins_of_long_ago_are_not_looked_through(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    checkin.check_in(desk, CODE)
    assert len(told(desk)) == 1
    monkeypatch.setattr(activity, "WINDOW", 3)
    with connected():
        of = CheckIn.select(CheckIn.attendee).order_by(CheckIn.id.desc()).first().attendee_id
        for _ in range(3):
            CheckIn.create(
                attendee=of, conference=desk.conference.id, station="web", checked_in_at=clock.now()
            )
    assert told(desk) == []


def test_released_holds_are_told_as_the_orders_end(desk: Desk, frozen_clock: FrozenClock) -> None:
    checkout.sell(desk, [("t-shirt", 1)], name="Ana")
    assert told(desk) == [("Ana", "not paid 25.00", Tone.WARN.value)]
    frozen_clock.advance(3600)
    holds.release_expired(desk)
    assert told(desk) == [("Ana", "cancelled 25.00", Tone.PLAIN.value)]


def test_of_two_passes_the_second_says_so_wherever_the_first_was(
    desk: Desk, frozen_clock: FrozenClock
) -> None:
    checkin.check_in(replace(desk, station="desk-1"), CODE)
    frozen_clock.advance(1)
    checkin.check_in(desk, CODE)
    frozen_clock.advance(1)
    checkin.check_in(desk, "OWEN2026")
    assert [what for _, what, _ in told(desk)] == ["checked in", "another pass"]
    checkin.undo_check_in(desk, "OWEN2026", "wrong person")
    frozen_clock.advance(1)
    checkin.check_in(desk, "OWEN2026")
    assert told(desk, 1)[0][1] == "checked in"
