"""What becomes of exchanged money: two desks at once, store credit, a refund in the dashboard afterwards."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest

from tests.desk.paying import paid
from tests.desk.selling import at, items, order_row, user_of
from tui_pos.core import clock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import RefundOrigin
from tui_pos.data.tables.registration import Attendee, Credit, Order
from tui_pos.desk import reconciliation
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin.checkin import check_in
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal, Refused
from tui_pos.desk.reconciliation import maintenance
from tui_pos.desk.refunds import refunds
from tui_pos.desk.refunds.exchanges import exchange
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.search import lookup
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server

D = Decimal


def by_card(desk: Desk, wanted: str, simulator: Server, code: str | None = "NOOR2026") -> str:
    name = {} if code else {"name": "Ada Byron"}
    placed = checkout.sell(desk, items(wanted), attendee_code=code, **name)
    paid(desk, placed, simulator)
    return placed.reference


def new_orders(before: set[str]) -> list[Order]:
    with connected():
        return [row for row in Order.select().order_by(Order.id) if row.reference not in before]


def references() -> set[str]:
    with connected():
        return {row.reference for row in Order.select(Order.reference)}


@pytest.mark.parametrize("same_key", [False, True])
def test_two_desks_exchange_one_piece_once(lead: Desk, simulator: Server, same_key: bool) -> None:
    reference = by_card(lead, "t-shirt", simulator)
    before, together = references(), Barrier(2)

    def act(station: str) -> str:
        key = "dialog" if same_key else station
        together.wait(10)
        try:
            return exchange(at(lead, station), reference, Piece("t-shirt"), "hoodie", key=key).new.reference
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(act, ("desk-3", "desk-4")))
    (made,) = new_orders(before)
    others = [each for each in said if each != made.reference]
    assert others == ([] if same_key else ["order_not_paid"])
    assert lookup.order(lead, made.reference).due == D(30)
    assert (order_row(reference).status, receipt(lead, reference).kept) == ("refunded", D(0))
    assert reconciliation.run(lead).clean


@pytest.mark.parametrize("pieces", [2, 3])
def test_an_exchange_and_a_refund_at_once_give_no_piece_twice(
    lead: Desk, simulator: Server, pieces: int
) -> None:
    reference = by_card(lead, f"t-shirt*{pieces}", simulator)
    together = Barrier(2)

    def swap() -> str:
        together.wait(10)
        exchange(at(lead, "desk-3"), reference, Piece("t-shirt", 2), "t-shirt", 2)
        return "exchanged"

    def give_back() -> str:
        together.wait(10)
        refunds.refund(at(lead, "desk-4"), reference, lines=[Piece("t-shirt", 2)])
        return "refunded"

    def tried(act: object) -> str:
        try:
            return str(act())  # type: ignore[operator]
        except Refusal as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(tried, (swap, give_back)))
    done = {"exchanged", "refunded"} & set(said)
    assert len(done) == 1, said
    (book,) = simulator.books().values()
    assert book["refunded"] == (5000 if "refunded" in done else 0)
    view = lookup.order(lead, reference)
    assert (view.given_back, sum(line.quantity for line in view.lines)) == (D(50), pieces - 2)
    assert reconciliation.run(lead).clean


def wallet(desk: Desk, amount: str) -> int:
    with connected():
        given = Credit.create(
            conference=desk.conference.id,
            user=user_of("NOOR2026"),
            amount=D(amount),
            remaining_amount=D(amount),
            status="available",
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        return int(given.id)


def spendable(desk: Desk) -> Decimal:
    total: Decimal = lookup.attendee(desk, "NOOR2026").credits_total
    return total


@pytest.mark.parametrize(("wanted", "due", "back"), [("hoodie", 30, 0), ("lunch", 0, 10), ("t-shirt", 0, 0)])
def test_what_store_credit_paid_goes_back_to_it(lead: Desk, wanted: str, due: int, back: int) -> None:
    wallet(lead, "40.00")
    placed = checkout.sell(lead, items("t-shirt"), attendee_code="NOOR2026")
    use_credit(lead, placed.reference)
    assert spendable(lead) == D(15)
    done = exchange(lead, placed.reference, Piece("t-shirt"), wanted)
    assert (done.due, [(row.tender, row.amount) for row in done.refunds]) == (
        D(due),
        [("credit", D(back))] if back else [],
    )
    assert spendable(lead) == D(15) + back
    if due:
        take_cash(lead, done.new.reference, D(due))
    assert order_row(done.new.reference).status == "paid"
    made = refunds.refund(lead, done.new.reference)
    ways = {(row.tender, row.amount) for row in made}
    assert ways == ({("credit", D(25)), ("cash", D(30))} if due else {("credit", D(25) - back)})
    assert spendable(lead) == D(40)
    assert reconciliation.run(lead).clean


def test_store_credit_of_an_exchange_that_nobody_pays_is_spendable_once(lead: Desk) -> None:
    wallet(lead, "25.00")
    placed = checkout.sell(lead, items("t-shirt"), attendee_code="NOOR2026")
    use_credit(lead, placed.reference)
    done = exchange(lead, placed.reference, Piece("t-shirt"), "hoodie")
    assert spendable(lead) == D(0)
    checkout.cancel_order(lead, done.new.reference)
    assert spendable(lead) == D(25)
    with pytest.raises(Refused):
        refunds.refund(lead, placed.reference)
    assert spendable(lead) == D(25)


@pytest.mark.parametrize("part", [1000, None])
@pytest.mark.parametrize("wanted", ["t-shirt", "hoodie"])
def test_a_dashboard_refund_after_an_exchange_is_money_that_the_new_order_has_not(
    lead: Desk, simulator: Server, wanted: str, part: int | None
) -> None:
    reference = by_card(lead, "t-shirt", simulator)
    done = exchange(lead, reference, Piece("t-shirt"), wanted, reason="too small")
    if done.due:
        take_cash(lead, done.new.reference, done.due)
    (intent_id,) = simulator.books()
    simulator.dashboard_refund(intent_id, part)
    assert maintenance.tick(lead, "desk-3")
    back = D(10) if part else D(25)
    both = [receipt(lead, each) for each in (reference, done.new.reference)]
    # Together the orders keep what was paid less what went back, and nothing is kept twice.
    assert sum(each.kept for each in both) == D(25) + done.due - back
    made = [row for row in both[1].refunds if row.origin == RefundOrigin.DASHBOARD]
    assert [(row.amount, row.stage) for row in made] == [(back, "succeeded")]
    told = [each.kind for each in reconciliation.run(lead).mismatches]
    assert told == ["repaired"]
    assert reconciliation.run(lead).clean
    left_over = D(25) + done.due - back
    if left_over:
        again = refunds.refund(lead, done.new.reference)
        assert sum(row.amount for row in again) == left_over
    else:
        assert order_row(done.new.reference).status == "refunded"
    (book,) = simulator.books().values()
    assert book["refunded"] == 2500


def test_a_dashboard_refund_of_an_exchanged_ticket_admits_nobody(lead: Desk, simulator: Server) -> None:
    reference = by_card(lead, "day-pass", simulator, None)
    with connected():
        code = Attendee.get(Attendee.order == order_row(reference).id).access_code
    exchange(lead, reference, Piece("day-pass"), "day-pass", reason="other day")
    assert lookup.attendee(lead, code).registered
    (intent_id,) = simulator.books()
    simulator.dashboard_refund(intent_id)
    maintenance.tick(lead, "desk-3")
    assert lookup.attendee(lead, code).verdict.code == "refunded"
    with pytest.raises(Refused):
        check_in(lead, code)
