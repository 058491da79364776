"""What is to be done next with a person and with an order, and who may do it."""

from dataclasses import replace
from datetime import date

import pytest

from tests.desk.conftest import AsStaff
from tui_pos.desk import payments
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.carts import checkout
from tui_pos.desk.checkin import checkin
from tui_pos.desk.checkin.next_steps import (
    OrderAction,
    OrderStep,
    PersonStep,
    is_cancellable,
    opening_step,
    order_now,
    person_step,
    to_pay,
)
from tui_pos.desk.context import Desk
from tui_pos.desk.search import lookup
from tui_pos.desk.tenders.cash import take_cash

READER = ("tmr_front_2", "Front-2")


def owed(desk: Desk, items: int = 1) -> str:
    """The reference of a new order that is to be paid."""
    return checkout.sell(desk, [("t-shirt", items)], attendee_code="NOOR2026").reference


def nobody(desk: Desk) -> Desk:
    """The same desk for somebody without any right but to look."""
    rights = frozenset({Action.LOOK_UP.value}) & desk.staff.codenames
    return replace(desk, staff=replace(desk.staff, codenames=rights, is_superuser=False))


def test_who_has_a_ticket_is_let_in_and_then_it_is_the_next_persons_turn(desk: Desk) -> None:
    person = next(
        found for code in ("NOOR2026", "ADA2026") if (found := lookup.attendee(desk, code)).registered
    )
    assert person_step(desk, person) is PersonStep.CHECK_IN
    checkin.check_in(desk, person.access_code)
    assert person_step(desk, lookup.attendee(desk, person.access_code)) is PersonStep.NEXT_PERSON


@pytest.mark.parametrize(
    ("registered", "orders", "step"),
    [
        (False, 0, PersonStep.SELL),
        (False, 1, PersonStep.PAY),
        (False, 2, PersonStep.NEXT_PERSON),
        (True, 1, PersonStep.CHECK_IN),
    ],
)
def test_who_has_none_pays_or_buys(desk: Desk, registered: bool, orders: int, step: PersonStep) -> None:
    owed(desk)
    person = lookup.attendee(desk, "NOOR2026")
    (order,) = (each for each in person.orders if each.due)
    person = replace(person, registered=registered, first_check_in=None, orders=(order,) * orders)
    assert person_step(desk, person) is step
    assert to_pay(nobody(desk), person) == ()
    if not registered:
        assert person_step(nobody(desk), person) is PersonStep.NEXT_PERSON


def test_an_order_is_paid_then_needs_nothing(desk: Desk) -> None:
    reference = owed(desk)
    now = order_now(desk, reference)
    assert (now.step, is_cancellable(now.receipt.order)) == (OrderStep.PAY, True)
    assert now.actions >= {OrderAction.PAY}
    due = now.receipt.order.due
    take_cash(desk, reference, due, due, key="k")
    now = order_now(desk, reference)
    assert (now.step, is_cancellable(now.receipt.order)) == (OrderStep.SHOW, False)
    assert OrderAction.PAY not in now.actions
    assert OrderAction.CANCEL not in now.actions


def test_a_card_payment_under_way_comes_before_everything(card_desk: Desk) -> None:
    reference = owed(card_desk)
    payments.begin(card_desk, reference, *READER)
    now = order_now(card_desk, reference)
    assert (now.step, now.actions) == (OrderStep.SEE_PAYMENT, frozenset())
    assert opening_step(nobody(card_desk), now.receipt.order) is OrderStep.SHOW


def test_a_supervisor_may_take_back_and_a_volunteer_may_not(desk: Desk, as_staff: AsStaff) -> None:
    reference = owed(desk)
    due = order_now(desk, reference).receipt.order.due
    take_cash(desk, reference, due, due, key="k")
    assert OrderAction.GIVE_BACK in order_now(as_staff(desk, "lead"), reference).actions
    assert OrderAction.GIVE_BACK not in order_now(desk, reference).actions


def test_a_basket_that_was_left_behind_on_the_web_is_shown_and_paid_only_when_asked_for(desk: Desk) -> None:
    order = replace(order_now(desk, owed(desk)).receipt.order, owed=False)
    assert opening_step(desk, order) is OrderStep.PAY
    assert opening_step(desk, order, must_be_owed=True) is OrderStep.SHOW


def test_a_ticket_for_another_day_is_let_in_on_purpose_alone(desk: Desk) -> None:
    person = lookup.attendee(desk, "NOOR2026")
    assert person_step(desk, person) is PersonStep.CHECK_IN
    other = replace(person, verdict=replace(person.verdict, days=(date(2026, 11, 24),)))
    assert person_step(desk, other) is PersonStep.NEXT_PERSON
