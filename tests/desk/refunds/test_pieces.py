"""Pieces that went back: free again, refused at the door and at hand-out, and back again when it failed."""

from decimal import Decimal

import pytest

from tests.desk.paying import READER, Watched
from tests.desk.selling import everything, items, order_row
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.registration import AddOn, Attendee, OrderLine, Payment, ProductRedemption
from tui_pos.desk import payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.catalogue import pricing_inputs, stock
from tui_pos.desk.catalogue.pricing import ProductKind
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.checkin.guest_tickets import register_companion, unnamed_tickets
from tui_pos.desk.checkin.redemption import hand_out, hand_outs
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.refunds import card_refunds, refunds
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.search import lookup
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.simulator import Server

D = Decimal
REFUND_FAILS_LATER = "4000000000005126"


def sold(
    desk: Desk, wanted: str, simulator: Server | None = None, card: str = "visa", code: str | None = None
) -> str:
    """A paid order: in cash, or by card where there is a simulator."""
    placed = checkout.sell(desk, items(wanted), attendee_code=code, name="" if code else "Ada Byron")
    if simulator is None:
        take_cash(desk, placed.reference, placed.total)
    else:
        begun = payments.begin(desk, placed.reference, READER)
        Watched(desk, begun.attempt_id, sent=lambda: simulator.tap(READER, card)).run()
    return placed.reference


def sold_of(desk: Desk, slug: str) -> int:
    """How many pieces of a product are taken."""
    with connected():
        addon = AddOn.get(AddOn.slug == slug)
        return stock.sold(desk.conference.id, clock.now()).get((ProductKind.ADDON, addon.id), 0)


def line(reference: str, slug: str) -> OrderLine:
    with connected():
        found = OrderLine.select().where(OrderLine.order == order_row(reference).id)
        (row,) = [each for each in found if slug in ((each.addon or each.ticket_type).slug,)]
        return row


def code_of(reference: str) -> str:
    with connected():
        return str(Attendee.get(Attendee.order == order_row(reference).id).access_code)


def refused(act: object, *arguments: object, **more: object) -> str:
    """The code of a refusal that wrote nothing."""
    before = everything()
    with pytest.raises(Refusal) as caught:
        act(*arguments, **more)  # type: ignore[operator]
    assert everything() == before
    return caught.value.code


def test_a_piece_that_went_back_is_free_again(lead: Desk) -> None:
    before = sold_of(lead, "hoodie")
    reference = sold(lead, "hoodie*2")
    assert sold_of(lead, "hoodie") == before + 2
    refunds.refund(lead, reference, lines=[Piece("hoodie")])
    assert sold_of(lead, "hoodie") == before + 1
    row = line(reference, "hoodie")
    assert (row.quantity, row.line_total, order_row(reference).total) == (1, D(55), D(55))


def test_a_ticket_that_went_back_admits_nobody(lead: Desk) -> None:
    reference = sold(lead, "day-pass*2 t-shirt")
    ada = code_of(reference)
    mary = register_companion(lead, reference, "Mary").access_code
    check_in(lead, mary)
    refunds.refund(lead, reference, lines=[Piece("day-pass", badge=ada)])
    assert lookup.attendee(lead, ada).verdict.key == "refunded.ticket"
    assert refused(check_in, lead, ada) == "refunded"
    assert lookup.attendee(lead, mary).registered
    assert unnamed_tickets(lead, reference) == 0
    # What they bought beside the ticket is still theirs.
    (shirt,) = hand_outs(lead, ada)
    assert hand_out(lead, ada, shirt.line_id).left == 0
    with connected():
        assert Attendee.get(Attendee.access_code == ada).order_id is None
    again = checkout.sell(lead, items("day-pass"), attendee_code=ada)
    take_cash(lead, again.reference, again.total)
    assert check_in(lead, ada).first


def test_whose_ticket_is_asked_only_where_it_matters(lead: Desk) -> None:
    reference = sold(lead, "day-pass*3")
    ada = code_of(reference)
    mary = register_companion(lead, reference, "Mary").access_code
    refunds.refund(lead, reference, lines=[Piece("day-pass")])  # the one without a name
    assert lookup.attendee(lead, ada).registered
    assert lookup.attendee(lead, mary).registered
    assert refused(refunds.refund, lead, reference, lines=[Piece("day-pass")]) == "badge_required"
    refunds.refund(lead, reference, lines=[Piece("day-pass", 2)])
    assert {lookup.attendee(lead, code).verdict.code for code in (ada, mary)} == {"refunded"}
    assert order_row(reference).status == "refunded"


def test_what_was_handed_out_is_asked_about(lead: Desk) -> None:
    reference = sold(lead, "t-shirt*3", code="NOOR2026")
    shirts = line(reference, "t-shirt")
    hand_out(lead, "NOOR2026", shirts.id, 2)
    refunds.refund(lead, reference, lines=[Piece("t-shirt")])  # the one that lies here still
    assert refused(refunds.refund, lead, reference, lines=[Piece("t-shirt")]) == "handed_out"
    refunds.refund(lead, reference, lines=[Piece("t-shirt")], came_back=True)
    with connected():
        assert ProductRedemption.select().where(ProductRedemption.order_line == shirts.id).count() == 1
    assert refused(hand_out, lead, "NOOR2026", shirts.id) == "handed_out"
    refunds.refund(lead, reference, lines=[Piece(str(shirts.id))], came_back=True)
    assert refused(hand_out, lead, "NOOR2026", shirts.id) == "refunded"


def test_nothing_is_handed_out_of_what_may_be_going_back(lead: Desk, simulator: Server) -> None:
    reference = sold(lead, "day-pass t-shirt*2 lunch", simulator)
    ada = code_of(reference)
    shirts, lunch = (line(reference, slug).id for slug in ("t-shirt", "lunch"))
    simulator.fault("answer_lost", "POST /v1/refunds", times=3)
    refunds.refund(lead, reference, lines=[Piece("t-shirt"), Piece("day-pass")])
    assert refused(check_in, lead, ada) == "refund_open"
    assert lookup.attendee(lead, ada).verdict.key == "refund_open.ticket"
    assert refused(hand_out, lead, ada, shirts, 2) == "refund_open"
    assert hand_out(lead, ada, shirts).left == 0
    assert hand_out(lead, ada, lunch).left == 0
    assert refused(refunds.refund, lead, reference, lines=[Piece("lunch")]) == "refund_open"
    (done,) = card_refunds.follow_up(lead)
    assert done.stage == "succeeded"
    assert refused(check_in, lead, ada) == "refunded"


def test_an_open_refund_of_everything_holds_everything_back(lead: Desk, simulator: Server) -> None:
    reference = sold(lead, "day-pass t-shirt", simulator)
    ada, shirt = code_of(reference), line(reference, "t-shirt").id
    simulator.fault("answer_lost", "POST /v1/refunds", times=3)
    refunds.refund(lead, reference)
    assert refused(check_in, lead, ada) == "refund_open"
    assert refused(hand_out, lead, ada, shirt) == "refund_open"
    card_refunds.follow_up(lead)
    assert refused(check_in, lead, ada) == "refunded"


def state(reference: str) -> object:
    """What django-program sees of an order."""
    with connected():
        order = order_row(reference)
        lines = OrderLine.select().where(OrderLine.order == order.id).order_by(OrderLine.id)
        paid = Payment.select().where(Payment.order == order.id).order_by(Payment.id)
        holders = Attendee.select().where(Attendee.order == order.id)
        return (
            (order.status, order.subtotal, order.discount_amount, order.total),
            [(row.quantity, row.line_total, row.discount_amount) for row in lines],
            [(row.method, row.status, row.amount) for row in paid],
            [(row.access_code, row.completed_registration) for row in holders],
        )


WAYS_BACK = {
    "a ticket": {"lines": [Piece("day-pass")]},
    "a piece": {"lines": [Piece("t-shirt")]},
    "an amount": {"amount": D("7.77"), "reason": "late"},
    "all of it": {},
}


@pytest.mark.parametrize("way", WAYS_BACK)
def test_a_refund_that_fails_later_puts_everything_back(
    way: str, lead: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    reference = sold(lead, "day-pass t-shirt*2", simulator, REFUND_FAILS_LATER)
    before, ada = state(reference), code_of(reference)
    (made,) = refunds.refund(lead, reference, **WAYS_BACK[way])  # type: ignore[arg-type]
    assert made.stage in ("succeeded", "pending")
    assert state(reference) != before
    simulator.advance(100)
    frozen_clock.advance(100)
    reconciliation.run(lead)
    assert state(reference) == before
    assert lookup.attendee(lead, ada).registered
    view = receipt(lead, reference)
    assert ([each.stage for each in view.refunds], view.kept) == (["failed"], view.received)


def test_one_of_two_refunds_that_fails_gives_back_its_own_part_alone(
    lead: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    """The payment had gone back whole; then a part of it is kept again."""
    reference = sold(lead, "t-shirt*2", simulator, REFUND_FAILS_LATER)
    refunds.refund(lead, reference, D(20), reason="late")
    refunds.refund(lead, reference)
    simulator.advance(100)
    frozen_clock.advance(100)
    reconciliation.run(lead)
    with connected():
        found = balance(order_row(reference))
        succeeded = Payment.select().where(
            Payment.order == order_row(reference).id, Payment.status == "succeeded"
        )
        assert sum(row.amount for row in succeeded) == found.kept == order_row(reference).total


def test_the_receipt_is_of_what_was_bought_and_what_became_of_it(lead: Desk, simulator: Server) -> None:
    placed = checkout.sell(lead, items("t-shirt*2 hoodie"), attendee_code="NOOR2026", voucher="TENOFF")
    begun = payments.begin(lead, placed.reference, READER, amount=D(50))
    Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    take_cash(lead, placed.reference, D("44.50"))
    before = receipt(lead, placed.reference)
    refunds.refund(lead, placed.reference, lines=[Piece("t-shirt")], reason="too small")
    refunds.refund(lead, placed.reference, D("30.00"), reason="stain")
    view = receipt(lead, placed.reference)
    assert view.bought == before.bought
    assert [(each.label, each.amount) for each in view.payments] == [
        ("Visa 4242", D("50.00")),
        ("Cash", D("44.50")),
    ]
    assert [(each.tender, each.amount, each.reason, len(each.pieces)) for each in view.refunds] == [
        ("cash", D("22.50"), "too small", 1),
        ("cash", D("22.00"), "stain", 0),
        ("card", D("8.00"), "stain", 0),
    ]
    assert (view.received, view.given_back, view.kept) == (D("94.50"), D("52.50"), D("42.00"))
    assert view.order.total == view.kept


def test_a_ticket_that_went_back_is_no_ticket_for_rules(lead: Desk) -> None:
    reference = sold(lead, "regular t-shirt")
    ada = code_of(reference)
    with connected():
        user = Attendee.get(Attendee.access_code == ada).user_id
        assert pricing_inputs.load(lead.conference.id, user, None).owned
    refunds.refund(lead, reference, lines=[Piece("regular")])
    with connected():
        found = pricing_inputs.load(lead.conference.id, user, None)
    assert (found.owned, found.admitted) == ({}, frozenset())
