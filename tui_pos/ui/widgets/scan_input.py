"""The prompt line: the one widget of a screen that takes keys, so that they are handled in order."""

import asyncio
from dataclasses import dataclass
from typing import TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tui_pos.core import clock
from tui_pos.core.scanners import UNKNOWN
from tui_pos.ui.input import key_stream
from tui_pos.ui.input.key_stream import KeyStream
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.look import Role
from tui_pos.ui.widgets.painting import lean


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """How a screen uses its prompt.

    ``picks`` and ``quiet``: see `ScanInput`. ``comes_first``: what the person is told to do first when a scan
    or a text comes that this screen does not use; '' where it uses them. ``takes_keys_ahead``: whether keys
    act that were typed before the screen opened.
    """

    picks: bool = True
    quiet: bool = False
    placeholder: str = ""
    comes_first: str = ""
    takes_keys_ahead: bool = True


GAP = 2

DIALOG = Prompt(picks=False, quiet=True, comes_first="answer the question first", takes_keys_ahead=False)


class ScanInput(Widget, can_focus=True):
    """One row, ``> text_``, and what may be typed at its end.

    Always holds the focus; consumes every key, so no binding of Textual's ever runs.

    Posts the messages of `key_stream`: `Entered`, `Changed`, `Picked`, `Moved`, `Stepped`, `Confirmed`,
    `Asked`, `Refused`, `Unbound`, strictly in the order of the keys. Every key comes through here, because
    Textual runs bindings only after a key has bubbled to the app, when later characters have long been
    handled.

    Args:
        picks: Whether digits, ``+`` and ``-`` act in the empty prompt; False where numbers are typed.
        masked: Show ``*`` for each character (a PIN).
        quiet: Draw nothing while the prompt is empty (screens that ask for nothing).
    """

    DEFAULT_CSS = "ScanInput { height: 1; width: 1fr; }"

    Entered: TypeAlias = key_stream.Entered
    Changed: TypeAlias = key_stream.Changed
    Picked: TypeAlias = key_stream.Picked
    Moved: TypeAlias = key_stream.Moved
    Stepped: TypeAlias = key_stream.Stepped
    Confirmed: TypeAlias = key_stream.Confirmed
    Asked: TypeAlias = key_stream.Asked
    Refused: TypeAlias = key_stream.Refused
    Unbound: TypeAlias = key_stream.Unbound

    def __init__(self, *, picks: bool = True, masked: bool = False, quiet: bool = False) -> None:
        super().__init__()
        self._stream = KeyStream(picks)
        self._masked = masked
        self._quiet = quiet
        self._placeholder = ""
        self._drawn = ("", "")
        self._timer: Timer | None = None
        self._timer_due = 0.0

    @property
    def text(self) -> str:
        """What was typed or scanned so far."""
        return self._stream.text

    @property
    def is_waiting(self) -> bool:
        """Whether a held key or a `Changed` message is still to be delivered."""
        return self._timer is not None

    def clear(self) -> None:
        """Empty the prompt."""
        self._stream.clear()
        self._redraw()

    def fill(self, text: str) -> None:
        """Let ``text`` stand in the prompt, to be changed."""
        self._stream.fill(text)
        self._redraw()

    def forget(self) -> None:
        """Empty the prompt and drop held keys without delivering them."""
        self._stream.forget()
        self._redraw()

    def _is_forgotten(self, event: Message) -> bool:
        """Whether the app drops the keys read at that time: too many at once, or read after F12 locked it."""
        is_forgotten = getattr(self.app, "is_forgotten", None)
        return is_forgotten is not None and bool(is_forgotten(event))

    def set_masked(self, masked: bool) -> None:
        """From now on, whether ``*`` is shown for each character."""
        self._masked = masked
        self._redraw()

    def set_placeholder(self, placeholder: str) -> None:
        """Say dimly at the end of the row what may be typed here."""
        self._placeholder = placeholder
        self.refresh()

    def on_key(self, event: events.Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key != "f12" and self._is_forgotten(event):
            return
        self._begin_where_the_last_prompt_ended(event.time)
        self._deliver(self._stream.feed(event.key, event.character, event.time))

    def on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        if self._is_forgotten(event):
            return
        self._deliver(self._stream.paste(event.text, event.time))

    def _begin_where_the_last_prompt_ended(self, time: float) -> None:
        """Take over what another screen's prompt has of a line, and what is known of the scanner."""
        before: ScanInput | None = getattr(self.app, "last_prompt", None)
        if (
            before is not None and before is not self and not before._masked
        ):  # a secret stays where it was begun
            self._stream.take_over(before._stream, time)
            before._redraw()
        self._stream.scanner = getattr(self.app, "scanner", UNKNOWN)
        setattr(self.app, "last_prompt", self)  # noqa: B010  # of `KioskApp`, which stands above

    def _deliver(self, messages: list[Message]) -> None:
        for message in messages:
            self.post_message(message)
        self._redraw()
        due = self._stream.due
        if self._timer is not None and due is not None and due < self._timer_due:
            self._timer.stop()
            self._timer = None
        if self._timer is None and due is not None:
            self._timer_due = due
            self._timer = self.set_timer(max(0.001, due - clock.monotonic()), self._settle_after_queued_keys)

    def _redraw(self) -> None:
        """Repaint only the cells that may differ: about forty bytes for a key over SSH."""
        old, self._drawn = self._drawn, self._content()
        if old[1] != self._drawn[1]:
            self.refresh()  # the text has grown into what may be typed, or left it
        elif old != self._drawn:
            before, after = old[0], self._drawn[0]
            # With the letter before it, which a combining mark changes too.
            start = cell_len(after[: max(0, _alike(before, after) - 1)])
            end = max(cell_len(before), cell_len(after))
            if cell_len(before) == cell_len(after):
                end -= cell_len(after[len(after) - _alike(before[::-1], after[::-1]) :])
            self.refresh(Region(start, 0, max(0, min(end, self.size.width) - start), 1))

    def _settle_after_queued_keys(self) -> None:
        """Settle behind the keys that were read before now and are still queued for the app or this widget.

        A key passes the event loop, the app's queue and this widget's queue, so this passes the same three.
        """
        asyncio.get_running_loop().call_soon(self.app.call_later, self._queue_settling)

    def _queue_settling(self) -> None:
        self.call_later(self._settle)

    def _settle(self) -> None:
        """Deliver the held keys and text whose time is up."""
        self._timer = None
        self._deliver(self._stream.settle(clock.monotonic()))

    def render_line(self, y: int) -> Strip:
        style = lean(self.rich_style)
        if y:
            return Strip.blank(self.size.width, style)
        self._drawn = self._content()
        line, hint = self._drawn
        gap = " " * max(0, self.size.width - cell_len(line) - cell_len(hint) - 1)
        dim = style + Style.parse(look.style(Role.DIM))
        segments = [Segment(line, style), Segment(gap, style), Segment(hint, dim)]
        return Strip(segments).adjust_cell_length(self.size.width, style).simplify()

    def _content(self) -> tuple[str, str]:
        """What the row shows: the prompt with its text, and at its end what may be typed."""
        held, text = self._stream.held_text, self.text
        if self._quiet and not (held or text):
            return "", ""
        # A held digit may yet act, or begin the text: in the cursor's place, so that one cell is painted.
        line = f" > {self._shown_text(held or text, self.size.width - 4)}{'' if held else '_'}"
        room = self.size.width - cell_len(line) - GAP
        return line, self._placeholder if cell_len(self._placeholder) < room else ""

    def _shown_text(self, text: str, room: int) -> str:
        """The last part of the text that fits ``room`` cells."""
        end = text[-room:] if room > 0 else ""
        shown = "*" * len(end) if self._masked else end.replace(key_stream.SEPARATOR, " ")
        while cell_len(shown) > room > 0:
            shown = shown[1:]
        return shown


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
