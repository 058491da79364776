"""The end by a signal: in order if that is possible, and in any case within two seconds.

Everything that a desk does may be cut at any point (it is stored before it is done, and recovered by the next
desk), so nothing is lost when a call that hangs on a locked database or a dead network is not waited for.
"""

import asyncio
import os
import signal
import time
from collections.abc import Callable
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
        self._begun = False
        self._lock = Lock()

    def signalled(self, number: int, _frame: object = None) -> None:
        """Begin to end; a signal handler, and safe in any thread."""
        # A handler may interrupt itself in the same thread, so it must not wait for the lock.
        if self._begun or not self._lock.acquire(blocking=False):
            return
        self._begun = True
        Thread(target=self._end_in_time, args=(number,), name="end", daemon=True).start()
        with suppress(RuntimeError):  # the loop has ended: so does the rest
            self._loop.call_soon_threadsafe(self._leave, number)

    def _end_in_time(self, number: int) -> None:
        # A process in the background may give the terminal back too: this thread is not stopped for it.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        time.sleep(END_GRACE)
        self._restore()
        os._exit(128 + number)
