"""What a scanned or typed line on the Scan screen leads to. Runs in a worker; asks the desk alone."""

from dataclasses import dataclass

from tui_pos.core import clock, money
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search import lookup, receipts
from tui_pos.desk.search.activity import RecentLine
from tui_pos.desk.search.search import Found, resolve
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.verdicts import words
from tui_pos.ui.screens.desk_screen import SaleStart


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, as one line for the list and as what can be opened.

    At most one of the others is set: ``person``, ``order`` (of somebody without badge), ``sells`` (the sale
    that a voucher or a product begins), ``several`` to choose from, or ``refusal``, why there is nothing.
    """

    line: RecentLine
    person: AttendeeView | None = None
    order: OrderView | None = None
    sells: SaleStart | None = None
    several: tuple[Found, ...] = ()
    refusal: str = ""


def find(desk: Desk, text: str) -> Answer:
    """What ``text`` means here. A refusal of the desk is an answer too; raises DataError."""
    try:
        found = resolve(desk, text)
        if len(found) == 1:
            return open_hit(desk, found[0])
    except Refusal as refusal:
        said = sentence(refusal)
        return Answer(_line(text, said, "bad"), refusal=said)
    return Answer(_line(text, f"{len(found)} found", "plain"), several=found)


def open_hit(desk: Desk, hit: Found) -> Answer:
    """All about one hit. Raises what the desk raises."""
    if hit.kind == "attendee":
        return _person(lookup.attendee(desk, hit.key))
    if hit.kind == "order":
        return _order(desk, hit.key)
    begins = SaleStart(voucher=hit.key) if hit.kind == "voucher" else SaleStart(product=hit.key)
    return Answer(_line(hit.title, sentence(hit.detail), "plain"), sells=begins)


def unanswered(text: str, sentence: str) -> Answer:
    """That nothing could be found out about ``text``."""
    return Answer(_line(text, sentence, "bad"), refusal=sentence)


def _person(person: AttendeeView) -> Answer:
    return Answer(_line(person.name, words(person.verdict).word, person.verdict.tone), person=person)


def _order(desk: Desk, reference: str) -> Answer:
    receipt = receipts.receipt(desk, reference)
    order = receipt.order
    if receipt.attendee is not None and order.due:
        return _person(receipt.attendee)
    total = money.format_amount(order.total, desk.conference.currency)
    tone = "warn" if order.due else "plain"
    status = f"{order.reference} {order.status.replace('_', ' ')} {total}"
    return Answer(_line(order.buyer_name or order.reference, status, tone), order=order)


def _line(title: str, detail: str, tone: str) -> RecentLine:
    return RecentLine(clock.now(), title, detail, tone)
