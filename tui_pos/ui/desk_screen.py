"""The one base of all screens: header, rule, body, rule, key bar, one prompt; and what its keys mean.

A screen says what it is by overriding:

    compose_body()            its widgets between the rules; ``self.prompt`` must be among them
    hints()                   the key bar, the safe next step first
    header()                  what the header says, where that differs from the app's
    entered(scan)             a line: a code, an order, a search. Commands and unusable input never come here
    changed(text)             no key came for a moment: filter by the typed text
    picked(number) · moved(delta) · stepped(delta)
    put_away(then)            the desk is locked or left: keep what would be lost, then go on
    action_<command>()        a function key or its /word; `action_confirm` is Enter in the empty prompt

and does its work with `ask`, `say`, `alert`, `go`, `leave`, `refresh_hints` and its
`navigator`. Keys that come while the screen changes wait in its `TypedAhead`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Protocol, TypeVar, cast

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from tui_pos.core import money, scanner_test
from tui_pos.core.scan import Scan, ScanKind
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk
from tui_pos.desk.tones import Tone
from tui_pos.ui import messages
from tui_pos.ui.input import keys
from tui_pos.ui.jobs import Job
from tui_pos.ui.kiosk import KioskApp
from tui_pos.ui.navigator import Navigator
from tui_pos.ui.typed_ahead import KeysHandled, TypedAhead
from tui_pos.ui.widgets.key_bar import KeyBar
from tui_pos.ui.widgets.question import Question
from tui_pos.ui.widgets.row import Rule
from tui_pos.ui.widgets.scan_input import DIALOG, Prompt, ScanInput
from tui_pos.ui.widgets.status_line import Status, StatusLine

T = TypeVar("T")
R = TypeVar("R")
OTHER = TypeVar("OTHER")

MIN_WIDTH, MIN_HEIGHT = 80, 24
TOO_SMALL = f"This terminal is too small: the desk needs {MIN_WIDTH} columns and {MIN_HEIGHT} rows."
NOTE_WIDTH = 70


class _Navigated(Protocol):
    def navigator_for(self, screen: Screen[Any]) -> Navigator:
        """See `tui_pos.ui.app.DeskApp`."""


class DeskScreen(Screen[R], inherit_bindings=False):
    """Base of all screens. ``desk`` is who acts where: sign-in, help and dialogs have none."""

    # With sixteen colours or none: the terminal's own background and text colours, and opaque screens.
    DEFAULT_CSS = """
    DeskScreen {
        layout: vertical; overflow: hidden; background: ansi_default; color: ansi_default;
        #body { height: 1fr; width: 1fr; padding: 0 1; overflow: hidden; }
        #too-small { display: none; width: 1fr; height: 1fr; }
        &.-too-small > * { display: none; }
        &.-too-small > #too-small { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = "ScanInput"

    PROMPT: ClassVar[Prompt] = Prompt()

    desk: Desk

    title_text: Text | None = None
    """Stands in the header in place of conference, station and staff."""

    argument = ""
    """What follows the ``/word`` whose action runs; '' when a key asked for it."""

    def __init__(self, desk: Desk | None = None) -> None:
        super().__init__()
        if desk is not None:
            self.desk = desk
        self.prompt = ScanInput(picks=self.PROMPT.picks, quiet=self.PROMPT.quiet)
        self.prompt.set_note(self.PROMPT.placeholder)
        self.typed_ahead = TypedAhead(self, self.prompt)

    @property
    def has_desk(self) -> bool:
        """Whether it is a screen of a signed-in desk; dialogs, the help and the sign-in are not."""
        return hasattr(self, "desk")

    @property
    def kiosk(self) -> KioskApp:
        """The app."""
        return cast(KioskApp, self.app)

    @property
    def navigator(self) -> Navigator:
        """Opens the screens that follow this one."""
        return cast(_Navigated, self.app).navigator_for(self)

    # What a screen overrides

    def compose_body(self) -> ComposeResult:
        """The widgets between the rules."""
        yield self.prompt

    def hints(self) -> Sequence[keys.Hint]:
        """The key bar."""
        return ()

    def header(self) -> Status:
        """What the header says."""
        return self.kiosk.status

    def entered(self, scan: Scan) -> None:
        """A code, an order or a search was typed or scanned."""
        if self.PROMPT.comes_first:
            what = "scan" if scan.scanned else "text"
            self.say(f"That {what} was not used: {self.PROMPT.comes_first}.", Tone.WARN, bell=True)
        else:
            self.say(f"{scan.raw_shown} means nothing here.", Tone.WARN, bell=True)

    def changed(self, text: str) -> None:
        """No key came for a moment after text was typed; never called for a scan."""

    def picked(self, number: int) -> None:
        """A digit was typed in the empty prompt."""
        self.say(f"There is no row {number}.", Tone.WARN, bell=True)

    def moved(self, delta: int) -> None:
        """An arrow or page key."""

    def stepped(self, delta: int) -> None:
        """``+`` or ``-``."""

    def put_away(self, then: Callable[[], object]) -> None:
        """Save what closing this screen would lose, then call ``then``."""
        then()

    def action_back(self) -> None:
        """Esc."""
        self.leave()

    def action_quit(self) -> None:
        """``/quit``."""
        self.put_away(self.kiosk.exit)

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
        failed = failed or self.failed
        if hold:
            self.typed_ahead.hold()
            then, failed = self._then_free(then), self._then_free(failed)
        return self.kiosk.ask(self, call, then, failed, lane=lane, latest=latest)

    def forget_keys(self) -> None:
        """Drop the prompt's text, held keys and keys typed ahead."""
        self.typed_ahead.forget()
        self.prompt.forget()

    def failed(self, error: Exception) -> None:
        """A call ended in ``error``: say it in one sentence."""
        self.alert(self.kiosk.explain(error), Tone.BAD)

    def say(self, note: str, tone: Tone = Tone.PLAIN, *, bell: bool = False) -> None:
        """Show ``note`` beside the empty prompt until the next line or command."""
        self.prompt.set_note(note, tone)
        if bell:
            self.kiosk.bell()

    def alert(self, sentence: str, tone: Tone = Tone.WARN) -> None:
        """Ring the bell and show what stops the work: beside the prompt if it fits, else in a dialog."""
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

    def refresh_hints(self) -> None:
        """Draw the key bar again where `hints` changed."""
        self.query_one(KeyBar).show_hints(self.hints())

    def refresh_title(self) -> None:
        """Draw the header again where `header` or ``title_text`` changed."""
        self.query_one(StatusLine).show(self.header(), self.title_text)

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

    def compose(self) -> ComposeResult:
        yield StatusLine()
        yield Rule()
        with Vertical(id="body"):
            yield from self.compose_body()
        yield Rule()
        yield KeyBar()

    def on_mount(self) -> None:
        self.refresh_title()
        self.refresh_hints()

    def on_screen_resume(self) -> None:
        # A screen that was covered has not been told of another size.
        self._fit(self.app.size)
        self.refresh_title()

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        too_small = size.width < MIN_WIDTH or size.height < MIN_HEIGHT
        self.set_class(too_small, "-too-small")
        if too_small and not self.query("#too-small"):
            self.mount(Static(TOO_SMALL, id="too-small", markup=False))

    def on_key(self, event: events.Key) -> None:
        """Handle keys while nothing has the focus, because the prompt is hidden."""
        self.prompt.on_key(event)

    def on_paste(self, event: events.Paste) -> None:
        self.prompt.on_paste(event)

    @on(ScanInput.Entered)
    def _entered(self, message: ScanInput.Entered) -> None:
        message.stop()
        if self.kiosk.is_forgotten(message) or self.typed_ahead.keeps(message):
            return
        if not self.is_on_top:
            self.typed_ahead.hand_to_top(message, is_ahead=False)
            return
        self.say(self.PROMPT.placeholder)
        scan = self.kiosk.parse(message.text, scanned=message.scanned)
        if scan.kind is ScanKind.COMMAND:
            self._word(scan)
        elif scan.test is not None:
            fault = scanner_test.told(scan.test, message.pace)
            self.kiosk.scanner_tested(scan.test, message.pace)
            self.alert(messages.sentence(fault), Tone.OK if fault.key.endswith(".fine") else Tone.WARN)
        elif scan.kind is ScanKind.INVALID:
            self.alert(messages.sentence(scan.reason or ""), Tone.BAD)
        elif scan.kind is not ScanKind.EMPTY:
            self.entered(scan)

    def _word(self, scan: Scan) -> None:
        command = keys.BY_WORD.get(scan.value)
        if command is None:
            self.say(f"/{scan.value} is not a command; /help lists them.", Tone.BAD, bell=True)
        else:
            self.argument = scan.argument
            self.command(command.name)
            self.argument = ""

    @on(ScanInput.Asked)
    @on(ScanInput.Confirmed)
    @on(ScanInput.Picked)
    @on(ScanInput.Moved)
    @on(ScanInput.Stepped)
    def _key(self, message: Message) -> None:
        message.stop()
        self.take(message)

    def take(self, message: Message) -> None:
        """Do what a key of the prompt, or one typed ahead at the screen before, asks for."""
        if isinstance(message, ScanInput.Asked) and message.command == "lock":
            self.kiosk.forget_input()
            self.command("lock")
            return
        if self.kiosk.is_forgotten(message) or self.typed_ahead.keeps(message) or not self._may_act():
            return
        match message:
            case ScanInput.Asked(command=command):
                self.say(self.PROMPT.placeholder)
                self.command(command)
            case ScanInput.Confirmed():
                self.command("confirm")
            case ScanInput.Picked(number=number):
                self.picked(number)
            case ScanInput.Moved(delta=delta):
                self.moved(delta)
            case ScanInput.Stepped(delta=delta):
                self.stepped(delta)

    @on(ScanInput.Changed)
    def _changed(self, message: ScanInput.Changed) -> None:
        message.stop()
        if self.is_on_top and not self.kiosk.is_forgotten(message):
            self.changed(message.text)

    @on(ScanInput.Refused)
    def _refused(self, message: ScanInput.Refused) -> None:
        message.stop()
        self.say(message.reason, Tone.WARN, bell=True)

    @on(KeysHandled)
    def _keys_handled(self, message: KeysHandled) -> None:
        message.stop()
        message.then()

    @property
    def is_on_top(self) -> bool:
        """Whether keys act here; Textual's is_current is also true of the screen below a dialog."""
        return self.app.screen is self

    def _may_act(self) -> bool:
        """Whether a key may act: not on a screen that opened after it was pressed, nor on a hidden one."""
        if self.is_on_top and not self.has_class("-too-small"):
            return True
        self.kiosk.bell()
        return False

    def command(self, name: str) -> None:
        """Do what a key or a word asks for: an action of this screen, or else of the app."""
        action = getattr(self, f"action_{name}", None) or getattr(self.kiosk, f"action_{name}", None)
        if action is None:
            self.say(f"{keys.shown_key(name)} does nothing here.", Tone.WARN, bell=True)
        else:
            action()


class Alert(DeskScreen[None]):
    """One message that must be seen before work goes on. Stands here because `alert` opens it."""

    PROMPT = DIALOG

    def __init__(self, sentence: str, tone: Tone = Tone.WARN) -> None:
        super().__init__()
        self.sentence = sentence
        self._tone = tone

    def compose_body(self) -> ComposeResult:
        yield Question("Please read", self.sentence, self._tone)
        yield self.prompt

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", "go on"),)

    def action_confirm(self) -> None:
        """Enter: it was read."""
        self.leave()
