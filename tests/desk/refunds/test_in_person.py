"""Interac payments are charged at once, and go back only to the card itself, on the reader that took it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, Watched, begin
from tests.fixtures.databases import FrozenClock
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import because
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import Stage
from tui_pos.desk.refunds import card_refunds, in_person, refunds
from tui_pos.simulator import Server

INTERAC = "4506445006931933"
VISA = "4242424242424242"


@pytest.fixture
def lead(card_desk: Desk, as_staff: AsStaff) -> Desk:
    return as_staff(replace(card_desk, conference=replace(card_desk.conference, currency="CAD")), "lead")


@pytest.fixture
def paid(lead: Desk, simulator: Server) -> OrderView:
    order = checkout.sell(lead, [("t-shirt", 1)])
    begun = begin(lead, order)
    last = Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER, INTERAC)).run()
    assert last.stage is Stage.CAPTURED
    return order


def asked_for(desk: Desk) -> bool:
    action = desk.terminal.reader(READER).action
    return action is not None and action.type == "refund_payment" and action.status == "in_progress"


def refunded_while(lead: Desk, order: OrderView, act: Callable[[], object]) -> RefundView:
    """What became of a refund, with ``act`` done once the reader asks for the card."""
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(refunds.refund, lead, order.reference, reason="too small")
        while not asked_for(lead) and not running.done():
            time.sleep(0.01)  # the reader has no event to wait for
        act()
        (made,) = running.result()
    return made


def test_the_card_comes_again_and_gets_its_money(lead: Desk, paid: OrderView, simulator: Server) -> None:
    made = refunded_while(lead, paid, lambda: simulator.tap(READER, INTERAC))
    assert (made.stage, made.amount) == ("succeeded", paid.total)
    assert [book["refunded"] for book in simulator.books().values()] == [2500]


def test_another_card_gets_nothing(lead: Desk, paid: OrderView, simulator: Server) -> None:
    made = refunded_while(lead, paid, lambda: simulator.tap(READER, VISA))
    assert made.stage == "failed"
    assert [book["refunded"] for book in simulator.books().values()] == [0]
    assert card_refunds.follow_up(lead) == ()


def test_a_card_that_does_not_come_gets_nothing_and_the_reader_is_free(
    lead: Desk, paid: OrderView, simulator: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_person, "WAIT", 0.1)
    (made,) = refunds.refund(lead, paid.reference, reason="too small")
    assert (made.stage, made.notes) == ("failed", (because("refund_note.no_card"),))
    assert not asked_for(lead)
    assert [book["refunded"] for book in simulator.books().values()] == [0]


def test_a_desk_that_died_leaves_no_reader_asking(
    lead: Desk,
    paid: OrderView,
    simulator: Server,
    monkeypatch: pytest.MonkeyPatch,
    frozen_clock: FrozenClock,
) -> None:
    def die(_: float) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(time, "sleep", die)
        with pytest.raises(SystemExit):
            refunds.refund(lead, paid.reference, reason="too small")
    (told,) = card_refunds.follow_up(lead)
    assert (told.stage, asked_for(lead)) == ("unknown", True)  # its desk may be waiting for the card
    frozen_clock.advance(121)
    simulator.advance(121)
    (told,) = card_refunds.follow_up(lead)
    assert (told.stage, asked_for(lead)) == ("failed", False)
    assert [book["refunded"] for book in simulator.books().values()] == [0]
