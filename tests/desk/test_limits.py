"""What a desk with something broken refuses, before anything is begun, and what of it goes on."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.desk.conftest import staff_called
from tests.desk.paying import READER, Watched
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt
from tui_pos.data.tables.registration import CheckIn, Order, Payment
from tui_pos.desk import payments
from tui_pos.desk.carts import cart, charges, checkout
from tui_pos.desk.checkin import checkin, redemption
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refused
from tui_pos.desk.limits import Limits, Stop
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search import find_orders, lookup, search
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders import cash, complimentary
from tui_pos.simulator import Server

CODE = "NOOR2026"
Act = Callable[[Desk, str], object]


def lead(desk: Desk) -> Desk:
    """The same desk with a supervisor at it."""
    return replace(desk, staff=staff_called("lead"))


SELLS: dict[str, Act] = {
    "cart": lambda desk, _: cart.start(desk),
    "sell": lambda desk, _: checkout.sell(desk, [("t-shirt", 1)]),
    "ad hoc": lambda desk, _: checkout.ad_hoc(desk, Decimal("5.00"), reason="cable"),
    "cash": lambda desk, order: cash.take_cash(desk, order, Decimal("25.00")),
    "gift": lambda desk, order: complimentary.give_free(lead(desk), order, "a speaker"),
    "card": lambda desk, order: payments.begin(desk, order, READER),
    "card by command": lambda desk, _: charges.begin_amount(desk, "5.00", READER, reason="cable"),
}
WRITES: dict[str, Act] = {
    "check-in": lambda desk, _: checkin.check_in(desk, CODE),
    "undo": lambda desk, _: checkin.undo_check_in(desk, CODE, "wrong one"),
    "hand-out": lambda desk, _: redemption.hand_out(desk, CODE, 1),
    "take back": lambda desk, _: redemption.undo_hand_out(desk, CODE, 1, "wrong one"),
    "refund": lambda desk, order: refunds.refund(lead(desk), order),
}
READS: dict[str, Act] = {
    "lookup": lambda desk, _: lookup.attendee(desk, CODE),
    "search": lambda desk, _: search.search(desk, "noor"),
    "order": lookup.order,
    "orders": lambda desk, _: find_orders.orders(desk),
    "hand-outs": lambda desk, _: redemption.hand_outs(desk, CODE),
}


@pytest.fixture
def order(card_desk: Desk) -> str:
    return checkout.sell(card_desk, [("t-shirt", 1)], name="Ada Byron").reference


def stop(desk: Desk, *stops: Stop) -> None:
    desk.limits.replace("test", {each: f"The {each} sentence." for each in stops})


def counts() -> list[int]:
    with connected():
        return [table.select().count() for table in (Order, Payment, Attempt, CheckIn)]


@pytest.mark.parametrize("act", [*SELLS, *WRITES])
def test_where_nothing_can_be_saved_nothing_is_begun(card_desk: Desk, order: str, act: str) -> None:
    stop(card_desk, Stop.SAVING)
    before = counts()
    with pytest.raises(Refused, match=r"^cannot_save\.found found=The cannot_save sentence\.$") as refused:
        (SELLS | WRITES)[act](card_desk, order)
    assert refused.value.code == "cannot_save"
    assert counts() == before


@pytest.mark.parametrize("act", SELLS)
def test_where_nothing_may_be_sold_no_money_is_taken(card_desk: Desk, order: str, act: str) -> None:
    stop(card_desk, Stop.SELLING)
    before = counts()
    with pytest.raises(Refused, match=r"^cannot_sell\.found found=The cannot_sell sentence\.$"):
        SELLS[act](card_desk, order)
    assert counts() == before


@pytest.mark.parametrize("stops", [[Stop.SAVING], [Stop.SELLING], [*Stop]])
def test_looking_goes_on(card_desk: Desk, order: str, stops: list[Stop]) -> None:
    stop(card_desk, *stops)
    for read in READS.values():
        read(card_desk, order)


def test_people_come_in_where_nothing_is_sold(card_desk: Desk, order: str) -> None:
    stop(card_desk, Stop.SELLING, Stop.CARDS, Stop.CARD_REFUNDS)
    assert checkin.check_in(card_desk, CODE).attendee.access_code == CODE
    assert lookup.order(card_desk, order).due


def test_without_cards_there_is_cash(card_desk: Desk, order: str) -> None:
    stop(card_desk, Stop.CARDS)
    for act in ("card", "card by command"):
        with pytest.raises(
            Refused, match=r"^cannot_take_cards\.found found=The cannot_take_cards sentence\.$"
        ):
            SELLS[act](card_desk, order)
    assert cash.take_cash(card_desk, order, Decimal("25.00")).remaining == 0
    assert refunds.refund(lead(card_desk), order)


def test_a_payment_that_is_under_way_is_brought_to_its_end(
    card_desk: Desk, order: str, simulator: Server
) -> None:
    begun = payments.begin(card_desk, order, READER)
    stop(card_desk, *Stop)
    watched = Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER))
    assert watched.run().stage == "captured"


def test_a_refund_to_a_card_is_refused_before_it_is_written(
    card_desk: Desk, order: str, simulator: Server
) -> None:
    begun = payments.begin(card_desk, order, READER)
    assert Watched(card_desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run().stage == "captured"
    stop(card_desk, Stop.CARD_REFUNDS)
    with pytest.raises(
        Refused, match=r"^cannot_refund_cards\.found found=The cannot_refund_cards sentence\.$"
    ):
        refunds.refund(lead(card_desk), order)
    assert receipt(card_desk, order).refunds == ()
    stop(card_desk)
    assert refunds.refund(lead(card_desk), order)


def test_limits_are_by_source_and_shared_by_the_desks_that_act_for_one() -> None:
    limits = Limits()
    assert (limits.worst, limits.why(Stop.CARDS)) == (None, "")
    limits.replace("one", {Stop.CARDS: "No right."})
    limits.replace("two", {Stop.SAVING: "No room.", Stop.CARDS: "No reader."})
    assert (limits.worst, limits.why(Stop.CARDS)) == (Stop.SAVING, "No right.")
    with pytest.raises(Refused, match=r"^cannot_save\.found found=No room\.$"):
        limits.refuse(Stop.SAVING, Stop.CARDS)
    limits.replace("two", {})
    assert limits.worst is Stop.CARDS
    limits.replace("one", {})
    limits.refuse(*Stop)
