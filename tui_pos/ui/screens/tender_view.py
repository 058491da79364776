"""What the tender screen says of an order and of the ways to pay it: pure functions of both."""

from dataclasses import dataclass
from decimal import Decimal

from tui_pos.desk.orders.payment_sources import Tender
from tui_pos.desk.payments import PaymentState
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tenders.options import PaymentOption
from tui_pos.desk.tenders.tendering import Tendered
from tui_pos.ui.messages import tenders as said
from tui_pos.ui.messages.notes import Amount
from tui_pos.ui.messages.tenders import TENDERS
from tui_pos.ui.results import PayBy
from tui_pos.ui.screens.receipt_view import before_discounts, item, paid_by
from tui_pos.ui.widgets.line_list import Line
from tui_pos.ui.widgets.status_line import Status

MOST_PAYMENTS = 3
"""How many payments have a row of their own; more are summed up."""

READY = "ready"

Proposed = PaymentOption | Decimal | None
"""What Enter would do: take it in one way, set a part aside, or nothing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The amount in large digits: what it is, and whether it has happened."""

    label: str
    amount: Decimal
    is_done: bool = False


def option_lines(found: tuple[PaymentOption, ...], amount: Amount, reader: Status) -> list[Line]:
    """The options as rows; a row's key is its place. ``reader`` names this station's, and its state."""
    return [
        Line(
            (TENDERS[each.tender].name, amount(each.given or each.to_pay), _note(each, amount, reader)),
            str(place),
        )
        for place, each in enumerate(found)
    ]


def _note(option: PaymentOption, amount: Amount, reader: Status) -> str:
    """What stands beside the amount."""
    match option.tender:
        case Tender.CASH:
            return f"change {amount(option.change)}" if option.change else "exactly"
        case Tender.CREDIT:
            return f"of {amount(option.credit)}"
        case Tender.COMPLIMENTARY:
            return "asks why" if option.is_allowed else "supervisor"
        case Tender.CARD:
            if option.least is not None:
                return f"from {amount(option.least)}"
            state = "" if reader.reader_state == READY else reader.reader_state
            return f"{reader.reader} {state}".strip() or "no reader yet"


def about(proposed: Proposed, amount: Amount) -> str:
    """What is to be known of the way that Enter would take; '' where its row says it all."""
    match proposed:
        case PaymentOption(tender=Tender.CARD, least=Decimal() as least):
            return said.BELOW_LEAST.format(amount(least))
        case PaymentOption(tender=Tender.COMPLIMENTARY, is_allowed=False):
            return said.ONLY_SUPERVISOR
        case PaymentOption(tender=Tender.COMPLIMENTARY):
            return said.ASKS_WHY
        case Decimal():
            return said.TAKES_NOTHING_YET.format(part=amount(proposed))
        case _:
            return said.ASKS


def is_meant(option: PaymentOption, by: PayBy) -> bool:
    """Whether a key means this way: F8 the card, F9 cash, F10 anything else than cash."""
    if by is PayBy.CARD:
        return option.tender is Tender.CARD
    return (option.tender is Tender.CASH) == (by is PayBy.CASH)


def next_step(proposed: Proposed, amount: Amount) -> str:
    """What Enter does with it, for the key bar."""
    if isinstance(proposed, Decimal):
        return said.A_PART_OF_IT.format(part=amount(proposed))
    if proposed is None:
        return ""
    if not proposed.is_allowed:
        return said.WHO_MAY
    if proposed.change:
        return said.GIVES_CHANGE.format(given=amount(proposed.given), change=amount(proposed.change))
    return TENDERS[proposed.tender].next_step.format(amount(proposed.to_pay))


def doubt(text: str, typed: Proposed, wanted: Decimal, amount: Amount) -> str:
    """What is said of a digit that is a row's number and may be the amount; '' where it is clear."""
    if not isinstance(typed, PaymentOption) or len(text) > 1 or not wanted <= int(text) != typed.given:
        return ""
    row = f"{TENDERS[typed.tender].name} {amount(typed.given or typed.to_pay)}"
    return said.ROW_OR_AMOUNT.format(text=text, row=row)


def large(
    told: Tendered | PaymentState | None,
    proposed: Proposed,
    due: Decimal,
    wanted: Decimal,
    part: Decimal | None = None,
) -> Shown:
    """What stands in large digits: the change, what is left, or what is to be paid."""
    match told, proposed:
        case Tendered(change=change), _ if change:
            return Shown("CHANGE", change, is_done=True)
        case ((Tendered() | PaymentState()), _):
            return Shown("STILL TO PAY", due)
        case None, PaymentOption(change=change) if change:
            return Shown("CHANGE WILL BE", change)
        case None, PaymentOption(to_pay=to_pay):
            return Shown("TO PAY" if part is None else "THIS PART", to_pay)
        case None, Decimal():
            return Shown("A PART", proposed)
        case _:
            return Shown("TO PAY" if part is None else "THIS PART", wanted)


def rounding(told: Tendered | PaymentState | None, proposed: Proposed) -> Decimal:
    """By how much cash differs from what is due, where the currency has no small coins."""
    shown = told if told is not None else proposed
    return shown.rounding if isinstance(shown, Tendered | PaymentOption) else Decimal()


def sums(view: ReceiptView, amount: Amount, rounding: Decimal = Decimal()) -> list[Line]:
    """What it costs, what paid it, what went back, what is still to be paid, and how cash rounds that."""
    shown = list(view.payments)
    rest = shown[MOST_PAYMENTS - 1 :] if len(shown) > MOST_PAYMENTS else []
    rows = [(paid_by(each.label), -each.amount) for each in shown[: len(shown) - len(rest)]]
    if rest:
        rows.append((f"{len(rest)} more payments", -sum((each.amount for each in rest), Decimal())))
    if view.given_back:
        rows.append(("Given back", view.given_back))
    lines = [Line(("Total", amount(view.order.total)), pick=False)]
    lines += [Line((label, amount(value)), pick=False) for label, value in rows]
    due = (f"Still to pay {view.currency}", amount(view.order.due))
    rounded = [Line(("Rounded for cash", amount(rounding)), pick=False)] if rounding else []
    return [*lines, Line(due, pick=False, style="bold"), *rounded]


def order_lines(view: ReceiptView, amount: Amount) -> list[Line]:
    """What is paid for, beside the ways to pay it."""
    rows = [(item(line), amount(before_discounts(line))) for line in view.bought.lines]
    if view.bought.discount:
        rows.append(("Discount", amount(-view.bought.discount)))
    return [Line(row, pick=False) for row in rows]
