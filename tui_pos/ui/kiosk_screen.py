"""What every screen of the till has: header, rule, body, rule, key bar, one prompt; and what its keys mean.

A screen says what it is by overriding:

    compose_body()            its widgets between the rules; ``self.prompt`` must be among them
    hints()                   the key bar, the safe next step first
    entered(scan)             a line: a code, an order, a search. Commands and unusable input never come here
    changed(text)             typed text stands still: filter
    picked(number) · moved(delta) · stepped(delta)
    action_<command>()        a function key or its /word; `action_confirm` is Enter in the empty prompt

and does its work with `ask` (and `follow`), `say`, `alert`, `go`, `replace`, `leave`, `refresh_hints`.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from typing import ClassVar, TypeVar, cast

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from tui_pos.core.scan import (
    Kind,
    Scan,
    parse,
)
from tui_pos.ui import messages
from tui_pos.ui.input import keys
from tui_pos.ui.jobs import Job
from tui_pos.ui.kiosk import KioskApp
from tui_pos.ui.typed_ahead import TypedAhead
from tui_pos.ui.widgets.key_bar import KeyBar
from tui_pos.ui.widgets.row import Rule
from tui_pos.ui.widgets.scan_input import ScanInput
from tui_pos.ui.widgets.status_line import StatusLine

T = TypeVar("T")
R = TypeVar("R")
OTHER = TypeVar("OTHER")

MIN_WIDTH, MIN_HEIGHT = 80, 24
TOO_SMALL = f"This terminal is too small: the desk needs {MIN_WIDTH} columns and {MIN_HEIGHT} rows."
NOTE_WIDTH = 70


class KioskScreen(Screen[R], inherit_bindings=False):
    """Base of all screens. Class attributes set the prompt: see `ScanInput`."""

    # Sixteen colours or none: the terminal's own are the background and the text, and nothing is see-through.
    DEFAULT_CSS = """
    KioskScreen {
        layout: vertical; overflow: hidden; background: ansi_default; color: ansi_default;
        #body { height: 1fr; width: 1fr; padding: 0 1; overflow: hidden; }
        #too-small { display: none; width: 1fr; height: 1fr; }
        &.-too-small > * { display: none; }
        &.-too-small > #too-small { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = "ScanInput"

    PICKS: ClassVar[bool] = True
    MASKED: ClassVar[bool] = False
    QUIET: ClassVar[bool] = False
    PLACEHOLDER: ClassVar[str] = ""

    title_text: Text | None = None
    """Stands in the header in place of conference, station and staff."""

    argument = ""
    """What follows the ``/word`` whose action runs; '' when a key asked for it."""

    def __init__(self) -> None:
        super().__init__()
        self.prompt = ScanInput(picks=self.PICKS, masked=self.MASKED, quiet=self.QUIET)
        self.prompt.set_note(self.PLACEHOLDER)
        self._typed_ahead = TypedAhead(self, self.prompt, self._hand_to_top)

    @property
    def kiosk(self) -> KioskApp:
        """The app."""
        return cast(KioskApp, self.app)

    # What a screen overrides

    def compose_body(self) -> ComposeResult:
        """The widgets between the rules."""
        yield self.prompt

    def hints(self) -> Sequence[keys.Hint]:
        """The key bar."""
        return ()

    def entered(self, scan: Scan) -> None:
        """A code, an order or a search was typed or scanned."""
        self.say(f"{scan.raw_shown} means nothing here.", "!", bell=True)

    def changed(self, text: str) -> None:
        """The typed text stands still; scans do not come this way."""

    def picked(self, number: int) -> None:
        """A digit was typed in the empty prompt."""
        self.say(f"There is no row {number}.", "!", bell=True)

    def moved(self, delta: int) -> None:
        """An arrow or page key."""

    def stepped(self, delta: int) -> None:
        """``+`` or ``-``."""

    def action_back(self) -> None:
        """Esc."""
        self.leave()

    def action_quit(self) -> None:
        """``/quit``."""
        self.kiosk.exit()

    # What a screen uses

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
        nothing. ``lane=""`` waits for nobody. ``hold=True`` lets keys wait for the outcome (`hold_keys`).
        """
        failed = failed or self.failed
        if hold:
            self.hold_keys()
            then, failed = self._freeing(then), self._freeing(failed)
        return self.kiosk.ask(self, call, then, failed, lane=lane, latest=latest)

    @property
    def is_leaving(self) -> bool:
        """Whether another screen is about to take its place, and the keys that were meant for that one."""
        return self._typed_ahead.is_leaving

    def hold_keys(self) -> None:
        """Let keys wait: what they would act on is about to change. Scans go on coming."""
        self._typed_ahead.hold()

    def free_keys(self) -> None:
        """Have the keys that waited act, on the screen that is then on top; old ones ring the bell."""
        self._typed_ahead.release()

    def forget_keys(self) -> None:
        """Drop what was typed and has not acted: the prompt's text, held keys, keys typed ahead."""
        self._typed_ahead.forget()
        self.prompt.forget()

    def say_dropped(self, sentence: str) -> None:
        """Say that input was dropped."""
        self.say(sentence, "!", bell=True)

    def follow(
        self,
        iterate: Callable[[], Generator[T, None, None]],
        each: Callable[[T], object],
        failed: Callable[[Exception], object] | None = None,
        *,
        then: Callable[[T | None], object] = lambda _last: None,
        lane: str = "",
    ) -> Job:
        """Run an iterator of states in a thread; ``each(state)`` here, ``then(last)`` at its end."""
        return self.kiosk.follow(self, iterate, each, failed or self.failed, then=then, lane=lane)

    def failed(self, error: Exception) -> None:
        """A call ended in ``error``: say it in one sentence."""
        self.alert(self.kiosk.explain(error), "X")

    def say(self, note: str, sign: str = "", *, bell: bool = False) -> None:
        """Show ``note`` beside the empty prompt until the next line or command."""
        self.prompt.set_note(note, sign)
        if bell:
            self.kiosk.bell()

    def alert(self, sentence: str, sign: str = "!") -> None:
        """Say what stops the work: beside the prompt if it fits there, else in a dialog. Rings the bell."""
        if len(sentence) <= NOTE_WIDTH:
            self.say(sentence, sign, bell=True)
            return
        self.kiosk.bell()
        if any(isinstance(each, Notice) and each.sentence == sentence for each in self.kiosk.screen_stack):
            return  # it is being read
        self.go(Notice(sentence, sign))

    def go(self, screen: Screen[OTHER], then: Callable[[OTHER | None], None] | None = None) -> None:
        """Open ``screen`` on top of this one; ``then`` gets what it was left with."""
        self._typed_ahead.hold(leaving=True)
        self.kiosk.open_screen(screen, then)
        self._typed_ahead.release()

    def replace(self, screen: Screen[OTHER]) -> None:
        """Open ``screen`` in the place of this one."""
        self._typed_ahead.hold(leaving=True)
        self.kiosk.replace_screen(screen)
        self._typed_ahead.release()

    def leave(self, result: R | None = None) -> None:
        """Close this screen and give ``result`` to whoever opened it. The first screen stays."""
        self._typed_ahead.hold(leaving=True)
        self.kiosk.close_screen(self, result)
        self._typed_ahead.release()

    def refresh_hints(self) -> None:
        """Draw the key bar again where `hints` changed."""
        self.query_one(KeyBar).show_hints(self.hints())

    def refresh_title(self) -> None:
        """Draw the header again where ``title_text`` changed."""
        self.query_one(StatusLine).show(self.kiosk.status, self.title_text)

    # How it works

    def _freeing(self, handle: Callable[[T], object]) -> Callable[[T], None]:
        def freeing(outcome: T) -> None:
            handle(outcome)
            self.free_keys()

        return freeing

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
        """Keys come here when nothing has the focus, which a hidden prompt cannot have."""
        self.prompt.on_key(event)

    def on_paste(self, event: events.Paste) -> None:
        self.prompt.on_paste(event)

    @on(ScanInput.Entered)
    def _entered(self, message: ScanInput.Entered) -> None:
        message.stop()
        if self.kiosk.is_forgotten(message) or self._typed_ahead.keeps(message):
            return
        if not self._is_on_top:
            self._hand_to_top(message, is_ahead=False)
            return
        self.say(self.PLACEHOLDER)
        app = self.kiosk
        scan = replace(
            parse(
                message.text,
                prefixes=app.scanner_prefixes,
                suffixes=app.scanner_suffixes,
                order_prefix=app.order_prefix,
            ),
            scanned=message.scanned,
        )
        if scan.kind is Kind.COMMAND:
            self._word(scan)
        elif scan.kind is Kind.INVALID:
            self.say(messages.sentence(scan.reason or ""), "X", bell=True)
        elif scan.kind is not Kind.EMPTY:
            self.entered(scan)

    def _hand_to_top(self, message: Message, *, is_ahead: bool) -> None:
        """Give a scan that was read here before another screen opened, or a key that was typed ``is_ahead``
        of it, to that screen. Typed text, and keys pressed out of impatience, are for none."""
        top = self.kiosk.screen
        if isinstance(top, KioskScreen):
            if isinstance(message, ScanInput.Entered):
                if message.scanned:
                    top.prompt.post_message(ScanInput.Entered(message.text, True, message.truncated))
                    return
            elif is_ahead and not isinstance(top, ModalScreen):
                top.call_later(top.take, message)
                return
        self.kiosk.bell()

    def _word(self, scan: Scan) -> None:
        command = keys.BY_WORD.get(scan.value)
        if command is None:
            self.say(f"/{scan.value} is not a command; /help lists them.", "X", bell=True)
        else:
            self.argument = scan.argument
            self._command(command.name)
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
            self._command("lock")
            return
        if self.kiosk.is_forgotten(message) or self._typed_ahead.keeps(message) or not self._may_act():
            return
        match message:
            case ScanInput.Asked(command=command):
                self.say(self.PLACEHOLDER)
                self._command(command)
            case ScanInput.Confirmed():
                self._command("confirm")
            case ScanInput.Picked(number=number):
                self.picked(number)
            case ScanInput.Moved(delta=delta):
                self.moved(delta)
            case ScanInput.Stepped(delta=delta):
                self.stepped(delta)

    @on(ScanInput.Changed)
    def _changed(self, message: ScanInput.Changed) -> None:
        message.stop()
        if self._is_on_top and not self.kiosk.is_forgotten(message):
            self.changed(message.text)

    @on(ScanInput.Refused)
    def _refused(self, message: ScanInput.Refused) -> None:
        message.stop()
        self.say(message.reason, "!", bell=True)

    @property
    def _is_on_top(self) -> bool:
        # Textual's is_current is also true of the screen below a dialog.
        return self.app.screen is self

    def _may_act(self) -> bool:
        """A key acts on what its finger saw: on no screen that opened meanwhile, on none that is hidden."""
        if self._is_on_top and not self.has_class("-too-small"):
            return True
        self.kiosk.bell()
        return False

    def _command(self, name: str) -> None:
        action = getattr(self, f"action_{name}", None) or getattr(self.kiosk, f"action_{name}", None)
        if action is None:
            self.say(f"{keys.shown_key(name)} does nothing here.", "!", bell=True)
        else:
            action()


class KioskModal(KioskScreen[R], ModalScreen[R]):
    """Base of all dialogs. Opaque, because a dimmed screen behind costs twice the bytes of a new one.

    A scan is refused with a bell and its Enter presses nothing. ``leave(result)`` answers; Esc answers None.
    ``enter`` is what Enter does, as the key bar says it.
    """

    PICKS: ClassVar[bool] = False
    QUIET: ClassVar[bool] = True

    def __init__(self, heading: str, sentence: str, sign: str = "", enter: str = "close") -> None:
        super().__init__()
        self._enter = enter
        self._heading = heading
        self._sentence = sentence
        self._sign = sign

    def compose_body(self) -> ComposeResult:
        lead = f"[{self._sign}] " if self._sign else ""
        yield Static(Text(f"\n\n{lead}{self._heading}", style="bold"), markup=False)
        yield Static(Text(f"\n{self._sentence}\n"), markup=False)
        yield from self.compose_fields()
        yield self.prompt

    def compose_fields(self) -> ComposeResult:
        """More widgets, between the sentence and the prompt."""
        yield from ()

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", self._enter), keys.hint("back", "leave as it is"))

    def entered(self, scan: Scan) -> None:
        if scan.scanned:
            self.say("That scan was not used: answer the question first.", "!", bell=True)
        else:
            self.answered(scan.raw_shown)

    def answered(self, text: str) -> None:
        """A line was typed; a question that is not for one refuses it."""
        del text
        self.say("That text was not used: answer the question first.", "!", bell=True)


class Notice(KioskModal[None]):
    """One message that must be seen before work goes on. Stands here because `alert` opens it."""

    def __init__(self, sentence: str, sign: str = "!", heading: str = "Please read") -> None:
        super().__init__(heading, sentence, sign)
        self.sentence = sentence

    def hints(self) -> Sequence[keys.Hint]:
        return (keys.hint("confirm", "go on"),)

    def action_confirm(self) -> None:
        self.leave()
