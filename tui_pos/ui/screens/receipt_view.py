"""What the receipt screen shows of an order: pure functions of it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

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
from tui_pos.ui.messages.receipts import (
    BACK_ELSEWHERE,
    CARD_FIELDS,
    CARD_VALUES,
    NO_BADGE,
    NOT_IN_YET,
    OTHERS,
    STATUS_WORDS,
    TO_HAND_OUT,
    UNNAMED,
    WALK_UP,
)
from tui_pos.ui.messages.templates import when_and_where
from tui_pos.ui.messages.tenders import TENDERS
from tui_pos.ui.messages.verdicts import words
from tui_pos.ui.widgets import look, signs
from tui_pos.ui.widgets.banner import BannerText
from tui_pos.ui.widgets.line_list import Cell, Line
from tui_pos.ui.widgets.look import Role

CARD_FACTS = receipts.CARD_FIELDS[:6]
"""The card fields shown beside the order; from 120 columns, as on paper, all of them."""

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

ROW_WIDTH = 78
"""Cells of a row at 80 columns."""

Rows = list[tuple[Cell, Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptContent:
    """All that the screen shows: outcome, how it was paid and who sold it, rows, card, person.

    ``payments`` are all facts of every payment, for where there is room.
    """

    title: Text
    told: BannerText
    paid: Text
    seller: Text
    lines: tuple[Line, ...]
    card: tuple[Line, ...]
    payments: tuple[Line, ...]
    person: Text


def receipt_content(desk: Desk, now: OrderNow) -> ReceiptContent:
    """The order as it is shown at this desk."""
    view, amount = now.receipt, partial(money.format_amount, currency=desk.conference.currency)
    paid_by = ", ".join(payment.label for payment in view.payments)
    paid_at = when_and_where(desk.moment(view.paid_at, "")) if view.paid_at else ""
    sold_by = ", ".join(filter(None, (view.station, view.staff)))
    return ReceiptContent(
        title=Text(f"{view.order.reference}   {printable(view.order.buyer_name, 28) or WALK_UP}"),
        told=_told(view, amount),
        paid=Text("   ".join(printable(part) for part in (paid_by, paid_at) if part)),
        seller=Text(printable(sold_by), style=look.style(Role.DIM)),
        lines=tuple(Line(row, pick=False) for row in _bought(now, amount)),
        card=tuple(_dim(row) for row in _card_facts(view, CARD_FACTS)),
        payments=tuple(_payment_lines(desk, view, amount)),
        person=_person(view.attendee, now, amount),
    )


def _told(view: ReceiptView, amount: Amount) -> BannerText:
    order, tone = view.order, STATUS_TONES.get(view.order.status, Tone.BAD)
    if order.due:
        word = f"OWES {amount(order.due)} {view.currency}"
    else:
        status = STATUS_WORDS.get(order.status, order.status.upper())
        went_back = order.status in (OrderStatus.REFUNDED, OrderStatus.PARTIALLY_REFUNDED)
        figure = view.given_back if went_back and view.given_back else view.bought.total
        word = f"{status} {amount(figure)} {view.currency}"
    return BannerText(tone=tone, word=word, about=order.buyer_name or WALK_UP, fact=order.reference)


def _dim(row: tuple[Cell, Cell]) -> Line:
    return Line(row, pick=False, style=look.style(Role.DIM))


def _payment_lines(desk: Desk, view: ReceiptView, amount: Amount) -> Iterator[Line]:
    """When what was paid, and all that is known of the card."""
    for payment in view.payments:
        yield Line(
            (f"{desk.local(payment.at):%H:%M:%S}  {payment.label}", amount(payment.amount)), pick=False
        )
        for name, value in payment.card:
            yield _dim((f"  {CARD_FIELDS[name]}", CARD_VALUES.get(value, value)))
        if payment.note:
            yield _dim((f"  {payment.note}", ""))


def _bought(now: OrderNow, amount: Amount) -> Rows:
    view, order, bought = now.receipt, now.receipt.order, now.receipt.bought
    rows: Rows = [*_items(bought.lines, amount, {line.line_id: line.left for line in now.hand_outs})]
    if bought.discount:
        rows.append((_discount(order), amount(-bought.discount)))
    rows.append((("Total", "bold"), (amount(bought.total), "bold")))
    for payment in view.payments:
        rows.append((paid_by(payment.label), amount(payment.amount)))
        if payment.rounding:
            rows.append(("Rounded for cash", amount(payment.rounding)))
        if payment.change:
            rows.append(("Given", amount(payment.given)))
            rows.append(("Change", amount(payment.change)))
    if view.back_elsewhere:
        rows.append((BACK_ELSEWHERE, amount(-view.back_elsewhere)))
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
    return [(how, went), *([((f"  {told}", look.style(Role.DIM)), "")] if told else [])]


def _items(lines: Sequence[LineView], amount: Amount, left: Mapping[int, int]) -> Rows:
    """Each line before discounts, as the total below counts, and how much of it is still to be handed out."""
    told = {line.id: TO_HAND_OUT.format(count=left[line.id]) if left.get(line.id) else "" for line in lines}
    return [(f"{item(line)}{told[line.id]}", amount(before_discounts(line))) for line in lines]


def _person(person: AttendeeView | None, now: OrderNow, amount: Amount) -> Text:
    """Who is to be let in, and what they are to be told."""
    if person is None:
        return Text(NO_BADGE)
    word, tone = words(person.verdict).word.partition(",")[0].lower(), person.verdict.tone
    if person.registered:
        word, tone = "registered", Tone.OK
    parts = [signs.signed(tone, word), Text(f"badge {printable(person.access_code)}")]
    if now.others:
        parts.append(Text(OTHERS.format(count=now.others)))
    if now.unnamed:
        parts.append(signs.signed(Tone.WARN, UNNAMED.format(count=now.unnamed)))
    if person.checked_in_at is not None:
        parts.append(Text(words(person.verdict).sentence))
    elif person.registered:
        parts.append(signs.signed(Tone.WARN, NOT_IN_YET))
    if person.registered and person.owes:
        parts.append(signs.signed(Tone.WARN, f"owes {amount(person.owes)}"))
    return _in_rows(parts)


def _in_rows(parts: Sequence[Text]) -> Text:
    """``parts`` beside each other, a new row before one that 80 columns have no room for: none is broken."""
    rows: list[list[Text]] = [[]]
    for part in parts:
        if rows[-1] and sum(each.cell_len + 3 for each in rows[-1]) + part.cell_len > ROW_WIDTH:
            rows.append([])
        rows[-1].append(part)
    return Text("\n").join(Text("   ").join(row) for row in rows)


def paid_by(label: str) -> str:
    """What a payment is called in a row; the label of one on the web site says already that it was paid."""
    return label if label.startswith("Paid ") else f"Paid by {label}"


def item(line: LineView) -> str:
    """What was bought, or what lowered the price of all of it."""
    return f"{line.quantity} x {line.description}" if line.quantity else line.description


def before_discounts(line: LineView) -> Decimal:
    """What it costs, as the total below the discounts counts."""
    return line.quantity * line.unit_price if line.quantity else line.line_total


def _discount(order: OrderView) -> str:
    return f"Discount, {order.voucher_code}" if order.voucher_code else "Discount"


def _card_facts(view: ReceiptView, fields: Sequence[str]) -> Rows:
    rows: Rows = []
    for payment in view.payments:
        if payment.card:
            facts = dict(payment.card)
            rows.append(("Card", payment.label))
            shown = ((name, facts[name]) for name in fields if name in facts)
            rows += [(CARD_FIELDS[name], CARD_VALUES.get(value, value)) for name, value in shown]
    return rows


def ways_back(view: ReceiptView) -> str:
    """Where money goes back to: the last payment first."""
    labels = dict.fromkeys(payment.label for payment in reversed(view.payments))
    return ", then ".join(labels)
