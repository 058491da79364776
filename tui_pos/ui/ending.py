"""Ending by a signal: the ordinary way if possible, and in any case within two seconds.

A desk's work may be cut at any point (it is stored before it is done, and the next desk recovers it), so a
call that hangs on a locked database or a dead network need not be waited for.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Lock, Thread
from typing import Final

END_GRACE: Final = 1.4
"""Seconds from the first signal until the process ends without waiting any longer."""


class End:
    """Takes the signals that end the program; the first one decides, later ones change nothing.

    Args:
        loop: Runs ``leave`` in its thread.
        leave: Begins the ordinary end; it is given the signal's number.
        restore: Gives the terminal back, from any thread, where the ordinary end has not.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, leave: Callable[[int], object], restore: Callable[[], object]
    ) -> None:
        self._loop = loop
        self._leave = leave
        self._restore = restore
        self._begun = Lock()
        self._arrived = bytearray()
        self._arrivals, arriving = os.pipe()
        os.set_blocking(self._arrivals, False)
        os.set_blocking(arriving, False)
        signal.set_wakeup_fd(arriving, warn_on_full_buffer=False)
        # Python calls handlers in the main thread only, and the kernel may give a signal to another thread:
        # a loop that waits for nothing would not hear of it.
        loop.add_reader(self._arrivals, self._read_arrivals)

    def signalled(self, number: int, _frame: object = None) -> None:
        """Begin to end; a signal handler, or called in the main thread. Calls after the first do nothing."""
        if not self._begun.acquire(blocking=False):  # never waits: a handler may interrupt itself
            return
        taken = [each for each in signal.valid_signals() if signal.getsignal(each) == self.signalled]
        number = self._first_arrived(taken, number)
        for each in taken:  # Python's own end would let the next one kill the process
            signal.signal(each, signal.SIG_IGN)
        Thread(target=self._end_in_time, args=(number,), name="end", daemon=True).start()
        with suppress(RuntimeError):  # the loop has ended: so does the rest
            self._loop.call_soon_threadsafe(self._leave, number)

    def _first_arrived(self, taken: Collection[int], number: int) -> int:
        """The signal that came first, where several came before Python called a handler.

        Python calls handlers in the order of the signals' numbers; its wake-up pipe has the order in which
        they were delivered. Of signals that the kernel holds together it delivers the highest number first:
        TERM, when systemd sends HUP right after it.
        """
        self._read_arrivals()
        return next((each for each in self._arrived if each in taken), number)

    def _read_arrivals(self) -> None:
        with suppress(BlockingIOError):
            arrived = os.read(self._arrivals, 1 << 16)
            self._arrived.extend(each for each in arrived if signal.getsignal(each) == self.signalled)

    def _end_in_time(self, number: int) -> None:
        # A process in the background may give the terminal back too: this thread is not stopped for it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        time.sleep(END_GRACE)
        self._restore()
        os._exit(128 + number)
