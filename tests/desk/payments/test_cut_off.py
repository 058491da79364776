"""A database that fails in the middle of a card payment: what is said of the card is what is true of it."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.desk.paying import READER, Watched, begin
from tests.fixtures.databases import FrozenClock
from tests.fixtures.failing import Ill, failing
from tests.fixtures.postgresql import PostgresqlServer
from tui_pos.data.connection import is_sqlite
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.payments import CutOff, PaymentState, Stage
from tui_pos.desk.payments.cut_off import CardState
from tui_pos.desk.payments.notices import Notice
from tui_pos.desk.search import lookup
from tui_pos.simulator import Server

ILLS = pytest.mark.parametrize("ill", list(Ill))


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], attendee_code="NOOR2026")


@pytest.fixture
def cut(
    card_desk: Desk, order: OrderView, postgresql_server: PostgresqlServer, simulator: Server
) -> Callable[..., CutOff]:
    """Fails the database when the payment is at ``stage``, after ``first``; what the desk then says."""

    def run(ill: Ill, stage: Stage, first: Callable[[PaymentState], object]) -> CutOff:
        if ill is Ill.FULL and is_sqlite():
            ill = Ill.READ_ONLY  # a page with room left is written on a full disk too
        attempt_id = begin(card_desk, order).attempt_id
        states = payments.watch(card_desk, attempt_id)
        state = next(each for each in states if each.stage is stage)
        with failing(postgresql_server, ill):
            first(state)
            with pytest.raises(CutOff) as said:
                list(states)
            assert lookup.attendee(card_desk, "NOOR2026").access_code == "NOOR2026"
        values = said.value.reason.values
        assert (values["amount"], values["currency"]) == (Decimal("25.00"), "USD")
        assert str(values["cause"]).startswith(f"{ill} (")
        assert "nothing was changed" not in str(values["cause"])
        return said.value

    del simulator
    return run


def finish(desk: Desk) -> PaymentState:
    """The payment taken up again, to its end."""
    (found,) = payments.unfinished(desk)
    return Watched(desk, found.attempt_id).run()


@pytest.mark.thorough
@ILLS
def test_nobody_can_pay_at_a_reader_whose_desk_cannot_note_it(
    cut: Callable[..., CutOff],
    card_desk: Desk,
    frozen_clock: FrozenClock,
    ill: Ill,
) -> None:
    said = cut(ill, Stage.SENT, lambda _: frozen_clock.advance(16))
    assert said.card == CardState.WITHDRAWN
    assert card_desk.terminal.reader(READER).action is None
    again = payments.watch(card_desk, payments.unfinished(card_desk)[0].attempt_id)
    assert [state.notice for state in again][-1] == Notice.READER_IDLE


@pytest.mark.thorough
@ILLS
def test_a_card_that_was_approved_meanwhile_is_said_and_taken_once(
    cut: Callable[..., CutOff], card_desk: Desk, simulator: Server, ill: Ill
) -> None:
    said = cut(ill, Stage.SENT, lambda _: simulator.tap(READER))
    assert said.card == CardState.HELD
    assert finish(card_desk).stage is Stage.CAPTURED
    assert [book["captured"] for book in simulator.books().values()] == [2500]


@pytest.mark.thorough
@ILLS
def test_a_card_that_is_being_read_is_waited_for(
    cut: Callable[..., CutOff], card_desk: Desk, simulator: Server, ill: Ill
) -> None:
    said = cut(ill, Stage.SENT, lambda _: simulator.tap(READER, hold=True))
    assert said.card == CardState.READING
    simulator.finish(READER)
    assert finish(card_desk).stage is Stage.CAPTURED


@pytest.mark.thorough
@ILLS
def test_money_that_was_taken_is_said_though_nobody_noted_it(
    cut: Callable[..., CutOff], card_desk: Desk, simulator: Server, ill: Ill
) -> None:
    def capture(state: PaymentState) -> None:
        simulator.tap(READER)
        card_desk.terminal.capture(state.intent_id, key="somebody-else")

    said = cut(ill, Stage.SENT, capture)
    assert said.card == CardState.CHARGED
    assert finish(card_desk).stage is Stage.CAPTURED
    assert [book["captured"] for book in simulator.books().values()] == [2500]


def test_before_the_reader_was_asked_it_says_so(cut: Callable[..., CutOff]) -> None:
    assert cut(Ill.READ_ONLY, Stage.CREATED, lambda _: None).card == CardState.NOT_ASKED


def test_without_stripe_nobody_can_say(cut: Callable[..., CutOff], simulator: Server) -> None:
    def away(_: PaymentState) -> None:
        simulator.tap(READER)
        simulator.fault("cut_before", "GET /v1/payment_intents/*", times=20)

    assert cut(Ill.READ_ONLY, Stage.SENT, away).card == CardState.UNKNOWN
