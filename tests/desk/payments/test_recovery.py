"""Payments that nobody watches any more find home, and nothing is sent to a reader from there."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.desk.paying import OTHER_READER, READER, Watched, begin, left_at, paid, rows
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.data.tables.registration import Order, OrderStatus
from tui_pos.desk import (
    leases,
    payments,
    reconciliation,
)
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import (
    attempt_log,
    backoff,
    recovery,
    transitions,
)
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.refunds import elsewhere
from tui_pos.simulator import Server


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron")


def test_a_card_tapped_after_the_desk_died_is_captured_and_booked(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    left_at(card_desk, order, "sent")
    simulator.tap(READER)
    (state,) = recovery.recover(card_desk)
    assert state.stage is Stage.CAPTURED
    assert rows(order)[0].status == OrderStatus.PAID


def test_money_captured_before_the_desk_died_is_booked(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    attempt_id = left_at(card_desk, order, "sent").attempt_id
    simulator.tap(READER)
    card_desk.terminal.capture(payments.state(card_desk, attempt_id).intent_id, key="the-desk-that-died")
    (state,) = recovery.recover(card_desk)
    assert (state.stage, state.problem) == (Stage.CAPTURED, "")
    assert rows(order)[0].status == OrderStatus.PAID


def test_a_hold_in_confirm_mode_stays_unconfirmed(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    desk = replace(card_desk, conference=replace(card_desk.conference, capture="confirm"))
    left_at(desk, order, "sent")
    simulator.tap(READER)
    for _ in range(2):
        (state,) = recovery.recover(desk)
        assert (state.stage, state.stuck, state.notice) == (Stage.AUTHORIZED, True, Notice.CONFIRM)
    assert reconciliation.run(desk).driven[0].stage is Stage.AUTHORIZED
    assert [book["status"] for book in simulator.books().values()] == ["requires_capture"]
    assert payments.capture(desk, state.intent_id).stage is Stage.CAPTURED


def test_a_hold_whose_order_is_gone_is_released(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    left_at(card_desk, order, "sent")
    simulator.tap(READER)
    with connected():
        Order.update(status=OrderStatus.CANCELLED).where(Order.id == order.id).execute()
    (state,) = recovery.recover(card_desk)
    assert state.stage is Stage.CANCELLED
    (book,) = simulator.books().values()
    assert (book["held"], book["captured"]) == (0, 0)


@pytest.mark.parametrize("stage", ["created", "intent", "sent"])
def test_an_unpaid_payment_is_left_for_a_while_and_then_given_up(
    stage: str, card_desk: Desk, order: OrderView, frozen_clock: FrozenClock
) -> None:
    attempt_id = left_at(card_desk, order, stage).attempt_id
    (state,) = recovery.recover(card_desk)
    assert (state.stage, state.live) == (stage, True)

    frozen_clock.advance(card_desk.prompt_seconds + 31)
    (state,) = recovery.recover(card_desk)
    assert (state.stage, state.live) == (Stage.CANCELLED, False)
    with connected():
        assert Attempt.get_by_id(attempt_id).finished_at is not None
    assert card_desk.terminal.reader(READER).action is None


def test_recovery_sends_nothing_to_a_reader(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    left_at(card_desk, order, "intent")
    recovery.recover(card_desk)
    assert card_desk.terminal.reader(READER).action is None
    assert [book["status"] for book in simulator.books().values()] == ["requires_payment_method"]


def test_an_intent_whose_answer_was_lost_is_found_again(
    card_desk: Desk, order: OrderView, simulator: Server, frozen_clock: FrozenClock
) -> None:
    simulator.advance(max(0, frozen_clock.now().timestamp() - simulator.advance(0)))
    begun = begin(card_desk, order)
    simulator.fault("answer_lost", "POST /v1/payment_intents", times=3)
    watching = payments.watch(card_desk, begun.attempt_id)
    assert next(state.stage for state in watching if state.stage is not Stage.CREATED) is Stage.UNKNOWN
    watching.close()
    frozen_clock.advance(card_desk.prompt_seconds + 31)
    (state,) = recovery.recover(card_desk)
    assert state.stage is Stage.CANCELLED
    assert [book["status"] for book in simulator.books().values()] == ["canceled"]


def test_a_watched_payment_is_left_to_its_station(card_desk: Desk, order: OrderView) -> None:
    begun = begin(card_desk, order)
    watching = payments.watch(card_desk, begun.attempt_id)
    next(watching)
    assert recovery.recover(card_desk) == ()
    watching.close()


def test_stripe_out_of_reach_changes_nothing(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    left_at(card_desk, order, "sent")
    simulator.fault("cut_before", times=1000)
    (state,) = recovery.recover(card_desk)
    assert (state.stage, state.live) == (Stage.UNKNOWN, True)
    simulator.clear_faults()
    simulator.tap(READER)
    (state,) = recovery.recover(card_desk)
    assert state.stage is Stage.CAPTURED


def test_twice_is_as_once(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    last = paid(card_desk, order, simulator)
    other = checkout.sell(card_desk, [("t-shirt", 1)], name="Bo")
    begun = payments.begin(card_desk, other.reference, OTHER_READER)
    watched = Watched(card_desk, begun.attempt_id)
    watched._at = {"sent": watched.control.detach}
    watched.run()
    simulator.tap(OTHER_READER)
    assert [state.stage for state in recovery.recover(card_desk)] == [Stage.CAPTURED]
    assert recovery.recover(card_desk) == ()
    captured = sum(book["captured"] for book in simulator.books().values())
    assert captured == (last.amount + Decimal(25)) * 100


def test_one_station_does_it_at_a_time(card_desk: Desk, frozen_clock: FrozenClock) -> None:
    duty = "maintenance:demo"
    assert leases.take(duty, "desk-1", 60)
    assert not maintenance.tick(card_desk, "desk-2")
    frozen_clock.advance(61)
    assert maintenance.tick(card_desk, "desk-2")
    assert leases.take(duty, "desk-1", 60)
    assert not leases.take(duty, "desk-2", 60)
    assert leases.take(duty, "desk-1", 60)


BACK = -timedelta(days=1).total_seconds()


def test_a_duty_taken_by_a_clock_that_was_ahead_is_anybodys(frozen_clock: FrozenClock, desk: Desk) -> None:
    duty = f"maintenance:{desk.conference.slug}"
    with connected():
        assert leases.take(duty, "desk-1", 60)
        frozen_clock.advance(-30)
        assert leases.is_taken(duty)
        assert not leases.take(duty, "desk-2", 60)
        frozen_clock.advance(BACK)
        assert not leases.is_taken(duty)
        assert leases.take(duty, "desk-2", 60)


def test_a_payment_held_by_a_clock_that_was_ahead_is_brought_home(
    card_desk: Desk, order: OrderView, simulator: Server, frozen_clock: FrozenClock
) -> None:
    attempt_id = left_at(card_desk, order, "sent").attempt_id
    simulator.tap(READER)
    held = {"lease_owner": "1:1:1:another-host:desk-9", "lease_until": clock.now() + attempt_log.LEASE}
    run_tx(lambda: Attempt.update(held).where(Attempt.id == attempt_id).execute())
    frozen_clock.advance(-30)
    assert recovery.recover(card_desk) == ()
    frozen_clock.advance(BACK)
    (state,) = recovery.recover(card_desk)
    assert state.stage is Stage.CAPTURED


def test_who_watches_a_payment_holds_it_on_when_the_clock_goes_back(
    card_desk: Desk, order: OrderView, frozen_clock: FrozenClock
) -> None:
    attempt_id = left_at(card_desk, order, "sent").attempt_id
    with connected():
        attempt = attempt_log.load(attempt_id)
        attempt_log.take_lease(card_desk, attempt, "first:1:1:another-host:desk-3")
        frozen_clock.advance(BACK)
        attempt_log.renew_lease(attempt, "first:1:1:another-host:desk-3")
        assert attempt_log.is_watched(attempt_log.load(attempt_id), clock.now())


def test_a_pause_that_began_on_a_clock_that_was_ahead_is_over(frozen_clock: FrozenClock) -> None:
    attempt = Attempt(retry_at=clock.now() + backoff.LONGEST_PAUSE)
    assert transitions.until_retry(attempt) == 300
    frozen_clock.advance(BACK)
    assert transitions.until_retry(attempt) == 0


def test_what_was_done_elsewhere_is_looked_for_though_the_clock_was_ahead(
    card_desk: Desk, frozen_clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[datetime] = []
    monkeypatch.setattr(elsewhere, "look_since", lambda _desk, since: looked.append(since))
    elsewhere.look(card_desk)
    frozen_clock.advance(BACK)
    elsewhere.look(card_desk)
    assert looked[-1] == clock.now() - elsewhere.OVERLAP
