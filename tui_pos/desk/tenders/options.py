"""The ways to pay what an order owes, in the order in which they are offered."""

from dataclasses import dataclass
from decimal import Decimal

from tui_pos.core import money
from tui_pos.data.fields import ZERO
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.tenders.cash import quick_amounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOption:
    """One way to pay ``amount``; ``given`` is the cash on the counter, zero for everything else.

    ``credit`` is all that the buyer has of it. ``least`` is what a card is charged at least, where ``amount``
    is less. ``is_allowed``: whether who is signed in may do it; shown all the same, to say who else may.
    """

    tender: Tender
    amount: Decimal
    given: Decimal = ZERO
    credit: Decimal = ZERO
    least: Decimal | None = None
    is_allowed: bool = True

    @property
    def change(self) -> Decimal:
        """What goes back over the counter."""
        return self.given - self.amount if self.tender is Tender.CASH else ZERO


def payment_options(
    desk: Desk, *, due: Decimal, wanted: Decimal, credit: Decimal
) -> tuple[PaymentOption, ...]:
    """Every way to pay ``wanted`` of what is ``due``; ``credit`` is what the buyer has."""
    currency = desk.conference.currency
    found = [
        PaymentOption(tender=Tender.CASH, amount=wanted, given=given)
        for given in quick_amounts(wanted, currency)
    ]
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
