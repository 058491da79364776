"""The base of the Textual app: start, signals, unexpected errors, calls in threads, screen changes."""

import asyncio
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from rich.text import Text
from textual.app import App
from textual.binding import BindingType
from textual.driver import Driver
from textual.filter import LineFilter, Monochrome
from textual.message import Message
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from tui_pos.core import clock, log_file
from tui_pos.core.scan import Scan, parse
from tui_pos.core.scanner_test import TestScan, scanner_of
from tui_pos.core.scanners import UNKNOWN, Pace, Scanner
from tui_pos.desk.tones import Tone
from tui_pos.ui.ending import End
from tui_pos.ui.input.acts import Act
from tui_pos.ui.input.driver import KioskDriver
from tui_pos.ui.jobs import Job, Jobs, follow_states
from tui_pos.ui.widgets import look
from tui_pos.ui.widgets.status_line import Status, StatusLine

T = TypeVar("T")
R = TypeVar("R")

log = logging.getLogger(__name__)

EXIT_CRASHED = 70
EXIT_USAGE = 2
END_SIGNALS = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGALRM,
    signal.SIGUSR1,
    signal.SIGUSR2,
)
"""Signals sent to end a program, and those whose default ends it with the terminal left raw."""


class KioskApp(App[None], inherit_bindings=False):
    """Base of the program's app. Knows no key: `DeskScreen` gives every key its meaning.

    Args:
        log_path: Where the details of an unexpected error go; the screen only gets their reference.
        call_wrapper: Put round every call of `ask` and `follow` inside its thread (a database connection's
        scope).
        explain: Turns an exception that a call raised into one sentence, or None where it is unexpected.
    """

    BINDINGS: ClassVar[list[BindingType]] = []
    ENABLE_COMMAND_PALETTE = False
    AUTO_FOCUS = None

    scanner: Scanner = UNKNOWN
    """What is known of this station's scanner."""
    last_prompt: Widget | None = None
    """The prompt that took the last key; the next one goes on where it ended (`ScanInput`)."""
    order_prefix: str = "ORD"
    entered_at: float = float("-inf")
    """When Enter was pressed last, on the monotonic clock."""
    failure: Exception | None = None
    """Why the app ended itself, to be told when the terminal is as before."""

    def __init__(
        self,
        *,
        log_path: Path | None = None,
        call_wrapper: Callable[[Callable[[], Any]], Any] | None = None,
        explain: Callable[[Exception], str | None] | None = None,
    ) -> None:
        super().__init__(driver_class=KioskDriver)
        self.animation_level = "none"
        self.theme = "ansi-dark"
        self.status = Status()
        self.log_path = log_path
        self._explain = explain
        self._call_wrapper = call_wrapper
        self._jobs: Jobs | None = None
        self._end: End | None = None
        self._forgotten_until = float("-inf")

    def first_screen(self) -> Screen[Any]:
        """The screen that is open from the first paint on; it can be replaced, but not closed."""
        return Screen()

    def get_default_screen(self) -> Screen[Any]:
        return self.first_screen()

    def _build_driver(
        self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None
    ) -> Driver:
        """The driver; from here on, before the terminal is touched, a signal ends the app in order."""
        driver = super()._build_driver(headless, inline, mouse, size)
        if isinstance(driver, KioskDriver):
            restore = driver.restore_terminal
            self._end = End(asyncio.get_running_loop(), self._exit_by_signal, restore)
            for number in END_SIGNALS:
                signal.signal(number, self._end.signalled)
        return driver

    def on_unmount(self) -> None:
        if self._jobs is not None:
            self._jobs.close()

    def end_by_signal(self, number: int) -> None:
        """End as after that signal: restore the terminal; running calls get `END_GRACE` seconds."""
        if self._end is not None:
            self._end.signalled(number)
        else:
            self._exit_by_signal(number)

    def _exit_by_signal(self, number: int) -> None:
        if not self._exit:
            log.info("ended by signal %d", number)
            self.exit(return_code=128 + number)

    # Dropping input

    def forget_input(self) -> None:
        """Drop every key, paste and scan that was read before now and has not acted."""
        self._forgotten_until = clock.monotonic()
        for screen in self.screen_stack:
            forget: Callable[[], None] | None = getattr(screen, "forget_keys", None)
            if forget is not None:
                forget()

    def is_forgotten(self, message: Message) -> bool:
        """Whether ``message`` came before `forget_input` and must not act any more."""
        return message.time <= self._forgotten_until

    def input_dropped(self, count: int) -> None:
        """Say once that ``count`` characters came faster than anybody types, and did nothing."""
        say = getattr(self.screen, "say", None)
        if say is not None:
            note = f"{count:,} characters came at once: too many, nothing was done with them."
            say(note, Tone.WARN, bell=True)

    def parse(self, text: str, *, scanned: bool) -> Scan:
        """What a line is that was scanned or typed here."""
        return parse(text, scanner=self.scanner, order_prefix=self.order_prefix, scanned=scanned)

    def scanner_tested(self, test: TestScan, pace: Pace | None) -> None:
        """The test code was scanned: from now on the scanner is what it showed."""
        measured = scanner_of(test, pace)
        if measured is not None:
            self.scanner = measured

    # What keys do on every screen

    def acts(self, screen: Screen[Any]) -> Sequence[Act]:  # noqa: ARG002  # for those who override it
        """What keys do on ``screen`` beside what it says itself."""
        return ()

    def lock(self) -> None:
        """F12."""

    # What stands in the header

    def set_status(self, status: Status) -> None:
        """Show ``status`` in the header of every open screen and of those to come."""
        self.status = status
        for screen in self.screen_stack:
            refresh: Callable[[], None] | None = getattr(screen, "refresh_title", None)
            if refresh is not None and screen.query(StatusLine):
                refresh()

    # Calls off the event loop

    @property
    def jobs(self) -> Jobs:
        """The calls that are on their way."""
        if self._jobs is None:
            self._jobs = Jobs(self._call_wrapper)
        return self._jobs

    def ask(
        self,
        owner: MessagePump,
        call: Callable[[], T],
        then: Callable[[T], object],
        failed: Callable[[Exception], object],
        *,
        lane: str = "",
        latest: bool = False,
    ) -> Job:
        """Run ``call`` in a thread; then ``then(value)`` or ``failed(error)`` in ``owner``'s message queue.

        Nothing is delivered to an owner that has been closed meanwhile. ``lane`` and ``latest``: see
        `tui_pos.ui.jobs`.
        """
        job = Job(owner=owner, call=call, then=then, failed=failed)
        self.jobs.ask(job, lane, latest)
        return job

    def follow(
        self,
        owner: MessagePump,
        iterate: Callable[[], Generator[T, None, None]],
        each: Callable[[T], object],
        failed: Callable[[Exception], object],
        *,
        then: Callable[[T | None], object] = lambda _last: None,
        lane: str = "",
    ) -> Job:
        """Run an iterator of states in a thread: ``each(state)``, at its end ``then(last state)``.

        It runs on unseen when its owner is closed; ``cancel()`` of the job closes it before its next state.
        """
        job = follow_states(Job(owner=owner, call=lambda: None, then=then, failed=failed), iterate, each)
        self.jobs.ask(job, lane, latest=False)
        return job

    def explain(self, error: Exception) -> str:
        """One sentence for the person; an unexpected error is logged, and its reference named."""
        sentence = self._explain(error) if self._explain is not None else None
        if sentence is not None:
            return sentence
        return f"That failed in a way nobody expected: tell the organisers reference {self.record(error)}."

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without Textual's own for NO_COLOR, which paints the terminal's default colours black on black.

        `widgets.look` names no colour then.
        """
        return [each for each in super().get_line_filters() if not isinstance(each, Monochrome)]

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """None: every screen is opaque, and a clock on a covered screen must not cause a repaint."""
        return []

    # Screens: each change is one paint, made in the app's own queue so that keys that follow reach the new
    # screen

    def open_screen(self, screen: Screen[R], then: Callable[[R | None], None] | None = None) -> None:
        """Put ``screen`` on top; ``then`` gets what it is closed with."""

        async def change() -> None:
            with self.batch_update():
                await self.push_screen(screen, then)

        self.call_later(change)

    def close_screen(self, screen: Screen[R], result: R | None = None) -> None:
        """Close ``screen`` and everything on top of it; it gives ``result`` to whoever opened it."""

        async def change() -> None:
            if screen not in self.screen_stack[1:]:
                return
            with self.batch_update():
                while self.screen is not screen:
                    await self.pop_screen()
                await screen.dismiss(result)

        self.call_later(change)

    # Unexpected errors

    def record(self, error: Exception) -> str:
        """Write ``error`` to the log file, without local variables and secrets; return its reference."""
        if self.log_path is not None:
            try:
                return log_file.record_crash(error, self.log_path)
            except OSError as full:
                log.error("%s", full)
        log.error("%s", log_file.redact("".join(traceback.format_exception(error))))
        return "none"

    def _handle_exception(self, error: Exception) -> None:
        """Replaces Textual's crash screen, which prints local variables and so secrets."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        if self._exit:
            self.record(error)
            return
        where = f", details in {self.log_path}" if self.log_path else ""
        message = (
            f"The desk program stopped on an error it did not expect: reference {self.record(error)}{where}."
        )
        self.exit(
            return_code=EXIT_CRASHED, message=Text(f"{message} What was saved is safe; start it again.")
        )


def unfit_terminal() -> str:
    """Why no screen can be drawn here, in one sentence; '' where it can."""
    if not (sys.stdin.isatty() and (sys.stderr.isatty() or sys.stdout.isatty())):
        return "The desk's screens need a terminal: start it in one, or run one of its commands instead."
    if os.environ.get("TERM", "") in ("", "dumb"):
        return (
            "This terminal cannot place text: TERM is unset or dumb; set it, for example to xterm-256color."
        )
    return ""


def run_kiosk(app: KioskApp) -> int:
    """Run ``app`` on this terminal; return the exit status for the process."""
    if sentence := unfit_terminal():
        sys.stderr.write(f"{sentence}\n")
        return EXIT_USAGE
    look.use(look.depth_of(os.environ), eighths=look.eighths_of(os.environ))
    app.run(mouse=False)
    return EXIT_CRASHED if app.return_code is None else app.return_code
