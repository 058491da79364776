"""What the tender screen says of an order and of the ways to pay it."""

from decimal import Decimal

from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tenders.options import PaymentOption
from tui_pos.ui.messages.notes import Amount
from tui_pos.ui.messages.tenders import TENDERS
from tui_pos.ui.widgets.line_list import Line

MOST_PAYMENTS = 3
"""How many payments have a row of their own; more are summed up."""


def option_lines(found: tuple[PaymentOption, ...], amount: Amount, reader: str) -> list[Line]:
    """The options as rows; a row's key is its place. ``reader`` is this station's, '' for none."""
    return [
        Line(
            (TENDERS[each.tender].name, amount(each.given or each.to_pay), _note(each, amount, reader)),
            str(place),
        )
        for place, each in enumerate(found)
    ]


def _note(option: PaymentOption, amount: Amount, reader: str) -> str:
    """What stands beside the amount."""
    match option.tender:
        case Tender.CASH:
            rounded = f", rounded by {amount(option.rounding)}" if option.rounding else ""
            return (f"change {amount(option.change)}" if option.change else "exactly") + rounded
        case Tender.CREDIT:
            return f"of {amount(option.credit)}"
        case Tender.COMPLIMENTARY:
            return "asks for the reason" if option.is_allowed else "only a supervisor may"
        case Tender.CARD:
            if option.least is not None:
                return f"a card cannot be charged less than {amount(option.least)}"
            return f"on {reader}" if reader else "on a reader that you choose"


def sums(view: ReceiptView, amount: Amount) -> list[Line]:
    """What it costs, what was paid by what, what is still to be paid."""
    shown = list(view.payments)
    rest = shown[MOST_PAYMENTS - 1 :] if len(shown) > MOST_PAYMENTS else []
    rows = [(f"Paid by {each.label}", -each.amount) for each in shown[: len(shown) - len(rest)]]
    if rest:
        rows.append((f"{len(rest)} more payments", -sum((each.amount for each in rest), Decimal())))
    lines = [Line(("Total", amount(view.order.total)), pick=False)]
    lines += [Line((label, amount(value)), pick=False) for label, value in rows]
    due = (f"Still to pay {view.currency}", amount(view.order.due))
    return [*lines, Line(due, pick=False, style="bold")]
