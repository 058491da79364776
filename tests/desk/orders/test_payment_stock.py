"""A payment that takes long keeps its order's stock while it is shown, and never sells what is gone."""

from tests.desk.paying import OTHER_READER, READER, Watched, begin, rows
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Stage
from tui_pos.data.tables.registration import AddOn, OrderStatus
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import stock
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import because
from tui_pos.desk.orders.views import OrderView
from tui_pos.simulator import Server

LONGER_THAN_A_HOLD = 20 * 60


def last_hoodie(desk: Desk, name: str) -> OrderView:
    with connected():
        hoodie = AddOn.get(AddOn.slug == "hoodie")
        taken = stock.sold(desk.conference.id, clock.now()).get((ProductKind.ADDON, hoodie.id), 0)
        AddOn.update(total_quantity=taken + 1).where(AddOn.id == hoodie.id).execute()
    return checkout.sell(desk, [("hoodie", 1)], name=name)


def test_a_hold_that_ran_out_during_the_payment_is_not_charged_once_the_stock_is_sold(
    card_desk: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    slow = last_hoodie(card_desk, "Slow")
    watched = Watched(card_desk, begin(card_desk, slow).attempt_id)

    def sold_to_somebody_else() -> None:
        frozen_clock.advance(LONGER_THAN_A_HOLD)
        quick = checkout.sell(card_desk, [("hoodie", 1)], name="Quick")
        other = payments.begin(card_desk, quick.reference, OTHER_READER)
        Watched(card_desk, other.attempt_id, sent=lambda: simulator.tap(OTHER_READER)).run()
        simulator.tap(READER)

    watched._at = {"sent": sold_to_somebody_else}
    last = watched.run()
    assert last.stage is Stage.CANCELLED
    assert str(last.detail).startswith("not_charged.sold_out ")
    assert sorted(book["captured"] for book in simulator.books().values()) == [0, 5500]


def test_showing_the_prompt_again_holds_the_stock_for_longer(
    card_desk: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    order = last_hoodie(card_desk, "Slow")
    watched = Watched(card_desk, begin(card_desk, order).attempt_id)

    def late_and_declined() -> None:
        frozen_clock.advance(10 * 60)
        simulator.tap(READER, "4000000000009995")

    def again() -> None:
        watched._at["sent"] = later_and_good
        watched.control.retry()

    def later_and_good() -> None:
        frozen_clock.advance(10 * 60)
        until = rows(order)[0].hold_expires_at
        assert until is not None
        assert until > clock.now()
        simulator.tap(READER)

    watched._at = {"sent": late_and_declined, "declined": again}
    assert watched.run().stage is Stage.CAPTURED
    assert rows(order)[0].status == OrderStatus.PAID


def test_no_prompt_is_shown_for_an_order_that_is_gone(card_desk: Desk, simulator: Server) -> None:
    order = checkout.sell(card_desk, [("t-shirt", 1)], name="Ada")
    begun = begin(card_desk, order)
    with connected():
        row = rows(order)[0]
        row.status = OrderStatus.CANCELLED
        row.save()
    last = Watched(card_desk, begun.attempt_id).run()
    assert last.stage is Stage.CANCELLED
    assert last.detail == because("not_charged.ended", status="cancelled")
    assert card_desk.terminal.reader(READER).action is None
    assert [book["status"] for book in simulator.books().values()] == ["canceled"]
