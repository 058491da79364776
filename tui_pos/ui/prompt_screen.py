"""What every screen shows and how its keys act: header, prompt, note, body, rule, key bar.

`tui_pos.ui.desk_screen` says what a screen overrides, and adds what it works with.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import ClassVar, TypeVar, cast

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from tui_pos.core import scanner_test
from tui_pos.core.scan import Scan, ScanKind
from tui_pos.desk.tones import Tone
from tui_pos.ui import messages
from tui_pos.ui.enter_guard import EnterGuard
from tui_pos.ui.input import keys
from tui_pos.ui.input.acts import Act, Move, Offer, act_of, answer, bar, shown_key, with_common
from tui_pos.ui.kiosk import KioskApp
from tui_pos.ui.typed_ahead import KeysHandled, TypedAhead
from tui_pos.ui.widgets.key_bar import MORE, MORE_WHILE_TYPING, KeyBar
from tui_pos.ui.widgets.line_list import LineList, Listing
from tui_pos.ui.widgets.row import Divider, NoteLine, Rule
from tui_pos.ui.widgets.scan_input import Prompt, ScanInput
from tui_pos.ui.widgets.status_line import Status, StatusLine
from tui_pos.ui.widgets.word_list import WordList

R = TypeVar("R")

WIDE = 120
"""Columns from which the second pane stands beside the body."""
TOO_SMALL = "This terminal is too small: the desk needs {} columns and {} rows."


class PromptScreen(Screen[R], inherit_bindings=False):
    """One prompt that takes every key, and what the next key does (`acts`), shown in the key bar."""

    # The terminal's own background and text colours, and opaque screens.
    DEFAULT_CSS = """
    PromptScreen {
        layout: vertical; overflow: hidden; background: ansi_default; color: ansi_default;
        #panes { height: 1fr; width: 1fr; overflow: hidden; }
        #body { height: 1fr; width: 1fr; padding: 0 1; overflow: hidden; }
        #side { display: none; height: 1fr; width: 33%; min-width: 40; max-width: 60; overflow: hidden; }
        #words { display: none; height: 1fr; padding: 0 1; }
        #too-small { display: none; width: 1fr; height: 1fr; }
        &.-wide.-has-side #side { display: block; }
        &.-wide.-has-side #divider { display: block; }
        #divider { display: none; }
        &.-words #panes { display: none; }
        &.-words #words { display: block; }
        &.-too-small > * { display: none; }
        &.-too-small > #too-small { display: block; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = []
    AUTO_FOCUS = "ScanInput"

    PROMPT: ClassVar[Prompt] = Prompt()

    LEAST: ClassVar[tuple[int, int]] = (80, 24)
    """Columns and rows without which it cannot be read."""

    title_text: Text | None = None
    """Stands in the header in place of conference, station and staff."""

    argument = ""
    """What follows the ``/word`` whose action runs; '' when a key asked for it."""

    def __init__(self) -> None:
        super().__init__()
        self.prompt = ScanInput(picks=self.PROMPT.picks, quiet=self.PROMPT.quiet)
        self.prompt.set_placeholder(self.PROMPT.placeholder)
        self.typed_ahead = TypedAhead(self, self.prompt)
        self._note: tuple[str, Tone] = ("", Tone.PLAIN)
        self._guard = EnterGuard()
        self._is_handling = False
        self._words = WordList()

    @property
    def kiosk(self) -> KioskApp:
        """The app."""
        return cast(KioskApp, self.app)

    # What a screen overrides

    def compose_body(self) -> ComposeResult:
        """The widgets between note and rule."""
        yield from ()

    def compose_side(self) -> ComposeResult:
        """The widgets of the second pane; without any the body has the whole width."""
        yield from ()

    def acts(self) -> Sequence[Offer]:
        """What each key does in this state, in the order of the key bar."""
        return ()

    def typed_acts(self, text: str) -> Sequence[Offer]:
        """What keys do while the prompt holds ``text``; Enter hands it to `entered`."""
        clear = Act("back", self.prompt.clear, "clear")
        finds = not self.PROMPT.comes_first and type(self).entered is not PromptScreen.entered
        return (self.enters(f'find "{text}"'), clear) if finds else (clear,)

    def standing_note(self) -> tuple[str, Tone]:
        """What the note says while the last key has left nothing to tell."""
        return "", Tone.PLAIN

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

    def word_refused(self, command: str) -> bool:  # noqa: ARG002  # for those who override it
        """Whether the screen has said itself why ``command`` does nothing here."""
        return False

    def put_away(self, then: Callable[[str], object]) -> None:
        """Save what closing this screen would lose, then call ``then`` with what is said of it, or ''."""
        then("")

    # What stands there

    def compose(self) -> ComposeResult:
        yield StatusLine()
        yield self.prompt
        yield NoteLine()
        side = list(self.compose_side())
        self.set_class(bool(side), "-has-side")
        with Horizontal(id="panes"):
            with Vertical(id="body"):
                yield from self.compose_body()
            if side:
                yield Divider(id="divider")
                with Vertical(id="side"):
                    yield from side
        yield self._words
        yield Rule()
        yield KeyBar()

    def on_mount(self) -> None:
        self.refresh_title()
        self.refresh_hints()

    def say(self, note: str, tone: Tone = Tone.PLAIN, *, bell: bool = False) -> None:
        """Show ``note`` until the next key, line or scan; '' for what stands there without one."""
        self._note = (note, tone)
        self._draw_note()
        if bell:
            self.kiosk.bell()

    def alert(self, sentence: str, tone: Tone = Tone.WARN) -> None:
        """Ring the bell and show what stops the work."""
        self.say(sentence, tone, bell=True)

    def refresh_hints(self, *, by_itself: bool = False) -> None:
        """Draw key bar and standing note again where what keys do has changed.

        ``by_itself``: no key has caused it, though one was waited for (`EnterGuard`).
        """
        if not self.query(KeyBar):
            return  # not composed yet
        offers = self.offers()
        act = act_of(offers, "confirm")
        by_key = (self._is_handling or self.typed_ahead.is_holding) and not by_itself
        self._guard.shown(act.shown if act is not None else None, by_itself=not by_key)
        self.query_one(KeyBar).show_hints(bar(offers), MORE_WHILE_TYPING if self.prompt.text else MORE)
        self._draw_note()

    def _draw_note(self) -> None:
        if self.query(NoteLine):
            note = self._note if self._note[0] else self.standing_note()
            self.query_one(NoteLine).show_note(*(note if note[0] else (self._cut_text(), Tone.PLAIN)))

    def _cut_text(self) -> str:
        """What of a chosen row has no room in its list."""
        lists = self.query("#body LineList").results(LineList)  # none while a screen is taken down
        return next((text for each in lists if each.display and (text := each.cut_text)), "")

    @on(Listing.LaidOut)
    def _numbers_changed(self, message: Listing.LaidOut) -> None:
        message.stop()
        self.refresh_hints()

    def refresh_title(self) -> None:
        """Draw the header again where `header` or ``title_text`` changed."""
        for line in self.query(StatusLine):
            line.show(self.header(), self.title_text)

    def on_screen_resume(self) -> None:
        # A screen that was covered has not been told of another size.
        self._fit(self.app.size)

    def on_resize(self, event: events.Resize) -> None:
        self._fit(event.size)

    def _fit(self, size: Size) -> None:
        too_small = size.width < self.LEAST[0] or size.height < self.LEAST[1]
        self.set_class(too_small, "-too-small")
        self.set_class(size.width >= WIDE, "-wide")
        self.refresh_title()
        if too_small and not self.query("#too-small"):
            self.mount(Static(TOO_SMALL.format(*self.LEAST), id="too-small", markup=False))

    # Keys and lines

    def forget_keys(self) -> None:
        """Drop the prompt's text, held keys and keys typed ahead."""
        self.typed_ahead.forget()
        self.prompt.forget()

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
        if not message.scanned:
            if self.has_class("-too-small"):
                self.kiosk.bell()
                return
            self.kiosk.entered_at = message.time
        self.say("")
        with self._handling():
            self._read_line(message)

    def _read_line(self, message: ScanInput.Entered) -> None:
        scan = self.kiosk.parse(message.text, scanned=message.scanned)
        if not self.asks_whose(scan, partial(self._understood, message)):
            self._understood(message, scan)

    def asks_whose(self, scan: Scan, go_on: Callable[[Scan], object]) -> bool:  # noqa: ARG002  # see there
        """Whether the desk is asked first if a scan is another system's code; ``go_on`` gets the answer."""
        return False

    def _understood(self, message: ScanInput.Entered, scan: Scan) -> None:
        if scan.kind is ScanKind.COMMAND and scan.scanned and scan.value not in keys.CARD_WORDS:
            self.say(f"/{scan.value} is on no card of the desk: type it.", Tone.WARN, bell=True)
        elif scan.kind is ScanKind.COMMAND or (self._words_shown and message.text.strip() == "/"):
            self._word(scan)
        elif scan.test is not None:
            fault = scanner_test.told(scan.test, message.pace)
            self.kiosk.scanner_tested(scan.test, message.pace)
            self.alert(messages.sentence(fault), Tone.OK if fault.key.endswith(".fine") else Tone.WARN)
        elif scan.kind is ScanKind.INVALID:
            self.alert(messages.sentence(scan.reason or ""), Tone.BAD)
        elif scan.kind is not ScanKind.EMPTY:
            self.entered(scan)
        self._show_words("")
        self.refresh_hints()

    def _word(self, scan: Scan) -> None:
        chosen = self._words.chosen_word if self._words_shown and not scan.scanned else ""
        known = keys.BY_WORD.get(scan.value) or keys.BY_WORD.get(chosen)
        act = act_of(self.acts_and_ours(), known.name) if known is not None else None
        if act is None and known is not None and self.word_refused(known.name):
            return
        if act is None:
            what = "does nothing here" if known is not None else "is not a command"
            lists = "; / alone lists what can be done" if self.has_words else ""
            self.say(f"/{scan.value} {what}{lists}.", Tone.BAD, bell=True)
        else:
            self.argument = scan.argument
            act.do()
            self.argument = ""

    @on(ScanInput.Asked)
    @on(ScanInput.Confirmed)
    @on(ScanInput.Picked)
    @on(ScanInput.Moved)
    @on(ScanInput.Stepped)
    @on(ScanInput.Unbound)
    def _key(self, message: Message) -> None:
        message.stop()
        self.take(message)

    def take(self, message: Message) -> None:
        """Do what a key of the prompt, or one typed ahead at the screen before, asks for."""
        locks = isinstance(message, ScanInput.Asked) and message.command == "lock"
        if locks and act_of(self._everywhere(), "lock") is not None:
            self.kiosk.forget_input()
            self.kiosk.lock()
            return
        if self.kiosk.is_forgotten(message) or self.typed_ahead.keeps(message) or not self._may_act():
            return
        offers = self.offers()
        do = answer(offers, message)
        if do is None:
            self.refused(message)
        elif isinstance(message, ScanInput.Confirmed) and not self._is_meant(message, offers):
            self.say("The screen has just changed: look at it, then press Enter.", Tone.WARN, bell=True)
        else:
            self.say("")
            with self._handling():
                do()
                self.refresh_hints()

    def _is_meant(self, enter: Message, offers: Sequence[Offer]) -> bool:
        """Whether this Enter was pressed for what it does now."""
        before, self.kiosk.entered_at = self.kiosk.entered_at, enter.time
        act = act_of(offers, "confirm")
        return not self._guard.refuses(enter.time, before, ahead=act is not None and act.ahead)

    @contextmanager
    def _handling(self) -> Iterator[None]:
        """What changes meanwhile was changed by a key."""
        self._is_handling = True
        try:
            yield
        finally:
            self._is_handling = False

    def refused(self, message: Message) -> None:
        """A key came that does nothing in this state."""
        if self.prompt.text:
            typed = f'First Enter or Esc: "{self.prompt.text}" still stands in the prompt.'
            self.say(typed, Tone.WARN, bell=True)
        elif isinstance(message, ScanInput.Picked):
            self.say(f"There is no row {message.number}.", Tone.WARN, bell=True)
        else:
            self.say(f"{shown_key(message)} does nothing here.", Tone.WARN, bell=True)

    # What keys do now

    def acts_and_ours(self) -> Sequence[Offer]:
        """`acts`, then what works on every screen of its kind."""
        leaves = self.has_words and self.PROMPT.takes_keys_ahead
        leave = (Act("quit", partial(self.put_away, lambda _: self.kiosk.exit())),) if leaves else ()
        return with_common(self.acts(), (*self._everywhere(), *leave))

    def _everywhere(self) -> Sequence[Act]:
        """What works on every screen, whatever is typed; F12 alone where something must be seen first."""
        return [each for each in self.kiosk.acts(self) if self.has_words or each.command == "lock"]

    def offers(self) -> Sequence[Offer]:
        """What the next key will do."""
        text = self.prompt.text
        if not text:
            return self.acts_and_ours()
        if self._words_shown:
            word = self._words.chosen_word
            run = (self.enters(f"/{word}"),) if word else ()
            own: Sequence[Offer] = (*run, Act("back", self.prompt.clear, "clear"), Move(self._words.move))
        else:
            own = self.typed_acts(text)
        return with_common(own, self._everywhere())

    def enters(self, label: str) -> Act:
        """What Enter does with typed text; the line comes to `entered`."""
        return Act("confirm", lambda: None, label)

    @property
    def has_words(self) -> bool:
        """Whether a typed slash lists the words that work here; not while something must be seen first."""
        return True

    @property
    def _words_shown(self) -> bool:
        return self.has_class("-words")

    def _show_words(self, text: str) -> None:
        """List the words that work here while ``text`` begins with a slash."""
        is_word = text.startswith("/") and self.has_words
        if is_word:
            self._words.show_words(self.acts_and_ours(), text[1:])
        if is_word != self._words_shown:
            self.set_class(is_word, "-words")

    @on(ScanInput.Changed)
    def _changed(self, message: ScanInput.Changed) -> None:
        message.stop()
        if self.is_on_top and not self.kiosk.is_forgotten(message):
            self.say("")
            self._show_words(message.text)
            if not self._words_shown:
                self.changed(message.text)
            self.refresh_hints()

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
