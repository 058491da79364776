"""Calls in threads: every one comes back once, in its lane's order, inside its wrapper."""

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Barrier, Event
from typing import Any

import pytest

from tests.fixtures.pilot import settled
from tests.ui.demo_app import Demo
from tui_pos.ui.jobs import THREADS
from tui_pos.ui.kiosk import KioskApp


async def test_a_lane_keeps_its_order_and_lanes_do_not_wait_for_each_other() -> None:
    app, order = Demo(), list[str]()
    async with app.run_test(size=(80, 24)) as pilot:
        released = Event()

        def release(_: str) -> None:
            order.append("b1")
            released.set()

        app.ask(
            app.screen, lambda: str(released.wait(5)), lambda _: order.append("a1"), _unexpected, lane="a"
        )
        app.ask(app.screen, lambda: "", lambda _: order.append("a2"), _unexpected, lane="a")
        app.ask(app.screen, lambda: "", release, _unexpected, lane="b")
        await settled(pilot)
    assert order == ["b1", "a1", "a2"]


async def test_many_calls_at_once_all_come_back() -> None:
    app, seen = Demo(), list[int]()
    async with app.run_test(size=(80, 24)) as pilot:
        together = Barrier(THREADS)
        for number in range(THREADS):
            app.ask(app.screen, lambda n=number: (together.wait(5), n)[1], seen.append, _unexpected)  # type: ignore[misc]
        await settled(pilot)
    assert sorted(seen) == list(range(THREADS))


async def test_calls_run_in_the_wrapper_and_never_on_the_loops_thread() -> None:
    scopes: list[str] = []

    @contextmanager
    def connection() -> Generator[None, None, None]:
        scopes.append("open")
        yield
        scopes.append("close")

    def wrapper(call: Callable[[], Any]) -> Any:
        with connection():
            return call()

    class Wrapped(Demo):
        def __init__(self) -> None:
            super().__init__()
            self._call_wrapper = wrapper

    app, threads = Wrapped(), list[int]()
    async with app.run_test(size=(80, 24)) as pilot:
        app.ask(app.screen, threading.get_ident, threads.append, _unexpected)
        app.follow(app.screen, _two_states, threads.append, _unexpected)
        await settled(pilot)
    assert scopes.count("open") == scopes.count("close") == 2
    assert threading.get_ident() not in threads


async def test_a_cancelled_job_delivers_nothing_and_closes_its_iterator() -> None:
    closed, started, released = Event(), Event(), Event()

    def states() -> Generator[int, None, None]:
        try:
            yield 1
            started.set()
            released.wait(5)
            yield 2
        finally:
            closed.set()

    app, seen = Demo(), list[int]()
    async with app.run_test(size=(80, 24)) as pilot:
        job = app.follow(app.screen, states, seen.append, _unexpected)
        while not started.is_set():
            await pilot.pause()
        job.cancel()
        released.set()
        await settled(pilot)
    assert closed.is_set()
    assert seen == [1]


async def test_a_known_error_is_explained_and_an_unknown_one_is_recorded(
    caplog: pytest.LogCaptureFixture,
) -> None:
    app = KioskApp(explain=lambda error: "The stock is gone." if isinstance(error, LookupError) else None)
    assert app.explain(KeyError("x")) == "The stock is gone."
    assert caplog.text == ""
    assert "reference none" in app.explain(ValueError("pay with sk_live_abc123"))
    assert "sk_live_***" in caplog.text
    assert "abc123" not in caplog.text


def _two_states() -> Generator[int, None, None]:
    yield threading.get_ident()
    yield threading.get_ident()


def _unexpected(error: Exception) -> None:
    raise AssertionError(error)
