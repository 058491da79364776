"""What the screens of a signed-in desk share: the desk, how it shows money and time, the ways to a payment.

``desk`` is imported where it is used, not at the top: the first screen is painted before the database is.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.message import Message

from tui_pos.core import money
from tui_pos.core.scan import printable
from tui_pos.desk.access.permissions import Action, allowed
from tui_pos.desk.context import Desk
from tui_pos.ui.kiosk_screen import KioskScreen
from tui_pos.ui.widgets.scan_input import ScanInput

if TYPE_CHECKING:
    from tui_pos.desk.payments import PaymentState
    from tui_pos.desk.payments.readers import ReaderRow

R = TypeVar("R")

NEXT = "next"
"""What the receipt is left with to serve the next person."""
ATTENDEE = "attendee:"
"""What the receipt is left with, before an access code, to go to that person."""


@dataclass(frozen=True, slots=True)
class SaleStart:
    """How a sale begins: for the holder of a badge (called ``buyer`` until the desk says more), taken up
    where it was ``parked``, or for a stranger; with a product or a voucher in it from the start."""

    attendee_code: str = ""
    buyer: str = ""
    parked: int = 0
    product: str = ""
    voucher: str = ""


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
            self.alert(f"{self.desk.staff.name} may not {action}. Ask {who}.", "X")

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

    def go_home(self, note: str = "") -> None:
        """Close everything above the Scan screen, and say ``note`` there."""
        home, *above = self.kiosk.screen_stack
        if above:
            self.kiosk.close_screen(above[0])
        if note and isinstance(home, KioskScreen):
            home.say(note, "OK")

    def put_away(self, then: Callable[[], object]) -> None:
        """Call ``then`` when nothing is lost by closing this screen without another key."""
        then()

    def sell(self, begins: SaleStart, then: Callable[[str], object]) -> None:
        """Open the cart; when it is left unpaid, ``then`` gets what became of the sale, in words or ''."""
        if not self.may(Action.SELL):
            self.say(f"{self.desk.staff.name} may not sell. Ask a supervisor.", "X", bell=True)
            return
        from tui_pos.ui.screens.cart import CartScreen

        def left(note: str | None) -> None:
            then(note or "")

        self.go(CartScreen(self.desk, begins), left)

    def action_quit(self) -> None:
        """``/quit``."""
        self.put_away(self.kiosk.exit)

    # The reader of this station

    def action_reader(self) -> None:
        """F4."""
        self.choose_reader(lambda: self.say(f"Reader {self.kiosk.status.reader}.", "OK"))

    def choose_reader(self, chosen: Callable[[], object]) -> None:
        """Let a reader be chosen and remembered for this station, then call ``chosen``; not after Esc."""
        from tui_pos.ui.screens.reader import ReaderScreen

        def left(row: "ReaderRow | None") -> None:
            if row is not None:
                self.ask(partial(_remember, self.desk, row), lambda _: remembered(row), hold=True)

        def remembered(row: "ReaderRow") -> None:
            self._reader_remembered(row)
            chosen()

        def known(reader: tuple[str, str] | None) -> None:
            self.go(ReaderScreen(self.desk, current=reader[0] if reader else ""), left)

        self.ask(partial(_remembered, self.desk), known, hold=True)

    def _reader_remembered(self, row: "ReaderRow") -> None:
        """The header of every screen names this station's reader."""
        self.kiosk.set_status(replace(self.kiosk.status, reader=row.label, reader_state=state_of(row)))

    # Card payments

    def take_card(
        self,
        reference: str,
        unpaid: "Callable[[PaymentState], object]",
        *,
        amount: Decimal | None = None,
        paid: "Callable[[PaymentState], object] | None" = None,
    ) -> None:
        """Take what the order owes, or ``amount`` of it, on this station's reader; where none is remembered
        it is chosen first.

        Ends in ``paid`` (without it: on the receipt), at home when the payment was left alone, at another
        tender, or in ``unpaid`` with how it ended.
        """

        def begun(attempt_id: int | None) -> None:
            if attempt_id is None:
                self.choose_reader(lambda: self.take_card(reference, unpaid, amount=amount, paid=paid))
            else:
                self.watch_payment(attempt_id, unpaid, paid)

        self.ask(partial(_begin, self.desk, reference, amount), begun, hold=True)

    def watch_payment(
        self,
        attempt_id: int,
        unpaid: "Callable[[PaymentState], object]",
        paid: "Callable[[PaymentState], object] | None" = None,
    ) -> None:
        """Show a payment that was begun before; ends as `take_card` does."""
        from tui_pos.ui.screens.payment import PaymentScreen

        screen = PaymentScreen(self.desk, attempt_id)

        def left(state: "PaymentState | None") -> None:
            if state is None:
                self.go_home()
            elif state.stage == "captured":
                paid(state) if paid else self.show_receipt(state.reference, NEXT)
            elif screen.instead:
                self.take_tender(state.reference, screen.instead)
            else:
                unpaid(state)

        self.go(screen, left)

    # Other tenders

    def take_tender(self, reference: str, first: str) -> None:
        """Let the order be paid in any way or mix of ways, ``first`` (cash or tender) being offered first.

        Ends on the receipt, or in `tender_left` while something is still to be paid.
        """
        from tui_pos.ui.screens.tender import TenderScreen

        def left(note: str | None) -> None:
            self.tender_left(note or "")

        self.go(TenderScreen(self.desk, reference, first), left)

    def tender_left(self, note: str) -> None:
        """The order is not paid, or only in part: ``note`` says what was taken, '' that nothing was."""
        self.say(note, "!" if note else "")

    def show_receipt(self, reference: str, without_answer: str = "") -> None:
        """Show the receipt; from it the next person is served.

        ``without_answer`` is what leaving it by Esc means; '' comes back to this screen.
        """
        from tui_pos.ui.screens.receipt import ReceiptScreen

        def left(result: str | None) -> None:
            self._receipt_left(result or without_answer)

        self.go(ReceiptScreen(self.desk, reference), left)

    def _receipt_left(self, result: str) -> None:
        if result:
            self.go_home()
        if result.startswith(ATTENDEE):
            home = self.kiosk.screen_stack[0]
            assert isinstance(home, KioskScreen)
            code = ScanInput.Entered(result.removeprefix(ATTENDEE), scanned=True)
            self.kiosk.call_later(home.prompt.post_message, code)


def state_of(row: "ReaderRow") -> str:
    """What the header says of a reader."""
    if row.status != "online":
        return row.status
    return "in use" if row.in_use else "ready"


def _remember(desk: Desk, row: "ReaderRow") -> None:
    from tui_pos.desk.payments.readers import remember_reader

    remember_reader(desk, row.id, row.label)


def _remembered(desk: Desk) -> tuple[str, str] | None:
    from tui_pos.desk.payments.readers import remembered_reader

    return remembered_reader(desk)


def _begin(desk: Desk, reference: str, amount: Decimal | None) -> int | None:
    """The payment attempt, saved; None when this station has no reader yet.

    One of this station's that is live already is gone on with: it was saved though no answer came.
    """
    from tui_pos.desk import payments

    for live in payments.unfinished(desk):
        if (live.reference, live.station) == (reference, desk.station):
            return live.attempt_id
    reader = _remembered(desk)
    return payments.begin(desk, reference, *reader, amount=amount).attempt_id if reader else None


def _who_may(desk: Desk, action: Action) -> tuple[str, ...]:
    from tui_pos.desk.access.supervisors import who_may

    return who_may(desk, action)
