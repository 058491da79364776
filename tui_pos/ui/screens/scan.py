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
from textual.app import ComposeResult
from textual.containers import Vertical

from tui_pos.core.scan import Scan
from tui_pos.desk.access.people import WALK_UP
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.context import Desk
from tui_pos.desk.tones import Tone
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.input import keys
from tui_pos.ui.jobs import Job
from tui_pos.ui.messages import sentence
from tui_pos.ui.results import SaleStart
from tui_pos.ui.screens.shared import after_keys, choose_reader
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.signs import sign, style

if TYPE_CHECKING:
    from tui_pos.desk.search.activity import RecentLine
    from tui_pos.desk.search.attention import AttentionLine
    from tui_pos.desk.search.search import Found
    from tui_pos.ui.scan_result import Hit, LookUps, ScanResult

EVERY = 5.0
"""Seconds between two looks at what happened here and what needs attention."""
RECENT_ROWS = 8
LOOKED_UP_KEPT = 200
MIN_SEARCH = 2


class ScanScreen(DeskScreen[None]):
    """Opens before the database does: scans wait until `desk_opened`."""

    _look_ups: "LookUps"

    def __init__(self) -> None:
        super().__init__()
        self.looked_up: deque[RecentLine] = deque(maxlen=LOOKED_UP_KEPT)
        self._is_open = False
        self._before_opening: list[Scan] = []
        self._under_way: list[Job] = []
        self._unseen = False
        self._results: list[ScanResult] = []
        self._era = 0
        self._hits: tuple[Hit, ...] = ()
        self._moved_to: Found | None = None
        self._recent: tuple[RecentLine, ...] = ()
        self._attention: tuple[AttentionLine, ...] = ()
        self._recent_list = LineList(
            Column(5), Column(26), Column(4), Column(), numbered=False, choosing=False, id="recent"
        )
        self._attention_list = LineList(
            Column(3), Column(12), Column(20), Column(9, right=True), Column(), choosing=False, id="attention"
        )
        self._hit_list = LineList(Column(28), Column(14), Column(), id="hits")

    # What stands there

    def compose_body(self) -> ComposeResult:
        yield Row(Text("Scan a badge, or type a code, an order, a name or an e-mail"))
        with Vertical(id="lists"):
            yield Row(Text("Last here", style="bold"))
            yield self._recent_list
            yield Row(Text("Needs attention", style="bold"), id="attention-heading")
            yield self._attention_list
        yield self._hit_list

    def hints(self) -> Sequence[keys.Hint]:
        if not self._is_open:
            return (keys.Hint("/quit", "leave"),)
        hints = [keys.hint("confirm", "find")]
        if self.may(Action.SELL):
            hints.append(keys.hint("walk_up"))
        hints.append(keys.hint("orders"))
        if self.may(Action.READERS):
            hints.append(keys.hint("reader"))
        if self._attention:
            hints.append(keys.hint("attention"))
        return (*hints, keys.hint("help"), keys.hint("lock"))

    def on_mount(self) -> None:
        self.set_interval(EVERY, self._look_around)
        self.typed_ahead.hold()
        self.say("Opening the desk; scans are taken already")

    def on_screen_resume(self) -> None:
        self._look_around()

    def desk_opened(self, desk: Desk, look_ups: "LookUps") -> None:
        """From now on this is the home of ``desk``, which ``look_ups`` asks."""
        self.desk, self._look_ups = desk, look_ups
        self._is_open = True
        self.say("")
        self.typed_ahead.release()
        self.refresh_hints()
        self._look_around()
        waiting, self._before_opening = self._before_opening, []
        for scan in waiting:
            self.look_up(scan)

    def _look_around(self) -> None:
        if not self._is_open or self.kiosk.screen is not self:
            return
        look = partial(self._look_ups.around, RECENT_ROWS)
        self.ask(look, self._show_around, self._not_seen, lane="around", latest=True)

    def _not_seen(self, error: Exception) -> None:
        self._unseen = True
        self.say(self.kiosk.explain(error), Tone.BAD)

    def _show_around(self, seen: "tuple[tuple[RecentLine, ...], tuple[AttentionLine, ...]]") -> None:
        if self._unseen:
            self._unseen = False
            self.say("The database answers again.", Tone.OK)
        had_attention = bool(self._attention)
        self._recent, self._attention = seen
        self._show_recent()
        self._attention_list.set_lines(
            [
                Line(
                    (
                        (sign(line.tone), style(line.tone)),
                        line.reference,
                        line.name or WALK_UP,
                        self.amount(line.amount),
                        sentence(line.said),
                    ),
                    key=str(place),
                )
                for place, line in enumerate(self._attention)
            ]
        )
        if bool(self._attention) != had_attention:
            self.refresh_hints()

    def _show_recent(self) -> None:
        lines = sorted((*self.looked_up, *self._recent), key=lambda line: line.at, reverse=True)
        self._recent_list.set_lines([self._recent_line(line) for line in lines[:RECENT_ROWS]])

    def _recent_line(self, line: "RecentLine") -> Line:
        return Line(
            (
                self.time(line.at),
                line.title or WALK_UP,
                (sign(line.tone), style(line.tone)),
                sentence(line.detail),
            ),
            pick=False,
        )

    # Looking up

    def entered(self, scan: Scan) -> None:
        if not scan.scanned and self._hit_list.display and self._moved_to is not None:
            self._open_hit(self._moved_to)
        else:
            self.look_up(scan)

    def look_up(self, scan: Scan) -> None:
        """Look up what was scanned or typed, here or on a person's screen above; keys wait for the result."""
        if not self._is_open:
            self._before_opening.append(scan)
            return
        text = _text_of(scan)
        self._ask_for(partial(self._look_ups.find, text, scanned=scan.scanned), text)

    def _open_hit(self, hit: "Found") -> None:
        self._ask_for(partial(self._look_ups.open_hit, hit), hit.title)

    def _ask_for(self, call: "Callable[[], ScanResult]", text: str) -> None:
        self.typed_ahead.hold()
        then, failed = partial(self._answered, self._era), partial(self._not_answered, self._era, text)
        self._under_way.append(self.ask(call, then, failed, lane="look-up"))

    def forget_keys(self) -> None:
        """Also drop look-ups without an answer yet."""
        super().forget_keys()
        self._era += 1
        for look in self._under_way:
            look.cancel()
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
        self._results.append(result)
        self._show_recent()
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
            self.say(
                f"{len(results)} scans came at once: each is listed here, none was opened.",
                Tone.WARN,
                bell=True,
            )
        self.typed_ahead.release()

    def _open(self, result: "ScanResult") -> None:
        if not (result.refusal or result.several):
            self.navigator.open_found(result)
            return
        self.navigator.go_home()
        if result.refusal:
            self.alert(result.refusal, Tone.BAD)
        else:
            self._show_hits(result.several)
            self.say(f"{len(result.several)} found: press a number, or arrow and Enter.")

    # Other keys

    def action_reader(self) -> None:
        """F4."""
        choose_reader(self)

    def action_walk_up(self) -> None:
        """F2: sell to somebody without a badge."""
        self.navigator.sell(SaleStart())

    def action_orders(self) -> None:
        """F3."""
        self.navigator.show_orders()

    # Choosing a row

    def changed(self, text: str) -> None:
        if not self._is_open:
            return
        if len(text.strip()) < MIN_SEARCH or text.startswith("/"):
            self._hide_hits()
            return
        self.ask(partial(self._look_ups.search, text), self._found, lane="search", latest=True)

    def _found(self, hits: "tuple[Hit, ...]") -> None:
        if self.prompt.text:
            self._show_hits(hits)

    def _show_hits(self, hits: "tuple[Hit, ...]") -> None:
        self._hits = hits
        self._moved_to = None
        self._hit_list.set_lines(
            [
                Line((hit.found.title, hit.found.key, hit.detail), key=str(place))
                for place, hit in enumerate(hits)
            ]
        )
        self.query_one("#lists").display = False
        self._hit_list.display = True

    def _hide_hits(self) -> None:
        self._moved_to = None
        if self._hit_list.display:
            self._hit_list.display = False
            self.query_one("#lists").display = True

    def moved(self, delta: int) -> None:
        if self._hit_list.display and (line := self._hit_list.move(delta)):
            self._moved_to = self._hits[int(line.key)].found

    def picked(self, number: int) -> None:
        if self._hit_list.display:
            line = self._hit_list.numbered_line(number)
            if line is not None:
                self._open_hit(self._hits[int(line.key)].found)
                return
        elif line := self._attention_list.numbered_line(number):
            self._attend_to(self._attention[int(line.key)])
            return
        self.say(f"There is no row {number}.", Tone.WARN, bell=True)

    def _attend_to(self, line: "AttentionLine") -> None:
        self.navigator.attend_to(line)

    # Keys

    def action_confirm(self) -> None:
        if self._hit_list.display and (line := self._hit_list.chosen):
            self._open_hit(self._hits[int(line.key)].found)
        else:
            self.say("Scan a badge first, or type what to find.", Tone.WARN)

    def action_attention(self) -> None:
        if not self._attention:
            self.say("Nothing needs attention.", Tone.OK)
        elif len(self._attention) == 1:
            self._attend_to(self._attention[0])
        else:
            self.say("Press the number of the one to see.")

    def action_back(self) -> None:
        self._hide_hits()
        self.say("")


def _text_of(scan: Scan) -> str:
    return f"{scan.conference}:{scan.text}" if scan.conference else scan.text
