"""One sale in currencies of every shape: what people read, what is stored, and what Stripe is told."""

from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from tests.desk.conftest import AsStaff
from tests.desk.paying import READER, Watched
from tests.desk.selling import everything, items, order_row
from tui_pos.commands import serializers
from tui_pos.core import money
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import Attempt, AuditEntry, CashMovement
from tui_pos.data.tables.registration import AddOn, Credit, Voucher
from tui_pos.desk import payments
from tui_pos.desk.carts import cart, checkout
from tui_pos.desk.catalogue import inventory
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal, because
from tui_pos.desk.refunds import refunds
from tui_pos.desk.search import lookup
from tui_pos.desk.search.find_orders import orders
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.tenders.cash import quick_amounts, take_cash
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server
from tui_pos.ui.messages import sentence

D = Decimal


@dataclass(frozen=True, slots=True)
class Case:
    """A shirt's price, what 10 % of it comes to, and the rest as people read it and as Stripe is told."""

    currency: str
    price: str
    off: str
    shown: str
    json: str
    minor: int
    part: str
    part_minor: int
    too_little: str
    """Less than a card can be charged, or less than the smallest coin where Stripe names no least."""
    refusal: str

    @property
    def total(self) -> Decimal:
        return D(self.price) - D(self.off)

    def __str__(self) -> str:
        return self.currency


CASES = (
    Case(
        "USD",
        "24.55",
        "2.46",
        "22.09",
        "22.09",
        2209,
        "5.01",
        501,
        "0.49",
        "amount_too_small least=0.50 currency=USD",
    ),
    Case(
        "EUR",
        "1234.50",
        "123.45",
        "1,111.05",
        "1111.05",
        111105,
        "0.50",
        50,
        "0.49",
        "amount_too_small least=0.50 currency=EUR",
    ),
    Case(
        "JPY",
        "2455.00",
        "246",
        "2,209",
        "2209",
        2209,
        "501",
        501,
        "49",
        "amount_too_small least=50 currency=JPY",
    ),
    Case("KRW", "24555.00", "2456", "22,099", "22099", 22099, "501", 501, "0.5", "between .*currency=KRW"),
    Case("KWD", "7.55", "0.76", "6.790", "6.790", 6790, "1.25", 1250, "0.005", "between .*currency=KWD"),
    Case("ISK", "3455.00", "346", "3,109", "3109", 310900, "501", 50100, "0.5", "between .*currency=ISK"),
    Case(
        "UGX", "90005.00", "9001", "81,004", "81004", 8100400, "501", 50100, "0.5", "between .*currency=UGX"
    ),
)


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
def lead(case: Case, card_desk: Desk, as_staff: AsStaff) -> Desk:
    """A desk of a conference in this currency, whose shirts have the case's price."""
    with connected():
        AddOn.update(price=D(case.price)).where(AddOn.slug == "t-shirt").execute()
    desk = as_staff(card_desk, "lead")
    return replace(desk, conference=replace(desk.conference, currency=case.currency))


def reads(amount: Decimal, case: Case) -> str:
    return money.format_amount(amount, case.currency)


def test_a_sale_by_card(case: Case, lead: Desk, simulator: Server) -> None:
    (shelf,) = [product for product in inventory.inventory(lead) if product.slug == "t-shirt"]
    assert shelf.price == D(case.price)
    sale = cart.add(lead, cart.start(lead, attendee_code="ZARA2026").sale_id, "t-shirt").sale_id
    view = cart.set_voucher(lead, sale, "TENOFF")
    (discount,) = view.discounts
    assert (discount.amount, view.total, reads(view.to_pay, case)) == (D(case.off), case.total, case.shown)
    placed = checkout.place(lead, sale, shown_total=view.total)
    answer = serializers.placed(lead, placed)
    assert (answer["total"], answer["line_items"][0]["line_total"]) == (case.json, case.json)
    verdict = lookup.attendee(lead, "ZARA2026").verdict
    assert (verdict.key, reads(verdict.owes, case)) == ("owes", case.shown)
    begun = payments.begin(lead, placed.reference, READER)
    assert sentence(begun.events[0].said) == f"attempt saved: {case.shown} {case.currency}"
    paid = Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    assert (paid.stage, paid.amount, reads(paid.amount, case)) == ("captured", case.total, case.shown)
    (book,) = simulator.books().values()
    assert (book["captured"], book["currency"]) == (case.minor, case.currency.lower())
    assert serializers.charged(paid)["amount"] == case.json
    slip = receipt(lead, placed.reference)
    assert (slip.currency, reads(slip.payments[0].amount, case)) == (case.currency, case.shown)
    assert order_row(placed.reference).total == case.total
    (made,) = refunds.refund(lead, placed.reference)
    assert (made.amount, reads(made.amount, case)) == (case.total, case.shown)
    (book,) = simulator.books().values()
    assert book["refunded"] == case.minor


def test_a_sale_by_card_cash_and_credit(case: Case, lead: Desk, simulator: Server) -> None:
    with connected():
        Credit.update(amount=D(case.part), remaining_amount=D(case.part)).where(
            Credit.user == lookup.attendee(lead, "HUGO2026").user_id
        ).execute()
    reference = checkout.sell(lead, items("t-shirt"), attendee_code="HUGO2026", voucher="TENOFF").reference
    begun = payments.begin(lead, reference, READER, amount=D(case.part))
    Watched(lead, begun.attempt_id, sent=lambda: simulator.tap(READER)).run()
    (book,) = simulator.books().values()
    assert book["captured"] == case.part_minor
    assert use_credit(lead, reference).amount == D(case.part)
    rest = case.total - 2 * D(case.part)
    given = quick_amounts(rest, case.currency)[-1]
    done = take_cash(lead, reference, given)
    assert (done.amount, done.change, done.order.status) == (rest, given - rest, "paid")
    with connected():
        (moved,), (attempt,) = CashMovement.select(), Attempt.select()
        entries = {entry.what: entry.amount for entry in AuditEntry.select()}
    assert moved.amount == case.minor - 2 * case.part_minor
    assert moved.given - moved.change == moved.amount
    assert (attempt.amount, entries["credit"]) == (case.part_minor, case.part_minor)
    assert f"change {reads(done.change, case)}" in receipt(lead, reference).payments[-1].note
    (found,) = orders(lead, text=case.json)
    assert (found.reference, reads(found.paid, case)) == (reference, case.shown)
    made = refunds.refund(lead, reference)
    assert {str(view.tender): view.amount for view in made} == {
        "cash": rest,
        "credit": D(case.part),
        "card": D(case.part),
    }


def test_what_cannot_be_paid_is_refused_before_anything_is_sent(case: Case, lead: Desk) -> None:
    reference = checkout.sell(lead, items("t-shirt")).reference
    before = everything()
    with pytest.raises(Refusal, match=case.refusal):
        payments.begin(lead, reference, READER, amount=D(case.too_little))
    assert everything() == before


def test_an_amount_typed_for_a_fee(case: Case, lead: Desk) -> None:
    placed = checkout.ad_hoc(lead, case.json, reason="late fee")
    assert (placed.total, serializers.placed(lead, placed)["total"]) == (case.total, case.json)
    least = money.minimum_charge(case.currency)
    if least is not None:
        with pytest.raises(Refusal) as caught:
            checkout.ad_hoc(lead, least - money.quantum(case.currency))
        assert caught.value.reason == because("amount_too_small.order", least=least, currency=case.currency)


@pytest.mark.parametrize("currency", ["JPY", "ISK", "UGX"])
def test_a_price_that_the_currency_cannot_pay_is_said_and_refused(currency: str, desk: Desk) -> None:
    here = replace(desk, conference=replace(desk.conference, currency=currency))
    with connected():
        AddOn.update(price=D("24.50")).where(AddOn.slug == "t-shirt").execute()
    reason = because("not_payable", product="T-Shirt", price=D("24.50"), currency=currency)
    view = cart.add(here, cart.start(here).sale_id, "t-shirt", 2)
    assert view.lines[0].problem == reason
    with pytest.raises(Refusal) as caught:
        checkout.place(here, view.sale_id)
    assert caught.value.reason == reason


def test_a_fixed_voucher_and_odd_credit_in_a_currency_without_decimals(desk: Desk) -> None:
    here = replace(desk, conference=replace(desk.conference, currency="JPY"))
    with connected():
        Voucher.update(discount_value=D("49.50")).where(Voucher.code == "FIFTY").execute()
        Credit.update(remaining_amount=D("19.99")).where(
            Credit.user == lookup.attendee(here, "HUGO2026").user_id
        ).execute()
    placed = checkout.sell(here, items("t-shirt*4 lunch"), attendee_code="HUGO2026", voucher="FIFTY")
    assert placed.total == D(65)
    done = use_credit(here, placed.reference)
    assert (done.amount, done.remaining) == (D(19), D(46))
    assert take_cash(here, placed.reference, D(1000)).order.status == "paid"
