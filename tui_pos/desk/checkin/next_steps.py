"""What is to be done next with a person or an order, as far as whoever is signed in may do it.

Screens offer only these; every action checks the rule again where it is done.
"""

from dataclasses import dataclass
from enum import Enum, auto

from tui_pos.data.tables.registration import PAID_STATUSES, OrderStatus, PaymentMethod
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.checkin import group, redemption
from tui_pos.desk.checkin.redemption import HandOut
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search.receipts import ReceiptView, receipt


class PersonStep(Enum):
    """The one safe next step with a person."""

    CHECK_IN = auto()
    PAY = auto()
    """Their only order that is owed."""
    SELL = auto()
    NEXT_PERSON = auto()


class OrderStep(Enum):
    """The one safe next step with an order."""

    SEE_PAYMENT = auto()
    """A card payment of it is under way."""
    PAY = auto()
    COMPLETE = auto()
    """Nothing is to be paid, and it is pending."""
    COMPLETE_PAID = auto()
    """The web site took the money and made no attendee of its buyer."""
    NAME_TICKETS = auto()
    """It admits more people than have a badge."""
    SHOW = auto()
    """It needs nothing."""


class OrderAction(Enum):
    """What else may be done to an order."""

    PAY = auto()
    CANCEL = auto()
    GIVE_BACK = auto()
    """Refund and exchange: of what was not paid on the web site alone."""
    VOID = auto()
    """Of what was paid here alone."""


RIGHTS = {
    OrderAction.PAY: Action.SELL,
    OrderAction.CANCEL: Action.CANCEL,
    OrderAction.GIVE_BACK: Action.REFUND,
    OrderAction.VOID: Action.REFUND,
}
"""What somebody must be allowed for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderNow:
    """An order, and what is to be done with it.

    ``unnamed``: how many of its tickets have no attendee yet. ``to_check_in``: who is to be let in;
    ``others``: how many badges there are of it beside its buyer's. ``hand_outs``: its pieces to hand out.
    ``not_allowed``: what could be done to it by others than who is signed in.
    """

    receipt: ReceiptView
    unnamed: int
    step: OrderStep
    actions: frozenset[OrderAction]
    not_allowed: frozenset[OrderAction]
    to_check_in: AttendeeView | None
    others: int
    hand_outs: tuple[HandOut, ...]


def order_now(desk: Desk, reference: str) -> OrderNow:
    """The order as it stands. Raises NotFound ``order_not_found``."""
    found = receipt(desk, reference)
    unnamed = found.unnamed if allowed(desk.staff, Action.SELL) else 0
    step = opening_step(desk, found.order, must_be_owed=True)
    possible = _possible(found)
    lets_in = allowed(desk.staff, Action.CHECK_IN)
    allowed_ones = frozenset(each for each in possible if allowed(desk.staff, RIGHTS[each]))
    return OrderNow(
        receipt=found,
        unnamed=unnamed,
        step=_seller_step(desk, found, unnamed) if step is OrderStep.SHOW else step,
        actions=allowed_ones,
        not_allowed=possible - allowed_ones if allowed(desk.staff, Action.SELL) else frozenset(),
        to_check_in=_to_check_in(desk, found.attendee),
        others=_others(desk, found) if lets_in else 0,
        hand_outs=redemption.to_hand_out(desk, found.order) if lets_in else (),
    )


def opening_step(desk: Desk, order: OrderView, *, must_be_owed: bool = False) -> OrderStep:
    """What an order opens as: its card payment, its payment, or its receipt.

    With ``must_be_owed`` an order that was abandoned in the web shop is not offered for payment.
    """
    if allowed(desk.staff, Action.CHARGE):
        if order.live_attempt_id is not None:
            return OrderStep.SEE_PAYMENT
        if order.owed if must_be_owed else order.due:
            return OrderStep.PAY
    return OrderStep.SHOW


def is_cancellable(order: OrderView) -> bool:
    """Whether nothing was paid for it yet."""
    return order.status == OrderStatus.PENDING and not order.paid


def to_pay(desk: Desk, person: AttendeeView) -> tuple[OrderView, ...]:
    """The person's orders that can be paid here and now."""
    if not allowed(desk.staff, Action.CHARGE):
        return ()
    return tuple(order for order in person.orders if order.due and order.owed)


def person_step(desk: Desk, person: AttendeeView) -> PersonStep:
    """The one safe next step with this person; a ticket for another day is let in on purpose alone."""
    owed = to_pay(desk, person)
    if person.registered and person.verdict.days:
        return PersonStep.NEXT_PERSON
    if person.registered:
        return PersonStep.CHECK_IN if person.first_check_in is None else PersonStep.NEXT_PERSON
    if len(owed) == 1:
        return PersonStep.PAY
    if not owed and allowed(desk.staff, Action.SELL):
        return PersonStep.SELL
    return PersonStep.NEXT_PERSON


def _seller_step(desk: Desk, found: ReceiptView, unnamed: int) -> OrderStep:
    if not allowed(desk.staff, Action.SELL):
        return OrderStep.SHOW
    if found.order.status == OrderStatus.PENDING and not found.order.due:
        return OrderStep.COMPLETE
    if found.to_complete:
        return OrderStep.COMPLETE_PAID
    return OrderStep.NAME_TICKETS if unnamed else OrderStep.SHOW


def _possible(found: ReceiptView) -> frozenset[OrderAction]:
    order, is_paid = found.order, found.order.status in PAID_STATUSES
    if order.live_attempt_id is not None:
        return frozenset()
    elsewhere = [each.is_elsewhere for each in found.payments if each.method != PaymentMethod.COMP]
    possible = {
        OrderAction.PAY: bool(order.due),
        OrderAction.CANCEL: is_cancellable(order),
        OrderAction.GIVE_BACK: is_paid and not (elsewhere and all(elsewhere)),
        OrderAction.VOID: is_paid and not any(elsewhere),
    }
    return frozenset(action for action, is_possible in possible.items() if is_possible)


def _others(desk: Desk, found: ReceiptView) -> int:
    person = found.attendee
    is_linked = person is not None and person.order is not None and person.order.id == found.order.id
    return group.others(desk, person).count if person is not None and is_linked else 0


def _to_check_in(desk: Desk, person: AttendeeView | None) -> AttendeeView | None:
    """Who has a paid ticket and is not in yet."""
    is_expected = person is not None and person.registered and person.checked_in_at is None
    return person if is_expected and allowed(desk.staff, Action.CHECK_IN) else None
