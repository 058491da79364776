"""Exchanges: another size, another ticket, the difference paid or given back; the badge stays what it is."""

from decimal import Decimal

import pytest

from tests.desk.paying import READER, Watched
from tests.desk.selling import everything, items, order_row
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import CashMovement
from tui_pos.data.tables.registration import Attendee, Credit, Payment
from tui_pos.desk import payments, reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.checkin.guest_tickets import register_companion
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.refunds import refunds
from tui_pos.desk.refunds.exchanges import exchange, terms
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.search import lookup
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server

D = Decimal


def by_cash(desk: Desk, wanted: str, code: str | None = None, **more: str) -> str:
    placed = checkout.sell(desk, items(wanted), attendee_code=code, **more)
    take_cash(desk, placed.reference, placed.total)
    return placed.reference


def by_card(desk: Desk, wanted: str, simulator: Server, code: str | None = None) -> str:
    placed = checkout.sell(desk, items(wanted), attendee_code=code)
    begun = payments.begin(desk, placed.reference, READER)
    Watched(desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    return placed.reference


def drawer() -> Decimal:
    with connected():
        moves = list(CashMovement.select())
    return D(sum(move.amount if move.kind == "sale" else -move.amount for move in moves)) / 100


def test_an_even_exchange_moves_the_value_and_nothing_else(lead: Desk) -> None:
    reference = by_cash(lead, "t-shirt*2", "NOOR2026")
    before = drawer()
    done = exchange(lead, reference, Piece("t-shirt"), "t-shirt", reason="too small")
    assert (done.value, done.credit, done.due, done.refunds) == (D(25), D(25), D(0), ())
    assert (done.old.status, done.old.paid, done.new.status, done.new.paid) == (
        "partially_refunded",
        D(25),
        "paid",
        D(25),
    )
    assert drawer() == before
    (refund,) = receipt(lead, reference).refunds
    assert (refund.tender, refund.amount, refund.reason) == ("credit", D(25), "too small")
    assert [(piece.description, piece.quantity) for piece in refund.pieces] == [("T-Shirt", 1)]


def test_what_costs_more_is_paid_on_the_new_order(lead: Desk) -> None:
    reference = by_cash(lead, "t-shirt", "NOOR2026")
    before = everything()
    assert terms(lead, reference, Piece("t-shirt"), "hoodie").due == D(30)
    assert everything() == before
    done = exchange(lead, reference, Piece("t-shirt"), "hoodie", key="dialog-1")
    assert (done.old.status, done.new.status, done.due) == ("refunded", "pending", D(30))
    after = everything()
    again = exchange(lead, reference, Piece("t-shirt"), "hoodie", key="dialog-1")
    assert (again.new.reference, again.due, again.credit) == (done.new.reference, D(30), D(25))
    assert everything() == after
    assert take_cash(lead, done.new.reference, D(30)).order.status == "paid"
    assert drawer() == D(55)


def test_what_costs_less_is_given_back_the_way_it_came(lead: Desk, simulator: Server) -> None:
    reference = by_card(lead, "hoodie", simulator, "NOOR2026")
    assert terms(lead, reference, Piece("hoodie"), "t-shirt").back == D(30)
    done = exchange(lead, reference, Piece("hoodie"), "t-shirt")
    assert [(view.tender, view.amount, view.stage) for view in done.refunds] == [("card", D(30), "succeeded")]
    assert (done.old.status, done.new.status) == ("refunded", "paid")
    (book,) = simulator.books().values()
    assert (book["captured"], book["refunded"]) == (5500, 3000)
    # The rest is still that card's money: refunding the new order gives it back there.
    (last,) = refunds.refund(lead, done.new.reference)
    assert (last.tender, last.amount, last.stage) == ("card", D(25), "succeeded")
    (book,) = simulator.books().values()
    assert (book["captured"], book["refunded"]) == (5500, 5500)
    assert order_row(done.new.reference).status == "refunded"


def test_cash_of_an_exchange_comes_out_of_the_drawer_again(lead: Desk) -> None:
    reference = by_cash(lead, "t-shirt", "NOOR2026")
    done = exchange(lead, reference, Piece("t-shirt"), "t-shirt")
    twice = exchange(lead, done.new.reference, Piece("t-shirt"), "t-shirt")
    (made,) = refunds.refund(lead, twice.new.reference)
    assert (made.tender, made.amount, drawer()) == ("cash", D(25), D(0))


def test_a_ticket_keeps_its_badge_and_admits_once_it_is_paid(lead: Desk) -> None:
    reference = by_cash(lead, "day-pass", name="Ada Byron", email="ada@example.org")
    with connected():
        code = Attendee.get(Attendee.order == order_row(reference).id).access_code
    admits_no_more = {
        to: terms(lead, reference, Piece("day-pass"), to).admits_no_more for to in ("regular", "hoodie")
    }
    assert admits_no_more == {"regular": False, "hoodie": True}
    done = exchange(lead, reference, Piece("day-pass"), "regular")
    assert done.due == D(229)
    with pytest.raises(Refusal) as caught:
        check_in(lead, code)
    assert caught.value.code == "owes"
    take_cash(lead, done.new.reference, D(229))
    person = lookup.attendee(lead, code)
    assert (person.registered, person.order and person.order.reference) == (True, done.new.reference)
    assert check_in(lead, code).first


def test_a_companions_ticket_stays_the_companions(lead: Desk) -> None:
    reference = by_cash(lead, "day-pass*2", name="Ada Byron")
    mary = register_companion(lead, reference, "Mary").access_code
    with pytest.raises(Refusal, match=r"^badge_required "):
        exchange(lead, reference, Piece("day-pass"), "regular")
    done = exchange(lead, reference, Piece("day-pass", badge=mary), "regular")
    assert lookup.attendee(lead, mary).verdict.code == "refunded"
    take_cash(lead, done.new.reference, done.due)
    assert lookup.attendee(lead, mary).registered
    with connected():
        holders = list(Attendee.select().where(Attendee.order == done.new.id))
        assert [each.access_code for each in holders] == [mary]


def test_not_paying_leaves_the_value_as_credit(lead: Desk) -> None:
    reference = by_cash(lead, "t-shirt", "NOOR2026")
    done = exchange(lead, reference, Piece("t-shirt"), "hoodie")
    assert checkout.cancel_order(lead, done.new.reference).status == "cancelled"
    assert lookup.attendee(lead, "NOOR2026").credits_total == D(25)
    other = checkout.sell(lead, items("t-shirt"), attendee_code="NOOR2026")
    assert use_credit(lead, other.reference).order.status == "paid"


def test_what_was_bought_online_is_exchanged_but_not_paid_out(lead: Desk) -> None:
    online = "ORD-DEMO0001"
    before = everything()
    with pytest.raises(Refusal) as caught:
        exchange(lead, online, Piece("regular"), "day-pass")
    assert caught.value.code == "paid_online"
    assert everything() == before
    assert exchange(lead, online, Piece("regular"), "regular").new.status == "paid"
    assert lookup.attendee(lead, "NOOR2026").registered


BAD = (
    (Piece("hoodie"), "t-shirt", 1, "line_not_found"),
    (Piece("t-shirt", 3), "t-shirt", 1, "too_many"),
    (Piece("t-shirt", 0), "t-shirt", 1, "invalid_quantity"),
    (Piece("t-shirt"), "no-such-thing", 1, "product_not_found"),
    (Piece("t-shirt"), "mug", 1, "sold_out"),
    (Piece("t-shirt"), "t-shirt", 0, "invalid_quantity"),
)


@pytest.mark.parametrize(("piece", "slug", "quantity", "code"), BAD)
def test_bad_exchanges_write_nothing(piece: Piece, slug: str, quantity: int, code: str, lead: Desk) -> None:
    reference = by_cash(lead, "t-shirt*2", "NOOR2026")
    before = everything()
    with pytest.raises(Refusal) as caught:
        exchange(lead, reference, piece, slug, quantity)
    assert caught.value.code == code
    assert everything() == before


def test_payments_and_records_of_an_exchange_are_one_to_one(lead: Desk, simulator: Server) -> None:
    """So each knows where its money came from."""
    placed = checkout.sell(lead, items("hoodie"), attendee_code="NOOR2026")
    begun = payments.begin(lead, placed.reference, READER, amount=D(35))
    Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    take_cash(lead, placed.reference, D(20))
    done = exchange(lead, placed.reference, Piece("hoodie"), "hoodie")
    with connected():
        paid = list(Payment.select().where(Payment.order == done.new.id).order_by(Payment.id))
        records = list(Credit.select().where(Credit.applied_to_order == done.new.id).order_by(Credit.id))
    assert [each.amount for each in paid] == [each.amount for each in records] == [D(20), D(35)]
    made = refunds.refund(lead, done.new.reference)
    assert [(view.tender, view.amount) for view in made] == [("card", D(35)), ("cash", D(20))]


def test_the_books_agree_with_stripe_wherever_the_cards_money_went(lead: Desk, simulator: Server) -> None:
    reference = by_card(lead, "t-shirt*2 lunch", simulator)
    first = exchange(lead, reference, Piece("t-shirt"), "hoodie", reason="warmer")
    take_cash(lead, first.new.reference, first.due)
    assert reconciliation.run(lead).clean
    second = exchange(lead, reference, Piece("t-shirt"), "lunch", reason="hungry")  # costs less
    assert reconciliation.run(lead).clean
    refunds.refund(lead, second.new.reference)
    assert reconciliation.run(lead).clean
    again = exchange(lead, first.new.reference, Piece("hoodie"), "t-shirt", reason="too warm")
    assert reconciliation.run(lead).clean
    refunds.refund(lead, again.new.reference)
    assert reconciliation.run(lead).clean
