"""The ways to pay that are offered."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tui_pos.desk.context import Desk
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.tenders.options import PaymentOption, payment_options

ALL = {Tender.CASH, Tender.CREDIT, Tender.CARD, Tender.COMPLIMENTARY}


def offered(desk: Desk, due: str, wanted: str, credit: str = "0") -> dict[Tender, PaymentOption]:
    """The first option of each tender."""
    found = payment_options(desk, due=Decimal(due), wanted=Decimal(wanted), credit=Decimal(credit))
    return {option.tender: option for option in reversed(found)}


def test_all_that_is_due_may_be_paid_in_every_way(desk: Desk) -> None:
    assert set(offered(desk, "25", "25", "10")) == ALL


def test_a_part_is_not_given_away(desk: Desk) -> None:
    assert set(offered(desk, "25", "10", "10")) == ALL - {Tender.COMPLIMENTARY}


def test_who_may_not_charge_is_offered_no_card(desk: Desk) -> None:
    nobody = replace(desk, staff=replace(desk.staff, codenames=frozenset(), is_superuser=False))
    found = offered(nobody, "25", "25")
    assert set(found) == {Tender.CASH, Tender.COMPLIMENTARY}
    assert not found[Tender.COMPLIMENTARY].is_allowed


@pytest.mark.parametrize(("credit", "used"), [("10", "10"), ("40", "25"), ("10.004", "10"), ("0.004", None)])
def test_credit_is_used_up_to_what_is_wanted_in_whole_coins(
    desk: Desk, credit: str, used: str | None
) -> None:
    option = offered(desk, "25", "25", credit).get(Tender.CREDIT)
    assert (option and option.amount) == (used and Decimal(used))


@pytest.mark.parametrize(("wanted", "least"), [("0.30", Decimal("0.50")), ("0.50", None), ("25", None)])
def test_a_card_says_when_it_cannot_be_charged_so_little(
    desk: Desk, wanted: str, least: Decimal | None
) -> None:
    assert offered(desk, "25", wanted)[Tender.CARD].least == least


def test_cash_says_what_goes_back(desk: Desk) -> None:
    found = payment_options(desk, due=Decimal(25), wanted=Decimal(25), credit=Decimal())
    given = {option.given: option.change for option in found if option.tender is Tender.CASH}
    assert given[Decimal(25)] == 0
    assert all(change == amount - 25 for amount, change in given.items())
