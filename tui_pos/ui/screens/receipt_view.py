"""What the receipt screen shows of an order: pure functions of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import zip_longest

from rich.text import Text

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.data.tables.desk import RefundOrigin, RefundStage
from tui_pos.data.tables.registration import OrderStatus
from tui_pos.desk.checkin.next_steps import OrderNow
from tui_pos.desk.context import Desk
from tui_pos.desk.orders.refund_views import RefundView
from tui_pos.desk.orders.views import AttendeeView, LineView, OrderView
from tui_pos.desk.search import receipts
from tui_pos.desk.search.receipts import ReceiptView
from tui_pos.desk.tones import Tone
from tui_pos.ui.messages.notes import Amount
from tui_pos.ui.messages.receipts import CARD_FIELDS, CARD_VALUES
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.messages.tenders import TENDERS
from tui_pos.ui.messages.verdicts import words
from tui_pos.ui.widgets import signs
from tui_pos.ui.widgets.line_list import Cell, Line

CARD_FACTS = receipts.CARD_FIELDS[:6]
"""The card fields shown on the screen; a printed receipt has all of them."""

MOST_LINES = 10
"""A longer order is summed up; paper shows it whole."""

BACK_STATES: dict[RefundStage, str] = {
    RefundStage.CREATED: ", no answer from Stripe yet",
    RefundStage.UNKNOWN: ", no answer from Stripe yet",
    RefundStage.PENDING: ", on its way",
    RefundStage.FAILED: ": failed",
}
"""What is said of refunds; one that is done needs no word for it."""

BACK_ORIGINS: dict[RefundOrigin, str] = {RefundOrigin.DASHBOARD: ", in Stripe's dashboard"}
"""What is said of refunds that no desk made."""

STATUS_TONES: dict[str, Tone] = {
    OrderStatus.PAID: Tone.OK,
    OrderStatus.PARTIALLY_REFUNDED: Tone.WARN,
    OrderStatus.PENDING: Tone.WARN,
}
"""How good the status of an order is; every other one is bad."""

Rows = list[tuple[Cell, Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptContent:
    """All that the screen shows: the title in its header, who bought and who sold, the rows, the person."""

    title: Text
    buyer: Text
    seller: Text
    lines: tuple[Line, ...]
    person: Text


def receipt_content(desk: Desk, now: OrderNow) -> ReceiptContent:
    """The order as it is shown at this desk."""
    view, amount = now.receipt, partial(money.format_amount, currency=desk.conference.currency)
    paid_at = when_and_where(desk.moment(view.paid_at, "")) if view.paid_at else ""
    rows = zip_longest(_bought(view, amount), _card_facts(view), fillvalue=("", ""))
    return ReceiptContent(
        title=_title(view, amount, paid_at),
        buyer=Text(printable(view.order.buyer_name), style="bold"),
        seller=Text(printable(", ".join(filter(None, (view.station, view.staff)))), style="dim"),
        lines=tuple(Line((*left, *right), pick=False) for left, right in rows),
        person=_person(view.attendee, now.unnamed, amount),
    )


def _title(view: ReceiptView, amount: Amount, paid_at: str) -> Text:
    order, tone = view.order, STATUS_TONES.get(view.order.status, Tone.BAD)
    word = order.status.replace("_", " ").upper()
    money = f"owes {amount(order.due)}" if order.due else amount(view.bought.total)
    title = Text(f"{order.reference}   ")
    title.append(f"{signs.sign(tone)} {word} {money} {view.currency}", style=signs.style(tone))
    paid_by = ", ".join(payment.label for payment in view.payments)
    title.append("".join(f"   {printable(part)}" for part in (paid_by, paid_at) if part))
    return title


def _bought(view: ReceiptView, amount: Amount) -> Rows:
    order, bought = view.order, view.bought
    rows: Rows = [*_items(bought.lines, amount)]
    if bought.discount:
        rows.append((_discount(order), amount(-bought.discount)))
    rows.append((("Total", "bold"), (amount(bought.total), "bold")))
    for payment in view.payments:
        rows.append((f"Paid by {payment.label}", amount(payment.amount)))
        if payment.rounding:
            rows.append(("Rounded for cash", amount(payment.rounding)))
        if payment.change:
            rows.append(("Given", amount(payment.given)))
            rows.append(("Change", amount(payment.change)))
    for made in view.refunds:
        rows += _back(made, amount)
    if view.given_back:
        rows.append((("Kept", "bold"), (amount(view.kept), "bold")))
    if order.due:
        rows.append((("Still to pay", "bold"), (amount(order.due), "bold")))
    return rows


def _back(made: RefundView, amount: Amount) -> Rows:
    """How much went back, how and on whose word, then which pieces and why."""
    went = "" if made.stage is RefundStage.FAILED else amount(-made.handed_back)
    way = f"Moved to {made.exchange}" if made.exchange else TENDERS[made.tender].back
    how = way + BACK_STATES.get(made.stage, "") + BACK_ORIGINS.get(made.origin, "")
    pieces = ", ".join(f"{piece.quantity} x {piece.description}" for piece in made.pieces)
    why = made.reason if made.origin not in BACK_ORIGINS else ""
    told = ": ".join(filter(None, (pieces, why)))
    return [(how, went), *([((f"  {told}", "dim"), "")] if told else [])]


def _items(lines: Sequence[LineView], amount: Amount) -> Rows:
    """Each line before discounts, as the total below counts."""
    shown = lines if len(lines) <= MOST_LINES else lines[: MOST_LINES - 1]
    rows: Rows = [(_item(line), amount(_before_discounts(line))) for line in shown]
    rest = lines[len(shown) :]
    if rest:
        total = sum((_before_discounts(line) for line in rest), start=rest[0].unit_price * 0)
        rows.append((f"and {len(rest)} more lines", amount(total)))
    return rows


def _person(person: AttendeeView | None, unnamed: int, amount: Amount) -> Text:
    if person is None:
        return Text("No badge: this was sold to a walk-up.")
    verdict = person.verdict
    word, tone = ("registered", Tone.OK) if person.registered else (words(verdict).word, verdict.tone)
    line = Text(f"{signs.sign(tone)} {word}", style=signs.style(tone))
    line = Text.assemble(line, f"   badge {printable(person.access_code)}")
    if unnamed:
        line.append(f"   [!] {unnamed} more without name", style=signs.style(Tone.WARN))
    if person.checked_in_at is not None:
        line.append(f"   {words(verdict).sentence}")
    elif person.registered:
        line.append("   [!] not checked in yet", style=signs.style(Tone.WARN))
    if person.registered and person.owes:
        line.append(f"   [!] owes {amount(person.owes)}", style=signs.style(Tone.WARN))
    return line


def _item(line: LineView) -> str:
    """What was bought, or what lowered the price of all of it."""
    return f"{line.quantity} x {line.description}" if line.quantity else line.description


def _before_discounts(line: LineView) -> Decimal:
    return line.quantity * line.unit_price if line.quantity else line.line_total


def _discount(order: OrderView) -> str:
    return f"Discount, {order.voucher_code}" if order.voucher_code else "Discount"


def _card_facts(view: ReceiptView) -> Rows:
    rows: Rows = []
    for payment in view.payments:
        if payment.card:
            facts = dict(payment.card)
            rows.append(("Card", payment.label))
            shown = ((name, facts[name]) for name in CARD_FACTS if name in facts)
            rows += [(CARD_FIELDS[name], CARD_VALUES.get(value, value)) for name, value in shown]
    return rows
