"""What a scanned or typed line on the home screen leads to. Runs in a worker; asks the desk alone."""

from dataclasses import dataclass

from tui_pos.core import clock, money
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk
from tui_pos.desk.errors import Refusal
from tui_pos.desk.orders.views import AttendeeView, OrderView
from tui_pos.desk.payments import readers
from tui_pos.desk.payments.readers import ReaderRow
from tui_pos.desk.search import lookup, receipts
from tui_pos.desk.search.activity import RecentLine, recent
from tui_pos.desk.search.attention import AttentionLine, attention
from tui_pos.desk.search.search import Found, HitKind, Hits, resolve, search
from tui_pos.desk.search.today import StationNow, Today, stations_now, today
from tui_pos.desk.tones import Tone
from tui_pos.terminal import TerminalError
from tui_pos.ui.messages import sentence
from tui_pos.ui.messages.verdicts import NO_ANSWER, listed, refused
from tui_pos.ui.results import SaleStart

PAGE = 50
"""So many hits are listed at first, and so many more whenever their end is reached."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One of several things that were found, and what stands beside it in the list."""

    found: Found
    detail: str


@dataclass(frozen=True, slots=True)
class HitPage:
    """Hits from the ``first`` on; ``total`` counts all that ``text`` finds."""

    text: str
    first: int
    hits: tuple[Hit, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Unopened:
    """Why a line opened nothing: in a word, and in a sentence."""

    word: str
    sentence: str


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
    several: HitPage | None = None
    refusal: Unopened | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeData:
    """What the home screen shows beside look-ups."""

    recent: tuple[RecentLine, ...]
    attention: tuple[AttentionLine, ...]
    today: Today
    stations: tuple[StationNow, ...]


class LookUps:
    """What the home screen asks of a desk, in a worker. Each raises DataError."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._today: Today | None = None

    def home_data(self, rows: int) -> HomeData:
        """What happened here last, at most ``rows`` of it, what needs attention, and today in figures."""
        self._today = today(self._desk, self._today)
        return HomeData(
            recent=recent(self._desk, rows),
            attention=attention(self._desk),
            today=self._today,
            stations=stations_now(self._desk),
        )

    def readers(self) -> tuple[ReaderRow, ...]:
        """The conference's readers as Stripe says now; none where that cannot be asked, or not by them."""
        if self._desk.account is None or not allowed(self._desk.staff, Action.READERS):
            return ()
        try:
            return readers.readers(self._desk)
        except TerminalError:
            return ()

    def search(self, text: str, first: int = 0) -> HitPage:
        """What fits a text that is still being typed, from the ``first`` hit on."""
        return _page(text, first, search(self._desk, text, first=first, limit=PAGE))

    def find(self, text: str, *, scanned: bool = False) -> ScanResult:
        """What a whole line means here. A refusal of the desk is a result too."""
        try:
            hits = resolve(self._desk, text, scanned=scanned)
            if hits.total == 1:
                return self.open_hit(hits.found[0])
        except Refusal as refusal:
            word = refused(refusal.reason)
            return _unopened(text, Unopened(word, sentence(refusal)), word.lower())
        said = f"{hits.total} found"
        return ScanResult(line=_line(text, said, Tone.PLAIN), several=_page(text, 0, hits))

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
        return _unopened(text, Unopened(NO_ANSWER, sentence), sentence)


def _unopened(text: str, why: Unopened, detail: str) -> ScanResult:
    return ScanResult(line=_line(text, detail, Tone.BAD), refusal=why)


def _page(text: str, first: int, hits: Hits) -> HitPage:
    return HitPage(text, first, tuple(Hit(each, sentence(each.detail)) for each in hits.found), hits.total)


def _person(person: AttendeeView) -> ScanResult:
    return ScanResult(line=_line(person.name, listed(person.verdict), person.verdict.tone), person=person)


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
