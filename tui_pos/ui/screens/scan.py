"""Scan: the home of the desk. One prompt that takes everything, what happened here, what needs attention.

Every line that is scanned or typed is looked up, in order, and listed under "Last here". A single one also
opens what it found. Several that come at once (a stalled link, a scanner that was filled elsewhere) open
nothing: each stands in the list with its verdict, so that nobody slips through behind somebody else's screen.
"""

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical

from tui_pos.core.scan import Scan
from tui_pos.desk.access.permissions import Action
from tui_pos.desk.context import Desk
from tui_pos.ui.input import keys
from tui_pos.ui.jobs import Job
from tui_pos.ui.messages import sentence
from tui_pos.ui.screens.desk_screen import DeskScreen, SaleStart
from tui_pos.ui.widgets.line_list import (
    Column,
    Line,
    LineList,
)
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.signs import sign, style

if TYPE_CHECKING:
    from tui_pos.desk.orders.views import OrderView
    from tui_pos.desk.payments import PaymentState
    from tui_pos.desk.search.activity import AttentionLine, RecentLine
    from tui_pos.desk.search.search import Found
    from tui_pos.ui.screens.finding import Answer

EVERY = 5.0
"""Seconds between two looks at what happened here and what needs attention."""
RECENT_ROWS = 8
LOOKED_UP_KEPT = 200
MIN_SEARCH = 2


class ScanScreen(DeskScreen[None]):
    """Opens before the database does: scans wait until `desk_opened`."""

    def __init__(self, desk: Desk | None = None) -> None:
        super().__init__(desk)
        self.looked_up: deque[RecentLine] = deque(maxlen=LOOKED_UP_KEPT)
        self._is_open = desk is not None
        self._before_opening: list[Scan] = []
        self._under_way: list[Job] = []
        self._unseen = False
        self._answers: list[Answer] = []
        self._era = 0
        self._hits: tuple[Found, ...] = ()
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
        yield self.prompt
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
        if self._is_open:
            self._look_around()
        else:
            self.hold_keys()
            self.say("Opening the desk; scans are taken already")

    def on_screen_resume(self) -> None:
        self._look_around()

    def desk_opened(self, desk: Desk) -> None:
        """From now on this is the home of ``desk``."""
        self.desk = desk
        self._is_open = True
        self.say("")
        self.free_keys()
        self.refresh_hints()
        self._look_around()
        waiting, self._before_opening = self._before_opening, []
        for scan in waiting:
            self.look_up(scan)

    def _look_around(self) -> None:
        if not self._is_open or self.kiosk.screen is not self:
            return
        self.ask(partial(_around, self.desk), self._show_around, self._not_seen, lane="around", latest=True)

    def _not_seen(self, error: Exception) -> None:
        self._unseen = True
        self.say(self.kiosk.explain(error), "X")

    def _show_around(self, seen: "tuple[tuple[RecentLine, ...], tuple[AttentionLine, ...]]") -> None:
        if self._unseen:
            self._unseen = False
            self.say("The database answers again.", "OK")
        had_attention = bool(self._attention)
        self._recent, self._attention = seen
        self._show_recent()
        self._attention_list.set_lines(
            [
                Line(
                    (
                        (sign(line.tone), style(line.tone)),
                        line.reference,
                        line.name,
                        self.amount(line.amount),
                        line.text,
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
            (self.time(line.at), line.title, (sign(line.tone), style(line.tone)), line.detail), pick=False
        )

    # Looking up

    def entered(self, scan: Scan) -> None:
        if not scan.scanned and self._hit_list.display and self._moved_to is not None:
            self._open_hit(self._moved_to)
        else:
            self.look_up(scan)

    def look_up(self, scan: Scan) -> None:
        """Look up what was scanned or typed, here or on a person's screen above; keys wait for the answer."""
        if not self._is_open:
            self._before_opening.append(scan)
            return
        self._ask_for(partial(_find, self.desk, _text_of(scan)), _text_of(scan))

    def _open_hit(self, hit: "Found") -> None:
        self._ask_for(partial(_open_hit, self.desk, hit), hit.title)

    def _ask_for(self, call: "Callable[[], Answer]", text: str) -> None:
        self.hold_keys()
        then, failed = partial(self._answered, self._era), partial(self._not_answered, self._era, text)
        self._under_way.append(self.ask(call, then, failed, lane="look-up"))

    def forget_keys(self) -> None:
        """Drop the look-ups too that were asked for and not answered."""
        super().forget_keys()
        self._era += 1
        for look in self._under_way:
            look.cancel()
        self._under_way.clear()
        self._answers.clear()
        self._before_opening.clear()
        if self._is_open and not self.is_leaving:
            self.free_keys()

    def _not_answered(self, era: int, text: str, error: Exception) -> None:
        """The desk could not even look: that scan is listed, so that it is not taken for done."""
        self._answered(era, _unanswered(text, self.kiosk.explain(error)))

    def _answered(self, era: int, answer: "Answer") -> None:
        if era != self._era:
            return
        del self._under_way[0]  # one lane answers in the order of asking
        self.looked_up.append(answer.line)
        self._answers.append(answer)
        self._show_recent()
        if not self._under_way:
            # Scans that came in the same write as this one are under way then.
            self.after_keys(self._open_answers)

    def _open_answers(self) -> None:
        if self._under_way or not self._answers:
            return
        answers, self._answers = self._answers, []
        self._hide_hits()
        if len({answer.line.title for answer in answers}) == 1:
            self._open(answers[-1])
        else:
            self.go_home()
            self.say(
                f"{len(answers)} scans came at once: each is listed here, none was opened.", "!", bell=True
            )
        self.free_keys()

    def _open(self, answer: "Answer") -> None:
        if answer.person is not None:
            from tui_pos.ui.screens.attendee import AttendeeScreen

            top = self.kiosk.screen
            if isinstance(top, AttendeeScreen):
                top.show(answer.person)
            else:
                self.go(AttendeeScreen(self.desk, answer.person, self.look_up))
            return
        self.go_home()
        if answer.refusal:
            self.alert(answer.refusal, "X")
        elif answer.several:
            self._show_hits(answer.several)
            self.say(f"{len(answer.several)} found: press a number, or arrow and Enter.")
        elif answer.sells is not None:
            self.sell(answer.sells, self.say)
        elif answer.order is not None:
            self._open_order(answer.order)

    def _open_order(self, order: "OrderView") -> None:
        """An order of somebody without a badge: paid here when it is still owed, else shown."""
        if not order.due or not self.may(Action.CHARGE):
            self.show_receipt(order.reference)
            return
        from tui_pos.ui.screens.modals.confirm import Confirm

        owed = self.amount(order.due)
        what = ", ".join(f"{line.quantity} x {line.description}" for line in order.lines if line.quantity)
        question = Confirm(
            f"{order.reference}  {order.buyer_name}", f"{what}: {owed} is to be paid.", f"take {owed} by card"
        )
        self.go(question, lambda yes: self.take_card(order.reference, self._unpaid) if yes else None)

    def _unpaid(self, state: "PaymentState") -> None:
        self.say(f"{state.reference}: {state.headline.lower()}, it is still to be paid.", "!")

    # Selling

    def action_walk_up(self) -> None:
        self.sell(SaleStart(), self.say)

    def action_orders(self) -> None:
        """F3."""
        from tui_pos.ui.screens.orders import OrdersScreen

        self.go(OrdersScreen(self.desk))

    # Choosing a row

    def changed(self, text: str) -> None:
        if not self._is_open:
            return
        if len(text.strip()) < MIN_SEARCH or text.startswith("/"):
            self._hide_hits()
            return
        self.ask(partial(_search, self.desk, text), self._found, lane="search", latest=True)

    def _found(self, hits: "tuple[Found, ...]") -> None:
        if self.prompt.text:
            self._show_hits(hits)

    def _show_hits(self, hits: "tuple[Found, ...]") -> None:
        self._hits = hits
        self._moved_to = None
        self._hit_list.set_lines(
            [
                Line((hit.title, hit.key, sentence(hit.detail)), key=str(place))
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
            self._moved_to = self._hits[int(line.key)]

    def picked(self, number: int) -> None:
        if self._hit_list.display:
            line = self._hit_list.numbered_line(number)
            if line is not None:
                self._open_hit(self._hits[int(line.key)])
                return
        elif line := self._attention_list.numbered_line(number):
            self._attend_to(self._attention[int(line.key)])
            return
        super().picked(number)

    def _attend_to(self, line: "AttentionLine") -> None:
        if line.kind == "attempt":
            self.watch_payment(line.id, self._unpaid)
        else:
            self.sell(SaleStart(parked=line.id), self.say)

    # Keys

    def action_confirm(self) -> None:
        if self._hit_list.display and (line := self._hit_list.chosen):
            self._open_hit(self._hits[int(line.key)])
        else:
            self.say("Scan a badge first, or type what to find.", "!")

    def action_attention(self) -> None:
        if not self._attention:
            self.say("Nothing needs attention.", "OK")
        elif len(self._attention) == 1:
            self._attend_to(self._attention[0])
        else:
            self.say("Press the number of the one to see.")

    def action_back(self) -> None:
        self._hide_hits()
        self.say("")


def _text_of(scan: Scan) -> str:
    return f"{scan.conference}:{scan.text}" if scan.conference else scan.text


def _around(desk: Desk) -> "tuple[tuple[RecentLine, ...], tuple[AttentionLine, ...]]":
    from tui_pos.desk.search import activity

    return activity.recent(desk, RECENT_ROWS), activity.attention(desk)


def _search(desk: Desk, text: str) -> "tuple[Found, ...]":
    from tui_pos.desk.search.search import search

    return search(desk, text)


def _find(desk: Desk, text: str) -> "Answer":
    from tui_pos.ui.screens.finding import find

    return find(desk, text)


def _open_hit(desk: Desk, hit: "Found") -> "Answer":
    from tui_pos.ui.screens.finding import open_hit

    return open_hit(desk, hit)


def _unanswered(text: str, sentence: str) -> "Answer":
    from tui_pos.ui.screens.finding import unanswered

    return unanswered(text, sentence)
