"""Refunds of what no card had paid, of mixed tenders, and whole sales taken back."""

from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, Watched
from tests.desk.selling import at, everything, items, order_row, user_of, uses
from tests.fixtures.databases import FrozenClock
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import AuditEntry, CashMovement
from tui_pos.data.tables.registration import Credit, Order, Payment
from tui_pos.desk import payments
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput, NotFound, NotPermitted, Refusal
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.reconciliation import run
from tui_pos.desk.refunds import card_refunds, refunds
from tui_pos.desk.refunds.voids import void
from tui_pos.desk.search import lookup
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.complimentary import give_free
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server

D = Decimal


def sold(desk: Desk, wanted: str, code: str | None = None, **more: str) -> str:
    return checkout.sell(desk, items(wanted), attendee_code=code, **more).reference


def by_card(desk: Desk, reference: str, amount: Decimal, simulator: Server) -> None:
    begun = payments.begin(desk, reference, READER, amount=amount)
    Watched(desk, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()


def told(made: tuple[RefundView, ...]) -> list[tuple[str, Decimal, str]]:
    return [(view.tender, view.amount, view.stage) for view in made]


def statuses(reference: str) -> tuple[str, list[tuple[str, str]]]:
    """The order's status; method and status of its payments."""
    order = order_row(reference)
    with connected():
        found = Payment.select().where(Payment.order == order.id).order_by(Payment.id)
        return order.status, [(row.method, row.status) for row in found]


def drawer(station: str) -> Decimal:
    """What should lie in a station's drawer, in minor units."""
    with connected():
        moves = list(CashMovement.select().where(CashMovement.station == station))
    return D(sum(move.amount if move.kind == "sale" else -move.amount for move in moves))


def credit_of(code: str) -> list[tuple[Decimal, str]]:
    with connected():
        found = Credit.select().where(Credit.user == user_of(code)).order_by(Credit.id)
        return [(row.remaining_amount, row.status) for row in found]


def test_cash_comes_from_the_drawer_that_refunds(lead: Desk) -> None:
    reference = sold(lead, "t-shirt*2")
    take_cash(lead, reference, D(60))
    (made,) = refunds.refund(at(lead, "desk-4"), reference, D(20), reason="wrong\nsize")
    assert (made.tender, made.amount, made.stage, made.notes) == ("cash", D("20.00"), "succeeded", ())
    assert statuses(reference) == ("partially_refunded", [("manual", "succeeded"), ("manual", "refunded")])
    assert (drawer("desk-3"), drawer("desk-4")) == (D(5000), D(-2000))
    (rest,) = refunds.refund(lead, reference)
    assert rest.amount == D("30.00")
    assert statuses(reference) == ("refunded", [("manual", "refunded"), ("manual", "refunded")])
    assert drawer("desk-3") == D(2000)
    with connected():
        (first, _) = AuditEntry.select().where(AuditEntry.what == "refund").order_by(AuditEntry.id)
    assert (first.reason, first.station, first.staff_id) == ("wrong size", "desk-4", lead.staff.id)
    assert told(receipt(lead, reference).refunds) == [
        ("cash", D("20.00"), "succeeded"),
        ("cash", D("30.00"), "succeeded"),
    ]


def test_never_more_than_is_left_of_all_tenders(lead: Desk) -> None:
    reference = sold(lead, "t-shirt*2", "HUGO2026")
    use_credit(lead, reference)
    take_cash(lead, reference, D(30))
    refunds.refund(lead, reference, D(35), reason="late")
    before = everything()
    for amount, reason in (
        ("15.01", f"amount_too_high.refund left=15.00 currency=USD order={reference}"),
        ("0", "invalid_amount.zero"),
        ("-5", "invalid_amount.negative given=-5"),
        ("1.005", "invalid_amount.between given=1.005 currency=USD step=0.01"),
    ):
        with pytest.raises(Refusal) as caught:
            refunds.refund(lead, reference, D(amount), reason="late")
        assert str(caught.value) == reason
    assert everything() == before
    refunds.refund(lead, reference, D(15), reason="late")
    with pytest.raises(Refusal, match=r"^nothing_to_refund "):
        refunds.refund(lead, reference)


def test_credit_goes_back_where_it_came_from(lead: Desk) -> None:
    with connected():
        Credit.create(
            conference=lead.conference.id,
            user=user_of("HUGO2026"),
            amount=D(15),
            remaining_amount=D(15),
        )
    reference = sold(lead, "t-shirt", "HUGO2026")
    use_credit(lead, reference)
    assert credit_of("HUGO2026") == [(D(0), "applied"), (D(10), "available")]
    assert told(refunds.refund(lead, reference, D(7), reason="late")) == [
        ("credit", D("5.00"), "succeeded"),
        ("credit", D("2.00"), "succeeded"),
    ]
    assert sum(amount for amount, _ in credit_of("HUGO2026")) == D(17)
    assert statuses(reference) == (
        "partially_refunded",
        [("credit", "succeeded"), ("credit", "refunded"), ("credit", "refunded")],
    )
    refunds.refund(lead, reference)
    # Beside what can be spent stands django-program's record of each refund, used up.
    assert credit_of("HUGO2026")[:2] == [(D(20), "available"), (D(15), "available")]
    assert set(credit_of("HUGO2026")[2:]) == {(D(0), "applied")}
    assert statuses(reference)[0] == "refunded"


def test_the_last_payment_goes_back_first(lead: Desk, simulator: Server, frozen_clock: FrozenClock) -> None:
    reference = sold(lead, "t-shirt*2", "HUGO2026")
    use_credit(lead, reference, D(10))
    by_card(lead, reference, D(25), simulator)
    take_cash(lead, reference, D(20))
    assert told(refunds.refund(lead, reference, D(30), reason="late")) == [
        ("cash", D("15.00"), "succeeded"),
        ("card", D("15.00"), "succeeded"),
    ]
    assert statuses(reference) == (
        "partially_refunded",
        [
            ("credit", "succeeded"),
            ("terminal", "succeeded"),
            ("manual", "refunded"),
            ("terminal", "refunded"),
        ],
    )
    frozen_clock.advance(1)
    assert told(refunds.refund(lead, reference)) == [
        ("card", D("10.00"), "succeeded"),
        ("credit", D("10.00"), "succeeded"),
    ]
    assert statuses(reference) == (
        "refunded",
        [("credit", "refunded"), ("terminal", "refunded"), ("manual", "refunded"), ("terminal", "refunded")],
    )
    (book,) = simulator.books().values()
    assert (book["captured"], book["refunded"]) == (2500, 2500)
    assert [view.tender for view in receipt(lead, reference).refunds] == ["cash", "card", "card", "credit"]
    assert run(lead, check=True).clean


def test_a_card_that_stripe_is_silent_about_holds_back_only_itself(
    lead: Desk, simulator: Server, frozen_clock: FrozenClock
) -> None:
    reference = sold(lead, "t-shirt*2")
    by_card(lead, reference, D(30), simulator)
    take_cash(lead, reference, D(20))
    simulator.fault("answer_lost", "POST /v1/refunds", times=3)
    assert told(refunds.refund(lead, reference)) == [
        ("cash", D("20.00"), "succeeded"),
        ("card", D("30.00"), "unknown"),
    ]
    assert statuses(reference)[0] == "partially_refunded"
    before = everything()
    with pytest.raises(Refusal, match=r"^refund_open "):
        refunds.refund(lead, reference)
    assert everything() == before
    frozen_clock.advance(1)
    assert told(card_refunds.follow_up(lead)) == [("card", D("30.00"), "succeeded")]
    assert statuses(reference)[0] == "refunded"


def test_a_gift_ends_when_no_money_is_left(lead: Desk) -> None:
    reference = sold(lead, "t-shirt*2")
    take_cash(lead, reference, D(20), D(20))
    give_free(lead, reference, "prize")
    assert told(refunds.refund(lead, reference, D(5), reason="late")) == [("cash", D("5.00"), "succeeded")]
    assert statuses(reference) == (
        "partially_refunded",
        [("manual", "succeeded"), ("comp", "succeeded"), ("manual", "refunded")],
    )
    assert told(refunds.refund(lead, reference)) == [("cash", D("15.00"), "succeeded")]
    assert statuses(reference) == (
        "refunded",
        [("manual", "refunded"), ("comp", "refunded"), ("manual", "refunded")],
    )


@pytest.mark.parametrize("wanted", ["t-shirt", "sprint-breakfast"])
def test_what_was_given_away_or_free_gives_nothing_back(wanted: str, lead: Desk) -> None:
    reference = sold(lead, wanted)
    if wanted == "t-shirt":
        give_free(lead, reference, "prize")
    assert told(refunds.refund(lead, reference, reason="mistake")) == [("comp", D(0), "succeeded")]
    assert statuses(reference) == ("refunded", [("comp", "refunded")])
    with pytest.raises(Refusal, match=r"^nothing_to_refund "):
        refunds.refund(lead, reference)
    assert told(receipt(lead, reference).refunds) == [("comp", D(0), "succeeded")]


def test_an_order_that_is_not_paid_yet_gives_all_or_nothing_back(lead: Desk) -> None:
    """Else what is due would count money that is not there any more."""
    reference = sold(lead, "t-shirt*2")
    take_cash(lead, reference, D(30), D(30))
    with pytest.raises(Refusal) as caught:
        refunds.refund(lead, reference, D(10), reason="late")
    assert caught.value.code == "order_not_paid"
    refunds.refund(lead, reference)
    assert (lookup.order(lead, reference).due, lookup.order(lead, reference).status) == (D(50), "pending")
    assert checkout.cancel_order(lead, reference).status == "cancelled"


def test_who_may_and_what_a_web_shop_must_refund_itself(lead: Desk, desk: Desk) -> None:
    online = "ORD-DEMO0001"
    with pytest.raises(NotPermitted):
        refunds.refund(desk, online)
    with pytest.raises(NotPermitted):
        void(desk, online, "because")
    with pytest.raises(NotFound):
        void(lead, "ORD-NONE", "because")
    with pytest.raises(InvalidInput, match=r"^reason_required$"):
        void(lead, online, " ")
    for act, key in (
        (lambda: refunds.refund(lead, online), "paid_online"),
        (lambda: void(lead, online, "because"), "paid_online.void"),
    ):
        with pytest.raises(Refusal) as caught:
            act()
        assert str(caught.value) == f"{key} order={online}"


def test_without_an_account_a_card_is_not_begun_to_be_refunded(
    lead: Desk, desk: Desk, as_staff: AsStaff, simulator: Server
) -> None:
    reference = sold(lead, "t-shirt*2")
    by_card(lead, reference, D(30), simulator)
    take_cash(lead, reference, D(20))
    before = everything()
    with pytest.raises(InvalidInput, match=r"^no_stripe_key conference=demo$"):
        refunds.refund(as_staff(desk, "lead"), reference)
    assert everything() == before
    assert told(refunds.refund(as_staff(desk, "lead"), reference, D(20), reason="late")) == [
        ("cash", D("20.00"), "succeeded")
    ]


def test_a_void_takes_everything_back_once(lead: Desk, simulator: Server) -> None:
    reference = sold(lead, "hoodie*10", "HUGO2026", voucher="TENOFF")
    use_credit(lead, reference)
    by_card(lead, reference, D(400), simulator)
    take_cash(lead, reference, D(100))
    assert uses(lead, "TENOFF") == 1
    done = void(lead, reference.lower(), "rung up twice")
    assert (done.done, done.order.status, done.order.paid) == (True, "refunded", D(0))
    assert told(done.refunds) == [
        ("cash", D("75.00"), "succeeded"),
        ("card", D("400.00"), "succeeded"),
        ("credit", D("20.00"), "succeeded"),
    ]
    assert uses(lead, "TENOFF") == 0
    assert checkout.sell(lead, items("hoodie*10")).status == "pending"
    before = everything()
    again = void(lead, reference, "again")
    assert (again.done, again.refunds) == (True, ())
    assert everything() == before


def test_a_void_of_what_was_free_frees_its_stock_and_voucher(lead: Desk) -> None:
    reference = sold(lead, "t-shirt", voucher="FREESHIRT")
    assert order_row(reference).status == "paid"
    done = void(lead, reference, "mistake")
    assert (done.done, done.order.status, uses(lead, "FREESHIRT")) == (True, "refunded", 0)
    last = sold(lead, "hoodie*10")
    give_free(lead, last, "prize")
    assert void(lead, last, "mistake").order.status == "refunded"
    assert order_row(sold(lead, "hoodie*10")).status == "pending"


def test_a_void_of_a_half_paid_sale_cancels_it(lead: Desk) -> None:
    reference = sold(lead, "t-shirt*2", "HUGO2026", voucher="TENOFF")
    use_credit(lead, reference, D(10))
    take_cash(lead, reference, D(5), D(5))
    done = void(lead, reference, "went away")
    assert (done.done, done.order.status) == (True, "cancelled")
    assert (uses(lead, "TENOFF"), drawer("desk-3")) == (0, D(0))
    assert credit_of("HUGO2026") == [(D(20), "available"), (D(0), "applied"), (D(0), "applied")]
    with pytest.raises(Refusal) as caught:
        void(lead, reference, "again")
    assert caught.value.code == "order_not_paid"


def test_a_void_after_a_refund_frees_the_voucher(lead: Desk) -> None:
    reference = sold(lead, "t-shirt", voucher="TENOFF")
    take_cash(lead, reference, D("22.50"))
    refunds.refund(lead, reference)
    assert uses(lead, "TENOFF") == 1
    for _ in range(2):
        assert void(lead, reference, "never happened").done
        assert uses(lead, "TENOFF") == 0
    with connected():
        assert AuditEntry.select().where(AuditEntry.what == "void").count() == 1


def test_a_void_waits_for_stripe(lead: Desk, simulator: Server, frozen_clock: FrozenClock) -> None:
    reference = sold(lead, "t-shirt", voucher="TENOFF")
    by_card(lead, reference, D("22.50"), simulator)
    simulator.fault("answer_lost", "POST /v1/refunds", times=3)
    waiting = void(lead, reference, "mistake")
    assert (waiting.done, waiting.order.status, uses(lead, "TENOFF")) == (False, "paid", 1)
    frozen_clock.advance(1)
    card_refunds.follow_up(lead)
    done = void(lead, reference, "mistake")
    assert (done.done, done.order.status, uses(lead, "TENOFF")) == (True, "refunded", 0)
    (book,) = simulator.books().values()
    assert book["refunded"] == 2250


def test_what_is_not_paid_or_being_paid_is_not_voided(lead: Desk) -> None:
    unpaid = sold(lead, "t-shirt")
    before = everything()
    with pytest.raises(Refusal) as caught:
        void(lead, unpaid, "mistake")
    assert caught.value.code == "order_not_paid"
    assert everything() == before
    payments.begin(lead, unpaid, READER)
    with pytest.raises(Refusal) as caught:
        void(lead, unpaid, "mistake")
    assert caught.value.code == "payment_live"
    with connected():
        assert Order.get(Order.reference == unpaid).status == "pending"
