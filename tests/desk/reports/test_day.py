"""The accountant's day: its sums are those of payments, refunds, Stripe and the home screen, to the cent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.desk.reconciliation.test_rehearsals import ACTS, Act, by_card, by_cash, gone_live, wallet
from tests.desk.selling import items
from tests.desk.tenders.test_rounding import pricing
from tests.fixtures.databases import FrozenClock
from tui_pos.core import clock
from tui_pos.core.list_files import Table, Value
from tui_pos.data.connection import connected, run_tx
from tui_pos.data.tables.desk import CashMovement, Refund
from tui_pos.data.tables.products import ProductDetail
from tui_pos.data.tables.registration import AddOn, Order, Payment
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import InvalidInput
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.payments import accounts
from tui_pos.desk.refunds import refunds
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.reports import day as days
from tui_pos.desk.reports.day import Posting
from tui_pos.desk.search.today import today
from tui_pos.desk.tenders.cash import take_cash
from tui_pos.desk.tenders.credit import use_credit
from tui_pos.simulator import Server

D = Decimal

__all__ = ["wallet"]


def here(desk: Desk) -> date:
    return desk.local(clock.now()).date()


def postings(desk: Desk) -> list[Posting]:
    return days.postings(desk, here(desk))


def tables(desk: Desk, day: date | None = None) -> dict[str, list[dict[str, Value]]]:
    day = day or here(desk)
    found: Sequence[Table] = days.tables(day, days.postings(desk, day))
    return {
        table.title: [dict(zip(table.columns, row, strict=True)) for row in table.rows] for table in found
    }


def total(rows: list[dict[str, Value]], column: str = "amount") -> Decimal:
    return sum((value for row in rows if isinstance(value := row[column], Decimal)), D(0))


def kept_of_all(desk: Desk) -> Decimal:
    with connected():
        orders = list(Order.select().where(Order.conference == desk.conference.id))
        return sum((balance(order).kept for order in orders), D(0))


@pytest.mark.thorough
@pytest.mark.usefixtures("wallet")
@pytest.mark.parametrize("act", [*ACTS, None], ids=lambda act: act.__name__ if act else "all_together")
def test_sums_are_those_of_the_ledger_and_of_stripe(act: Act | None, lead: Desk, simulator: Server) -> None:
    before = kept_of_all(lead)
    for each in (act,) if act else ACTS[:-1]:
        each(lead, simulator)
    # What Stripe's dashboard gives back has Stripe's time.
    at_all = {here(lead), lead.local(clock.host()).date()}
    each_day = [tables(lead, day) for day in sorted(at_all)]
    found = {title: [row for day in each_day for row in day[title]] for title in each_day[0]}
    assert total(found["postings"]) == kept_of_all(lead) - before
    for title in ("tenders", "stations", "products", "vat"):
        assert total(found[title]) == total(found["postings"]), title
        assert total(found[title], "rounding") == total(found["postings"], "rounding"), title
    by_card = [row for row in found["tenders"] if row["tender"] == "card"]
    books = simulator.books().values()
    assert total(by_card) * 100 == sum(each["captured"] - each["refunded"] for each in books)
    assert total([row for row in found["tenders"] if row["tender"] == "exchange"]) == 0
    with connected():
        drawer = sum(move.amount if move.kind == "sale" else -move.amount for move in CashMovement.select())
    by_cash = [row for row in found["tenders"] if row["tender"] == "cash"]
    assert (total(by_cash) + total(by_cash, "rounding")) * 100 == drawer


def test_a_station_has_the_sums_of_its_home_screen(lead: Desk, simulator: Server) -> None:
    reference = by_card(lead, "t-shirt*2 lunch", simulator)
    refunds.refund(lead, reference, D(7), reason="scratched")
    refunds.refund(lead, by_cash(lead, "hoodie"), lines=[Piece("hoodie")], reason="torn")
    by_cash(replace(lead, station="desk-9"), "lunch")
    rows = [row for row in tables(lead)["stations"] if row["station"] == lead.station]
    shown = {each.tender.value: (each.taken, each.given_back) for each in today(lead).tenders}
    assert {row["tender"]: (row["received"], row["given_back"]) for row in rows} == shown
    assert set(shown) == {"card", "cash"}


def test_money_is_told_by_what_it_was_for(lead: Desk) -> None:
    with connected():
        shirt = AddOn.get(AddOn.slug == "t-shirt")
        ProductDetail.create(conference=lead.conference.id, kind="addon", product_id=shirt.id, vat_rate="8.1")
    placed = checkout.sell(lead, items("t-shirt*2 lunch"))
    take_cash(lead, placed.reference, D(20), D(20))
    take_cash(lead, placed.reference, placed.total - 20)
    refunds.refund(lead, placed.reference, lines=[Piece("t-shirt")], reason="torn")
    found = tables(lead)
    lunch = placed.total - 50
    products = {(row["product"], row["vat_rate"]): row["amount"] for row in found["products"]}
    assert products == {("lunch", ""): lunch, ("t-shirt", "8.1"): D("25.00")}
    (untold, told) = found["vat"]
    assert (untold["net"], untold["vat"]) == (None, None)
    usual = tables(replace(lead, vat_rate="19"))["vat"]
    assert [row["vat_rate"] for row in usual] == ["19", "8.1"]
    assert (told["amount"], told["net"], told["vat"]) == (D("25.00"), D("23.13"), D("1.87"))
    assert [row["count"] for row in found["tenders"]] == [3]


def test_cash_that_was_rounded_is_told_beside_its_sum(desk: Desk) -> None:
    swiss = pricing(desk, "CHF", "24.98")
    placed = checkout.sell(swiss, items("t-shirt"))
    take_cash(swiss, placed.reference, D(25))
    (row,) = tables(swiss)["tenders"]
    assert (row["amount"], row["rounding"], row["currency"]) == (D("24.98"), D("0.02"), "CHF")


def test_currencies_are_never_added_up(desk: Desk) -> None:
    references = [by_cash(desk, "t-shirt"), by_cash(desk, "t-shirt")]
    with connected():
        first = Order.get(Order.reference == references[0])
        CashMovement.update(currency="EUR").where(CashMovement.order == first.id).execute()
    found = tables(desk)
    for title in ("tenders", "stations", "products", "vat"):
        assert [(row["currency"], row["amount"]) for row in found[title]] == [
            ("EUR", D("25.00")),
            ("USD", D("25.00")),
        ]


def test_a_currency_without_decimals_has_none(desk: Desk) -> None:
    japanese = pricing(desk, "JPY", "2500")
    take_cash(japanese, checkout.sell(japanese, items("t-shirt")).reference, D(2500))
    (row,) = tables(japanese)["tenders"]
    assert (str(row["amount"]), row["currency"]) == ("2500", "JPY")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23), (date(2026, 11, 23), 24)]
)
def test_a_day_is_as_long_as_the_clock_makes_it(desk: Desk, day: date, hours: int) -> None:
    prague = replace(desk, conference=replace(desk.conference, timezone="Europe/Prague"))
    begin, end = days.moments_of(prague, day, day)
    assert end - begin == timedelta(hours=hours)
    second = timedelta(seconds=1)
    before = len(days.postings(prague, day))
    for at in (begin - second, begin, end - second, end):
        reference = by_cash(prague, "t-shirt", None, name="Ada")
        with connected():
            order = Order.get(Order.reference == reference)
            Payment.update(created_at=at).where(Payment.order == order.id).execute()
    by_cash_here = [each.entry.at for each in days.postings(prague, day) if each.entry.way == "cash"]
    assert by_cash_here == [begin, end - second]
    assert len(days.postings(prague, day)) == before + 2


def test_what_was_rehearsed_is_not_in_it(lead: Desk, simulator: Server, frozen_clock: FrozenClock) -> None:
    run_tx(lambda: accounts.claim(lead, accounts.ensure(lead)))
    by_card(lead, "t-shirt*2", simulator)
    refunds.refund(lead, by_cash(lead, "hoodie"), reason="mistake")
    assert len(postings(lead)) == 3
    live = gone_live(lead, simulator)
    assert postings(live) == []
    frozen_clock.advance(1)
    by_cash(live, "t-shirt")
    assert len(postings(live)) == 1


def test_a_refund_counts_on_its_own_day(lead: Desk, frozen_clock: FrozenClock) -> None:
    first = here(lead)
    reference = by_cash(lead, "t-shirt*2")
    frozen_clock.advance(timedelta(days=1).total_seconds())
    refunds.refund(lead, reference, lines=[Piece("t-shirt")], reason="torn")
    assert [total(tables(lead, day)["tenders"]) for day in (first, here(lead))] == [D(50), D(-25)]
    with connected():
        assert Refund.select().count() == 1


@pytest.mark.usefixtures("wallet")
def test_credit_that_a_cancelled_order_frees_goes_back_on_the_day_of_that(
    lead: Desk, frozen_clock: FrozenClock
) -> None:
    first = here(lead)
    placed = checkout.sell(lead, items("hoodie"), attendee_code="NOOR2026")
    use_credit(lead, placed.reference)
    frozen_clock.advance(timedelta(days=1).total_seconds())
    checkout.cancel_order(lead, placed.reference)
    told = [
        [(row["tender"], row["amount"]) for row in tables(lead, day)["tenders"]]
        for day in (first, here(lead))
    ]
    assert told == [[("credit", D("40.00"))], [("credit", D("-40.00"))]]


def test_a_day_beyond_the_calendar_is_refused(desk: Desk) -> None:
    for day in (date.min, date.max):
        with pytest.raises(InvalidInput, match="invalid_day"):
            days.postings(desk, day)
