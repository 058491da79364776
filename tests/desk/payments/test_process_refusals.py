"""A reader that is not made to show a payment: it is read before anybody says that nothing was charged."""

from collections.abc import Callable

import pytest

from tests.desk.paying import OTHER_READER, READER, Watched, begin, rows
from tui_pos.data.tables.desk import Stage
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import CommandQueue, PaymentState
from tui_pos.desk.payments.notices import Notice
from tui_pos.simulator import Server
from tui_pos.simulator.server.trace import HttpExchange
from tui_pos.ui.messages.notices import NOTICE_WORDS

NOTHING = "Nothing was charged"


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], attendee_code="NOOR2026")


def paths(exchanges: list[HttpExchange]) -> list[str]:
    """What was asked of Stripe, oldest first, by the last word of its path."""
    return [f"{each.method} {each.path.rsplit('/', 1)[-1]}" for each in exchanges]


def up_to_the_obstacle(desk: Desk, order: OrderView) -> PaymentState:
    last = Watched(desk, begin(desk, order).attempt_id)
    for state in last._states:
        if state.stuck or not state.live:
            return state
    raise AssertionError("the watch ended without an obstacle")


@pytest.mark.parametrize(
    ("status", "code", "notice"),
    [
        (400, "terminal_reader_busy", Notice.READER_BUSY),
        (400, "terminal_reader_offline", Notice.READER_OFFLINE),
        (400, "intent_invalid_state", Notice.REFUSED),
        (400, "terminal_reader_hardware_fault", Notice.READER_OFFLINE),
        (403, None, Notice.MISCONFIGURED),
    ],
)
def test_the_payment_is_read_before_nothing_was_charged_is_said(
    card_desk: Desk,
    order: OrderView,
    simulator: Server,
    exchanges: list[HttpExchange],
    status: int,
    code: str | None,
    notice: Notice,
) -> None:
    simulator.refuse("process", status, code)
    state = up_to_the_obstacle(card_desk, order)
    assert (state.notice, told(state).startswith(NOTHING)) == (notice, True)
    asked = paths(exchanges)
    refused = asked.index("POST process_payment_intent")
    assert asked[refused + 1] == f"GET {state.intent_id}"


@pytest.mark.parametrize("code", ["terminal_reader_busy", "intent_invalid_state"])
@pytest.mark.parametrize("fault", ["cut_before", "error_500"])
def test_what_could_not_be_read_is_not_called_uncharged(
    card_desk: Desk, order: OrderView, simulator: Server, code: str, fault: str
) -> None:
    simulator.refuse("process", 400, code, times=1)
    simulator.fault(fault, "GET /v1/payment_intents/*", times=1000)
    begun = begin(card_desk, order)
    said = [told(state) for state in payments.watch(card_desk, begun.attempt_id, CommandQueue(), seconds=0.5)]
    assert uncharged(said) == []
    simulator.clear_faults()
    last = next(
        state
        for state in payments.watch(card_desk, begun.attempt_id, CommandQueue())
        if state.stuck or state.card
    )
    assert uncharged([told(last)]) == [told(last)], "now it was read"
    again = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER))
    again.control.retry()
    assert again.run().stage is Stage.CAPTURED


def told(state: PaymentState) -> str:
    """What a person is told to do."""
    return NOTICE_WORDS[state.notice].advice


def uncharged(said: list[str]) -> list[str]:
    """What of it says that no money was taken."""
    return [each for each in said if "nothing was charged" in each.lower()]


def approved_elsewhere(desk: Desk, state: PaymentState, simulator: Server) -> None:
    """The card was taken by the reader that the desk believes to be silent."""
    desk.terminal.process(OTHER_READER, state.intent_id)
    simulator.tap(OTHER_READER)


def break_process(simulator: Server) -> None:
    simulator.refuse("process", 400, "terminal_reader_busy")


def lose_the_reader(simulator: Server) -> None:
    simulator.refuse("reader", 404, "resource_missing")


def silence_the_reader(simulator: Server) -> None:
    simulator.fault("cut_before", f"GET /v1/terminal/readers/{READER}", times=1000)


def nothing(_: Server) -> None:
    """Stripe itself refuses to process a payment that is authorised."""


@pytest.mark.parametrize("failure", [nothing, break_process, lose_the_reader, silence_the_reader])
def test_a_second_try_on_a_payment_that_was_paid_meanwhile_is_told_as_paid(
    card_desk: Desk,
    order: OrderView,
    simulator: Server,
    failure: Callable[[Server], None],
) -> None:
    """Enter after an obstacle: what keeps it from the reader now says nothing of the try before."""
    simulator.set_reader(READER, "offline")
    begun = begin(card_desk, order)
    control, said = CommandQueue(), []
    states = payments.watch(card_desk, begun.attempt_id, control)
    for state in states:
        if state.stuck:
            break
    simulator.set_reader(READER, "online")
    approved_elsewhere(card_desk, state, simulator)
    failure(simulator)
    control.retry()
    for state in states:
        said.append(told(state))
        if not state.live:
            break
    assert state.stage is Stage.CAPTURED
    assert uncharged(said) == []
    assert rows(order)[0].status == "paid"
