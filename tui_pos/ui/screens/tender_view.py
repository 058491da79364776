"""What the tender screen offers and says: pure functions of the receipt so far."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from tui_pos.core import money
from tui_pos.desk.orders.tenders import Tender
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tenders.cash import quick_amounts
from tui_pos.ui.messages.notes import TENDERS
from tui_pos.ui.widgets.line_list import Line

MOST_PAYMENTS = 3
"""How many payments have a row of their own; more are summed up."""

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class PaymentOption:
    """One way to pay ``amount``; ``given`` is the cash on the counter. ``note`` stands beside it."""

    tender: Tender
    amount: Decimal
    note: str
    given: Decimal = ZERO

    @property
    def change(self) -> Decimal:
        """What goes back over the counter."""
        return self.given - self.amount if self.tender is Tender.CASH else ZERO


NEXT_STEPS = {
    Tender.CASH: "take {} in cash",
    Tender.CREDIT: "use {} of credit",
    Tender.CARD: "card {}",
    Tender.COMP: "give {} for free",
}
"""What Enter does with the chosen option."""


def cash(given: Decimal, wanted: Decimal, currency: str) -> PaymentOption:
    """Taking ``wanted`` out of what is given."""
    back = given - wanted
    note = f"change {money.format_amount(back, currency)}" if back else "exactly"
    return PaymentOption(Tender.CASH, wanted, note, given)


def payment_options(
    view: ReceiptView, wanted: Decimal, reader: str, *, may_charge: bool, may_give: bool
) -> tuple[PaymentOption, ...]:
    """Every way to pay ``wanted`` of the order, in the order in which they are numbered."""
    currency = view.currency
    found = [cash(given, wanted, currency) for given in quick_amounts(wanted, currency)]
    credit = view.attendee.credits_total if view.attendee is not None else ZERO
    # Less than the smallest coin cannot be paid, and stays on the credit.
    usable = credit - credit % money.quantum(currency)
    if usable:
        note = f"of {money.format_amount(credit, currency)}"
        found.append(PaymentOption(Tender.CREDIT, min(usable, wanted), note))
    if may_charge:
        found.append(PaymentOption(Tender.CARD, wanted, _card_note(wanted, currency, reader)))
    if wanted == view.order.due:
        note = "asks for the reason" if may_give else "only a supervisor may"
        found.append(PaymentOption(Tender.COMP, wanted, note))
    return tuple(found)


def _card_note(wanted: Decimal, currency: str, reader: str) -> str:
    least = money.minimum_charge(currency)
    if least is not None and wanted < least:
        return f"a card cannot be charged less than {money.format_amount(least, currency)}"
    return f"on {reader}" if reader else "on a reader that you choose"


def option_lines(found: tuple[PaymentOption, ...], amount: Callable[[Decimal], str]) -> list[Line]:
    """The options as rows; a row's key is its place."""
    return [
        Line((TENDERS[option.tender], amount(option.given or option.amount), option.note), key=str(place))
        for place, option in enumerate(found)
    ]


def sums(view: ReceiptView, amount: Callable[[Decimal], str]) -> list[Line]:
    """What it costs, what was paid by what, what is still to be paid."""
    shown = list(view.payments)
    rest = shown[MOST_PAYMENTS - 1 :] if len(shown) > MOST_PAYMENTS else []
    rows = [(f"Paid by {each.label}", -each.amount) for each in shown[: len(shown) - len(rest)]]
    if rest:
        rows.append((f"{len(rest)} more payments", -sum((each.amount for each in rest), ZERO)))
    lines = [Line(("Total", amount(view.order.total)), pick=False)]
    lines += [Line((label, amount(value)), pick=False) for label, value in rows]
    due = (f"Still to pay {view.currency}", amount(view.order.due))
    return [*lines, Line(due, pick=False, style="bold")]
