"""The terminal driver, hardened for a till: no byte from a scanner and no dead link stops or freezes it."""

import os
import select
import selectors
from codecs import getincrementaldecoder
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from signal import SIGHUP
from threading import Condition, Thread
from typing import TYPE_CHECKING, Final, cast

from textual import events, messages
from textual._time import get_time
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys
from textual.message import Message

if TYPE_CHECKING:
    from io import TextIOWrapper

    from textual.app import App

READ_SIZE: Final = 4096
WAKE_EVERY: Final = 0.1
"""Seconds: how often the input thread looks whether to end, and whether a lone Esc is a key."""
PASTE_LIMIT: Final = 1.0
"""Seconds without input after which a paste that was begun is taken as ended."""
BACKLOG_LIMIT: Final = 256 * 1024
"""Bytes waiting for a stalled terminal; beyond, frames are dropped and one full repaint follows later."""
LAST_WORDS: Final = 1.0
"""Seconds that a terminal gets at exit to take what is still waiting."""

_WANTED: Final = (events.Key, events.Paste, messages.TerminalSupportsSynchronizedOutput)


class KioskParser(XTermParser):
    """Ignores what Textual's parser raises on: impossible code points and malformed parameters."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        try:
            return list(super()._sequence_to_key_events(sequence, alt))
        except (ValueError, OverflowError):
            return [events.Key(Keys.Ignore.value, sequence)]


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


class KioskDriver(LinuxDriver):
    """Differs from Textual's driver in what it survives; the keys it delivers are the same.

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

    def write(self, data: str) -> None:
        self._output.write(data)

    def close(self) -> None:
        super().close()
        self._output.close()

    def run_input_thread(self) -> None:
        """Read keys until the app ends or the terminal is gone."""
        parser = KioskParser(self._debug)
        decode = getincrementaldecoder("utf-8")("replace").decode
        paste = _OpenPaste()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            read_at = get_time()
            while not self.exit_event.is_set():
                # What is there already came while the last read was parsed: it keeps that read's time.
                readable = selector.select(0)
                if not readable:
                    readable = selector.select(WAKE_EVERY)
                    read_at = get_time()
                text = paste.expire(read_at)
                if readable:
                    data = _read(self.fileno)
                    if data == b"":
                        self._terminal_gone()
                        return
                    text = paste.watch(decode(data or b""), read_at)
                # An empty feed would tell the parser that its input has ended.
                self._deliver([*(parser.feed(text) if text else ()), *parser.tick()], read_at)

    def _deliver(self, found: Sequence[Message], read_at: float) -> None:
        """Give the app all that one read held at once: half a scan must not look like a whole one."""
        wanted = [message for message in found if isinstance(message, _WANTED)]
        for message in wanted:
            message.time = read_at
            message.set_sender(self._app)
        if wanted:
            self._loop.call_soon_threadsafe(self._post, wanted)

    def _post(self, messages: Sequence[Message]) -> None:
        for message in messages:
            self._app.post_message(message)

    def _terminal_gone(self) -> None:
        """End of input: hung up, even where the signal for it is ignored. Reading on would spin."""
        end = getattr(self._app, "end_by_signal", None)
        self._loop.call_soon_threadsafe(end or self._app.exit, *((SIGHUP,) if end else ()))

    def _repaint(self) -> None:
        """The terminal takes bytes again after frames were dropped."""
        self._loop.call_soon_threadsafe(self._app.call_later, self._refresh_screen)

    def _refresh_screen(self) -> None:
        self._app.screen.refresh(layout=True)


class _OpenPaste:
    """Watches for a paste that begins and never ends, which would make the till deaf."""

    def __init__(self) -> None:
        self._tail = ""
        self._since: float | None = None

    def watch(self, text: str, now: float) -> str:
        seen = self._tail + text
        self._tail = seen[-len(BRACKETED_PASTE_START) :]
        began, ended = seen.rfind(BRACKETED_PASTE_START), seen.rfind(BRACKETED_PASTE_END)
        if began >= 0 or ended >= 0:
            self._since = now if began > ended else None
        elif self._since is not None:
            self._since = now
        return text

    def expire(self, now: float) -> str:
        if self._since is None or now - self._since < PASTE_LIMIT:
            return ""
        self._since = None
        return BRACKETED_PASTE_END


def _read(file_descriptor: int) -> bytes | None:
    """What has come; nothing at the end of input, None where there was nothing after all."""
    try:
        return os.read(file_descriptor, READ_SIZE)
    except BlockingIOError:
        return None
    except OSError:
        return b""
