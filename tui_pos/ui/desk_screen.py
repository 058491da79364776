"""What the screens of a signed-in desk share: the desk, money and time in its way, and the `Navigator`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from textual import on
from textual.message import Message

from tui_pos.core import money
from tui_pos.core.scan import Scan, printable
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk
from tui_pos.ui.kiosk_screen import KioskScreen
from tui_pos.ui.messages.access import ACTIONS
from tui_pos.ui.results import PayBy, PaymentEnd, SaleStart, StillOwed

if TYPE_CHECKING:
    from tui_pos.desk.payments.readers import ReaderRow
    from tui_pos.desk.search.activity import AttentionLine
    from tui_pos.ui.scan_result import ScanResult

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Step:
    """The one safe next step: what Enter does now, and how the key bar calls it."""

    take: Callable[[], object]
    label: str


class Navigator(Protocol):
    """What a screen asks for when it is done: the next one. `tui_pos.ui.navigation` answers.

    ``screen`` is the one that asks; the next opens on top of it and comes back to it. An order that is to be
    paid ends on its receipt, or at home where a payment was left alone; ``then`` is called in no other case
    than that something is still owed.
    """

    def go_home(self, note: str = "") -> None:
        """Close everything above the Scan screen, and say ``note`` there."""

    def look_up(self, scan: Scan) -> None:
        """A badge or another code was read: have it looked up, as at home."""

    def open_found(
        self, screen: "DeskScreen[Any]", found: "ScanResult", then: Callable[[StillOwed], object]
    ) -> None:
        """Open the one thing that a scan or a search found."""

    def attend_to(
        self, screen: "DeskScreen[Any]", line: "AttentionLine", then: Callable[[StillOwed], object]
    ) -> None:
        """Open what needs attention: a card payment or a parked sale."""

    def sell(self, screen: "DeskScreen[Any]", start: SaleStart, then: Callable[[str], object]) -> None:
        """Sell something; when that is left unpaid, ``then`` gets what became of it, in words or ''."""

    def pay(
        self, screen: "DeskScreen[Any]", reference: str, by: PayBy, then: Callable[[StillOwed], object]
    ) -> None:
        """Take what the order owes: by card, or in any mix of tenders, ``by`` being offered first."""

    def pay_part_by_card(
        self,
        screen: "DeskScreen[Any]",
        reference: str,
        amount: Decimal,
        then: Callable[[PaymentEnd], object],
    ) -> None:
        """Take ``amount`` of what the order owes by card; however it ends, ``then`` is told."""

    def watch_payment(
        self, screen: "DeskScreen[Any]", attempt_id: int, then: Callable[[StillOwed], object]
    ) -> None:
        """Show a card payment that was begun before; goes on as `pay` does."""

    def watch_part(
        self, screen: "DeskScreen[Any]", attempt_id: int, then: Callable[[PaymentEnd], object]
    ) -> None:
        """Show a card payment that was begun before; goes on as `pay_part_by_card` does."""

    def choose_reader(self, screen: "DeskScreen[Any]", chosen: Callable[[], object]) -> None:
        """Let a reader be chosen and remembered for this station, then call ``chosen``; not after Esc."""

    def choose_other_reader(
        self,
        screen: "DeskScreen[Any]",
        instead_of: str,
        chosen: "Callable[[ReaderRow | None], None]",
    ) -> KioskScreen[Any]:
        """Let a reader be chosen for one payment, None after Esc; answers its screen, to close it early."""

    def show_receipt(self, screen: "DeskScreen[Any]", reference: str, *, sale_is_over: bool = False) -> None:
        """Show the receipt. Esc comes back to ``screen``; to the next person where its sale is over."""

    def show_orders(self, screen: "DeskScreen[Any]") -> None:
        """Let an order be found again."""


class _Navigated(Protocol):
    navigator: Navigator


@dataclass
class KeysHandled(Message):
    """Comes to a screen behind every key that had been read when it was sent."""

    then: Callable[[], object]


class DeskScreen(KioskScreen[R]):
    """Base of the screens behind the sign-in. ``desk`` is who acts where."""

    desk: Desk

    def __init__(self, desk: Desk | None = None) -> None:
        super().__init__()
        if desk is not None:
            self.desk = desk

    @property
    def navigator(self) -> Navigator:
        """Whom to ask for the next screen."""
        return cast(_Navigated, self.app).navigator

    def amount(self, value: Decimal) -> str:
        """Money as people read it, without its currency."""
        return money.format_amount(value, self.desk.conference.currency)

    def time(self, at: datetime) -> str:
        """A time of day on the conference's clock."""
        return f"{self.desk.local(at):%H:%M}"

    def may(self, action: Action) -> bool:
        """Whether who is signed in has the right to it; the desk itself refuses what is tried without."""
        return allowed(self.desk.staff, action)

    def refuse(self, action: Action) -> None:
        """Say that who is signed in may not do it, and who may."""

        def say(names: tuple[str, ...]) -> None:
            who = " or ".join(printable(name, 40) for name in names) or "a supervisor"
            self.alert(f"{self.desk.staff.name} may not {ACTIONS[action]}. Ask {who}.", "X")

        self.ask(partial(_who_may, self.desk, action), say, hold=True)

    def after_keys(self, then: Callable[[], object]) -> None:
        """Call ``then`` once every key that was read by now has been handled by the screen on top."""
        top = self.kiosk.screen
        prompt = (top if isinstance(top, DeskScreen) else self).prompt
        # The way of the keys: through the app to the prompt, and behind what the prompt made of them.
        self.kiosk.call_later(prompt.call_later, prompt.post_message, KeysHandled(then))

    @on(KeysHandled)
    def _keys_handled(self, message: KeysHandled) -> None:
        message.stop()
        message.then()

    def put_away(self, then: Callable[[], object]) -> None:
        """Call ``then`` when nothing is lost by closing this screen without another key."""
        then()

    def action_quit(self) -> None:
        """``/quit``."""
        self.put_away(self.kiosk.exit)

    def action_reader(self) -> None:
        """F4."""
        self.navigator.choose_reader(self, lambda: self.say(f"Reader {self.kiosk.status.reader}.", "OK"))

    def show_reader(self, row: "ReaderRow") -> None:
        """Name this station's reader in the header of every screen."""
        self.kiosk.set_status(replace(self.kiosk.status, reader=row.label, reader_state=state_of(row)))


def state_of(row: "ReaderRow") -> str:
    """What the header says of a reader."""
    if row.status != "online":
        return row.status
    return "in use" if row.in_use else "ready"


def _who_may(desk: Desk, action: Action) -> tuple[str, ...]:
    # Home is painted before the database is there.
    from tui_pos.desk.access.supervisors import who_may

    return who_may(desk, action)
