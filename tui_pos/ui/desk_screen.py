"""The one base of all screens: header, prompt, note, body, rule, key bar; and what its keys mean.

A screen says what it is by overriding:

    compose_body()            its widgets between note and rule
    compose_side()            what stands beside them from 120 columns on
    acts()                    what each key does in this state, the safe next step first: the key bar, the
                              keys, the list of words and the help are read from it (`ui.input.acts`)
    typed_acts(text)          the same while the prompt holds text
    standing_note()           what the note says while the last key has left nothing to tell
    header()                  what the header says, where that differs from the app's
    entered(scan)             a line: a code, an order, a search. Commands and unusable input never come here
    changed(text)             no key came for a moment: filter by the typed text
    put_away(then)            the desk is locked or left: keep what would be lost, then go on

and does its work with `ask`, `say`, `alert`, `go`, `leave`, `refresh_hints` and its
`navigator`. Keys that come while the screen changes wait in its `TypedAhead`.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar, Protocol, TypeVar, cast

from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer

from tui_pos.core import money
from tui_pos.core.addresses import CODE
from tui_pos.core.scan import Scan, ScanKind
from tui_pos.desk import waiting
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk
from tui_pos.desk.tones import Tone
from tui_pos.ui.input.acts import Act, Offer
from tui_pos.ui.jobs import Job
from tui_pos.ui.messages.views import phrase
from tui_pos.ui.navigator import Navigator
from tui_pos.ui.prompt_screen import PromptScreen
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.scan_input import DIALOG

T = TypeVar("T")
R = TypeVar("R")
OTHER = TypeVar("OTHER")

NOTE_WIDTH = 74
"""Characters that the note has room for at 80 columns, behind the longest sign."""


NOT_ASKED = (ScanKind.COMMAND, ScanKind.ORDER, ScanKind.TEST, ScanKind.EMPTY)
"""What a scan may be without the desk being asked."""


class _Navigated(Protocol):
    def navigator_for(self, screen: Screen[Any]) -> Navigator:
        """See `tui_pos.ui.app.DeskApp`."""


class DeskScreen(PromptScreen[R]):
    """Base of all screens. ``desk`` is who acts where: sign-in, help and dialogs have none."""

    desk: Desk

    AWAITS: ClassVar[waiting.Act] = waiting.Act.LOOK
    """What must not be asked for again while no answer comes."""

    def __init__(self, desk: Desk | None = None) -> None:
        super().__init__()
        self._waits: Timer | None = None
        self._is_waiting_said = False
        if desk is not None:
            self.desk = desk

    @property
    def has_desk(self) -> bool:
        """Whether it is a screen of a signed-in desk; dialogs, the help and the sign-in are not."""
        return hasattr(self, "desk")

    @property
    def navigator(self) -> Navigator:
        """Opens the screens that follow this one."""
        return cast(_Navigated, self.app).navigator_for(self)

    # Calls of the desk

    def ask(
        self,
        call: Callable[[], T],
        then: Callable[[T], object],
        failed: Callable[[Exception], object] | None = None,
        *,
        lane: str = "desk",
        latest: bool = False,
        hold: bool = False,
    ) -> Job:
        """Run ``call`` in a thread, then ``then(value)`` here. An error goes to ``failed``, else it is said.

        Calls of one ``lane`` keep their order. ``latest=True`` for look-ups: an overtaken one delivers
        nothing. ``lane=""`` waits for nobody. ``hold=True`` lets keys wait for the outcome (`TypedAhead`).
        """
        self._watch_calls()
        failed = failed or self.failed
        if hold:
            self.typed_ahead.hold()
            then, failed = self._then_free(then), self._then_free(failed)
        return self.kiosk.ask(self, call, then, failed, lane=lane, latest=latest)

    def asks_whose(self, scan: Scan, go_on: Callable[[Scan], object]) -> bool:
        """Ask first whose code it is where it has no form of ours: then it is that person's badge."""
        if not (scan.whole and self.has_desk) or scan.kind in NOT_ASKED or CODE.fullmatch(scan.whole):
            return False
        from tui_pos.desk.orders.badges import imported  # screens are there before the database is

        def found(code: str | None) -> None:
            known = replace(scan, kind=ScanKind.CODE, value=code or "", text=code or "", conference=None)
            go_on(scan if code is None else known)

        self.typed_ahead.hold(leaving=True)  # what is scanned behind it must not act before it
        self.ask(partial(imported, self.desk, scan.whole), found, lambda _: go_on(scan), hold=True)
        return True

    def _watch_calls(self) -> None:
        """Say from some seconds on that no answer comes, until one does (`desk.waiting`)."""
        if self.has_desk and self._waits is None:
            self._waits = self.set_interval(1, self._say_waiting)

    def _say_waiting(self) -> None:
        began = self.kiosk.jobs.oldest_of(self)
        awaited = waiting.of_call(self.desk, began, self.AWAITS) if began is not None else None
        reason = awaited.no_answer() if awaited is not None else None
        if reason is not None:
            self.say(f"{phrase(reason)}.", Tone.UNKNOWN, bell=not self._is_waiting_said)
        elif self._is_waiting_said:
            self.say("")
        self._is_waiting_said = reason is not None
        if began is None and self._waits is not None:
            self._waits.stop()
            self._waits = None

    def failed(self, error: Exception) -> None:
        """A call ended in ``error``: say it in one sentence; keys that waited for it are offered again."""
        self.alert(self.kiosk.explain(error), Tone.BAD)
        self.refresh_hints()

    def alert(self, sentence: str, tone: Tone = Tone.WARN) -> None:
        """Ring the bell and show what stops the work: as the note if it fits, else in a dialog."""
        if len(sentence) <= NOTE_WIDTH:
            self.say(sentence, tone, bell=True)
            return
        self.kiosk.bell()
        if any(isinstance(each, Alert) and each.sentence == sentence for each in self.kiosk.screen_stack):
            return  # the same message is open already
        self.go(Alert(sentence, tone))

    def go(self, screen: Screen[OTHER], then: Callable[[OTHER | None], None] | None = None) -> None:
        """Open ``screen`` on top of this one; ``then`` gets what it was left with."""
        self.typed_ahead.hold(leaving=True)
        self.kiosk.open_screen(screen, then)
        self.typed_ahead.release()

    def leave(self, result: R | None = None) -> None:
        """Close this screen and give ``result`` to whoever opened it. The first screen stays."""
        self.typed_ahead.hold(leaving=True)
        self.kiosk.close_screen(self, result)
        self.typed_ahead.release()

    # The desk

    def amount(self, value: Decimal) -> str:
        """Money as people read it, without its currency."""
        return money.format_amount(value, self.desk.conference.currency)

    def time(self, at: datetime) -> str:
        """A time of day on the conference's clock."""
        return f"{self.desk.local(at):%H:%M}"

    def may(self, action: Action) -> bool:
        """Whether who is signed in has the right to it; the desk itself refuses what is tried without."""
        return allowed(self.desk.staff, action)

    # How it works

    def _then_free(self, handle: Callable[[T], object]) -> Callable[[T], None]:
        def act(outcome: T) -> None:
            handle(outcome)
            self.typed_ahead.release()

        return act


class Alert(DeskScreen[None]):
    """One message that must be seen before work goes on. Stands here because `alert` opens it."""

    PROMPT = DIALOG

    def __init__(self, sentence: str, tone: Tone = Tone.WARN) -> None:
        super().__init__()
        self.sentence = sentence
        self._tone = tone

    def compose_body(self) -> ComposeResult:
        yield Question("Please read", self.sentence, self._tone)

    def acts(self) -> Sequence[Offer]:
        return (Act("confirm", self.leave, "go on"), Act("back", self.leave, ""))
