"""The books against Stripe's: what is repaired, what is only told."""

from decimal import Decimal

import pytest

from tests.chaos.website import Website
from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, Watched, begin, paid
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import Order, OrderStatus, Payment
from tui_pos.desk import payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import because
from tui_pos.desk.orders.views import OrderView
from tui_pos.desk.refunds import refunds
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.tenders import cash
from tui_pos.simulator import Server


@pytest.fixture
def order(card_desk: Desk) -> OrderView:
    return checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron")


@pytest.fixture
def website(simulator: Server) -> Website:
    return Website(simulator.url)


def kinds(result: reconciliation.Reconciled) -> list[str]:
    return [mismatch.kind for mismatch in result.mismatches]


def lost(desk: Desk) -> dict[str, str]:
    """The metadata of a payment of this installation whose row is lost."""
    keys = {"conference": "demo", "order": "ORD-LOST", "attempt": "0" * 32, "station": "desk-1"}
    return {**keys, "installation": desk.installation}


def test_nothing_to_say(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    paid(card_desk, order, simulator)
    result = reconciliation.run(card_desk)
    assert (result.driven, result.mismatches, result.clean) == ((), (), True)


def test_unfinished_payments_are_driven_home_but_not_by_a_check(
    card_desk: Desk, order: OrderView, simulator: Server
) -> None:
    begun = begin(card_desk, order)
    watched = Watched(card_desk, begun.attempt_id)
    watched._at = {"sent": watched.control.detach}
    watched.run()
    simulator.tap(READER)
    checked = reconciliation.run(card_desk, check=True)
    assert (kinds(checked), checked.clean) == (["unfinished"], False)
    (book,) = simulator.books().values()
    assert book["captured"] == 0
    result = reconciliation.run(card_desk)
    assert [str(state.stage) for state in result.driven] == ["captured"]
    assert result.clean


def test_an_orphaned_hold_is_told_by_a_check_and_released_by_a_run(
    card_desk: Desk, simulator: Server
) -> None:
    keys = lost(card_desk)
    intent = card_desk.terminal.create_intent(4200, "usd", metadata=keys, key="lost")
    card_desk.terminal.process(READER, intent.id)
    simulator.tap(READER)
    checked = reconciliation.run(card_desk, check=True)
    assert (kinds(checked), checked.clean) == (["orphaned_hold"], False)
    assert simulator.books()[intent.id]["held"] == 4200
    result = reconciliation.run(card_desk)
    assert (kinds(result), result.clean) == (["orphaned_hold"], True)
    assert simulator.books()[intent.id]["held"] == 0
    assert reconciliation.run(card_desk).mismatches == ()


def test_captured_money_without_a_record_is_told_and_left_alone(card_desk: Desk, simulator: Server) -> None:
    keys = lost(card_desk)
    intent = card_desk.terminal.create_intent(4200, "usd", metadata=keys, key="lost")
    card_desk.terminal.process(READER, intent.id)
    simulator.tap(READER)
    card_desk.terminal.capture(intent.id, key="lost-too")
    result = reconciliation.run(card_desk)
    assert (kinds(result), result.clean) == (["captured_without_record"], False)
    assert simulator.books()[intent.id]["captured"] == 4200


def test_other_conferences_and_the_web_shop_are_none_of_our_business(
    card_desk: Desk, simulator: Server
) -> None:
    card_desk.terminal.create_intent(100, "usd", metadata={"order_id": "7"}, key="web")
    card_desk.terminal.create_intent(
        100, "usd", metadata={"conference": "other", "attempt": "1"}, key="other"
    )
    assert reconciliation.run(card_desk).mismatches == ()
    assert {book["status"] for book in simulator.books().values()} == {"requires_payment_method"}


def test_sums_that_differ_are_told(card_desk: Desk, order: OrderView, simulator: Server) -> None:
    last = paid(card_desk, order, simulator)
    with connected():
        row = Payment.get(Payment.order == last.order_id)
        Payment.update(amount=row.amount - 1).where(Payment.id == row.id).execute()
    result = reconciliation.run(card_desk, check=True)
    assert sorted(kinds(result)) == ["paid_short", "sums_differ"]
    with connected():
        Payment.update(amount=row.amount).where(Payment.id == row.id).execute()
        Order.update(status=OrderStatus.PAID).execute()
    assert reconciliation.run(card_desk, check=True).clean


def test_cash_for_an_order_that_is_cancelled_days_later_is_told(
    card_desk: Desk, order: OrderView, website: Website, frozen_clock: FrozenClock
) -> None:
    cash.take_cash(card_desk, order.reference, Decimal(20), Decimal(20))
    assert reconciliation.run(card_desk).clean
    frozen_clock.advance(6 * 24 * 3600)
    website.cancel_order(order.reference)
    (told,) = reconciliation.run(card_desk).mismatches
    assert (told.kind, told.reference, told.stripe) == ("paid_and_cancelled", order.reference, None)
    assert told.books == Decimal(20)


def test_an_order_paid_again_on_the_web_site_is_told_in_its_currency(
    card_desk: Desk, order: OrderView, simulator: Server, website: Website
) -> None:
    begun = payments.begin(card_desk, order.reference, READER, amount=Decimal(10))
    Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    website.pay_otherwise(order.reference)
    reasons = [each.reason for each in reconciliation.run(card_desk).mismatches]
    problem = because("payment.surplus", surplus=Decimal(10), currency="USD")
    assert because("needs_a_person", problem=problem) in reasons


def test_an_order_that_keeps_too_much_is_told_after_a_piece_went_back(
    card_desk: Desk, as_staff: AsStaff, website: Website
) -> None:
    """No card payment of a desk carries the word: cash and the web site paid it."""
    order = checkout.sell(card_desk, [("t-shirt", 2)], name="Ada Byron")
    cash.take_cash(card_desk, order.reference, Decimal(30), Decimal(30))
    website.pay_otherwise(order.reference)
    assert kinds(reconciliation.run(card_desk)) == ["paid_over"]
    refunds.refund(as_staff(card_desk, "lead"), order.reference, lines=[Piece("t-shirt", 1)])
    (told,) = reconciliation.run(card_desk).mismatches
    assert (told.kind, told.books) == ("paid_over", Decimal(55))
    assert told.reason == because("paid_over", total=Decimal(25), currency="USD")
