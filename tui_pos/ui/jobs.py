"""Blocking calls, run in threads: the one way in which screens call the desk.

Every call runs in a thread and comes back as exactly one outcome in the message queue of its owner (a screen,
or the app for work that must outlive screens), in order with the owner's keys. Calls in one *lane* run one
after another in the order of asking; with ``latest`` a lane drops calls that a newer one has replaced, as
look-ups need it. A lane is never a lock on money: that is the desk's own guard and its idempotency keys.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from textual.message_pump import MessagePump

from tui_pos.core import clock

T = TypeVar("T")
THREADS = 8


@dataclass(eq=False, kw_only=True)
class Job:
    """One call on its way. A call that has begun runs to its end, cancelled or not."""

    owner: MessagePump
    call: Callable[[], Any]
    then: Callable[[Any], object]
    failed: Callable[[Exception], object]
    cancelled: bool = False
    began: datetime | None = field(default_factory=clock.now)
    """When (UTC) its outcome was asked for; None for one that answers many times."""

    def cancel(self) -> None:
        """Deliver nothing more. A followed iterator is closed before its next state."""
        self.cancelled = True


@dataclass
class Lane:
    """Jobs that wait for each other."""

    waiting: deque[Job] = field(default_factory=deque)
    running: Job | None = None


class Jobs:
    """Runs jobs. Used from the event loop's thread alone, so it needs no lock.

    ``call_wrapper`` is put round every call inside its thread: the place to open and close a database
    connection.
    """

    def __init__(self, call_wrapper: Callable[[Callable[[], Any]], Any] | None = None) -> None:
        self.call_wrapper = call_wrapper
        self._executor = ThreadPoolExecutor(THREADS, thread_name_prefix="desk")
        self._lanes: dict[str, Lane] = {}
        self._unfinished: set[Job] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def ask(self, job: Job, lane: str, latest: bool) -> None:
        """Run ``job`` in its turn. An empty ``lane`` means at once, beside everything else."""
        self._unfinished.add(job)
        self._idle.clear()
        if not lane:
            self._start(job, None)
            return
        line = self._lanes.setdefault(lane, Lane())
        if latest:
            for overtaken in line.waiting:
                overtaken.cancel()
            if line.running is not None:
                line.running.cancel()
        line.waiting.append(job)
        self._next(line)

    def oldest_of(self, owner: MessagePump) -> datetime | None:
        """When the call of ``owner`` began that has waited longest for its outcome; None where none waits."""
        began = [job.began for job in self._unfinished if job.owner is owner and not job.cancelled]
        return min((each for each in began if each is not None), default=None)

    @property
    def is_idle(self) -> bool:
        """Whether every job has delivered its outcome."""
        return self._idle.is_set()

    async def idle(self) -> None:
        """Wait until every job has delivered its outcome to its owner's queue."""
        await self._idle.wait()

    def close(self) -> None:
        """Start nothing more. The process waits for calls that have begun, and for iterators' next states."""
        for job in self._unfinished:
            job.cancel()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _next(self, lane: Lane) -> None:
        while lane.running is None and lane.waiting:
            job = lane.waiting.popleft()
            if job.cancelled:
                self._forget(job)
            else:
                lane.running = job
                self._start(job, lane)

    def _start(self, job: Job, lane: Lane | None) -> None:
        call = job.call if self.call_wrapper is None else partial(self.call_wrapper, job.call)
        finish = partial(self._finish, job, lane)
        hand_over = partial(_hand_over, asyncio.get_running_loop(), copy_context(), finish)
        self._executor.submit(call).add_done_callback(hand_over)

    def _finish(self, job: Job, lane: Lane | None, future: "Future[Any]") -> None:
        if not job.cancelled and not future.cancelled():
            error = future.exception()
            if isinstance(error, Exception):
                job.owner.call_later(job.failed, error)
            else:
                job.owner.call_later(job.then, future.result())
        self._forget(job)
        if lane is not None:
            lane.running = None
            self._next(lane)

    def _forget(self, job: Job) -> None:
        self._unfinished.discard(job)
        if not self._unfinished:
            self._idle.set()


def _hand_over(
    loop: asyncio.AbstractEventLoop, context: Context, finish: Callable[..., object], outcome: object
) -> None:
    """In the job's thread: give the outcome to the loop. An ended program takes none any more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(finish, outcome, context=context)


def in_loop(call: Callable[[], object]) -> Callable[[], None]:
    """What any thread may call to have ``call`` run in the loop that runs now, with this context."""
    return partial(_hand_over, asyncio.get_running_loop(), copy_context(), lambda _: call(), None)


def follow_states(
    job: Job, iterate: Callable[[], Generator[T, None, None]], each: Callable[[T], object]
) -> Job:
    """Make ``job`` deliver every state of an iterator to its owner; its outcome is the last state."""
    loop, context = asyncio.get_running_loop(), copy_context()
    job.began = None

    def run() -> T | None:
        last: T | None = None
        with closing(iterate()) as states:
            for last in states:
                if job.cancelled:
                    break
                _hand_over(loop, context, partial(job.owner.call_later, each), last)
        return last

    job.call = run
    return job
