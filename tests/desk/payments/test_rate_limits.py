"""429: a Stripe that has too many requests gets fewer and fewer of them, whatever is asked of it.

A minute of back-off is sixty polls: the pauses are multiples of ``poll_seconds``, which is short here.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.desk.paying import READER, Watched, begin, left_at, paid, rows
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, Stage
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import CommandQueue, PaymentState, recovery
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search.receipts import receipt
from tui_pos.simulator import Server
from tui_pos.simulator.server.trace import HttpExchange

MINUTE = 60
"""In polls, and in seconds of a desk that polls once a second."""

MOST = 8
"""Requests of a kind in such a minute: after 1, 2, 4, 8, 16 and 32 polls, and one to begin with."""


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], attendee_code="NOOR2026")


def limited(exchanges: list[HttpExchange]) -> Counter[str]:
    """How often Stripe said 429, by what it was asked."""
    return Counter(
        f"{each.method} {each.path.rsplit('/', 1)[-1]}" for each in exchanges if each.status == 429
    )


def for_a_minute(desk: Desk, attempt_id: int, ask: Callable[[CommandQueue], object]) -> PaymentState:
    """Watch for a minute of back-off, with what a person asks for at once."""
    control = CommandQueue()
    ask(control)
    *_, last = payments.watch(desk, attempt_id, control, seconds=MINUTE * desk.poll_seconds)
    return last


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("operation", ["capture", "cancel"])
def test_a_capture_and_a_cancel_are_asked_for_less_and_less(
    operation: str,
    everything: bool,
    card_desk: Desk,
    order: OrderView,
    simulator: Server,
    exchanges: list[HttpExchange],
) -> None:
    desk = replace(card_desk, conference=replace(card_desk.conference, capture="confirm"))
    if operation == "capture":
        state = left_at(desk, order, "authorized", lambda: simulator.tap(READER))
    else:
        state = left_at(desk, order, "sent", lambda: None)
    simulator.rate_limit(3600, "any" if everything else operation)
    last = for_a_minute(desk, state.attempt_id, lambda control: getattr(control, operation)())
    asked = limited(exchanges)
    assert asked[f"POST {operation}"] + asked[f"GET {state.intent_id}"] >= 4
    assert max(asked.values()) <= MOST, asked
    assert (last.live, last.stage) == (True, state.stage)
    assert rows(order)[0].status == "pending"
    with connected():
        assert Attempt.get_by_id(state.attempt_id).refusals == 0, "too many requests is no refusal"
    simulator.clear_faults()
    ended = Watched(desk, state.attempt_id).run()
    assert ended.stage is (Stage.CAPTURED if operation == "capture" else Stage.CANCELLED)


@pytest.mark.parametrize("operation", ["process", "any"])
def test_a_payment_that_no_reader_shows_waits_for_a_person(
    operation: str, card_desk: Desk, order: OrderView, simulator: Server, exchanges: list[HttpExchange]
) -> None:
    simulator.set_reader(READER, "offline")
    begun = begin(card_desk, order)
    state = next(each for each in payments.watch(card_desk, begun.attempt_id, CommandQueue()) if each.stuck)
    simulator.set_reader(READER, "online")
    simulator.rate_limit(3600, operation)
    last = for_a_minute(card_desk, state.attempt_id, lambda control: control.retry())
    asked = limited(exchanges)
    assert 1 <= max(asked.values()) <= MOST, asked
    assert last.stage is Stage.INTENT
    simulator.clear_faults()
    again = Watched(card_desk, state.attempt_id, sent=lambda: simulator.tap(READER))
    again.control.retry()
    assert again.run().stage is Stage.CAPTURED


def test_a_reader_that_refuses_while_stripe_is_busy_is_not_asked_without_end(
    card_desk: Desk, order: OrderView, simulator: Server, exchanges: list[HttpExchange]
) -> None:
    """Only the read tells whether nothing was charged, and that is what Stripe has too many of."""
    simulator.refuse("process", 400, "terminal_reader_busy")
    simulator.rate_limit(3600, "retrieve")
    begun = begin(card_desk, order)
    for_a_minute(card_desk, begun.attempt_id, lambda control: control)
    asked = Counter(each.path.rsplit("/", 1)[-1] for each in exchanges if each.status >= 400)
    assert max(asked.values()) <= MOST, asked


@pytest.mark.thorough
def test_desks_that_recover_ask_seldom_too(
    card_desk: Desk, order: OrderView, simulator: Server, exchanges: list[HttpExchange]
) -> None:
    """Two stations, each every half minute."""
    state = left_at(card_desk, order, "sent", lambda: simulator.tap(READER))
    simulator.rate_limit(3600, "capture")
    for _ in range(2):
        for station in ("desk-3", "desk-4"):
            recovery.recover(replace(card_desk, station=station))
    assert 1 <= limited(exchanges)["POST capture"] <= 4 * MOST / 2, limited(exchanges)
    simulator.clear_faults()
    (home,) = recovery.recover(card_desk)
    assert (home.stage, home.attempt_id) == (Stage.CAPTURED, state.attempt_id)


@pytest.mark.thorough
@pytest.mark.parametrize("everything", [False, True])
def test_a_refund_is_asked_for_once_a_round(
    everything: bool,
    lead: Desk,
    order: OrderView,
    simulator: Server,
    exchanges: list[HttpExchange],
    frozen_clock: FrozenClock,
) -> None:
    paid(lead, order, simulator)
    simulator.rate_limit(3600, "any" if everything else "refund")
    began = time.monotonic()
    (made,) = refunds.refund(lead, order.reference)
    assert made.stage == "unknown"
    for _ in range(2):  # a minute of a station's rounds
        frozen_clock.advance(30)
        maintenance.tick(lead, "desk-3")
    assert time.monotonic() - began < 10
    asked = limited(exchanges)
    assert max(asked.values()) <= MOST, asked
    assert [book["refunded"] for book in simulator.books().values()] == [0]
    simulator.clear_faults()
    frozen_clock.advance(30)
    maintenance.tick(lead, "desk-3")
    assert [each.stage for each in receipt(lead, order.reference).refunds] == ["succeeded"]
    assert [book["refunded"] for book in simulator.books().values()] == [2500]
