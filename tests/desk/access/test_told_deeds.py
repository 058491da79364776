"""The log tells a deed when it is stored: not when it was undone, and once when it was repeated."""

import logging
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.desk.paying import begin, paid
from tui_pos.core import clock
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.registration import Order
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin import checkin
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import because
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import attempt_log as events
from tui_pos.desk.refunds import card_refunds, elsewhere, repairs
from tui_pos.simulator import Server


def sell(desk: Desk) -> OrderView:
    return checkout.sell(desk, [("t-shirt", 1)], name="Ada Byron")


def check_in(desk: Desk) -> None:
    checkin.check_in(desk, "NOOR2026")


def undo_check_in(desk: Desk) -> None:
    checkin.check_in(desk, "NOOR2026")
    checkin.undo_check_in(desk, "NOOR2026", "the wrong one")


def repair(desk: Desk) -> None:
    before = because("standing", status="paid")
    order = Order.get(Order.reference == sell(desk).reference)
    repairs.record(desk, order, repairs.RepairKind.WEB_SITE, before)


def event(desk: Desk) -> None:
    events.note(desk, begin(desk, sell(desk)).attempt_id, "created", "a word")


DEEDS: dict[str, tuple[Callable[[Desk], object], str]] = {
    "order": (sell, "with 1 lines"),
    "check-in": (check_in, "checked in by"),
    "undone check-in": (undo_check_in, "undo_check_in, order"),
    "repair": (repair, "repaired: web_site"),
    "event": (event, "attempt"),
}


@pytest.mark.parametrize("kind", DEEDS)
def test_a_deed_is_told_once_it_is_stored(
    card_desk: Desk, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    act, words = DEEDS[kind]
    caplog.set_level(logging.INFO, "tui_pos.desk")

    def undone() -> None:
        act(card_desk)
        raise LookupError

    with pytest.raises(LookupError):
        run_tx(undone)
    assert words not in caplog.text
    run_tx(lambda: act(card_desk))
    assert words in caplog.text


def test_a_refund_is_told_once_it_is_stored(
    lead: Desk, simulator: Server, caplog: pytest.LogCaptureFixture
) -> None:
    intent_id = paid(lead, sell(lead), simulator).intent_id
    simulator.dashboard_refund(intent_id, None)
    (said,) = lead.terminal.refunds_created(clock.now() - timedelta(days=1))
    with connected():
        card = elsewhere.cards_of(lead, [intent_id])[intent_id]
    caplog.set_level(logging.INFO, "tui_pos.desk")

    def undone() -> None:
        assert card_refunds.book_said(lead, card, said)
        raise LookupError

    with pytest.raises(LookupError):
        run_tx(undone)
    assert "refund" not in caplog.text
    run_tx(lambda: card_refunds.book_said(lead, card, said))
    assert f"succeeded, {said.id}" in caplog.text
