"""A cart on the reader's own display: a courtesy that never stands beside a payment."""

import threading

from tests.desk.paying import OTHER_READER, READER, Watched, begin
from tui_pos.desk import leases
from tui_pos.desk.carts import cart, checkout, reader_display
from tui_pos.desk.carts.cart_view import CartView
from tui_pos.desk.context import Desk
from tui_pos.desk.known_readers import ReaderState
from tui_pos.desk.payments import CommandQueue, Stage, readers, watch
from tui_pos.desk.payments.transitions import display_lease
from tui_pos.simulator import Server


def filled(desk: Desk, reader: str = READER) -> CartView:
    """A cart with two shirts, at a station with a reader."""
    readers.remember_reader(desk, reader, "Front")
    sale = cart.start(desk, name="Ada Byron")
    return cart.add(desk, sale.sale_id, "t-shirt", 2)


def action(desk: Desk, reader: str = READER) -> str:
    """What the reader does."""
    found = desk.terminal.reader(reader).action
    return found.type if found is not None else ""


def test_the_cart_is_shown_and_taken_away(card_desk: Desk) -> None:
    assert reader_display.show(card_desk, filled(card_desk))
    assert action(card_desk) == "set_reader_display"
    assert reader_display.clear(card_desk)
    assert action(card_desk) == ""


def test_a_reader_that_shows_a_cart_is_ready_for_its_payment(card_desk: Desk) -> None:
    assert reader_display.show(card_desk, filled(card_desk))
    (shown,) = [row for row in readers.readers(card_desk) if row.id == READER]
    assert shown.state is ReaderState.READY
    assert readers.preselect(readers.readers(card_desk), READER) == READER


def test_without_a_reader_or_an_account_nothing_is_asked(card_desk: Desk, desk: Desk) -> None:
    assert not reader_display.show(desk, filled(desk))
    readers.remember_reader(card_desk, "", "")
    assert not reader_display.clear(card_desk)


def test_a_live_payment_is_left_alone(card_desk: Desk, simulator: Server) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)], name="Bo")
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)

    def try_to_show() -> None:
        assert not reader_display.show(card_desk, filled(card_desk))
        assert not reader_display.clear(card_desk)
        assert action(card_desk) == "process_payment_intent"
        simulator.tap(READER)

    watched._at = {"sent": try_to_show}
    assert watched.run().stage is Stage.CAPTURED


def test_a_shown_cart_gives_way_to_the_payment(card_desk: Desk, simulator: Server) -> None:
    reader_display.show(card_desk, filled(card_desk))
    order = checkout.sell(card_desk, [("t-shirt", 1)], name="Bo")
    begun = begin(card_desk, order)
    assert (
        Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run().stage is Stage.CAPTURED
    )


def test_a_payment_waits_until_a_cart_that_is_being_shown_stands_there(card_desk: Desk) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)], name="Bo")
    begun = begin(card_desk, order)
    assert leases.take(display_lease(READER), "somebody", 60)
    sent = threading.Event()
    control = CommandQueue()

    def worker() -> None:
        for state in watch(card_desk, begun.attempt_id, control):
            if state.stage is Stage.SENT:
                sent.set()
                control.cancel()

    driving = threading.Thread(target=worker)
    driving.start()
    assert not sent.wait(0.5)
    assert action(card_desk) == ""
    leases.drop(display_lease(READER), "somebody")
    assert sent.wait(10)
    driving.join(10)


def test_a_reader_that_does_not_answer_stops_nobody(card_desk: Desk, simulator: Server) -> None:
    simulator.set_reader(OTHER_READER, "offline")
    assert not reader_display.show(card_desk, filled(card_desk, OTHER_READER))
    assert leases.take(display_lease(OTHER_READER), "somebody", 1)
