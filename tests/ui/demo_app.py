"""A till that sells nothing: every widget and every message of the screen foundation, for the tests here.

``python -m tests.ui.demo_app LOG`` writes one line to LOG for everything that its screens are told.
"""

import signal
import sys
from collections.abc import Generator, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

from rich.text import Text
from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer

from tui_pos.core import clock
from tui_pos.core.scan import Scan
from tui_pos.desk.context import Mode
from tui_pos.ui.desk_screen import DeskScreen
from tui_pos.ui.dialogs.confirm import Confirm
from tui_pos.ui.input.acts import Act, Move, Offer, Pick, Steps
from tui_pos.ui.kiosk import KioskApp, run_kiosk
from tui_pos.ui.widgets.big_amount import BigAmount
from tui_pos.ui.widgets.line_list import Column, Line, LineList
from tui_pos.ui.widgets.row import Row
from tui_pos.ui.widgets.scan_input import Prompt
from tui_pos.ui.widgets.stage_line import stage_text
from tui_pos.ui.widgets.status_line import Status

STAGES = ("saved", "sent", "waiting for card", "authorised", "captured")


class DemoScreen(DeskScreen[str]):
    """Writes down what it is told and shows the last of it."""

    NAME = ""

    def __init__(self) -> None:
        super().__init__()
        self.last = Row()

    def compose_body(self) -> ComposeResult:
        yield self.last

    def told(self, what: str) -> None:
        app = self.app
        assert isinstance(app, Demo)
        app.seen.append(f"{self.NAME} {what}")
        if app.events is not None:
            with app.events.open("a") as file:
                file.write(f"{self.NAME} {what}\n")
        self.last.show(Text(f"seen {len(app.seen)}: {what}"))

    def entered(self, scan: Scan) -> None:
        self.told(f"{'scanned' if scan.scanned else 'typed'} {scan.text}")

    def changed(self, text: str) -> None:
        self.told(f"changed {text}")

    def picked(self, number: int) -> None:
        self.told(f"picked {number}")

    def acts(self) -> Sequence[Offer]:
        return (
            Act("orders", lambda: self.told("orders")),
            Pick(range(1, 10), self.picked, ""),
        )


class Home(DemoScreen):
    NAME = "home"
    PROMPT = Prompt(placeholder="Scan something")

    def __init__(self) -> None:
        super().__init__()
        self.cart = LineList(Column(), Column(3, right=True), Column(8, right=True))
        self.stage = Row()
        self.quantity = 1
        self.seconds = 0
        self.flooding: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield from super().compose_body()
        yield self.stage
        yield BigAmount()
        yield self.cart

    def on_mount(self) -> None:
        self.show_cart()
        self.query_one(BigAmount).show_amount("USD", "167.00")
        self.stage.show(stage_text(STAGES, 2, 0))

    def show_cart(self) -> None:
        rows = [("Workshop: async", 1, "150.00"), ("T-shirt", self.quantity, f"{self.quantity * 35}.00")]
        self.cart.set_lines(
            [Line((name, str(count), (sum_, "bold")), key=name) for name, count, sum_ in rows]
        )

    def acts(self) -> Sequence[Offer]:
        return (
            Act("confirm", lambda: self.told("confirmed"), "find"),
            Act("walk_up", self.ask_refund),
            *super().acts(),
            Act("reader", self.open_other),
            Act("card", self.tick),
            Act("cash", self.break_down),
            Act("tender", self.follow_states),
            Act("today", self.follow_endlessly),
            Act("tap", self.get_stuck),
            Act("decline", self.keep_busy),
            Act("park", self.toggle_flood),
            Move(self.cart.move),
            Steps(self.step, "quantity"),
        )

    def step(self, delta: int) -> None:
        self.quantity += delta
        self.show_cart()

    def ask_refund(self) -> None:
        self.go(Confirm("Refund", "Give back 35.00?", "refund 35.00"), lambda answer: self.told(f"{answer}"))

    def open_other(self) -> None:
        self.go(Other(), lambda result: self.told(f"other gave {result}"))

    def tick(self) -> None:
        self.seconds += 1
        self.stage.show(stage_text(STAGES, 2, self.seconds))

    def break_down(self) -> None:
        api_key = "sk_test_" + "local"
        raise RuntimeError(f"broken with {api_key}")

    def follow_states(self) -> None:
        each, end = lambda state: self.told(f"state {state}"), lambda last: self.told(f"end {last}")
        self.kiosk.follow(self, _count, each, self.failed, then=end)

    def follow_endlessly(self) -> None:
        self.kiosk.follow(self, _endless, lambda state: self.told(f"state {state}"), self.failed)

    def get_stuck(self) -> None:
        """A call that waits for a database which never answers."""
        self.ask(_stuck, self.told)
        self.told("stuck")

    def keep_busy(self) -> None:
        """Nothing else gets a turn any more, a little after this was told."""
        self.told("busy")
        self.set_timer(0.3, _busy)

    def toggle_flood(self) -> None:
        if self.flooding is None:
            self.flooding = self.set_interval(1 / 60, self.flood)
        else:
            self.flooding.stop()

    def flood(self) -> None:
        self.refresh(layout=True)
        self.told("flood")


class Other(DemoScreen):
    NAME = "other"
    PROMPT = Prompt(quiet=True)

    def acts(self) -> Sequence[Offer]:
        return (Act("confirm", partial(self.leave, "done"), "done"), Act("back", self.leave), *super().acts())


def _endless() -> Generator[int, None, None]:
    for state in count():
        yield state
        Event().wait(0.05)


def _stuck() -> str:
    Event().wait(3600)
    return ""


def _busy() -> None:
    while True:
        pass


def _count() -> Generator[int, None, None]:
    yield from range(3)


class Demo(KioskApp):
    def __init__(self, events: Path | None = None, log_path: Path | None = None) -> None:
        super().__init__(log_path=log_path)
        self.events = events
        self.seen: list[str] = []
        self.status = Status(
            conference="PyCon US 2027",
            station="desk-3",
            staff="Amira Haddad",
            reader="Front-2",
            reader_state="ready",
            mode=Mode.TRAINING,
        )

    def first_screen(self) -> Screen[Any]:
        return Home()

    def acts(self, screen: Screen[Any]) -> Sequence[Act]:  # noqa: ARG002  # on each
        return (Act("lock", self.lock),)

    def lock(self) -> None:
        top = self.screen
        assert isinstance(top, DemoScreen)
        top.told("locked")


def end_minute_soon(after: float = 2.5) -> None:
    """Shift the clock so that a minute ends ``after`` seconds from now."""
    now = clock.now
    shift = timedelta(seconds=60 - after - now().second)
    clock.now = lambda: now() + shift


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # as the command line does before it opens a desk
    if "--minute-ends-soon" in sys.argv:
        end_minute_soon()
    events = Path(sys.argv[1])
    return run_kiosk(Demo(events, events.with_suffix(".log")))


if __name__ == "__main__":
    sys.exit(main())
