"""Scan: the home of the desk. One prompt that takes everything, what happened here, what needs attention.

Every line that is scanned or typed is looked up, in order, and listed under "Last here". A single one also
opens what it found. Several that come at once (after a stalled link, or from a scanner with a memory) open
nothing: each is listed with its verdict, so that none is hidden behind the screen of another.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical

from tui_pos.core.scan import Scan, printable
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.context import Desk, Mode
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, numbers
from tui_pos.ui.jobs import Job
from tui_pos.ui.messages import home
from tui_pos.ui.prompt_screen import WIDE
from tui_pos.ui.results import SaleStart
from tui_pos.ui.screens import home_view
from tui_pos.ui.screens.hit_list import HitList
from tui_pos.ui.screens.shared import after_keys, choose_reader
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.banner import Banner, BannerText
from tui_pos.ui.widgets.line_list import Line, LineList
from tui_pos.ui.widgets.row import Row, Sentence
from tui_pos.ui.widgets.scan_input import Prompt

if TYPE_CHECKING:
    from tui_pos.desk.payments.readers import ReaderRow
    from tui_pos.desk.search.activity import RecentLine
    from tui_pos.desk.search.attention import AttentionLine
    from tui_pos.desk.search.search import Found
    from tui_pos.ui.scan_result import HitPage, HomeData, LookUps, ScanResult

EVERY = 5.0
"""Seconds between two looks at what happened here and what needs attention."""
READERS_EVERY = 30.0
"""Seconds between two looks at the readers, which Stripe is asked for; only where they are shown."""
LEAST_ROWS = 8
LOOKED_UP_KEPT = 200
MIN_SEARCH = 2
DEMO = "demo"
"""The conference whose badges are known: examples are given there."""


class ScanScreen(DeskScreen[None]):
    """Opens before the database does: scans wait until `desk_opened`."""

    PROMPT = Prompt(placeholder=home.PLACEHOLDER)

    _look_ups: "LookUps"

    def __init__(self) -> None:
        super().__init__()
        self.looked_up: deque[RecentLine] = deque(maxlen=LOOKED_UP_KEPT)
        self._tried: set[str] = set()
        self._is_open = False
        self._before_opening: list[Scan] = []
        self._under_way: list[Job] = []
        self._failure = ""
        self._results: list[ScanResult] = []
        self._era = 0
        self._data: HomeData | None = None
        self._readers: tuple[ReaderRow, ...] = ()
        self._banner = Banner(id="told")
        self._why = Sentence(id="why")
        plain = partial(LineList, numbered=False, choosing=False)
        # Today's figures stand still beside whatever is listed.
        self._heading = plain(*home_view.HEADING, lends=len(home_view.HEADING) - 2, id="heading")
        self._recent_list = plain(*home_view.RECENT, lends=len(home_view.RECENT) - 2, id="recent")
        self._attention_heading = Row(id="attention-heading")
        self._attention_list = LineList(*home_view.ATTENTION, by_arrow=True, id="attention")
        self._hits = HitList()
        self._side = LineList(*home_view.SIDE, numbered=False, choosing=False, id="figures")

    # What stands there

    def compose_body(self) -> ComposeResult:
        yield self._banner
        yield self._why
        with Vertical(id="lists"):
            yield self._heading
            yield self._recent_list
            yield self._attention_heading
            yield self._attention_list
        yield self._hits

    def compose_side(self) -> ComposeResult:
        yield self._side

    def standing_note(self) -> tuple[str, Tone]:
        if not self._is_open:
            return home.OPENING, Tone.PLAIN
        if self._hits.display:
            return home.several(self._hits.total, self._hits.place), Tone.PLAIN
        step = home.try_next(self._tried, sells=self.may(Action.SELL))
        return (step if self._is_demo else ""), Tone.PLAIN

    @property
    def _is_demo(self) -> bool:
        return self.desk.mode is Mode.TRAINING and self.desk.conference.slug == DEMO

    def on_mount(self) -> None:
        self.set_interval(EVERY, self._read_home)
        self.set_interval(READERS_EVERY, self._look_at_readers)
        self.typed_ahead.hold()

    def on_screen_resume(self) -> None:
        self._read_home()

    def on_screen_suspend(self) -> None:
        self._show_unopened(None)

    def on_resize(self, event: events.Resize) -> None:
        self._draw(is_wide=event.size.width >= WIDE)
        if not self._readers:
            self._look_at_readers()

    def desk_opened(self, desk: Desk, look_ups: "LookUps") -> None:
        """From now on this is the home of ``desk``, which ``look_ups`` asks."""
        self.desk, self._look_ups, self._is_open = desk, look_ups, True
        self.say("")  # what was told to whoever was here before
        self.typed_ahead.release()
        self.refresh_hints()
        self._read_home()
        self._look_at_readers()
        waiting, self._before_opening = self._before_opening, []
        for scan in waiting:
            self.look_up(scan)

    def _read_home(self) -> None:
        if not self._is_open or self.kiosk.screen is not self:
            return
        read = partial(self._look_ups.home_data, max(LEAST_ROWS, self._recent_list.size.height))
        self.ask(read, self._show_data, self._not_seen, lane="home", latest=True)

    def _not_seen(self, error: Exception) -> None:
        self._failure = self.kiosk.explain(error)
        self._show_why(self._failure)

    def _show_data(self, seen: "HomeData") -> None:
        if self._failure:
            self._failure = ""
            self._show_why("")
            self.say(home.ANSWERS_AGAIN, Tone.OK)
        self._data = seen
        self._draw(is_wide=self.has_class("-wide"))
        self.refresh_hints(by_itself=True)

    def _look_at_readers(self) -> None:
        if self._is_open and self.kiosk.screen is self and self.has_class("-wide"):
            self.ask(self._look_ups.readers, self._show_readers, lambda _: None, lane="readers", latest=True)

    def _show_readers(self, readers: "tuple[ReaderRow, ...]") -> None:
        self._readers = readers
        self._draw(is_wide=self.has_class("-wide"))

    def _draw(self, *, is_wide: bool) -> None:
        """Draw what is known; the figures stand beside "Last here" where they have no pane."""
        if self._data is None:
            return
        seen, money = self._data, self.may(Action.CHARGE)
        eighths = look.has_eighths()
        beside = [] if is_wide else home_view.figures(seen.today, money=money, eighths=eighths)
        today = "" if is_wide else home.today_at(self.desk.station)
        self._heading.set_lines(home_view.headings(home.LAST_HERE, today))
        self._recent_list.set_lines(self._recent_lines(seen.recent, beside))
        currency, sells = self.desk.conference.currency, self.may(Action.SELL)
        self._attention_list.set_lines(home_view.attention(seen.attention, currency, sells=sells))
        heading = home.NEEDS_ATTENTION if seen.attention else ""
        self._attention_heading.show(Text(heading, style="bold"))
        self._side.set_lines(
            home_view.side(
                seen.today,
                seen.stations,
                self._readers,
                station=self.desk.station,
                currency=currency,
                time=self.time,
                money=money,
                eighths=eighths,
            )
        )

    def _recent_lines(self, recent: "Sequence[RecentLine]", beside: Sequence[home_view.Figure]) -> list[Line]:
        lines = sorted((*self.looked_up, *recent), key=lambda line: line.at, reverse=True)
        if not lines:
            return home_view.nothing_yet(beside, examples=self._is_demo, sells=self.may(Action.SELL))
        return home_view.recent(lines, self.time, beside)

    # What keys do

    def acts(self) -> Sequence[Offer]:
        if not self._is_open:
            return ()
        own = self._acts_on_hits() if self._hits.display else self._acts_at_home()
        sells = (Act("walk_up", self._sell, "sell to a walk-up"),) if self.may(Action.SELL) else ()
        reads = (Act("reader", partial(choose_reader, self)),) if self.may(Action.READERS) else ()
        manages = (Act("products", self.navigator.show_products),) if self.may(Action.MANAGE) else ()
        return (*own, *sells, Act("orders", self.navigator.show_orders), *reads, *manages)

    def word_refused(self, command: str) -> bool:
        if command != "products" or not self._is_open:
            return False
        self.navigator.show_products()  # which says who may
        return True

    def _sell(self) -> None:
        self._tried.add("F2")
        self.navigator.sell(SaleStart())

    def _acts_at_home(self) -> Sequence[Offer]:
        waiting = self._data.attention if self._data is not None else ()
        can = home_view.openable(waiting, sells=self.may(Action.SELL))
        chosen = self._attention_list.place
        if self._banner.display:
            go_on = partial(self._show_unopened, None)
            return (Act("confirm", go_on, "go on"), Act("back", go_on, "close"))
        if chosen is not None:
            attend = partial(self.navigator.attend_to, waiting[chosen])
            confirm = Act("confirm", attend, home.opens(waiting[chosen].name))
        else:
            confirm = Act("confirm", partial(self.say, home.TYPE_FIRST, Tone.WARN), "find")
        if not can:
            return (confirm,)
        unchoose = Act("back", self._attention_list.unchoose, "choose none")
        rows = numbers(len(self._attention_list.numbered_keys))
        return (
            confirm,
            Pick(rows, self._picked_attention, "open"),
            *((unchoose,) if chosen is not None else ()),
            Act("attention", partial(self._attention, can)),
            Move(self._attention_list.move),
        )

    def _acts_on_hits(self) -> Sequence[Offer]:
        chosen = self._hits.chosen_hit
        opens = (Act("confirm", partial(self._open_hit, chosen), home.opens(chosen.title)),) if chosen else ()
        rows = numbers(len(self._hits.numbered_keys))
        picks = (Pick(rows, self._picked_hit, "open"),) if rows else ()
        more = Move(self._moved, self._more)
        return (*opens, *picks, more, Act("back", self._hide_hits, "close"))

    def typed_acts(self, text: str) -> Sequence[Offer]:
        clear = Act("back", self.prompt.clear, "clear")
        if text != self._hits.text:
            return (self.enters(f'find "{text}"'), clear)
        chosen = self._hits.chosen_hit
        enter = self.enters(home.opens(chosen.title) if chosen else f'find "{text}"')
        return (enter, clear, Move(self._moved, self._more))

    @property
    def _more(self) -> str:
        return "more" if self._hits.total > self._hits.size.height else ""

    def _attention(self, can: "Sequence[AttentionLine]") -> None:
        if len(can) > 1:
            self.say(home.CHOOSE_ONE)
        else:
            self.navigator.attend_to(can[0])

    def _picked_attention(self, number: int) -> None:
        line = self._attention_list.numbered_line(number)
        if line is not None and self._data is not None:
            waiting = self._data.attention
            self.navigator.attend_to(
                next(each for each in waiting if home_view.attention_key(each) == line.key)
            )

    # Looking up

    def entered(self, scan: Scan) -> None:
        chosen = self._hits.chosen_hit
        if chosen is not None and scan.raw_shown == printable(self._hits.text or ""):
            self._open_hit(chosen)
        else:
            self.look_up(scan)

    def look_up(self, scan: Scan) -> None:
        """Look up what was scanned or typed, here or on a person's screen above; keys wait for the result."""
        if not self._is_open:
            self._before_opening.append(scan)
            return
        text = f"{scan.conference}:{scan.text}" if scan.conference else scan.text
        self._ask_for(partial(self._look_ups.find, text, scanned=scan.scanned), text)

    def _open_hit(self, hit: "Found") -> None:
        self._ask_for(partial(self._look_ups.open_hit, hit), hit.title)

    def _ask_for(self, call: "Callable[[], ScanResult]", text: str) -> None:
        self.typed_ahead.hold()
        self._show_unopened(None)
        then, failed = partial(self._answered, self._era), partial(self._not_answered, self._era, text)
        self._under_way.append(self.ask(call, then, failed, lane="look-up"))

    def forget_keys(self) -> None:
        """Also drop look-ups without an answer yet."""
        super().forget_keys()
        self._era += 1
        for job in self._under_way:
            job.cancel()
        self._under_way.clear()
        self._results.clear()
        self._before_opening.clear()
        if self._is_open and not self.typed_ahead.is_leaving:
            self.typed_ahead.release()

    def _not_answered(self, era: int, text: str, error: Exception) -> None:
        """The desk could not even look: that scan is listed, so that it is not taken for done."""
        self._answered(era, self._look_ups.unanswered(text, self.kiosk.explain(error)))

    def _answered(self, era: int, result: "ScanResult") -> None:
        if era != self._era:
            return
        del self._under_way[0]  # one lane answers in the order of asking
        self.looked_up.append(result.line)
        if result.person is not None:
            self._tried.add(result.person.access_code)
        self._results.append(result)
        self._draw(is_wide=self.has_class("-wide"))
        if not self._under_way:
            # Scans that came in the same write as this one are under way then.
            after_keys(self, self._open_results)

    def _open_results(self) -> None:
        if self._under_way or not self._results:
            return
        results, self._results = self._results, []
        self._hide_hits()
        if len({result.line.title for result in results}) == 1:
            self._open(results[-1])
        else:
            self.navigator.go_home()
            self.say(home.at_once(len(results)), Tone.WARN, bell=True)
        self.typed_ahead.release()
        self.refresh_hints()

    def _open(self, result: "ScanResult") -> None:
        if result.refusal is None and result.several is None:
            self.navigator.open_found(result)
            return
        self.navigator.go_home()
        self._show_unopened(result)
        if result.several is not None:
            self._show_hits(result.several)

    def _show_unopened(self, result: "ScanResult | None") -> None:
        """Say as a banner why nothing was opened, until the next key or line; None takes it away."""
        refusal = result.refusal if result is not None else None
        if refusal is not None and result is not None:
            about = home_view.shortened(result.line.title)
            self._banner.tell(BannerText(tone=Tone.BAD, word=refusal.word, about=about))
            self.kiosk.bell()
        self._banner.display = refusal is not None
        self._show_why(refusal.sentence if refusal is not None else self._failure)

    def _show_why(self, sentence: str) -> None:
        """What is wrong, in full."""
        self._why.show(home_view.why(sentence))
        self._why.display = bool(sentence)

    # Choosing a hit

    def changed(self, text: str) -> None:
        if not self._is_open:
            return
        if text:
            self._show_unopened(None)
        if len(text.strip()) < MIN_SEARCH or text.startswith("/"):
            self._hide_hits()
            return
        self.ask(partial(self._look_ups.search, text), self._found, lane="search", latest=True)

    def _found(self, page: "HitPage") -> None:
        if self.prompt.text == page.text:
            self._show_hits(page)

    def _show_hits(self, page: "HitPage") -> None:
        self._hits.show_page(page, numbered=not self.prompt.text)
        self.query_one("#lists").display = False
        self._find_more()
        self.refresh_hints(by_itself=True)

    def _hide_hits(self) -> None:
        if self._hits.display:
            self._hits.hide()
            self.query_one("#lists").display = True

    def _moved(self, delta: int) -> None:
        self._hits.move(delta)
        self._find_more()

    def _find_more(self) -> None:
        first = self._hits.next_page
        if first is not None and self._hits.text is not None:
            more = partial(self._look_ups.search, self._hits.text, first)
            self.ask(more, self._hits.add_page, lane="search", latest=True)

    def _picked_hit(self, number: int) -> None:
        hit = self._hits.hit_numbered(number)
        if hit is not None:
            self._open_hit(hit)
