"""Cash where the currency has no small coins: what is paid, owed, given back, and what the drawer says."""

from dataclasses import replace
from decimal import Decimal

import pytest
from babel.numbers import list_currencies
from hypothesis import given
from hypothesis import strategies as st

from tests.desk.conftest import AsStaff
from tests.desk.selling import order_row
from tui_pos.core import money
from tui_pos.data.connection import connected
from tui_pos.data.tables.desk import CashMovement, Refund
from tui_pos.data.tables.registration import AddOn
from tui_pos.desk.carts import checkout
from tui_pos.desk.context import ConferenceInfo, Desk, Mode, Staff
from tui_pos.desk.errors import InvalidInput
from tui_pos.desk.orders.balance import balance
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.refunds import refunds
from tui_pos.desk.refunds.exchanges import exchange
from tui_pos.desk.refunds.pieces import Piece
from tui_pos.desk.search.receipts import receipt
from tui_pos.desk.search.today import today
from tui_pos.desk.tenders.cash import part_of, take_cash
from tui_pos.desk.tenders.options import payment_options

D = Decimal


def pricing(desk: Desk, currency: str, price: str) -> Desk:
    """A desk in this currency whose shirt costs so much."""
    with connected():
        AddOn.update(price=D(price)).where(AddOn.slug == "t-shirt").execute()
    return replace(desk, conference=replace(desk.conference, currency=currency))


def shirt(desk: Desk) -> str:
    return checkout.sell(desk, [("t-shirt", 1)]).reference


def drawer() -> tuple[int, int]:
    """What lies in the drawer, and how much of it is rounding, in minor units."""
    with connected():
        moves = list(CashMovement.select())
    sign = {"sale": 1, "refund": -1}
    return tuple(
        sum(sign[move.kind] * value for move, value in zip(moves, values, strict=True))
        for values in ([move.amount for move in moves], [move.rounding for move in moves])
    )  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("currency", "coin"),
    [
        *(("CHF", "0.05"), ("CAD", "0.05"), ("AUD", "0.05"), ("NZD", "0.10"), ("DKK", "0.50")),
        *(("SEK", "1"), ("NOK", "1"), ("CZK", "1"), ("HUF", "5"), ("ISK", "1"), ("ILS", "0.10")),
        *(("EUR", "0.01"), ("USD", "0.01"), ("GBP", "0.01"), ("JPY", "1"), ("KWD", "0.01"), ("xyz", "0.01")),
    ],
)
def test_the_smallest_coin(currency: str, coin: str) -> None:
    assert money.smallest_coin(currency) == D(coin)


@pytest.mark.parametrize("currency", sorted(list_currencies()))
def test_what_coins_pay_can_be_booked(currency: str) -> None:
    coin = money.smallest_coin(currency)
    assert coin % money.quantum(currency) == 0
    assert money.to_minor(7 * coin, currency) > 0


CURRENCIES = st.sampled_from(["CHF", "SEK", "DKK", "HUF", "NZD", "USD", "JPY", "KWD", "ISK"])


@given(currency=CURRENCIES, cents=st.integers(0, 100_000))
def test_the_nearest_amount_that_coins_pay(currency: str, cents: int) -> None:
    coin = money.smallest_coin(currency)
    amount = cents * money.quantum(currency)
    rounded = money.round_cash(amount, coin)
    assert rounded % coin == 0 <= rounded
    assert abs(rounded - amount) * 2 <= coin
    assert money.round_cash(rounded, coin) == rounded


@pytest.mark.parametrize(
    ("currency", "price", "cash", "rounding"),
    [
        ("CHF", "10.02", "10.00", "-0.02"),
        ("CHF", "10.03", "10.05", "0.02"),
        ("SEK", "12.50", "13", "0.50"),
        ("HUF", "102", "100", "-2"),
        ("NZD", "1.04", "1.00", "-0.04"),
        ("CHF", "0.02", "0", "-0.02"),
    ],
)
def test_rounded_cash_pays_it_all(
    desk: Desk, as_staff: AsStaff, currency: str, price: str, cash: str, rounding: str
) -> None:
    """It is no debt and no surplus, and all of it goes back as it came."""
    here = pricing(as_staff(desk, "lead"), currency, price)
    reference = shirt(here)
    taken = take_cash(here, reference, D(cash))
    assert (taken.amount, taken.rounding, taken.change, taken.remaining) == (
        D(price),
        D(rounding),
        D(0),
        D(0),
    )
    with connected():
        found = balance(order_row(reference))
    assert (found.kept, found.due, found.surplus, found.is_covered) == (D(price), D(0), D(0), True)
    (paid,) = receipt(here, reference).payments
    assert (paid.amount, paid.rounding) == (D(price), D(rounding))
    assert money.format_amount(D(rounding), currency) in paid.note
    assert drawer() == (_minor(cash, currency), _minor(rounding, currency))
    (figures,) = today(here).tenders
    assert (figures.taken, figures.rounding, figures.sum) == (D(cash), D(rounding), D(cash))
    (made,) = refunds.refund(here, reference)
    assert (made.amount, made.handed_back) == (D(price), D(cash))
    assert drawer() == (0, 0)
    (figures,) = today(here).tenders
    assert (figures.sum, figures.rounding) == (D(0), D(0))


def _minor(amount: str, currency: str) -> int:
    return int(D(amount) / money.from_minor(1, currency))


@pytest.mark.parametrize(
    "named", [None, "10.02", "10.00"], ids=["all of it", "as it is owed", "as it is rounded"]
)
def test_all_that_is_due_may_be_named(desk: Desk, named: str | None) -> None:
    here = pricing(desk, "CHF", "10.02")
    taken = take_cash(here, shirt(here), D(20), None if named is None else D(named))
    assert (taken.amount, taken.change, taken.remaining) == (D("10.02"), D("10.00"), D(0))


def test_a_part_is_never_rounded(desk: Desk) -> None:
    """Otherwise many parts of 0.02, each paid with nothing, would pay it all."""
    here = pricing(desk, "CHF", "10.02")
    reference = shirt(here)
    for part in ("0.02", "5.01"):
        with pytest.raises(InvalidInput) as refused:
            take_cash(here, reference, D(20), D(part))
        assert refused.value.reason.key == "invalid_amount.coins"
    first = take_cash(here, reference, D(5), D(5))
    assert (first.rounding, first.remaining) == (D(0), D("5.02"))
    assert (take_cash(here, reference, D(5)).rounding, drawer()) == (D("-0.02"), (1000, -2))


def test_nobody_gives_what_does_not_exist(desk: Desk) -> None:
    here = pricing(desk, "CHF", "10.02")
    reference = shirt(here)
    for wrong, key in (
        ("10.02", "invalid_amount.coins"),
        ("0", "invalid_amount.zero"),
        ("9.95", "too_little_given"),
        ("NaN", "invalid_amount.no_money"),
    ):
        with pytest.raises(InvalidInput) as refused:
            take_cash(here, reference, D(wrong))
        assert refused.value.reason.key == key
    assert drawer() == (0, 0)


@pytest.mark.parametrize(
    "parts", [["3.34"] * 3, ["0.01"] * 5 + ["9.97"], ["10.01", "0.01"]], ids=lambda parts: "+".join(parts)
)
def test_parts_that_go_back_come_to_the_whole(desk: Desk, as_staff: AsStaff, parts: list[str]) -> None:
    """Each part rounded by itself would give back more, or less, than was paid."""
    here = pricing(as_staff(desk, "lead"), "CHF", "10.02")
    reference = shirt(here)
    take_cash(here, reference, D(10))
    for part in parts:
        refunds.refund(here, reference, D(part), reason="worn")
        with connected():
            (moved, of_refund) = (
                table.select().order_by(table.id.desc()).first() for table in (CashMovement, Refund)
            )
        assert (moved.kind, moved.amount % 5, moved.rounding) == ("refund", 0, of_refund.rounding)
        assert abs(moved.rounding) < 5
    assert drawer() == (0, 0)


def test_parts_that_go_back_over_an_exchange_come_to_the_whole(desk: Desk, as_staff: AsStaff) -> None:
    """The exchange's credit is of the same cash."""
    here = pricing(as_staff(desk, "lead"), "CHF", "3.34")
    with connected():
        AddOn.update(price=D("3.34")).where(AddOn.slug == "hoodie").execute()
    first = checkout.sell(here, [("t-shirt", 3)]).reference
    take_cash(here, first, D(10))
    second = exchange(here, first, Piece("t-shirt"), "hoodie").new.reference
    third = exchange(here, second, Piece("hoodie"), "t-shirt").new.reference
    back = [
        *refunds.refund(here, third),
        *refunds.refund(here, first, lines=[Piece("t-shirt")]),
        *refunds.refund(here, first),
    ]
    assert [each.handed_back for each in back] == [D("3.35"), D("3.35"), D("3.30")]
    assert drawer() == (0, 0)


def test_asked_again_a_sale_answers_its_own_rounding(desk: Desk, as_staff: AsStaff) -> None:
    """Whatever went back of it meanwhile, on whichever row the database finds first."""
    here = pricing(as_staff(desk, "lead"), "CHF", "10.02")
    reference = shirt(here)
    taken = take_cash(here, reference, D(20), key="dialog")
    refunds.refund(here, reference, D(3), reason="worn")
    with connected():
        sale, back = CashMovement.select().order_by(CashMovement.id)
        sale.delete_instance()
        sale.save(force_insert=True)
        sale_id, back_id = sale.id, back.id
        CashMovement.update(id=back_id + 10).where(CashMovement.id == sale_id).execute()
    again = take_cash(here, reference, D(20), key="dialog")
    assert (again.given, again.change, again.rounding) == (taken.given, taken.change, taken.rounding)


def test_what_is_offered_is_what_is_paid(desk: Desk) -> None:
    here = pricing(desk, "CHF", "10.02")

    def offered(due: str, wanted: str) -> list[tuple[Tender, Decimal, Decimal, Decimal]]:
        found = payment_options(here, due=D(due), wanted=D(wanted), credit=D(0))
        return [(each.tender, each.to_pay, each.given, each.change) for each in found]

    assert offered("10.02", "10.02")[:3] == [
        (Tender.CASH, D(10), D(10), D(0)),
        (Tender.CASH, D(10), D(20), D(10)),
        (Tender.CASH, D(10), D(50), D(40)),
    ]
    assert (Tender.CARD, D("10.02"), D(0), D(0)) in offered("10.02", "10.02")
    assert {tender for tender, *_ in offered("10.02", "5.01")} == {Tender.CARD}
    assert offered("0.02", "0.02")[0] == (Tender.CASH, D(0), D(0), D(0))


def test_a_conference_that_uses_no_cents_says_so(desk: Desk) -> None:
    there = pricing(desk, "EUR", "10.02")
    assert take_cash(there, shirt(there), D("10.02")).rounding == 0
    here = replace(there, conference=replace(there.conference, smallest_coin=D("0.05")))
    assert take_cash(here, shirt(here), D(10)).rounding == D("-0.02")


AT_A_DESK = Desk(
    conference=ConferenceInfo(id=1, slug="demo", name="Demo"),
    station="desk-1",
    staff=Staff(id=1, username="t", name="T", codenames=frozenset()),
    mode=Mode.TRAINING,
)


@given(currency=CURRENCIES, price=st.integers(1, 3000), splits=st.lists(st.integers(1, 3000), max_size=6))
def test_any_split_comes_to_the_price(currency: str, price: int, splits: list[int]) -> None:
    """What is left in the end is rounded once, by half a coin at most."""
    here = replace(AT_A_DESK, conference=replace(AT_A_DESK.conference, currency=currency))
    step, coin = money.quantum(currency), money.smallest_coin(currency)
    due, in_drawer = price * step, D(0)
    for named in (*(each * step for each in splits), None):
        try:
            part = part_of(here, "ORD-1", due, named) if due else None
        except InvalidInput:
            continue
        if part is not None:
            due, in_drawer = due - part.amount, in_drawer + part.cash
    assert not due
    assert not in_drawer % coin
    assert abs(in_drawer - price * step) * 2 <= coin
