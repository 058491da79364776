"""The terminal driver: no byte from a scanner and no dead link stops or freezes it."""

import os
import select
import selectors
import signal
import termios
import tty
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from threading import Condition, Lock, Thread
from typing import TYPE_CHECKING, Final, cast

from textual import events
from textual._time import get_time
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui_pos.ui.input.terminal_keys import TerminalKeys

if TYPE_CHECKING:
    from io import TextIOWrapper

    from textual.app import App

READ_SIZE: Final = 4096
WAKE_EVERY: Final = 0.1
"""Seconds: how often the input thread looks whether to end, and whether a lone Esc is a key."""
INPUT_LIMIT: Final = 16 * 1024
"""Keys that may have been read and not been handled; more is a flood, and dropped."""
ANSWER_LIMIT: Final = 1.0
"""Seconds after which a screen that has not said how far it has come is asked again: it may be closed."""
FLOOD_QUIET: Final = 0.08
"""Seconds without input after which a flood is over."""
LOCK_KEY: Final = "\x1b[24~"
"""F12, which is obeyed even in a flood."""
BACKLOG_LIMIT: Final = 256 * 1024
"""Bytes waiting for a stalled terminal; beyond, frames are dropped and one full repaint follows later."""
LAST_WORDS: Final = 0.5
"""Seconds at exit in which waiting output may still be written."""
TAKE_AGAIN: Final = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?7l\x1b[=25u"
"""Written after SIGCONT: alternate screen, no cursor, bracketed paste, no wrapping, keyboard mode set."""
GIVE_BACK: Final = "\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"
"""The same bytes that Textual ends with."""


class TerminalOutput:
    """Writes to the terminal in a thread of its own. ``write`` never blocks and never raises.

    Textual's own writer holds 30 writes and then blocks the event loop, signals and all, until the terminal
    takes them: over a stalled link, for ever. Here the bytes wait in memory instead, in a bounded amount.
    """

    def __init__(self, file_descriptor: int, on_drained: Callable[[], object]) -> None:
        self._descriptor = file_descriptor
        self._on_drained = on_drained
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._dropped = False
        self._closing = False
        self._changed = Condition()
        # A daemon: a write to a dead link may never return, and must not keep the process.
        self._thread = Thread(target=self._run, daemon=True, name="terminal-output")
        self._thread.start()

    def write(self, text: str) -> int:
        """Take ``text`` for the terminal; drop it when too much is waiting already."""
        data = text.encode("utf-8", "replace")
        with self._changed:
            if self._waiting_bytes + len(data) > BACKLOG_LIMIT and not self._closing:
                self._dropped = True
            else:
                self._waiting.append(data)
                self._waiting_bytes += len(data)
                self._changed.notify()
        return len(text)

    def flush(self) -> None:
        """Nothing to do: bytes go out as the terminal takes them."""

    def fileno(self) -> int:
        return self._descriptor

    def write_now(self, text: str) -> None:
        """Write ``text`` before everything that waits, as far as the terminal takes it without blocking."""
        with suppress(OSError):
            if select.select([], [self._descriptor], [], 0.1)[1]:
                os.write(self._descriptor, text.encode())

    def close(self) -> None:
        """Write what waits, for `LAST_WORDS` at most."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(LAST_WORDS)

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting:
                    return
                data = b"".join(self._waiting)
                self._waiting.clear()
            alive = self._write_all(data)
            with self._changed:
                self._waiting_bytes = sum(map(len, self._waiting))
                repaint = self._dropped and not self._waiting
                if repaint:
                    self._dropped = False
            if not alive:
                return
            if repaint:
                self._on_drained()

    def _write_all(self, data: bytes) -> bool:
        while data:
            try:
                data = data[os.write(self._descriptor, data) :]
            except BlockingIOError:
                # Another program has left the terminal in non-blocking mode.
                select.select([], [self._descriptor], [], WAKE_EVERY)
            except OSError:
                return False
        return True


class Intake:
    """What has been read and not been handled yet, and what of it was dropped because it was too much.

    A flood (a file pasted into a terminal that does not mark pastes, a stuck key) is told by what waits: more
    than the screens handle in about a second. Then everything that has not acted yet is dropped, and what
    comes after it, until the line has been quiet for `FLOOD_QUIET`.
    """

    def __init__(self) -> None:
        self._read = 0
        self._handled = 0
        self._asked = 0
        self._asked_at = float("-inf")
        self.is_flooded = False
        self.dropped = 0
        self._lock = Lock()

    def take(self, keys: int) -> bool:
        """Count ``keys`` that were read; False when they make it a flood and must not be delivered."""
        with self._lock:
            self._read += keys
            if self._read - self._handled <= INPUT_LIMIT:
                return True
            self.dropped += self._read - self._handled
            self._handled = self._read
            self.is_flooded = True
            return False

    def question(self, now: float) -> int | None:
        """The position to ask the screens about; None while no question is needed."""
        with self._lock:
            pending = self._asked > self._handled and now - self._asked_at < ANSWER_LIMIT
            if pending or self._read - self._handled < INPUT_LIMIT // 32:
                return None
            self._asked, self._asked_at = self._read, now
            return self._read

    def answer(self, position: int) -> None:
        """Everything up to ``position`` has been handled."""
        with self._lock:
            self._handled = max(self._handled, position)

    def end_flood(self) -> int:
        """The flood is over: how many characters were dropped."""
        with self._lock:
            self.is_flooded = False
            dropped, self.dropped = self.dropped, 0
            return dropped


class KioskDriver(LinuxDriver):
    """Textual's driver, made robust; the keys that it delivers are the same.

    Every key carries the time its read returned, which is what `widgets.key_stream` tells scans from typing
    by. Mouse, focus and window-size reports are not listened to: a barcode can spell them, and the size comes
    by signal.
    """

    def __init__(
        self,
        app: "App[object]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        terminal = next((number for number in (2, 1, 0) if os.isatty(number)), 2)
        self._output = TerminalOutput(terminal, self._repaint)
        self._file = cast("TextIOWrapper", self._output)
        self._intake = Intake()
        self._is_on = False
        self._is_restored = True
        # Textual starts its application mode again on CONT, with a second input thread, even while it ends.
        signal.signal(signal.SIGTSTP, _ignore)
        signal.signal(signal.SIGCONT, self._continued)

    def write(self, data: str) -> None:
        self._output.write(data)

    def close(self) -> None:
        super().close()
        self._output.close()

    # Signals and the terminal's state

    def start_application_mode(self) -> None:
        self._is_restored = False
        super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual's
        self._is_on = True

    def stop_application_mode(self) -> None:
        self._is_on = False
        # Giving the terminal back must not stop a background process; a handler would break it off instead.
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        if not _is_in_foreground(self.fileno):
            self.attrs_before = None  # a shell has it, and has set it as it needs it
        super().stop_application_mode()
        self._is_restored = True

    def _continued(self, *_: object) -> None:
        """SIGCONT: whoever had the terminal meanwhile may have left it in another state."""
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(self._take_terminal_again)

    def _take_terminal_again(self) -> None:
        if not self._is_on or not _is_in_foreground(self.fileno):
            return
        with suppress(termios.error):
            modes = termios.tcgetattr(self.fileno)
            modes[tty.LFLAG] = self._patch_lflag(modes[tty.LFLAG])
            modes[tty.IFLAG] = self._patch_iflag(modes[tty.IFLAG])
            modes[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, modes)
        self.write(TAKE_AGAIN)
        self._app.call_later(self._refresh_screen)

    def restore_terminal(self) -> None:
        """Restore the terminal from any thread, unless the ordinary end has done so; never blocks."""
        if self._is_restored:
            return
        self._is_restored = True
        if self.attrs_before is not None and _is_in_foreground(self.fileno):
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
                termios.tcflush(self.fileno, termios.TCIFLUSH)
        self._output.write_now(GIVE_BACK)

    # Input

    def run_input_thread(self) -> None:
        """Read keys until the app ends or the terminal is gone."""
        keys = TerminalKeys()
        decode = getincrementaldecoder("utf-8")("replace").decode
        tail = ""
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            read_at = get_time()
            while not self.exit_event.is_set():
                # What is there already came while the last read was parsed: it keeps that read's time.
                readable = selector.select(0)
                if not readable:
                    readable = selector.select(WAKE_EVERY)
                    quiet, read_at = get_time() - read_at, get_time()
                    if self._intake.is_flooded and not readable and quiet >= FLOOD_QUIET:
                        self._tell_dropped(self._intake.end_flood())
                text = ""
                if readable:
                    data = _read(self.fileno)
                    if data == b"":
                        self._terminal_gone()
                        return
                    text = decode(data or b"")
                if self._intake.is_flooded:
                    self._intake.dropped += len(text)
                    if LOCK_KEY in tail + text and not keys.is_in_paste:
                        self._deliver([events.Key("f12", None)], read_at)
                    tail = text[-len(LOCK_KEY) + 1 :]
                    keys.forget()
                    continue
                found = keys.feed(text, read_at)
                if keys.refused:
                    self._tell_dropped(keys.refused)
                    keys.refused = 0
                self._take(found, read_at)

    def _take(self, found: Sequence[Message], read_at: float) -> None:
        """Deliver what was read, unless it is a flood."""
        count = sum(len(message.text) if isinstance(message, events.Paste) else 1 for message in found)
        if count and not self._intake.take(count):
            self._loop.call_soon_threadsafe(self._forget_input)
            found = [message for message in found if isinstance(message, events.Key) and message.key == "f12"]
        self._deliver(found, read_at)
        if (position := self._intake.question(get_time())) is not None:
            self._loop.call_soon_threadsafe(self._after_keys, self._intake.answer, position)

    def _deliver(self, found: Sequence[Message], read_at: float) -> None:
        """Give the app all that one read held at once: half a scan must not look like a whole one."""
        for message in found:
            message.time = read_at
            message.set_sender(self._app)
        if found:
            self._loop.call_soon_threadsafe(self._post, found)

    def _post(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._app.post_message(message)

    def _after_keys(self, call: Callable[[int], object], value: int) -> None:
        """Call behind all keys of now, through the queues that they take.

        Those are the app's, the prompt's as a key and as what the key means, the screen's.
        """
        app = self._app

        def at_app() -> None:
            prompt, screen = app.focused or app.screen, app.screen
            prompt.call_later(prompt.call_later, screen.call_later, call, value)

        app.call_later(at_app)

    def _forget_input(self) -> None:
        forget = getattr(self._app, "forget_input", None)
        if forget is not None:
            forget()

    def _tell_dropped(self, count: int) -> None:
        tell = getattr(self._app, "input_dropped", None)
        if tell is not None:
            self._loop.call_soon_threadsafe(self._after_keys, tell, count)

    def _terminal_gone(self) -> None:
        """End of input: hung up, even where the signal for it is ignored. Reading on would spin."""
        end = getattr(self._app, "end_by_signal", None)
        self._loop.call_soon_threadsafe(end or self._app.exit, *((signal.SIGHUP,) if end else ()))

    def _repaint(self) -> None:
        """The terminal takes bytes again after frames were dropped."""
        self._loop.call_soon_threadsafe(self._app.call_later, self._refresh_screen)

    def _refresh_screen(self) -> None:
        self._app.screen.refresh(layout=True)


def _ignore(*_: object) -> None:
    """A signal that means nothing here. Not SIG_IGN, which every child would inherit."""


def _is_in_foreground(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:  # not our controlling terminal: nobody else's signals come from it
        return True


def _read(file_descriptor: int) -> bytes | None:
    """The bytes that can be read; empty at the end of input, None when there are none now."""
    try:
        return os.read(file_descriptor, READ_SIZE)
    except BlockingIOError:
        return None
    except OSError:
        return b""
