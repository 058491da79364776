"""The ways to pay what an order owes, in the order in which they are offered."""

from dataclasses import dataclass, replace
from decimal import Decimal

from tui_pos.core import money
from tui_pos.data.fields import ZERO
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.tenders import cash
from tui_pos.desk.tenders.cash import quick_amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOption:
    """One way to pay ``amount``; ``given`` is the cash on the counter, zero for everything else.

    ``rounding`` is how much more (or, negative, less) than ``amount`` is paid in cash, where the currency has
    no small coins. ``credit`` is all that the buyer has of it. ``least`` is what a card is charged at least,
    where ``amount`` is less. ``is_allowed``: whether who is signed in may do it; shown all the same, to say
    who else may.
    """

    tender: Tender
    amount: Decimal
    given: Decimal = ZERO
    credit: Decimal = ZERO
    least: Decimal | None = None
    is_allowed: bool = True
    rounding: Decimal = ZERO

    @property
    def to_pay(self) -> Decimal:
        """What the person pays: the amount, in cash as it is rounded."""
        return self.amount + self.rounding

    @property
    def change(self) -> Decimal:
        """What goes back over the counter."""
        return self.given - self.to_pay if self.tender is Tender.CASH else ZERO


def cash_for(desk: Desk, *, due: Decimal, wanted: Decimal, given: Decimal = ZERO) -> PaymentOption | None:
    """Paying ``wanted`` of what is ``due`` out of ``given`` in cash; None where no coins come to it."""
    rounded = cash.rounded(desk, wanted)
    if wanted not in (due, rounded):
        return None
    return PaymentOption(tender=Tender.CASH, amount=wanted, given=given, rounding=rounded - wanted)


def payment_options(
    desk: Desk, *, due: Decimal, wanted: Decimal, credit: Decimal
) -> tuple[PaymentOption, ...]:
    """Every way to pay ``wanted`` of what is ``due``; ``credit`` is what the buyer has."""
    currency = desk.conference.currency
    found = []
    in_cash = cash_for(desk, due=due, wanted=wanted)
    # An amount between two coins cannot be paid in cash, unless nothing is left to pay after it.
    if in_cash is not None:
        found += [replace(in_cash, given=given) for given in quick_amounts(in_cash.to_pay, currency)]
    # Less than the smallest coin cannot be paid, and stays on the credit.
    usable = credit - credit % money.quantum(currency)
    if usable:
        found.append(PaymentOption(tender=Tender.CREDIT, amount=min(usable, wanted), credit=credit))
    if allowed(desk.staff, Action.CHARGE):
        least = money.minimum_charge(currency)
        too_little = least if least is not None and wanted < least else None
        found.append(PaymentOption(tender=Tender.CARD, amount=wanted, least=too_little))
    if wanted == due:
        may_give = allowed(desk.staff, Action.COMPLIMENTARY)
        found.append(PaymentOption(tender=Tender.COMPLIMENTARY, amount=wanted, is_allowed=may_give))
    return tuple(found)
