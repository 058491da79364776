"""What a scanned or typed line on the Scan screen leads to. Runs in a worker; asks the desk alone."""

from dataclasses import dataclass

from tui_pos.core import clock, money
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.search import lookup, receipts
from tui_pos.desk.search.activity import RecentLine, recent
from tui_pos.desk.search.attention import AttentionLine, attention
from tui_pos.desk.search.search import Found, HitKind, Hits, resolve, search
from tui_pos.desk.tones import Tone
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.verdicts import words
from tui_pos.ui.results import SaleStart


@dataclass(frozen=True, slots=True)
class Hit:
    """One of several things that were found, and what stands beside it in the list."""

    found: Found
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanResult:
    """What was found, as one line for the list and as what can be opened.

    At most one of the others is set: ``person``, ``order`` (of somebody without badge), ``sells`` (the sale
    that a voucher or a product begins), ``several`` to choose from, or ``refusal``, why there is nothing.
    """

    line: RecentLine
    person: AttendeeView | None = None
    order: OrderView | None = None
    sells: SaleStart | None = None
    several: tuple[Hit, ...] = ()
    refusal: str = ""


class LookUps:
    """What the Scan screen asks of a desk, in a worker. Each raises DataError."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def around(self, rows: int) -> tuple[tuple[RecentLine, ...], tuple[AttentionLine, ...]]:
        """What happened here last, at most ``rows`` of it, and what needs attention."""
        return recent(self._desk, rows), attention(self._desk)

    def search(self, text: str) -> tuple[Hit, ...]:
        """What fits a text that is still being typed."""
        return _hits(search(self._desk, text))

    def find(self, text: str, *, scanned: bool = False) -> ScanResult:
        """What a whole line means here. A refusal of the desk is a result too."""
        try:
            hits = resolve(self._desk, text, scanned=scanned)
            if hits.total == 1:
                return self.open_hit(hits.found[0])
        except Refusal as refusal:
            return self.unanswered(text, sentence(refusal))
        return ScanResult(line=_line(text, f"{hits.total} found", Tone.PLAIN), several=_hits(hits))

    def open_hit(self, hit: Found) -> ScanResult:
        """All about one hit. Raises what the desk raises."""
        if hit.kind is HitKind.ATTENDEE:
            return _person(lookup.attendee(self._desk, hit.key))
        if hit.kind is HitKind.ORDER:
            return _order(self._desk, hit.key)
        begins = SaleStart(voucher=hit.key) if hit.kind is HitKind.VOUCHER else SaleStart(product=hit.key)
        return ScanResult(line=_line(hit.title, sentence(hit.detail), Tone.PLAIN), sells=begins)

    def unanswered(self, text: str, sentence: str) -> ScanResult:
        """That nothing could be found out about ``text``, and why."""
        return ScanResult(line=_line(text, sentence, Tone.BAD), refusal=sentence)


def _hits(hits: Hits) -> tuple[Hit, ...]:
    return tuple(Hit(each, sentence(each.detail)) for each in hits.found)


def _person(person: AttendeeView) -> ScanResult:
    return ScanResult(line=_line(person.name, words(person.verdict).word, person.verdict.tone), person=person)


def _order(desk: Desk, reference: str) -> ScanResult:
    receipt = receipts.receipt(desk, reference)
    order = receipt.order
    if receipt.attendee is not None and order.due:
        return _person(receipt.attendee)
    total = money.format_amount(order.total, desk.conference.currency)
    tone = Tone.WARN if order.due else Tone.PLAIN
    status = f"{order.reference} {order.status.replace('_', ' ')} {total}"
    return ScanResult(line=_line(order.buyer_name or order.reference, status, tone), order=order)


def _line(title: str, detail: str, tone: Tone) -> RecentLine:
    return RecentLine(clock.now(), title, detail, tone)
